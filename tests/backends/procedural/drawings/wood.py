"""Drawings of operators/wood."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.packing import discs, pack_circles
from assetgen.backends.procedural.operators.layouts.plans import basket
from assetgen.backends.procedural.operators.wood.boards import (
    board_joints,
    board_shape,
    drive_nails,
    lay_boards,
    saw_marks,
    splits,
)
from assetgen.backends.procedural.operators.wood.cane import below_node, cane_fibres, stand_canes
from assetgen.backends.procedural.operators.wood.end_grain import (
    chainsaw_marks,
    drying_checks,
    end_rings,
    log_ends_of,
)
from assetgen.backends.procedural.operators.wood.flooring import lay_blocks, lay_chevron, walked_paths
from assetgen.backends.procedural.operators.wood.plaited import plait
from assetgen.backends.procedural.operators.wood.timber import Boards, cut_grain, grow_knots, wood_color
from assetgen.backends.procedural.operators.wood.woods import WOODS
from tests.backends.procedural.drawings.shared import RAMP, Drawing, bend, stacked


def _wood(torus: Torus) -> Tensor:
    """Return boards with everything that is drawn on them."""
    boards = lay_boards(torus, board_m=0.2, mixed_widths=0.6, long_boards=0.4)
    knots = grow_knots(torus, boards, share=0.5, radius_m=(0.01, 0.03))
    grain = cut_grain(torus, boards, knots, WOODS["larch"])
    nails = drive_nails(torus, boards, age=0.5)
    return torch.stack(
        [
            grain.late,
            grain.pores,
            board_joints(torus, boards, grain, gap_m=0.01, wear=0.5),
            *board_shape(torus, boards, grain, gap_m=0.01, wear=0.5),
            splits(torus, boards, grain, age=0.8),
            saw_marks(torus, boards, wear=0.1),
            nails.head,
            *wood_color(torus, boards, knots, grain, WOODS["larch"], ramp=RAMP, knot=RAMP),
        ]
    )


def _log_ends(torus: Torus) -> Tensor:
    circles = pack_circles(torus, "a", radius_m=(0.08, 0.2), fill_m=0.03)
    logs = discs(torus, circles, reach_m=0.1, warp=bend(torus))
    bark_m = torch.full_like(logs.edge, 0.01)
    ends = log_ends_of(
        torus, logs, logs.pick(circles[:, 2].contiguous()), bark_m=bark_m, off_pith=0.3, arc=(0.0, 0.0)
    )
    rings, checks = end_rings(torus, ends, ring_m=0.02), drying_checks(torus, ends, amount=1.0)
    return torch.stack([logs.id.float(), logs.edge, ends.rim_m, rings, checks, chainsaw_marks(torus, ends)])


def _canes(torus: Torus) -> Tensor:
    canes, radius_m, x_m = stand_canes(torus, cane_m=0.15, mixed=0.7)
    fibres = cane_fibres(torus, canes, canes.x, canes.y)
    return torch.stack([radius_m, x_m, below_node(torus, canes, apart_m=0.4), *fibres])


def _plaited(torus: Torus) -> Tensor:
    mat = plait(torus, "a", strip_m=0.12, gap=0.1, over=2, uneven=0.5)
    return torch.cat([stacked(mat.strips), mat.rise[None]])


def _blocks(torus: Torus, boards: Boards) -> Tensor:
    grain = cut_grain(torus, boards, None, WOODS["oak"], any_way=True)
    worn = walked_paths(torus, "walked", wear=0.5, fine=grain.fibre * 0.05)
    return torch.stack([boards.pieces.edge, boards.along, boards.across, boards.to_end, grain.late, worn])


def _chevron(torus: Torus) -> Tensor:
    return _blocks(torus, lay_chevron(torus, "a", width_m=0.15, length_m=0.6, slope=0.7))


DRAWINGS: dict[str, Drawing] = {
    "planks": _wood,
    "parquet blocks": lambda t: _blocks(t, lay_blocks(t, basket(2, fingers=5), "a", turn=0.01)),
    "chevron": _chevron,
    "log ends": _log_ends,
    "canes": _canes,
    "plaited": _plaited,
}
