"""The figures that a manifest carries for a material, and whether they are plausible for a real surface.

Figures are counted or summed in double precision and rounded, so that they do not depend on threads. The
limits are those of PBR authoring charts: no real dielectric is darker than soot or brighter than fresh snow,
bare metal reflects most of the light, and no real surface is equally rough everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from assetgen.imaging.tiling import repetition, seam_ratio
from assetgen.media.image import Image
from assetgen.media.material import Material

DARKEST_DIELECTRIC = 30.0
BRIGHTEST_DIELECTRIC = 240.0
DARKEST_METAL = 180.0
METAL = 0.9
SMALLEST_METAL_SHARE = 0.002
SMALLEST_ROUGHNESS_STD = 0.03
LARGEST_LENGTH_ERROR = 1.0 / 127.0
SMALLEST_MEAN_Z = 0.6
LARGEST_REPETITION = 0.15
LARGEST_SEAM = 1.25

_DIGITS = 4


def measure_material(material: Material) -> dict[str, float]:
    """Return the figures of a material by name; a figure whose map is absent is left out.

    Names and units:
        relief_m, tile_m: metres.
        albedo_p1, albedo_p50, albedo_p99: percentiles of the sRGB code of all texels, 0..255.
        dielectric_p1, dielectric_p99, metal_p50: the same of texels below and above METAL metallic.
        roughness_min, roughness_max, roughness_std: 0..1.
        metallic_share: share of texels above METAL.
        normal_mean_z, normal_length_error: of the vectors; the error is the largest |length - 1|.
        occlusion_min: 0..1.
        repetition: share of the albedo's variation in its longest waves, 0..1.
        seam_<map>: worse axis of the map's seam ratio, for maps that wrap.
    """
    figures = {"tile_m": material.tile_m, "relief_m": material.relief_m}
    figures |= dict(_albedo_figures(material))
    figures |= dict(_surface_figures(material))
    for role, image in material.maps():
        if all(image.wraps):
            figures[f"seam_{role}"] = seam_ratio(image).worst
    return {name: round(float(value), _DIGITS) for name, value in figures.items()}


def check_plausible(figures: dict[str, float]) -> tuple[str, ...]:
    """Return a plain sentence for every figure that no real surface has; empty is good."""
    return tuple(
        (
            *_color_warnings(figures),
            *_shape_warnings(figures),
            *(
                f"{name.removeprefix('seam_')} shows a seam at its edge: {value:.2f} times its own strong "
                f"lines, not more than {LARGEST_SEAM}."
                for name, value in figures.items()
                if name.startswith("seam_") and value > LARGEST_SEAM
            ),
        )
    )


def _albedo_figures(material: Material) -> Iterator[tuple[str, float]]:
    if material.base_color is None:
        return
    code = _gray_code(material.base_color)
    is_metal = _is_metal(material, code)
    for name, place in (("p1", 0.01), ("p50", 0.5), ("p99", 0.99)):
        yield f"albedo_{name}", _percentile(code, place)
    dielectric, metal = code[~is_metal], code[is_metal]
    # A handful of texels says nothing about a surface.
    if dielectric.numel() >= SMALLEST_METAL_SHARE * code.numel():
        yield "dielectric_p1", _percentile(dielectric, 0.01)
        yield "dielectric_p99", _percentile(dielectric, 0.99)
    if metal.numel() >= SMALLEST_METAL_SHARE * code.numel():
        yield "metal_p50", _percentile(metal, 0.5)
    yield "repetition", repetition(material.base_color)


def _surface_figures(material: Material) -> Iterator[tuple[str, float]]:
    if material.roughness is not None:
        low, high, spread = _spread(material.roughness.pixels)
        yield from (("roughness_min", low), ("roughness_max", high), ("roughness_std", spread))
    if material.metallic is not None:
        metal = material.metallic.pixels > METAL
        yield "metallic_share", int(metal.sum()) / metal.numel()
    if material.normal is not None:
        vectors = material.normal.pixels * 2.0 - 1.0
        x, y, z = vectors.unbind(-1)
        length = (x * x).add_(y * y).add_(z * z).sqrt_()
        yield "normal_mean_z", float(z.double().mean())
        yield "normal_length_error", float(length.sub_(1.0).abs_().max())
    if material.occlusion is not None:
        yield "occlusion_min", float(material.occlusion.pixels.min())


def _color_warnings(figures: dict[str, float]) -> Iterator[str]:
    dark, bright, metal = (figures.get(n) for n in ("dielectric_p1", "dielectric_p99", "metal_p50"))
    if dark is not None and dark < DARKEST_DIELECTRIC:
        yield (
            f"base color is too dark for a dielectric: 1 % of it is below sRGB {dark:.0f}, "
            f"and real ones stay above {DARKEST_DIELECTRIC:.0f}."
        )
    if bright is not None and bright > BRIGHTEST_DIELECTRIC:
        yield (
            f"base color is too bright for a dielectric: 1 % of it is above sRGB {bright:.0f}, "
            f"and real ones stay below {BRIGHTEST_DIELECTRIC:.0f}."
        )
    if metal is not None and metal < DARKEST_METAL:
        yield (
            f"bare metal is too dark: its middle is sRGB {metal:.0f}, and real metals reflect at least "
            f"{DARKEST_METAL:.0f}; darker metal is rust, paint or dirt, which is metallic 0."
        )
    if figures.get("repetition", 0.0) > LARGEST_REPETITION:
        yield (
            f"tiles will show as a pattern: {figures['repetition']:.0%} of the brightness changes in one or "
            f"two waves over the tile, not more than {LARGEST_REPETITION:.0%}."
        )


def _shape_warnings(figures: dict[str, float]) -> Iterator[str]:
    if figures.get("roughness_std", 1.0) < SMALLEST_ROUGHNESS_STD:
        yield (
            f"roughness is almost the same everywhere: it varies by {figures['roughness_std']:.3f}, "
            f"and real surfaces by {SMALLEST_ROUGHNESS_STD} or more."
        )
    if figures.get("normal_length_error", 0.0) > LARGEST_LENGTH_ERROR:
        yield (
            f"normals are not of length 1: the worst is off by {figures['normal_length_error']:.3f}, "
            f"not more than {LARGEST_LENGTH_ERROR:.3f}."
        )
    if figures.get("normal_mean_z", 1.0) < SMALLEST_MEAN_Z:
        yield (
            f"normals lean too far on average: mean z is {figures['normal_mean_z']:.2f}, "
            f"not below {SMALLEST_MEAN_Z}; lower the relief or enlarge the tile."
        )


def _gray_code(image: Image) -> Tensor:
    """Return the mean sRGB code of the visible texels, as whole numbers 0..255."""
    code = image.pixels[..., :3].sum(dim=-1).mul_(85.0).round_().clamp_(0, 255).to(torch.int64)
    return code.flatten()


def _is_metal(material: Material, code: Tensor) -> Tensor:
    if material.metallic is not None:
        return (material.metallic.pixels > METAL).flatten()
    return torch.full_like(code, material.metallic_factor > METAL, dtype=torch.bool)


def _percentile(code: Tensor, place: float) -> float:
    """Return the smallest code that `place` of all texels do not exceed."""
    running = torch.bincount(code, minlength=256).cumsum(0)
    return float(int((running < place * code.numel()).sum()))


def _spread(pixels: Tensor) -> tuple[float, float, float]:
    values = pixels.double()
    return float(pixels.min()), float(pixels.max()), float((values - values.mean()).square().mean().sqrt())
