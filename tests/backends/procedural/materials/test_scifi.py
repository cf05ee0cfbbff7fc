"""What is of the future keeps to: lamps that shine in the color asked for, routes that never cross."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.layouts.subdivision import subdivided
from assetgen.backends.procedural.operators.metal.circuit import lay_out
from tests.backends.procedural.checks import draw

WHITE = ColorWord("white", (0.95, 0.95, 0.95), metal=False)
RED = ColorWord("red", (0.9, 0.05, 0.05), metal=False)


@pytest.fixture(autouse=True, scope="module")
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("name", ["hull_panels", "tech_floor", "alien_tech"])
def test_lamps_shine_in_the_second_color(name: str) -> None:
    surface = draw(RECIPES[name], size=192, colors=(WHITE, RED))
    assert surface.emissive is not None
    red, green, blue = surface.emissive.amax((1, 2))
    assert red > 1
    assert red > 8 * torch.maximum(green, blue)


def test_what_is_powered_down_does_not_shine() -> None:
    assert draw(RECIPES["tech_floor"], options={"lights": "unlit"}).emissive is None
    dark = draw(RECIPES["hull_panels"], options={"lamps": "none"}).emissive
    assert dark is None or dark.amax() < 0.01


def test_a_glowing_board_glows_where_its_traces_are() -> None:
    board = draw(RECIPES["circuit_board"], size=256, options={"power": "on"})
    assert board.emissive is not None
    assert 0.05 < (board.emissive.amax(0) > 0.5).float().mean() < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_parts_of_a_circuit_never_overlap_and_stand_apart_from_its_vias(seed: int) -> None:
    circuit = lay_out(Torus(size=512, seed=seed, tile_m=0.12), "board", 0.0013, chips=30, traces=1.0)
    stands = circuit.part >= 0
    inside = circuit.pick(circuit.half[0]) - circuit.x.abs(), circuit.pick(circuit.half[1]) - circuit.y.abs()
    assert torch.minimum(*inside)[stands].min() > -1e-5
    assert not (stands & (circuit.via > 0)).any()


@pytest.mark.parametrize("seed", range(3))
def test_cut_plates_fill_the_plates_that_they_came_from(seed: int) -> None:
    plan = courses(2, 3)
    fine, parents = subdivided(
        Torus(size=16, seed=seed, tile_m=2.0), "cut", plan, factor=6, chance=0.9, least=2
    )
    fine.owners()  # raises where pieces overlap or leave a gap
    for number, (_, _, width, height) in enumerate(plan.pieces):
        own = [fine.pieces[i] for i in range(len(parents)) if parents[i] == number]
        assert sum(w * h for _, _, w, h in own) == width * height * 36
    assert len(fine.pieces) > len(plan.pieces)
