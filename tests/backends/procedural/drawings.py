"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.boards import (
    board_joints,
    board_shape,
    drive_nails,
    lay_boards,
    saw_marks,
    splits,
)
from assetgen.backends.procedural.operators.cane import below_node, cane_fibres, stand_canes
from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.end_grain import (
    chainsaw_marks,
    drying_checks,
    end_rings,
    log_ends_of,
)
from assetgen.backends.procedural.operators.flooring import lay_blocks, lay_chevron, walked_paths
from assetgen.backends.procedural.operators.height import blur, blurs, convexity, dome, run_down, smoothstep
from assetgen.backends.procedural.operators.layouts import basket, courses, herringbone, lay
from assetgen.backends.procedural.operators.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.packing import discs, pack_circles
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.plaited import plait
from assetgen.backends.procedural.operators.shingles import (
    butt_splits,
    hang_course,
    overlap,
    shingle_plan,
)
from assetgen.backends.procedural.operators.thrown import throw
from assetgen.backends.procedural.operators.timber import Boards, cut_grain, grow_knots, wood_color
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.woods import WOODS
from assetgen.backends.procedural.surface import Surface, finish

Drawing = Callable[[Torus], Tensor]

RAMP = Palette.of("#302820", "#706050", "#a09080", "#c0b0a0")


def stacked(pieces: Elements) -> Tensor:
    """Return the fields of a layout, (4, N, N): number, x, y, edge."""
    return torch.stack([pieces.id.float(), pieces.x, pieces.y, pieces.edge])


def surface(torus: Torus) -> Surface:
    """Return bumpy cells that glow a little, as a recipe would hand them over."""
    noise = fbm(torus, "noise", 4)
    height_m = dome(cells(torus, "stones", 6).edge, 0.05) * 0.03 + noise * 0.004
    return Surface(
        torus=torus,
        height_m=height_m,
        color=RAMP.paint(noise * 0.5 + 0.5),
        roughness=noise * 0.2 + 0.6,
        metallic=smoothstep(0.1, 0.3, noise),
        emissive=RAMP.paint(spectral_noise(torus, "glow", slope=2.0)),
    )


def finished(torus: Torus) -> Tensor:
    """Return all maps of the finished surface, (12, N, N)."""
    made = finish(surface(torus))
    assert made.emissive is not None
    maps = (made.base_color, made.normal, made.roughness, made.metallic, made.occlusion, made.height)
    return torch.cat([image.pixels for image in (*maps, made.emissive)], dim=-1).movedim(-1, 0).contiguous()


def _bend(torus: Torus) -> tuple[Tensor, Tensor]:
    return warp_field(torus, "bend", 5, 0.02)


def _grains(torus: Torus) -> Tensor:
    found = grains(torus, "grains", 9, warp=_bend(torus))
    return torch.stack([found.id.float(), found.near, found.far])


def _per_piece(torus: Torus) -> Tensor:
    field = torch.stack([fbm(torus, "a", 3), spectral_noise(torus, "b", slope=1.5)])
    return fetch_per_piece(torus, field, lay(torus, courses(3, 6)), "shift")


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
    logs = discs(torus, circles, reach_m=0.1, warp=_bend(torus))
    bark_m = torch.full_like(logs.edge, 0.01)
    ends = log_ends_of(
        torus, logs, logs.pick(circles[:, 2].contiguous()), bark_m=bark_m, off_pith=0.3, arc=(0.0, 0.0)
    )
    rings, checks = end_rings(torus, ends, ring_m=0.02), drying_checks(torus, ends, amount=1.0)
    return torch.stack([logs.id.float(), logs.edge, ends.rim_m, rings, checks, chainsaw_marks(torus, ends)])


def _shingles(torus: Torus) -> Tensor:
    plan = shingle_plan(torus, "a", rows=6, units=30, widths=(3, 6))
    own, over = (hang_course(torus, plan, above=above, gap_m=0.02, skew=0.05) for above in (False, True))
    hang = [course.pieces.random(torus, "hang", 0.0, 0.04) for course in (own, over)]
    seen = overlap(torus, plan, own, over, *hang)
    split = butt_splits(torus, seen, fbm(torus, "b", 9) * 0.01, age=0.9)
    return torch.stack([seen.pieces.id.float(), seen.side_m, seen.to_butt, seen.under, split])


def _thrown(torus: Torus) -> Tensor:
    layer = throw(torus, "a", 90, length_m=(0.1, 0.4), width_m=(0.02, 0.1))
    straw = throw(
        torus, "b", 90, length_m=(0.3, 0.4), width_m=(0.02, 0.1), direction=1.57, spread=0.1, lift=0.8
    )
    return torch.cat([stacked(layer.pieces), stacked(straw.pieces), torch.stack([straw.level, layer.turn])])


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
    "shingles": _shingles,
    "thrown": _thrown,
    "canes": _canes,
    "plaited": _plaited,
    "gradient noise": lambda t: gradient_noise(t, "a", 7, 5),
    "fine gradient noise": lambda t: gradient_noise(t, "a", t.size // 2, 2),
    "fbm": lambda t: fbm(t, "a", 3),
    "ridged fbm": lambda t: fbm(t, "a", 3, shape="ridged", period_y=5),
    "billowing fbm": lambda t: fbm(t, "a", 3, shape="billow"),
    "spectral noise": lambda t: spectral_noise(t, "a", slope=1.3),
    "streaks": lambda t: spectral_noise(t, "a", slope=2.0, low=2, stretch=(1.0, 8.0)),
    "grains": _grains,
    "cells": lambda t: stacked(cells(t, "a", 9)),
    "warped cells": lambda t: stacked(cells(t, "a", 9, warp=_bend(t))),
    "round cells": lambda t: stacked(cells(t, "a", 8, roundness=14.0, brick_rows=True)),
    "bricks": lambda t: stacked(lay(t, courses(3, 6), warp=_bend(t), corner_m=0.01)),
    "herringbone": lambda t: stacked(lay(t, herringbone(2))),
    "fetch": lambda t: fetch(t, fbm(t, "a", 3), *_bend(t)),
    "fetch per piece": _per_piece,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
