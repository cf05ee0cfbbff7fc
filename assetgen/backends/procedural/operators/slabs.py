"""Slabs sawn from one block of stone and laid as tiles: the stone changes from each to the next."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.laying import lay_by_hand, rounded_edge
from assetgen.backends.procedural.operators.layouts import courses
from assetgen.backends.procedural.operators.noise import spectral_noise
from assetgen.backends.procedural.operators.palette import mix
from assetgen.backends.procedural.operators.warp import fetch_per_piece
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
    """
    torus = surface.torus
    across = torus.cells_across(edge_m)
    rows = max(2 * round(across / 2), 2) if offset else across
    plan = courses(across, rows, shift=1 if offset else 0)
    laid = lay_by_hand(torus, plan, name, gap_m=joint_m, shift_m=joint_m * 0.12, rounding_m=0.0012)
    tiles = laid.pieces
    planes = torch.cat([surface.height_m[None], surface.roughness[None], surface.color])
    face = fetch_per_piece(torus, planes, tiles, f"{name}/place")
    lean = tiles.x * tiles.random(torus, f"{name}/lean-x", -1, 1) + tiles.y * tiles.random(
        torus, f"{name}/lean-y", -1, 1
    )
    step = tiles.random(torus, f"{name}/step", -0.00035, 0.00035) + lean * 0.0012
    arris = rounded_edge(torus, laid, 0.0012)
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
