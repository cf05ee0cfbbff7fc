"""Growth rings, grooves and strands: exact means over a texel, and a true distance."""

from __future__ import annotations

import math

import pytest
import torch

from assetgen.backends.procedural.field.rings import groove, growth_rings, texel_change
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import cells, scatter
from assetgen.backends.procedural.operators.piled.strands import strands


def test_a_ring_darkens_slowly_and_ends_abruptly() -> None:
    radius = torch.tensor([[5.05, 5.5, 5.95, 6.05]])
    late = growth_rings(radius, hardness=3.0, width=torch.full_like(radius, 0.01))[0].tolist()
    assert late[0] < late[1] < late[2]
    assert late[2] > 0.8
    assert late[3] < 0.01


@pytest.mark.parametrize("hardness", [1.0, 2.5, 4.0])
@pytest.mark.parametrize("start", [0.3, 17.9, 93.4])
def test_a_wide_texel_holds_the_mean_of_its_rings(hardness: float, start: float) -> None:
    fine = torch.linspace(start - 0.35, start + 0.35, 20001, dtype=torch.float64)
    mean = float(((fine - torch.floor(fine)) ** hardness).mean())
    drawn = growth_rings(torch.tensor([[start]]), hardness=hardness, width=torch.tensor([[0.7]]))
    assert float(drawn) == pytest.approx(mean, abs=2e-3)


def test_the_jump_between_two_pieces_is_no_change_of_the_field() -> None:
    field = torch.arange(16.0).expand(16, 16).clone() * 0.1
    field[:, 8:] += 100
    assert texel_change(field)[:, 7:9] == pytest.approx(0.1, abs=1e-4)


def test_a_groove_narrower_than_a_texel_is_a_faint_line_of_the_same_area() -> None:
    step = 0.001
    distance = torch.arange(-40, 41) * step + 0.0003
    for half_width in (0.0004, 0.003):
        area = float(groove(distance, half_width, step).sum()) * step
        assert area == pytest.approx(2 * half_width, rel=0.02)


def test_a_strand_is_as_wide_as_it_is_asked_to_be_at_every_size() -> None:
    covers = []
    for size in (128, 512):
        torus = Torus(size=size, seed=5, tile_m=1.0)
        laid = strands(torus, "twig", 12, length_m=(0.1, 0.3), reach_m=0.02)
        assert float(laid.distance.max()) == pytest.approx(0.02)
        assert 0 <= int(laid.id.min()) <= int(laid.id.max()) < 12
        covers.append(float(groove(laid.distance, 0.006, 1 / size).mean()))
    assert covers[0] == pytest.approx(covers[1], rel=0.03)


def test_straight_strands_reach_all_around_the_tile() -> None:
    torus = Torus(size=64, seed=1, tile_m=1.0)
    scrolled = Torus(size=64, seed=1, tile_m=1.0, origin=(20, 33))
    there = strands(torus, "s", 10, length_m=(0.5, 0.9), reach_m=0.05).distance
    moved = strands(scrolled, "s", 10, length_m=(0.5, 0.9), reach_m=0.05).distance
    assert float((torch.roll(there, (-33, -20), (0, 1)) - moved).abs().max()) < 1e-4
    assert math.isclose(float(there.amax()), 0.05, rel_tol=1e-6)


def test_the_cheap_border_distance_is_never_more_than_the_exact_one() -> None:
    torus = Torus(size=96, seed=2, tile_m=1.0)
    cheap, exact = scatter(torus, "c", 6, jitter=0.9), cells(torus, "c", 6, jitter=0.9)
    assert torch.equal(cheap.id, exact.id)
    assert bool((cheap.edge <= exact.edge + 1e-5).all())
