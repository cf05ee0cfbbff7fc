"""Pictures and sounds that somebody made, gathered and described as assets, without a prompt file or a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from assetgen.errors import Place, PromptFileError, SpecError
from assetgen.project.map_names import PICTURE_SUFFIXES, MapName, read_map_name
from assetgen.project.project_file import PROMPT_SUFFIX, Project
from assetgen.project.prompt_file import PromptFile, read_described
from assetgen.specs.base import SCHEMA_VERSION

SOUND_SUFFIXES: Final = frozenset({".wav", ".ogg", ".oga", ".opus", ".flac", ".mp3", ".aif", ".aiff"})
"""Of file names that are taken for sounds."""
_SUFFIXES: Final = PICTURE_SUFFIXES | SOUND_SUFFIXES


@dataclass(frozen=True, slots=True)
class Art:
    """The pictures of one surface, or one sound.

    Args:
        name: of the surface or the sound.
        folder: absolute folder of its files.
        sources: file names by role.
        kind: "material" or "audio".
        normal_y: green of its normal map, "opengl" or "directx", where a name tells it.
        notes: what was not taken, and why, in sentences.
    """

    name: str
    folder: Path
    sources: Mapping[str, str]
    kind: str = "material"
    normal_y: str = ""
    notes: tuple[str, ...] = ()

    @property
    def taken(self) -> str:
        """What was taken for what, in words."""
        return ", ".join(f"{file} as {role.replace('_', ' ')}" for role, file in self.sources.items())


def gather_art(paths: Sequence[Path]) -> tuple[Art, ...]:
    """Return the surfaces that some pictures and folders of pictures show, and the sounds among them.

    Pictures of one folder whose names differ in nothing but the map belong to one surface; a folder's own name stands
    for the surface where its pictures are called by their maps alone. Every sound is an asset of its own.

    Raises:
        PromptFileError: a path that does not exist, or a folder without pictures and sounds.
        SpecError: two pictures for one map of a surface, or two assets of one name.
    """
    groups: dict[tuple[Path, str], list[tuple[str, MapName]]] = {}
    sounds: list[Art] = []
    for file in dict.fromkeys(_files(paths)):
        if file.suffix.casefold() in SOUND_SUFFIXES:
            sounds.append(Art(file.stem, file.parent, {"sound": file.name}, "audio"))
            continue
        found = read_map_name(file.stem)
        groups.setdefault((file.parent, found.base.casefold()), []).append((file.name, found))
    arts = [art for (folder, _), files in groups.items() for art in _arts(folder, files)]
    _refuse_twins([*arts, *sounds])
    return (*(_with_neighbors(art) for art in arts), *sounds)


def describe_art(
    art: Art, document: Mapping[str, Any], *, output: Path, name: str | None = None
) -> PromptFile:
    """Return the asset that finishes a surface's pictures, or a sound.

    Args:
        art: the surface or the sound.
        document: keys of a prompt file besides `kind` and `source`.
        output: folder for finished assets.
        name: of the asset, instead of the surface's.

    Raises:
        PromptFileError: a key is wrong, or the name or a picture's could not exist on every system.
    """
    whole = {**document, "assetgen": SCHEMA_VERSION, "kind": art.kind, "source": dict(art.sources)}
    if art.kind == "material":
        finish = dict(document.get("finish", {}))
        if art.normal_y:
            finish.setdefault("normal_y", art.normal_y)
        whole["finish"] = finish
    project = Project(root=art.folder, name=art.folder.name, output=str(output.absolute()))
    return read_described(whole, asset=name or art.name, project=project)


def _files(paths: Sequence[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(f for f in path.iterdir() if f.suffix.casefold() in _SUFFIXES and f.is_file())
            if not found:
                raise PromptFileError(
                    "this folder holds no pictures and no sounds; name one with PNG, JPEG, WebP, TIFF, TGA, "
                    "BMP, WAV, FLAC, OGG or MP3 files.",
                    place=Place(str(path)),
                )
            yield from (file.absolute() for file in found)
        elif path.is_file():
            if path.name.endswith(PROMPT_SUFFIX):
                raise PromptFileError(
                    "this is a prompt file; `assetgen bake` makes it, its source included.",
                    place=Place(str(path)),
                )
            yield path.absolute()
        else:
            raise PromptFileError(
                "there is no such picture, sound or folder; check the name.", place=Place(str(path))
            )


def _arts(folder: Path, files: list[tuple[str, MapName]]) -> list[Art]:
    """Return the surfaces of pictures that share a base name: one, but for names that only looked like maps."""
    used = [(file, found) for file, found in files if not found.is_unused]
    notes = [f"{file} was not taken: no map of a material here" for file, found in files if found.is_unused]
    if not used:
        return []
    doubtful = [file for file, found in used if not found.is_sure and found.base]
    roles = [found.role for _, found in used]
    if len(doubtful) == len(used) and (len(used) == 1 or len(set(roles)) < len(roles)):
        # None of the names is sure, and together they make no set: each is a surface of its own.
        return [Art(Path(file).stem, folder, {"albedo": file}) for file in doubtful]
    sources: dict[str, str] = {}
    normal_y = ""
    for file, found in sorted(used, key=_preference):
        role = found.role or "albedo"
        if role in sources:
            if role == "normal" and found.normal_y:
                notes.append(f"{file} was not taken: {sources[role]} holds the same normals")
                continue
            raise SpecError(
                f"{sources[role]} and {file} in {folder} would both be the {role} of one surface; "
                "give the one that is meant, or finish them one by one."
            )
        sources[role] = file
        normal_y = found.normal_y or normal_y
    name = next((found.base for _, found in used if found.base), "") or folder.name
    ordered = dict(sorted(sources.items(), key=lambda item: item[0] != "albedo"))
    return [Art(name, folder, ordered, normal_y=normal_y, notes=tuple(notes))]


def _preference(item: tuple[str, MapName]) -> tuple[bool, bool, str]:
    """Sort pictures whose name says the map before others, and +Y normals before -Y ones."""
    file, found = item
    return not found.role, found.normal_y == "directx", file


def _with_neighbors(art: Art) -> Art:
    """Return the surface with a note on maps of it that lie beside its pictures and were not named."""
    base = art.name.casefold()
    beside = []
    for file in sorted(art.folder.iterdir()):
        found = read_map_name(file.stem)
        is_map = found.is_sure and not found.is_unused and found.base.casefold() == base
        is_new = file.name not in art.sources.values() and found.role not in art.sources
        if is_map and is_new and file.suffix.casefold() in PICTURE_SUFFIXES:
            beside.append(file.name)
    if not beside:
        return art
    note = f"{', '.join(beside)} beside it was not named; name it too and it is used instead of an estimate"
    return replace(art, notes=(*art.notes, note))


def _refuse_twins(arts: Sequence[Art]) -> None:
    taken: dict[str, Art] = {}
    for art in arts:
        other = taken.setdefault(art.name.casefold(), art)
        if other is not art:
            raise SpecError(
                f'two assets would be called "{art.name}": {other.folder / next(iter(other.sources.values()))} and '
                f"{art.folder / next(iter(art.sources.values()))}; finish them one by one, with --name."
            )
