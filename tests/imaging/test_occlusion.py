from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.occlusion import horizon_occlusion


def bumps(n: int) -> torch.Tensor:
    x = 2 * math.pi * (torch.arange(n) + 0.5) / n
    field = (3 * x).sin()[None] * (4 * x).cos()[:, None] + 0.4 * (9 * x).cos()[None] * (7 * x).sin()[:, None]
    return (field - field.min()) / (field.max() - field.min())


def test_a_flat_field_is_fully_open() -> None:
    open_sky = horizon_occlusion(torch.full((24, 40), 0.3), relief_m=0.1, tile_m=2.0, radius_m=0.1)
    assert torch.equal(open_sky, torch.ones(24, 40))


def test_the_floor_of_a_trench_is_darker_than_the_bank_and_the_crest_is_open() -> None:
    height = torch.ones(64, 64)
    height[:, 30:34] = 0.0
    open_sky = horizon_occlusion(height, relief_m=0.05, tile_m=1.0, radius_m=0.1)
    assert open_sky[32, 31] < 0.6
    assert open_sky[32, 10] > 0.99


def test_the_foot_of_a_wall_sees_what_a_loop_over_its_rays_says() -> None:
    height = torch.zeros(96, 96)
    height[:, 48:] = 1.0
    relief, tile, radius, steps = 0.02, 0.96, 0.04, 4  # 1 cm texels, wall 2 cm high
    open_sky = horizon_occlusion(
        height, relief_m=relief, tile_m=tile, radius_m=radius, steps=steps, wraps=(False, False)
    )
    hidden = 0.0
    for ray in range(8):
        angle = 2 * math.pi * ray / 8
        steepest = 0.0
        for k in range(1, steps + 1):
            distance = radius * (k / steps) ** 2
            run = distance / 0.01 * max(abs(math.cos(angle)), abs(math.sin(angle)))  # lattice steps
            near, part = math.floor(run), run - math.floor(run)
            step = round(math.cos(angle) / max(abs(math.cos(angle)), abs(math.sin(angle))))
            walls = [1.0 if (m * step) >= 1 else 0.0 for m in (near, near + 1)]
            rise = (walls[0] * (1 - part) + walls[1] * part) * relief / distance
            steepest = max(steepest, rise * (1 - 0.75 * (distance / radius) ** 2))
        hidden += steepest / math.sqrt(1 + steepest**2)
    assert open_sky[48, 47] == pytest.approx(1 - hidden / 8, abs=1e-4)


@settings(max_examples=10)
@given(st.integers(-99, 99), st.integers(-99, 99), st.sampled_from([4, 8, 12]))
def test_rolling_the_height_rolls_the_occlusion(down: int, right: int, directions: int) -> None:
    height = torch.rand(72, 48, generator=torch.Generator().manual_seed(3))

    def look(field: torch.Tensor) -> torch.Tensor:
        return horizon_occlusion(field, relief_m=0.05, tile_m=1.0, radius_m=0.4, directions=directions)

    assert torch.equal(look(height.roll((down, right), (0, 1))), look(height).roll((down, right), (0, 1)))


def test_twice_the_size_looks_the_same() -> None:
    small, large = (horizon_occlusion(bumps(n), relief_m=0.1, tile_m=2.0, radius_m=0.15) for n in (128, 256))
    halved = large.view(128, 2, 128, 2).mean(dim=(1, 3))
    assert torch.corrcoef(torch.stack([halved.flatten(), small.flatten()]))[0, 1] > 0.995
    assert (halved - small).abs().max() < 0.04


def test_more_relief_never_opens_the_sky() -> None:
    low, high = (horizon_occlusion(bumps(64), relief_m=r, tile_m=2.0, radius_m=0.2) for r in (0.05, 0.2))
    assert (high <= low + 1e-6).all()
    assert high.min() >= 0


def test_an_edge_that_does_not_wrap_ignores_the_other_side() -> None:
    height = torch.zeros(48, 48)
    height[:, -4:] = 1.0
    wrapped, clamped = (
        horizon_occlusion(height, relief_m=0.1, tile_m=1.0, radius_m=0.1, wraps=(w, True))
        for w in (True, False)
    )
    assert wrapped[:, 0].max() < 0.95
    assert torch.equal(clamped[:, :8], torch.ones(48, 8))


def test_a_radius_of_nothing_is_refused() -> None:
    with pytest.raises(SpecError, match="positive lengths"):
        horizon_occlusion(torch.zeros(8, 8), relief_m=0.1, tile_m=1.0, radius_m=0.0)
