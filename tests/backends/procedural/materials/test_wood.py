"""Wood: floors of one wood or two, ends of logs that touch, roofs that weather, coats that shine."""

from __future__ import annotations

import torch

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.layouts.packing import pack_circles
from assetgen.backends.procedural.operators.piled.shingles import shingle_plan
from tests.backends.procedural.checks import draw


def test_circles_that_were_packed_touch_and_do_not_overlap() -> None:
    circles = pack_circles(Torus(64, 5, 2.0), "logs", radius_m=(0.08, 0.2), fill_m=0.03)
    place, radius = circles[:, :2], circles[:, 2]
    apart = place[:, None] - place
    apart = (apart - torch.round(apart)) * 2.0
    room = torch.hypot(apart[..., 0], apart[..., 1]).fill_diagonal_(9.0) - radius[:, None] - radius
    assert room.amin() > -1e-4
    assert (room.amin(1) < 0.01).float().mean() > 0.9
    assert float((radius.square() * torch.pi).sum()) > 0.75 * 2.0 * 2.0


def test_joints_of_shingles_are_staggered() -> None:
    for seed in range(1, 6):
        plan = shingle_plan(Torus(64, seed, 1.5), "roof", rows=8, units=120, widths=(6, 14))
        assert min(width for _, _, width, _ in plan.pieces) >= 6
        starts = [{x for x, y, _, _ in plan.pieces if y == row} for row in range(8)]
        shared = [len(row & above) for row, above in zip(starts, starts[-1:] + starts[:-1], strict=True)]
        assert sum(shared) <= 2


def test_a_floor_of_the_wood_that_was_asked_for_is_of_no_other() -> None:
    one, mixed = (
        draw(RECIPES["parquet"], size=192, seed=4, options=wish) for wish in ({"species": "ash"}, {})
    )

    def redness(color: torch.Tensor) -> torch.Tensor:
        return (color[0] / color[2]).flatten().quantile(0.95) / (color[0] / color[2]).flatten().median()

    assert redness(one.color) < redness(mixed.color)


def test_thatch_turns_from_gold_to_grey() -> None:
    young, old = (draw(RECIPES["thatch"], size=128, traits={"age": age}) for age in (0.0, 1.0))
    for surface, is_gold in ((young, True), (old, False)):
        red, _, blue = surface.color.mean((1, 2))
        assert bool(red > 1.9 * blue) is is_gold


def test_veneer_shines_and_plywood_does_not() -> None:
    veneer, plywood = (draw(RECIPES[name], size=128) for name in ("wood_veneer", "plywood"))
    assert veneer.roughness.median() < 0.3 < 0.5 < plywood.roughness.median()
