"""References between assets: which one uses which, in what order they can be built, and what does not fit.

linked = link(files)                 # reads referenced prompt files that are not among `files` too
for wave in order(linked.specs):     # everything in a wave depends on earlier waves alone
    ...
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assetgen.errors import PromptFileError, SpecError
from assetgen.project.project_file import PROMPT_SUFFIX, Project, project_below
from assetgen.project.prompt_file import PromptFile, read_prompt_file
from assetgen.project.uses import with_found
from assetgen.specs.base import AnySpec, Spec
from assetgen.specs.paths import collision_key
from assetgen.specs.wording import KeyPath, show, spell

FileKey = tuple[Path, str]
"""A project's root and a prompt file's posix path from there."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Prompt files whose references all hold, `uses` filled in, and what is wrong with the others."""

    files: tuple[PromptFile, ...]
    errors: tuple[PromptFileError, ...]

    @property
    def specs(self) -> tuple[Spec, ...]:
        """The specs of all files, in their order."""
        return tuple(spec for file in self.files for spec in file.specs)


@dataclass(frozen=True, slots=True)
class _Reference:
    """One source of a prompt file, and where it stands there."""

    target: str
    path: KeyPath

    @property
    def words(self) -> str:
        """The key and that it uses something, in words."""
        return "uses has" if self.path == ("uses",) else f"{spell(self.path)} uses"


def link(files: Sequence[PromptFile]) -> Linked:
    """Return the files with their references resolved; a file with an error takes those that use it with it.

    Errors are: two assets with one id, a source that does not exist, a source prompt file that cannot be
    read, and prompt files that use each other in a circle.
    """
    known: dict[FileKey, PromptFile] = {}
    errors: dict[FileKey, PromptFileError] = {}
    for file in files:
        _admit(file, known, errors)
    _read_referenced(known, errors)
    errors.update(_mapless(known, errors))
    errors.update(_collisions(known.values()))
    for key, file in known.items():
        if key not in errors:
            error = _missing_picture(file)
            if error is not None:
                errors[key] = error
    errors.update(_circles(known, errors))
    _spread(known, errors)
    good = tuple(_with_uses(file, known) for key, file in known.items() if key not in errors)
    return Linked(good, tuple(errors[key] for key in sorted(errors, key=str)))


def order(specs: Sequence[AnySpec]) -> tuple[tuple[AnySpec, ...], ...]:
    """Return specs in waves: each uses only assets of earlier waves, or assets that are not among `specs`.

    Raises:
        SpecError: assets use each other in a circle.
    """
    waiting = {spec.asset: spec for spec in specs}
    waves = []
    while waiting:
        wave = tuple(spec for spec in waiting.values() if not any(used in waiting for used in spec.uses))
        if not wave:
            circle = " -> ".join(f'"{asset}"' for asset in sorted(waiting))
            raise SpecError(f"assets use each other in a circle: {circle}; make one from a prompt.")
        for spec in wave:
            del waiting[spec.asset]
        waves.append(wave)
    return tuple(waves)


def _key(file: PromptFile) -> FileKey:
    return file.project.root, file.relative


def _references(file: PromptFile) -> list[_Reference]:
    """Return the sources of a prompt file; its variants have the same."""
    spec = file.specs[0]
    return [_Reference(target, spec.reference_key(role)) for role, target in (spec.source or {}).items()]


def _used(file: PromptFile) -> list[tuple[FileKey, _Reference]]:
    """Return the prompt files that a prompt file refers to."""
    return [
        ((file.project.root, reference.target), reference)
        for reference in _references(file)
        if reference.target.endswith(PROMPT_SUFFIX)
    ]


def _error(file: PromptFile, message: str, path: KeyPath = ()) -> PromptFileError:
    return PromptFileError(message, place=file.places.of(path), asset=file.specs[0].asset)


def _read_referenced(known: dict[FileKey, PromptFile], errors: dict[FileKey, PromptFileError]) -> None:
    waiting = list(known.values())
    projects: dict[FileKey, Project] = {}
    while waiting:
        file = waiting.pop()
        for key, reference in _used(file):
            if key in known or _key(file) in errors:
                continue
            path = key[0] / key[1]
            if not path.is_file():
                errors[_key(file)] = _dangling(file, reference)
                continue
            try:
                folder = (key[0], key[1].rpartition("/")[0])
                if folder not in projects:
                    projects[folder] = project_below(*folder)
                _admit(read_prompt_file(path, project=projects[folder]), known, errors)
                waiting.append(known[key])
            except PromptFileError as error:
                message = f"{spell(reference.path)} = {show(reference.target)} has an error: {error}"
                errors[_key(file)] = _error(file, message, reference.path)


def _admit(
    file: PromptFile, known: dict[FileKey, PromptFile], errors: dict[FileKey, PromptFileError]
) -> None:
    """Take a file in, with what its patterns find."""
    key = _key(file)
    try:
        known[key] = with_found(file)
    except PromptFileError as error:
        known[key], errors[key] = file, error


def _mapless(
    known: dict[FileKey, PromptFile], errors: dict[FileKey, PromptFileError]
) -> dict[FileKey, PromptFileError]:
    """Return an error for each file that uses one without maps of its own, such as an atlas."""
    found = {}
    for key, file in known.items():
        for used, reference in _used(file) if key not in errors else ():
            spec = known[used].specs[0] if used in known else None
            if spec is not None and not spec.gives_maps:
                message = (
                    f"{reference.words} {reference.target}, which is of the kind {spec.kind} and has no "
                    "maps to give; name the pictures instead."
                )
                found[key] = _error(file, message, reference.path)
    return found


def _missing_picture(file: PromptFile) -> PromptFileError | None:
    for reference in _references(file):
        if (
            not reference.target.endswith(PROMPT_SUFFIX)
            and not (file.project.root / reference.target).is_file()
        ):
            return _dangling(file, reference)
    return None


def _dangling(file: PromptFile, reference: _Reference) -> PromptFileError:
    path = file.project.root / reference.target
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    advice = f'did you mean "{near[0]}"?' if near else "check the name and the folder."
    message = f"{spell(reference.path)} names {show(reference.target)}, which does not exist; {advice}"
    return _error(file, message, reference.path)


def _collisions(files: Iterable[PromptFile]) -> dict[FileKey, PromptFileError]:
    """Return an error for each file of those that would write the same output on some file system."""
    owners: dict[tuple[Path, str], PromptFile] = {}
    errors: dict[FileKey, PromptFileError] = {}
    for file in sorted(files, key=lambda item: item.relative):
        for spec in file.specs:
            owner = owners.setdefault((file.project.root, collision_key(spec.asset)), file)
            if owner is file:
                continue
            for one, other in ((owner, file), (file, owner)):
                message = (
                    f'the asset id "{spec.asset}" is also that of {other.path}; rename one of the two, '
                    f"or give one another id."
                )
                errors[_key(one)] = _error(one, message, ("id",))
    return errors


def _circles(
    known: dict[FileKey, PromptFile], errors: dict[FileKey, PromptFileError]
) -> dict[FileKey, PromptFileError]:
    """Return an error for each file that uses itself by way of others."""
    found: dict[FileKey, PromptFileError] = {}
    finished: set[FileKey] = set()
    for start in known:
        trail: list[FileKey] = []
        branches = [iter([start])]
        while branches:
            key = next(branches[-1], None)
            if key is None:
                branches.pop()
                if trail:
                    finished.add(trail.pop())
            elif key in trail:
                found.update(_circle(trail[trail.index(key) :], known))
            elif key in known and key not in finished and key not in errors:
                trail.append(key)
                branches.append(iter([used for used, _ in _used(known[key])]))
    return found


def _circle(keys: list[FileKey], known: dict[FileKey, PromptFile]) -> dict[FileKey, PromptFileError]:
    spelled = " -> ".join(key[1] for key in [*keys, keys[0]])
    errors = {}
    for index, key in enumerate(keys):
        following = keys[(index + 1) % len(keys)]
        reference = next(ref for used, ref in _used(known[key]) if used == following)
        message = f"prompt files use each other in a circle: {spelled}; make one of them from a prompt."
        errors[key] = _error(known[key], message, reference.path)
    return errors


def _spread(known: dict[FileKey, PromptFile], errors: dict[FileKey, PromptFileError]) -> None:
    """Give each file that uses a file with an error one of its own."""
    users: dict[FileKey, list[tuple[FileKey, _Reference]]] = {}
    for key, file in known.items():
        for used, reference in _used(file):
            users.setdefault(used, []).append((key, reference))
    waiting = list(errors)
    while waiting:
        broken = waiting.pop()
        for key, reference in users.get(broken, ()):
            if key not in errors:
                message = f"{reference.words} {broken[1]}, which has an error; mend that one first."
                errors[key] = _error(known[key], message, reference.path)
                waiting.append(key)


def _with_uses(file: PromptFile, known: dict[FileKey, PromptFile]) -> PromptFile:
    uses = tuple(dict.fromkeys(known[key].specs[0].asset for key, _ in _used(file)))
    if not uses:
        return file
    return replace(file, specs=tuple(replace(spec, uses=uses) for spec in file.specs))
