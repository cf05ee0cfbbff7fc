"""What a report knows of one asset: its result, what the store kept of the making, and what lies published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assetgen.bake.results import AssetResult, Status
from assetgen.errors import AssetGenError
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.store.manifest import MANIFEST_SUFFIX, Manifest
from assetgen.store.paths import safe_relative
from assetgen.store.store import Store

LARGEST_PICTURE = 1 << 20
_LONGEST_LINE = 200
_SNIFFED = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"OggS": "audio/ogg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The bytes of a picture, or of a sound's clip, and their media type."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One asset in a report.

    Args:
        result: how it fared.
        record: what the store kept of the making, empty when nothing.
        pictures: sha256 of the previews by name.
        sets: folder and manifest of every set that lies published.
        is_last_good: whether record and sets are of an earlier bake, because this one did not succeed.
        source_line: the line of the prompt file that an error points at, empty when none.
    """

    result: AssetResult
    record: Mapping[str, object]
    pictures: Mapping[str, str]
    sets: tuple[tuple[Path, Manifest], ...]
    is_last_good: bool
    source_line: str = ""

    @property
    def is_failed(self) -> bool:
        """Whether it belongs on top."""
        return self.result.status is Status.FAILED

    @property
    def kind(self) -> str:
        """The asset's kind, empty when nothing is known."""
        return self.sets[0][1].kind if self.sets else ""

    @property
    def provenance(self) -> Mapping[str, object]:
        """Where it came from, of the first set."""
        return self.sets[0][1].provenance if self.sets else {}

    @property
    def prompt_report(self) -> Mapping[str, object]:
        """How the prompt was understood, empty when there is no account."""
        report = self.record.get("prompt_report") or (self.sets[0][1].prompt_report if self.sets else None)
        return report if isinstance(report, Mapping) else {}

    @property
    def quality(self) -> Mapping[str, float]:
        """Every figure; those of the files of all sets."""
        figures: dict[str, float] = {}
        for _, manifest in self.sets:
            figures |= manifest.quality
        return figures

    @property
    def size_bytes(self) -> int:
        """Of all files of all sets."""
        return sum(file.size_bytes for _, manifest in self.sets for file in manifest.files)

    @property
    def prompt(self) -> str:
        """The words that what is shown was made from, or else those it was asked for with."""
        spec = self.provenance.get("spec")
        made_from = spec.get("prompt") if isinstance(spec, Mapping) else ""
        return str(made_from or self.result.prompt)

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """Where something else than was asked for had to be used."""
        return texts(self.record.get("fallbacks") or self.provenance.get("fallbacks"))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning once, without those that only repeat what the prompt's own account says."""
        of_sets = [warning for _, manifest in self.sets for warning in manifest.warnings]
        every = (*self.result.warnings, *texts(self.record.get("warnings")), *of_sets)
        report = self.prompt_report
        said = set(texts(report.get("warnings")))
        said |= {f'"{item["text"]}" was ignored: {item["reason"]}.' for item in ignored_of(report)}
        return tuple(warning for warning in dict.fromkeys(every) if warning not in said)


def read_card(result: AssetResult, store: Store) -> Card:
    """Return what is known of an asset; nothing that is missing or damaged stops it."""
    is_there = result.status in (Status.BAKED, Status.CACHED)
    sets = _sets(map(Path, result.manifests.values())) if is_there else _last_good(result)
    key = result.make_key if is_there else (sets[0][1].key if sets else "")
    record = store.find(key) if key else None
    record = record if isinstance(record, Mapping) else {}
    pictures = record.get("previews")
    return Card(
        result=result,
        record=record,
        pictures={str(n): str(sha) for n, sha in pictures.items()} if isinstance(pictures, Mapping) else {},
        sets=sets,
        is_last_good=bool(sets) and not is_there,
        source_line=_source_line(result),
    )


def read_picture(store: Store, sha: str) -> Picture | None:
    """Return a preview, or None when it is missing, damaged, too large or nothing that a page shows or plays."""
    try:
        if not store.blobs.has(sha) or store.blobs.size(sha) > LARGEST_PICTURE:
            return None
    except AssetGenError:
        return None
    data = store.blobs.find(sha) or b""
    for magic, media_type in _SNIFFED.items():
        if data.startswith(magic):
            return Picture(data=data, media_type=media_type)
    return None


def texts(value: object) -> tuple[str, ...]:
    """Return a list of texts, however little the value is one."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def ignored_of(report: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the ignored stretches of a prompt's account, each with text, reason and suggestions."""
    items = report.get("ignored")
    found = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list | tuple) else []
    return [
        {
            "text": str(item.get("text", "")),
            "reason": str(item.get("reason", "")),
            "suggestions": texts(item.get("suggestions")),
        }
        for item in found
    ]


def _sets(paths: Iterable[Path]) -> tuple[tuple[Path, Manifest], ...]:
    found = []
    for path in paths:
        try:
            found.append((path.parent, Manifest.from_json(path.read_bytes())))
        except (OSError, AssetGenError):
            continue  # cleaned meanwhile, or not ours
    return tuple(found)


def _last_good(result: AssetResult) -> tuple[tuple[Path, Manifest], ...]:
    """Return the sets that an earlier bake left in place."""
    if result.project is None:
        return ()
    relative = result.project.relative(result.prompt_file)
    asset = result.name if result.make_key else (relative or "").removesuffix(PROMPT_SUFFIX)
    try:
        inside = safe_relative(asset)
        targets = sorted(path for path in result.project.output_folder.iterdir() if path.is_dir())
    except (OSError, AssetGenError):
        return ()
    found = _sets(target / inside / f"{inside.name}{MANIFEST_SUFFIX}" for target in targets)
    # Sets of several keys are of several bakes; what belongs to the first one tells one story.
    return tuple((folder, manifest) for folder, manifest in found if manifest.key == found[0][1].key)


def _source_line(result: AssetResult) -> str:
    place = next((error.place for error in result.errors if error.place and error.place.line), None)
    if place is None:
        return ""
    try:
        with Path(place.path).open(encoding="utf-8-sig", errors="replace") as lines:
            line = next(islice(lines, place.line - 1, None), "")
    except OSError:
        return ""
    return line.rstrip()[:_LONGEST_LINE]
