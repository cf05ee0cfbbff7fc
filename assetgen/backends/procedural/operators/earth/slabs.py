"""Slabs sawn from one block of stone and laid as tiles: the stone changes from each to the next."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.warp import bent_twice, fetch_per_piece
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand, rounded_edge
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.layouts.stonework import block_courses
from assetgen.backends.procedural.surface import Surface


def laid_as_tiles(
    surface: Surface,
    name: str,
    *,
    edge_m: float,
    joint_m: float,
    grout: Tensor,
    offset: bool = False,
    uneven: float = 1.0,
    ragged_m: float = 0.0,
) -> Surface:
    """Return a slab cut into square tiles, each from another place of it, with grout between them.

    Args:
        surface: the uncut slab.
        name: the random stream.
        edge_m: edge of a tile, joint included; moved to the nearest that fits.
        joint_m: width of the joints.
        grout: (3, 1, 1) or (3, N, N) linear color between them.
        offset: whether every other row is moved by half a tile.
        uneven: how far tiles stand higher, lean and differ in tone.
        ragged_m: how far their edges stray from the straight: 0 sawn, 0.003 split.
    """
    torus = surface.torus
    across = torus.cells_across(edge_m)
    rows = max(2 * round(across / 2), 2) if offset else across
    plan = courses(across, rows, shift=1 if offset else 0)
    stray = (
        bent_twice(torus, f"{name}/ragged", (0.06, ragged_m), (0.015, ragged_m * 0.7)) if ragged_m else None
    )
    laid = lay_by_hand(
        torus, plan, name, gap_m=joint_m, shift_m=joint_m * 0.12, rounding_m=0.0012 + ragged_m, warp=stray
    )
    tiles = laid.pieces
    face = _elsewhere(surface, tiles, f"{name}/place")
    lean = tiles.x * tiles.random(torus, f"{name}/lean-x", -1, 1) + tiles.y * tiles.random(
        torus, f"{name}/lean-y", -1, 1
    )
    step = tiles.random(torus, f"{name}/step", -0.00035, 0.00035) + lean * 0.0012
    arris = rounded_edge(torus, laid, 0.0012 + ragged_m * 0.6)
    cover = laid.cover(torus)
    sand = spectral_noise(torus, f"{name}/sand", slope=0.8, low=60).clamp_(-2, 2)
    tone = tiles.random_apart(torus, f"{name}/tone", 1 - 0.07 * uneven, 1 + 0.07 * uneven)
    return replace(
        surface,
        height_m=mix(-0.0012 + 0.00012 * sand, face[0] + step * uneven - arris, cover),
        roughness=mix(0.86 + 0.03 * sand, face[1], cover),
        color=mix(grout * (1 + 0.06 * sand), face[2:] * tone, cover),
        metallic=torch.zeros_like(cover),
    )


def stacked_in_strips(
    surface: Surface, name: str, *, strip_m: float, long: float, proud_m: float, tilt: float = 0.06
) -> Surface:
    """Return a slab split into thin strips that are stacked dry, each from another place of it, some standing out.

    Args:
        surface: the split face.
        name: the random stream.
        strip_m: height of a middling strip.
        long: length of the longest strips by their height.
        proud_m: how far the foremost stand before the hindmost.
        tilt: steepest lean of a strip.
    """
    torus = surface.torus
    unit_m = strip_m / 2
    columns, rows = torus.cells_across(unit_m * 3), torus.cells_across(unit_m)
    plan = block_courses(torus, name, columns, rows, heights=(1, 3), lengths=(1.2, long / 3), split=0.3)
    stray = bent_twice(torus, f"{name}/ragged", (0.08, strip_m * 0.06), (0.015, strip_m * 0.05))
    laid = lay_by_hand(torus, plan, name, gap_m=0.0015, turn=0.008, rounding_m=0.003, warp=stray)
    strips = laid.pieces
    face = _elsewhere(surface, strips, f"{name}/place")
    lean = strips.x * strips.random(torus, f"{name}/lean-x", -tilt, tilt)
    lean = lean + strips.y * strips.random(torus, f"{name}/lean-y", -tilt * 3, tilt * 3)
    out = strips.random_apart(torus, f"{name}/out", 0, proud_m) + lean
    edge = rounded_edge(torus, laid, 0.004)
    gap = 1 - laid.cover(torus)
    tone = strips.random_apart(torus, f"{name}/tone", 0.8, 1.2)
    return replace(
        surface,
        height_m=face[0] + out - edge - gap * 0.006,
        roughness=mix(face[1], 0.92, gap),
        color=face[2:] * tone * (1 - 0.5 * gap),
        metallic=torch.zeros_like(gap),
    )


def _elsewhere(surface: Surface, pieces: Elements, name: str) -> Tensor:
    """Return height, roughness and color of the slab, (5, N, N), read at another place for every piece."""
    planes = torch.cat([surface.height_m[None], surface.roughness[None], surface.color])
    return fetch_per_piece(surface.torus, planes, pieces, name)
