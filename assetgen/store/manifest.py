"""The manifest beside every published set: which files belong to it, by hash, and where they came from.

`<name>.assetgen.json` is written last, so a set whose manifest verifies is complete and of one revision. A
reader mimics `verify_set`: read the manifest once, read each listed file once, compare size and sha256, and
use the very bytes that were compared. Any difference means that the set is being written, was edited or is
damaged.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from assetgen.errors import FormatError, SpecError, StoreError
from assetgen.specs.paths import collision_key
from assetgen.store.keys import canonical_json, hash_bytes, is_hash
from assetgen.store.paths import confined, safe_relative

MANIFEST_VERSION: Final = 2
"""Of manifests that tell an engine something; what they tell is all that version 1 lacks, and others remain of it."""
MANIFEST_SUFFIX: Final = ".assetgen.json"
MAX_MANIFEST_BYTES: Final = 16 << 20

_T = TypeVar("_T")

_MARK: Final = "assetgen_manifest"
_TARGET: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """One file of a set.

    Args:
        role: what it is for, such as `base_color` or `orm`.
        path: relative to the set's folder, forward slashes, NFC.
        format: the encoding inside, such as `BC7_UNORM_SRGB`.
        media_type: such as `image/vnd-ms.dds`.
        size_bytes: its length.
        sha256: of its bytes, 64 hex digits.
        width: in texels, 0 when it is no image.
        height: in texels, 0 when it is no image.
        mips: mip levels, 0 when it is no image.
        color_space: `srgb`, `linear` or `data`; empty when it is no image.
        engine: what the target's engine must be told of it, by class and property of the engine; plain JSON values.

    Raises:
        SpecError: a field has the wrong type or an impossible value.
    """

    role: str
    path: str
    format: str
    media_type: str
    size_bytes: int
    sha256: str
    width: int = 0
    height: int = 0
    mips: int = 0
    color_space: str = ""
    engine: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("role", "path", "format", "media_type", "color_space"):
            _check_text(name, getattr(self, name), may_be_empty=name == "color_space")
        for name in ("size_bytes", "width", "height", "mips"):
            _check_count(name, getattr(self, name))
        _check_hash("sha256", self.sha256)
        if str(safe_relative(self.path)) != self.path or self.path.casefold().endswith(MANIFEST_SUFFIX):
            raise SpecError(f"path = {self.path!r} is not in normal form or names a manifest; rename it.")
        _check_plain("engine", self.engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was published for one asset and one target.

    Args:
        asset: the asset's id, its path in the project.
        kind: such as `material`.
        target: the engine it was made for, such as `unity`.
        key: of making, 64 hex digits.
        full_key: of making and exporting, 64 hex digits.
        files: the set, without the manifest itself; at least one.
        provenance: spec, seed, backend, versions, seconds; plain JSON values.
        quality: measured figures, all finite.
        prompt_report: what the prompt was understood as, or None.
        warnings: plain sentences.

    Raises:
        SpecError: a field has the wrong type or an impossible value, or two files collide.
    """

    asset: str
    kind: str
    target: str
    key: str
    full_key: str
    files: tuple[ManifestFile, ...]
    provenance: Mapping[str, object]
    quality: Mapping[str, float]
    prompt_report: Mapping[str, object] | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_text("asset", self.asset)
        _check_text("kind", self.kind)
        safe_relative(self.asset)
        if not isinstance(self.target, str) or not _TARGET.fullmatch(self.target):
            raise SpecError(f"target = {self.target!r} is not a target's name; write one such as unity.")
        _check_hash("key", self.key)
        _check_hash("full_key", self.full_key)
        _check_files(self.files)
        _check_plain("provenance", self.provenance)
        if self.prompt_report is not None:
            _check_plain("prompt_report", self.prompt_report)
        for name, figure in self.quality.items():
            if isinstance(figure, bool) or not isinstance(figure, int | float) or not math.isfinite(figure):
                raise SpecError(f"quality.{name} = {figure!r} is not a finite number.")
        for warning in self.warnings:
            _check_text("warning", warning)

    @property
    def filename(self) -> str:
        """The manifest's own file name, `<name>.assetgen.json`."""
        return PurePosixPath(self.asset).name + MANIFEST_SUFFIX

    @property
    def version(self) -> int:
        """Of the format: the lowest that can hold what it says."""
        return MANIFEST_VERSION if any(file.engine for file in self.files) else 1

    def hashes(self) -> dict[str, str]:
        """Return path -> sha256 of every file of the set."""
        return {file.path: file.sha256 for file in self.files}

    def to_document(self) -> dict[str, object]:
        """Return the manifest as plain JSON values."""
        return {
            _MARK: self.version,
            "asset": self.asset,
            "kind": self.kind,
            "target": self.target,
            "key": self.key,
            "full_key": self.full_key,
            "files": [_file_document(file, self.version) for file in self.files],
            "provenance": dict(self.provenance),
            "quality": dict(self.quality),
            "prompt_report": None if self.prompt_report is None else dict(self.prompt_report),
            "warnings": list(self.warnings),
        }

    def to_json(self) -> bytes:
        """Return the bytes of the manifest file: sorted, indented by two, UTF-8, one newline at the end."""
        text = json.dumps(self.to_document(), ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2)
        return text.encode() + b"\n"

    @classmethod
    def from_document(cls, document: object) -> Manifest:
        """Return the manifest of a document made by `to_document`.

        Raises:
            FormatError: a field is missing, unknown, of the wrong type or impossible.
        """
        values = _exact(document, {_MARK, *_names(cls)}, "the manifest")
        version = _typed(values[_MARK], int, _MARK)
        if isinstance(version, bool) or version not in (1, MANIFEST_VERSION):
            raise FormatError(f"{_MARK} = {version!r} is not 1 or {MANIFEST_VERSION}; update assetgen.")
        files = _typed(values["files"], list, "files")
        texts = {name: _typed(values[name], str, name) for name in ("asset", "kind", "target")}
        report = values["prompt_report"]
        try:
            return cls(
                **texts,
                key=_typed(values["key"], str, "key"),
                full_key=_typed(values["full_key"], str, "full_key"),
                files=tuple(_file(file, version) for file in files),
                provenance=_typed(values["provenance"], dict, "provenance"),
                quality=_typed(values["quality"], dict, "quality"),
                prompt_report=None if report is None else _typed(report, dict, "prompt_report"),
                warnings=tuple(_typed(values["warnings"], list, "warnings")),
            )
        except SpecError as error:
            raise FormatError(f"the manifest is not valid: {error.message}") from error

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Return the manifest of a manifest file's bytes.

        Raises:
            FormatError: the bytes are not a manifest, or not a valid one.
        """
        if len(data) > MAX_MANIFEST_BYTES:
            raise FormatError(f"a manifest of {len(data)} bytes is longer than {MAX_MANIFEST_BYTES}.")
        try:
            document = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"the manifest is not JSON in UTF-8: {error}.") from error
        return cls.from_document(document)


def figure_names(files: Iterable[ManifestFile]) -> dict[str, ManifestFile]:
    """Return files by what their figures in `quality` begin with.

    That is a file's role, with its size or ending behind it where an earlier file has the same role.
    """
    named: dict[str, ManifestFile] = {}
    for file in files:
        size, ending = max(file.width, file.height), file.path.rpartition(".")[2]
        sized = (f"{file.role}_{size}",) if size else ()
        names = (file.role, *sized, f"{file.role}_{ending}", f"{file.role}_{size}_{ending}")
        named[next((name for name in names if name not in named), names[-1])] = file
    return named


def verify_set(manifest_path: Path) -> Manifest:
    """Return the manifest of a published set after comparing every file with it.

    Raises:
        StoreError: the manifest or one of its files is missing, torn, edited or of another revision; the
            message names the first one.
    """
    try:
        manifest = Manifest.from_json(manifest_path.read_bytes())
    except OSError as error:
        raise StoreError(f"the manifest {manifest_path} cannot be read: {error.strerror}.") from error
    except FormatError as error:
        raise StoreError(f"the manifest {manifest_path} is damaged: {error.message}") from error
    if manifest.filename != manifest_path.name:
        raise StoreError(f"{manifest_path} is the manifest of {manifest.asset!r}; bake again.")
    for file in manifest.files:
        _verify_file(manifest_path.parent, file)
    return manifest


def _verify_file(folder: Path, file: ManifestFile) -> None:
    path = folder / file.path
    try:
        data = confined(folder, file.path).read_bytes()
    except (OSError, SpecError) as error:
        raise StoreError(f"{path} is missing or cannot be read; bake again to restore it.") from error
    if len(data) != file.size_bytes or hash_bytes(data) != file.sha256:
        raise StoreError(f"{path} is not the file its manifest lists; bake again to restore it.")


def _file_document(file: ManifestFile, version: int) -> dict[str, object]:
    document = {name: getattr(file, name) for name in _file_names(version)}
    return document if version == 1 else {**document, "engine": dict(file.engine)}


def _file(document: object, version: int) -> ManifestFile:
    values = _exact(document, set(_file_names(version)), "a file")
    return ManifestFile(
        role=_typed(values["role"], str, "role"),
        path=_typed(values["path"], str, "path"),
        format=_typed(values["format"], str, "format"),
        media_type=_typed(values["media_type"], str, "media_type"),
        size_bytes=_typed(values["size_bytes"], int, "size_bytes"),
        sha256=_typed(values["sha256"], str, "sha256"),
        width=_typed(values["width"], int, "width"),
        height=_typed(values["height"], int, "height"),
        mips=_typed(values["mips"], int, "mips"),
        color_space=_typed(values["color_space"], str, "color_space"),
        engine={} if version == 1 else _typed(values["engine"], dict, "engine"),
    )


def _names(record: type[Manifest] | type[ManifestFile]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _file_names(version: int) -> tuple[str, ...]:
    return tuple(name for name in _names(ManifestFile) if version > 1 or name != "engine")


def _check_text(name: str, value: object, *, may_be_empty: bool = False) -> None:
    if not isinstance(value, str) or not (value or may_be_empty):
        raise SpecError(f"{name} = {value!r} is not a text.")
    canonical_json(value)


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise SpecError(f"{name} = {value!r} is not a count.")


def _check_hash(name: str, value: object) -> None:
    if not is_hash(value):
        raise SpecError(f"{name} = {value!r} is not a sha256 in lower-case hex.")


def _check_files(files: tuple[ManifestFile, ...]) -> None:
    if not files:
        raise SpecError("a set without files cannot be published.")
    taken: set[str] = set()
    folders: set[str] = set()
    for file in files:
        key = collision_key(file.path)
        above = {str(parent) for parent in PurePosixPath(key).parents}
        if key in taken | folders or above & taken:
            raise SpecError(f"{file.path!r} collides with another file of the set; rename one.")
        taken.add(key)
        folders |= above


def _check_plain(name: str, value: object) -> None:
    """Refuse what has no canonical JSON form; `bytes`, enums and NaN among it."""
    if not isinstance(value, Mapping):
        raise SpecError(f"{name} is a {type(value).__name__}, not a table.")
    canonical_json(value)


def _exact(document: object, names: set[str], what: str) -> dict[str, object]:
    values = _typed(document, dict, what)
    if wrong := sorted(names ^ values.keys()):
        state = "lacks" if wrong[0] in names else "has an unknown"
        raise FormatError(f"{what} {state} field {wrong[0]!r}.")
    return values


def _typed(value: object, kind: type[_T], name: str) -> _T:
    if not isinstance(value, kind):
        raise FormatError(f"{name} is a {type(value).__name__}, not a {kind.__name__}.")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice in one table")
    return values


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")
