from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.quality import check_plausible, measure_material
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

WRAPS = (True, True)


def field(low: float, high: float, seed: int = 1) -> torch.Tensor:
    noise = torch.rand(64, 64, 1, generator=torch.Generator().manual_seed(seed))
    return low + (high - low) * noise


def stone() -> Material:
    height = field(0.0, 1.0)
    normal = encode_normal(normal_from_height(height[..., 0], relief_m=0.004, tile_m=1.0))
    return Material(
        tile_m=1.0,
        relief_m=0.004,
        base_color=Image(
            field(0.2, 0.7, seed=2).expand(64, 64, 3).contiguous(), ColorSpace.SRGB, wraps=WRAPS
        ),
        normal=Image(normal, ColorSpace.DATA, wraps=WRAPS),
        roughness=Image(field(0.5, 0.9, seed=3), ColorSpace.DATA, wraps=WRAPS),
        metallic=Image(torch.zeros(64, 64, 1), ColorSpace.DATA, wraps=WRAPS),
        height=Image(height, ColorSpace.DATA, wraps=WRAPS),
    )


def test_a_plausible_stone_has_its_figures_and_no_warning() -> None:
    figures = measure_material(stone())
    assert check_plausible(figures) == ()
    assert figures["albedo_p1"] == pytest.approx(0.205 * 255, abs=2)
    assert figures["albedo_p50"] == pytest.approx(0.45 * 255, abs=4)
    assert figures["albedo_p99"] == pytest.approx(0.695 * 255, abs=2)
    assert figures["roughness_std"] == pytest.approx(0.4 / 12**0.5, abs=0.01)
    assert figures["roughness_min"] >= 0.5
    assert figures["metallic_share"] == 0
    assert figures["relief_m"] == 0.004
    assert {"seam_base_color", "seam_normal", "seam_roughness", "seam_height", "repetition"} <= set(figures)
    assert "metal_p50" not in figures


def test_figures_of_absent_maps_are_left_out() -> None:
    assert measure_material(Material(tile_m=2.0, relief_m=0.1)) == {"tile_m": 2.0, "relief_m": 0.1}


def color(low: float, high: float) -> Image:
    return Image(field(low, high).expand(64, 64, 3).contiguous(), ColorSpace.SRGB, wraps=WRAPS)


def wave() -> Image:
    x = torch.sin(torch.arange(64) / 64 * 6.2832).view(1, 64, 1).expand(64, 64, 3)
    return Image((0.5 + 0.2 * x).contiguous(), ColorSpace.SRGB, wraps=WRAPS)


def data(values: torch.Tensor) -> Image:
    return Image(values, ColorSpace.DATA, wraps=WRAPS)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"base_color": color(0.0, 0.5)}, "too dark for a dielectric"),
        ({"base_color": color(0.5, 1.0)}, "too bright for a dielectric"),
        ({"metallic": data(torch.ones(64, 64, 1))}, "bare metal is too dark"),
        ({"roughness": data(field(0.5, 0.51))}, "almost the same"),
        ({"normal": data(torch.full((64, 64, 3), 0.7))}, "length 1"),
        ({"normal": data(torch.tensor([1.0, 0.5, 0.5]).expand(64, 64, 3).contiguous())}, "mean z"),
        ({"base_color": wave()}, "pattern"),
        ({"height": data(torch.linspace(0, 1, 64).view(64, 1, 1).expand(64, 64, 1).contiguous())}, "seam"),
    ],
)
def test_an_implausible_map_is_named_in_a_plain_sentence(change: dict[str, Image], word: str) -> None:
    warnings = check_plausible(measure_material(replace(stone(), **change)))
    assert any(word in sentence for sentence in warnings)


def test_a_bright_metal_is_not_held_to_the_limits_of_dielectrics() -> None:
    steel = replace(stone(), base_color=color(0.8, 1.0), metallic=data(torch.ones(64, 64, 1)))
    assert check_plausible(measure_material(steel)) == ()


def test_an_image_that_does_not_wrap_is_not_measured_for_seams() -> None:
    ramp = torch.linspace(0.2, 0.8, 64).view(64, 1, 1).expand(64, 64, 1).contiguous()
    figures = measure_material(replace(stone(), height=Image(ramp, ColorSpace.DATA)))
    assert "seam_height" not in figures
