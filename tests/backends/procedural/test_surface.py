from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.media.image import ColorSpace
from tests.backends.procedural.drawings.shared import surface
from tests.backends.procedural.periodic import correlation, shrink


def bumpy(size: int = 64, relief_m: float = 0.02) -> Surface:
    torus = Torus(size, 1, 1.0)
    return replace(surface(torus), height_m=fbm(torus, "hills", 3, octaves=3) * relief_m, emissive=None)


def test_level_runs_from_nought_to_one() -> None:
    level = bumpy().level()
    assert (float(level.min()), float(level.max())) == (0.0, 1.0)


def test_a_flat_surface_has_no_level_no_cavity_and_open_sky() -> None:
    flat = replace(bumpy(), height_m=torch.zeros(64, 64))
    assert float(flat.level().abs().max()) == 0
    assert float(flat.cavity(0.02).abs().max()) == 0
    assert float(flat.occlusion(0.05).min()) == 1
    made = finish(flat)
    assert float((made.normal.pixels - torch.tensor([0.5, 0.5, 1.0])).abs().max()) < 1e-6
    assert made.relief_m > 0


def test_a_pit_is_a_cavity_and_closed_to_the_sky() -> None:
    torus = Torus(64, 1, 1.0)
    v, u = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    pit = -0.05 * torch.exp(-((u - 30).square() + (v - 30).square()) / 18)
    dug = replace(bumpy(), torus=torus, height_m=pit)
    assert float(dug.cavity(0.05)[30, 30]) > 0.5
    assert float(dug.occlusion(0.1)[30, 30]) < 0.8
    assert float(dug.occlusion(0.1)[5, 5]) > 0.98


def test_covering_replaces_only_what_the_mask_shows() -> None:
    base = bumpy()
    mask = torch.zeros(64, 64)
    mask[:32] = 1
    red = flat_color(base.torus, (0.5, 0.0, 0.0))
    covered = base.covered(mask, color=red, roughness=0.25, metallic=1.0, height_m=base.height_m + 1)
    assert torch.equal(covered.color[:, 32:], base.color[:, 32:])
    assert torch.allclose(covered.color[:, :32], red.expand(3, 32, 64), atol=1e-6)
    assert torch.allclose(covered.roughness[:32], torch.tensor(0.25), atol=1e-6)
    assert torch.allclose(covered.metallic[:32], torch.tensor(1.0), atol=1e-6)
    assert torch.equal(covered.height_m, base.height_m + 1)
    assert base.covered(mask, color=red, roughness=0.5).height_m is base.height_m


def test_grime_darkens_hollows_and_never_below_three_fifths() -> None:
    base = bumpy(relief_m=0.2)
    dirty = base.with_grime(1.0, 0.1)
    ratio = dirty.color / base.color
    assert 0.6 - 1e-5 <= float(ratio.min()) < 0.9
    assert float(ratio.max()) <= 1 + 1e-6
    clean = base.with_grime(0.0, 0.1)
    assert torch.allclose(clean.color, base.color)


def test_finished_maps_agree_with_the_height_field() -> None:
    base = bumpy()
    made = finish(base)
    low, high = base.height_m.min(), base.height_m.max()
    assert made.relief_m == pytest.approx(float(high - low))
    assert made.tile_m == base.torus.tile_m
    height = made.height.pixels[..., 0]
    assert torch.allclose(height * made.relief_m + low, base.height_m, atol=1e-6)
    # Slopes in metres per metre, by central differences, against those that the normals tell.
    x, _, z = (made.normal.pixels * 2 - 1).unbind(-1)
    slope = (torch.roll(base.height_m, -1, 1) - torch.roll(base.height_m, 1, 1)) * 32
    assert correlation(-x / z, slope) > 0.98


def test_finish_keeps_matter_plausible() -> None:
    base = bumpy()
    wild = replace(base, color=base.color * 0 + torch.tensor([0.0, 0.5, 3.0])[:, None, None])
    made = finish(replace(wild, roughness=torch.full((64, 64), -1.0), metallic=torch.full((64, 64), 2.0)))
    assert float(made.base_color.pixels.min()) * 255 == pytest.approx(30, abs=2)
    assert float(made.base_color.pixels.max()) * 255 == pytest.approx(238, abs=2)
    assert float(made.roughness.pixels.max()) == pytest.approx(0.04)
    assert float(made.metallic.pixels.max()) == 1
    assert made.base_color.space is ColorSpace.SRGB
    assert made.roughness.space is ColorSpace.DATA


def test_emission_keeps_its_strength_beside_a_map_that_reaches_one() -> None:
    base = bumpy()
    made = finish(replace(base, emissive=base.color * 8))
    assert made.emissive is not None
    assert float(made.emissive.pixels.max()) == pytest.approx(1, abs=1e-4)
    assert made.emissive_strength == pytest.approx(float((base.color * 8).max()), rel=1e-5)
    assert finish(base).emissive is None


def test_normal_strength_steepens_the_slopes_alone() -> None:
    plain, strong = finish(bumpy()), finish(bumpy(), normal_strength=2.0)
    assert torch.equal(plain.height.pixels, strong.height.pixels)
    tilt = [1 - float(made.normal.pixels[..., 2].min()) for made in (plain, strong)]
    assert tilt[1] > 1.5 * tilt[0]


def test_finished_maps_are_the_same_picture_at_every_size() -> None:
    small, large = finish(bumpy(128)), finish(bumpy(512))
    for name in ("height", "occlusion", "normal"):
        one = getattr(small, name).pixels[..., 0]
        other = shrink(getattr(large, name).pixels[..., 0].contiguous(), 4)
        assert correlation(one, other) > 0.98, name
