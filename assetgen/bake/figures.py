"""Quality figures as lines for people: what was measured, how much it is, how much it may be.

The names and limits are those of the measuring side, which is heavy and cannot be asked from here; a figure that
is not in the table is shown under its own name, without a judgement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LARGEST_SEAM: Final = 1.25
LARGEST_REPETITION: Final = 0.15
DARKEST_DIELECTRIC: Final = 30.0
BRIGHTEST_DIELECTRIC: Final = 240.0
DARKEST_METAL: Final = 180.0
SMALLEST_ROUGHNESS_STD: Final = 0.03
SMALLEST_MEAN_Z: Final = 0.6
LARGEST_LENGTH_ERROR: Final = 1.0 / 127.0
GOOD_PSNR_DB: Final = 35.0
"""Below this, compression can be seen on smooth surfaces at arm's length."""

_PSNR: Final = "_psnr_db"
_SEAM: Final = "seam_"
_ENCODED_SEAM: Final = "_seam"
_ANGLE: Final = "_angle_mean_deg"
_WIDE_ANGLE: Final = "_angle_p99_deg"
_COVERAGE: Final = "_coverage"
_GPU_BYTES: Final = "_gpu_bytes"
_OF_FILES: Final = (_PSNR, _ENCODED_SEAM, _ANGLE, _WIDE_ANGLE, _COVERAGE, _GPU_BYTES)
_LEVEL: Final = re.compile(r"^(.+)_mip(\d+)$")
_LEVEL_ROWS: Final = {
    _PSNR: ("PSNR, dB", ".1f"),
    _ANGLE: ("mean angle error, °", ".2f"),
    _WIDE_ANGLE: ("99 % angle error, °", ".2f"),
    _COVERAGE: ("alpha coverage", ".1%"),
}
_ELSEWHERE: Final = frozenset({"tile_m", "relief_m"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line.

    Args:
        label: what was measured.
        value: with its unit.
        limit: what it is held against, empty when against nothing.
        is_good: whether it keeps the limit; None when there is none.
        note: more to know, empty when there is no more.
    """

    label: str
    value: str
    limit: str = ""
    is_good: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFigures:
    """One figure of one map at every mip level.

    Args:
        label: the map and what was measured.
        values: level 0 first.
    """

    label: str
    values: tuple[str, ...]


def read_levels(quality: Mapping[str, float]) -> tuple[LevelFigures, ...]:
    """Return what was measured at every mip level, map by map; nothing of maps that have one level."""
    rows = []
    for name in quality:
        for ending, (label, form) in _LEVEL_ROWS.items():
            if name.endswith(ending) and len(values := levels_of(quality, name)) > 1:
                shown = tuple(f"{value:{form}}" for value in values)
                rows.append(LevelFigures(label=f"{words(name.removesuffix(ending))}, {label}", values=shown))
    return tuple(rows)


def levels_of(quality: Mapping[str, float], name: str) -> tuple[float, ...]:
    """Return a figure at level 0 and at every mip level behind it, as far as they go without a gap."""
    values = [quality[name]]
    while (level := f"{name}_mip{len(values)}") in quality:
        values.append(quality[level])
    return tuple(values)


def read_figures(quality: Mapping[str, float]) -> tuple[Figure, ...]:
    """Return the lines for the figures of a manifest, in the order in which an artist asks for them."""
    lines = (
        *_seam(quality),
        *_repetition(quality),
        *_colors(quality),
        *_roughness(quality),
        *_normals(quality),
        *_shares(quality),
        *_compression(quality),
    )
    known = _ELSEWHERE | set(_KNOWN)
    rest = [
        name
        for name in quality
        if name not in known
        and not name.startswith(_SEAM)
        and not name.endswith(_OF_FILES)
        and not _LEVEL.match(name)
    ]
    return (*lines, *(Figure(label=words(name), value=f"{quality[name]:g}") for name in rest))


def poor_files(quality: Mapping[str, float]) -> int:
    """Return how many compressed maps are farther from their source than they should be."""
    return sum(name.endswith(_PSNR) and value < GOOD_PSNR_DB for name, value in quality.items())


def words(name: str) -> str:
    """Return a name of the code as words: "base_color" as "base color"."""
    return name.replace("_", " ")


_KNOWN: Final = (
    *("repetition", "albedo_p1", "albedo_p50", "albedo_p99", "dielectric_p1", "dielectric_p99", "metal_p50"),
    *("roughness_min", "roughness_max", "roughness_std", "normal_mean_z", "normal_length_error"),
    *("metallic_share", "occlusion_min"),
)


def _at_most(label: str, value: float, limit: float, *, form: str, unit: str = "", note: str = "") -> Figure:
    return Figure(
        label=label,
        value=f"{value:{form}}{unit}",
        limit=f"≤ {limit:{form}}{unit}",
        is_good=value <= limit,
        note=note,
    )


def _at_least(label: str, value: float, limit: float, *, form: str, unit: str = "", note: str = "") -> Figure:
    return Figure(
        label=label,
        value=f"{value:{form}}{unit}",
        limit=f"≥ {limit:{form}}{unit}",
        is_good=value >= limit,
        note=note,
    )


def _seam(quality: Mapping[str, float]) -> Iterator[Figure]:
    seams = {n.removeprefix(_SEAM): v for n, v in quality.items() if n.startswith(_SEAM)}
    if seams:
        worst = max(seams, key=lambda name: seams[name])
        every = "times the map's own strong lines: "
        every += " · ".join(f"{words(name)} {value:.2f}" for name, value in seams.items())
        yield _at_most(
            f"Seam, worst in {words(worst)}", seams[worst], LARGEST_SEAM, form=".2f", unit=" ×", note=every
        )


def _repetition(quality: Mapping[str, float]) -> Iterator[Figure]:
    if "repetition" in quality:
        note = "brightness that changes in one or two waves over the tile"
        yield _at_most("Visible repetition", quality["repetition"], LARGEST_REPETITION, form=".0%", note=note)


def _colors(quality: Mapping[str, float]) -> Iterator[Figure]:
    codes = [quality.get(f"albedo_{name}") for name in ("p1", "p50", "p99")]
    if None not in codes:
        value = " / ".join(f"{code:.0f}" for code in codes)
        yield Figure(label="Base color, p1 / median / p99", value=value, note="sRGB, 0 to 255")
    if "dielectric_p1" in quality:
        yield _at_least("Darkest non-metal", quality["dielectric_p1"], DARKEST_DIELECTRIC, form=".0f")
    if "dielectric_p99" in quality:
        yield _at_most("Brightest non-metal", quality["dielectric_p99"], BRIGHTEST_DIELECTRIC, form=".0f")
    if "metal_p50" in quality:
        yield _at_least("Bare metal, median", quality["metal_p50"], DARKEST_METAL, form=".0f")


def _roughness(quality: Mapping[str, float]) -> Iterator[Figure]:
    low, high = quality.get("roughness_min"), quality.get("roughness_max")
    reach = f"from {low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    if "roughness_std" in quality:
        spread = quality["roughness_std"]
        yield _at_least("Roughness spread", spread, SMALLEST_ROUGHNESS_STD, form=".3f", note=reach)
    elif reach:
        yield Figure(label="Roughness", value=reach)


def _normals(quality: Mapping[str, float]) -> Iterator[Figure]:
    if "normal_mean_z" in quality:
        note = "1 is flat"
        yield _at_least("Normals, mean z", quality["normal_mean_z"], SMALLEST_MEAN_Z, form=".2f", note=note)
    if "normal_length_error" in quality:
        error = quality["normal_length_error"]
        yield _at_most("Normals, length error", error, LARGEST_LENGTH_ERROR, form=".4f")


def _shares(quality: Mapping[str, float]) -> Iterator[Figure]:
    if "occlusion_min" in quality:
        yield Figure(label="Darkest occlusion", value=f"{quality['occlusion_min']:.2f}", note="1 is open")
    if "metallic_share" in quality:
        yield Figure(label="Share of bare metal", value=f"{quality['metallic_share']:.0%}")


def _compression(quality: Mapping[str, float]) -> Iterator[Figure]:
    for name, value in quality.items():
        if name.endswith(_PSNR):
            label = f"Compressed {words(name.removesuffix(_PSNR))}, PSNR"
            below = levels_of(quality, name)[1:]
            note = (
                f"lowest of its mips {min(below):.1f} dB, at level {below.index(min(below)) + 1}"
                if below
                else ""
            )
            yield _at_least(label, value, GOOD_PSNR_DB, form=".1f", unit=" dB", note=note)
        if name.endswith(_ANGLE):
            stem = name.removesuffix(_ANGLE)
            wide = quality.get(stem + _WIDE_ANGLE)
            note = "" if wide is None else f"99 % are within {wide:.2f}°"
            yield Figure(label=f"Compressed {words(stem)}, angle error", value=f"{value:.2f}°", note=note)
        if name.endswith(_COVERAGE):
            drift = max(abs(level - value) for level in levels_of(quality, name))
            label = f"Alpha coverage of {words(name.removesuffix(_COVERAGE))}"
            yield Figure(label=label, value=f"{value:.1%}", note=f"{drift:.2%} off at most on its mips")
    yield from _encoded_seam(quality)
    yield from _memory(quality)


def _encoded_seam(quality: Mapping[str, float]) -> Iterator[Figure]:
    seams = {n.removesuffix(_ENCODED_SEAM): v for n, v in quality.items() if n.endswith(_ENCODED_SEAM)}
    if seams:
        worst = max(seams, key=lambda name: seams[name])
        label = f"Compressed seam, worst in {words(worst)}"
        yield _at_most(label, seams[worst], LARGEST_SEAM, form=".2f", unit=" ×")


def _memory(quality: Mapping[str, float]) -> Iterator[Figure]:
    sizes = {n.removesuffix(_GPU_BYTES): v for n, v in quality.items() if n.endswith(_GPU_BYTES)}
    if sizes:
        note = " · ".join(f"{words(name)} {megabytes(size)}" for name, size in sizes.items())
        yield Figure(label="In GPU memory", value=megabytes(sum(sizes.values())), note=note)


def megabytes(count: float) -> str:
    """Return a count of bytes for people."""
    if count < 1000:
        return f"{count:.0f} B"
    return f"{count / 1000:.0f} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
