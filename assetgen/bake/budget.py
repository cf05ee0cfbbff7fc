"""What was baked, held against its budget: which file, which map, how much it is, how much it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from assetgen.bake.figures import levels_of, megabytes, words
from assetgen.errors import AssetGenError, Place
from assetgen.project.project_file import Defaults, Project
from assetgen.project.scan import ScannedAsset
from assetgen.project.toml_file import read_toml
from assetgen.specs.wording import KeyPath
from assetgen.store.manifest import Manifest, ManifestFile, figure_names

SMALLEST_JUDGED: Final = 64
"""Texels along the longer edge of a mip level that a PSNR floor holds for; what is smaller nobody sees."""
_PACKED: Final = ("orm", "mask", "metallic_smoothness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """One limit that was not kept.

    Args:
        limit: its key, such as `budget.psnr_db.albedo`.
        target: the engine.
        measured: how much it is.
        allowed: how much it may be.
        message: what is beyond what, where, and how to mend it.
        file: the file's name; empty when it is about a whole set.
        map: the map, with its mip level if that is not 0; empty when it is about a whole set.
        place: where the limit stands, when that is known.
    """

    limit: str
    target: str
    measured: float
    allowed: float
    message: str
    file: str = ""
    map: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        """Return `place: message`."""
        return f"{self.place}: {self.message}" if self.place else self.message

    def to_json(self) -> dict[str, object]:
        """Return the documented JSON of an excess."""
        return {
            "limit": self.limit,
            "target": self.target,
            "file": self.file or None,
            "map": self.map or None,
            "measured": self.measured,
            "allowed": self.allowed,
            "message": self.message,
            "limit_file": self.place.path if self.place else None,
            "limit_line": self.place.line if self.place and self.place.line else None,
        }


def has_budget(asset: ScannedAsset) -> bool:
    """Tell whether anything is asked of an asset by itself."""
    return any(_flat(asset.document.get("budget") or {}))


def check_asset(asset: ScannedAsset, manifests: Iterable[Manifest]) -> tuple[Excess, ...]:
    """Return every limit of an asset's budget that its sets do not keep."""
    limits = dict(_flat(asset.document.get("budget") or {}))
    if not limits:
        return ()
    found = [excess for manifest in manifests for excess in _excesses(limits, manifest)]
    return tuple(_with_place(excess, asset) for excess in found)


def check_totals(project: Project, manifests: Iterable[Manifest]) -> tuple[Excess, ...]:
    """Return every limit for all assets of a project together that the sets of one bake do not keep."""
    if not project.totals:
        return ()
    sums: dict[str, dict[str, float]] = {}
    for manifest in manifests:
        of_target = sums.setdefault(manifest.target, dict.fromkeys(_COUNTS, 0.0))
        for name, count in _counts(manifest).items():
            of_target[name] += count
    return tuple(
        Excess(
            limit=f"budget.total_{name}",
            target=target,
            measured=counts[name],
            allowed=allowed,
            message=f"all assets for {target} {_COUNTS[name]} {_amount(name, counts[name])}, more than the "
            f"{_amount(name, allowed)} of budget.total_{name}; make the largest ones smaller, see the report.",
            place=_place_in(project, ("budget", f"total_{name}")),
        )
        for target, counts in sorted(sums.items())
        for name in _COUNTS
        if (allowed := project.totals.get(f"total_{name}")) is not None and counts[name] > allowed
    )


_COUNTS: Final = {"bytes": "take on disk", "gpu_bytes": "take in GPU memory", "texels": "have"}
_SMALLER: Final = {
    "bytes": "write a smaller size or export.sizes, fewer maps, or a format of fewer bits",
    "gpu_bytes": "write a smaller size, fewer maps, or a format of fewer bits",
    "texels": "write a smaller size, or fewer maps",
}


def _flat(budget: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the limits that are set, by their dotted key below `budget`."""
    for name, value in budget.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", limit) for inner, limit in _flat(value))
        elif value is not None:
            yield name, value


def _counts(manifest: Manifest) -> dict[str, float]:
    return {
        "bytes": sum(file.size_bytes for file in manifest.files),
        "gpu_bytes": sum(v for name, v in manifest.quality.items() if name.endswith("_gpu_bytes")),
        "texels": sum(file.width * file.height for file in manifest.files),
    }


def _amount(name: str, count: float) -> str:
    return f"{count:,.0f} texels" if name == "texels" else megabytes(count)


def _excesses(limits: Mapping[str, float], manifest: Manifest) -> Iterator[Excess]:
    for name, count in _counts(manifest).items():
        if name in limits and count > limits[name]:
            largest = max(manifest.files, key=lambda file: file.size_bytes)
            yield Excess(
                limit=f"budget.{name}",
                target=manifest.target,
                measured=count,
                allowed=limits[name],
                message=f"the files for {manifest.target} {_COUNTS[name]} {_amount(name, count)}, more than the "
                f"{_amount(name, limits[name])} of budget.{name}, and the largest is {largest.path} with "
                f"{megabytes(largest.size_bytes)}; {_SMALLER[name]}.",
            )
    for label, file in figure_names(manifest.files).items():
        yield from _map_excesses(limits, manifest, label, file)
    if "seam" in limits:
        yield from _source_seams(limits["seam"], manifest)


def _map_excesses(
    limits: Mapping[str, float], manifest: Manifest, label: str, file: ManifestFile
) -> Iterator[Excess]:
    def excess(limit: str, shown: str, figure: float, allowed: float, mend: str, level: int = 0) -> Excess:
        where = f"{words(file.role)}, mip level {level}" if level else words(file.role)
        return Excess(
            limit=f"budget.{limit}",
            target=manifest.target,
            measured=figure,
            allowed=allowed,
            message=f"{file.path} ({where}) {shown} of budget.{limit}; {mend}.",
            file=file.path,
            map=where,
        )

    quality = manifest.quality
    group = "orm" if file.role in _PACKED else file.role
    key = f"psnr_db.{group}" if f"psnr_db.{group}" in limits else "psnr_db.all"
    if key in limits and f"{label}_psnr_db" in quality:
        levels = levels_of(quality, f"{label}_psnr_db")
        judged = [
            n for n in range(len(levels)) if n == 0 or max(file.width, file.height) >> n >= SMALLEST_JUDGED
        ]
        worst = min(judged, key=levels.__getitem__)
        if levels[worst] < limits[key]:
            shown = f"has a PSNR of {levels[worst]:.2f} dB, less than the {limits[key]:g} dB"
            mend = 'write export.quality = "high", a format of more bits, or a lower floor'
            yield excess(key, shown, levels[worst], limits[key], mend, worst)
    angle = quality.get(f"{label}_angle_mean_deg")
    if angle is not None and angle > limits.get("angle_deg", angle):
        shown = f"has normals that are {angle:.2f}° off on average, more than the {limits['angle_deg']:g}°"
        mend = 'write export.normal = "bc5", a higher export.quality, or a larger angle'
        yield excess("angle_deg", shown, angle, limits["angle_deg"], mend)
    seam = quality.get(f"{label}_seam")
    if seam is not None and seam > limits.get("seam", seam):
        shown = f"has a seam of {seam:.2f} times its own strong lines, more than the {limits['seam']:g}"
        yield excess("seam", shown, seam, limits["seam"], "write a higher export.quality")
    if "coverage" in limits and f"{label}_coverage" in quality:
        levels = levels_of(quality, f"{label}_coverage")
        worst = max(range(len(levels)), key=lambda n: abs(levels[n] - levels[0]))
        drift = abs(levels[worst] - levels[0])
        finest = 1.0 / max((file.width >> worst) * (file.height >> worst), 1)
        if drift > max(limits["coverage"], finest):
            shown = f"passes {drift:.2%} more or less of its texels than level 0, beyond the {limits['coverage']:.2%}"
            yield excess("coverage", shown, drift, limits["coverage"], "write a higher export.quality", worst)


def _source_seams(allowed: float, manifest: Manifest) -> Iterator[Excess]:
    """Yield the maps that had a seam before they were encoded."""
    for name, seam in manifest.quality.items():
        if name.startswith("seam_") and seam > allowed:
            which = words(name.removeprefix("seam_"))
            yield Excess(
                limit="budget.seam",
                target=manifest.target,
                measured=seam,
                allowed=allowed,
                message=f"its {which} has a seam of {seam:.2f} times its own strong lines, more than the "
                f'{allowed:g} of budget.seam; use a source that tiles, or write tile = "none".',
                map=which,
            )


def _with_place(excess: Excess, asset: ScannedAsset) -> Excess:
    return replace(excess, place=_place_of(asset, tuple(excess.limit.split("."))))


def _place_of(asset: ScannedAsset, key: KeyPath) -> Place | None:
    """Return where a limit of an asset stands: in its prompt file, else in the rule or style that gave it."""
    if asset.is_described:
        return Place("spec.budget")
    layers: list[Defaults] = []
    try:
        file = read_toml(asset.path)
        layers.append(Defaults(file.document, file.places))
    except AssetGenError:
        pass
    relative = asset.project.relative(asset.path) or ""
    layers += [rule.defaults for rule in reversed(asset.project.rules) if rule.matches(relative)]
    layers += [style.defaults for style in asset.project.styles.values()]
    for layer in layers:
        if _holds(layer.document, key):
            return layer.places.of((*layer.at, *key))
    return None


def _place_in(project: Project, key: KeyPath) -> Place | None:
    for path in reversed(project.files):
        try:
            file = read_toml(path)
        except AssetGenError:
            continue
        if _holds(file.document, key):
            return file.places.of(key)
    return None


def _holds(document: object, key: KeyPath) -> bool:
    for part in key:
        if not isinstance(document, Mapping) or part not in document:
            return False
        document = document[part]
    return True
