"""Glaze on fired tiles: pools and waves, chips, the net of fine cracks that age brings, soap and lime dried on it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import Laid, corner_loss, edge_loss
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches


@dataclass(frozen=True, slots=True, eq=False)
class Glaze:
    """What the glaze of a tile is like, (N, N) each, read elsewhere for every tile.

    Args:
        pools: where it gathered, about -1..1.
        waves: its own slow unevenness, deviation 1.
        specks: grain, deviation 1.
    """

    pools: Tensor
    waves: Tensor
    specks: Tensor


def pour_glaze(torus: Torus, tiles: Laid) -> Glaze:
    """Return the glaze of tiles, each dipped by itself."""
    shared = torch.stack(
        [
            fbm(torus, "glaze/pools", torus.cells_across(0.1), octaves=5, gain=0.55),
            spectral_noise(torus, "glaze/waves", slope=2.0, low=torus.cells_across(0.12), high=90),
            spectral_noise(torus, "glaze/specks", slope=0.8, low=70),
        ]
    )
    pools, waves, specks = fetch_per_piece(torus, shared, tiles.pieces, "glaze/shift")
    return Glaze(pools=pools, waves=waves, specks=specks)


def chipped_glaze(torus: Torus, tiles: Laid, glaze: Glaze, harm: float) -> Tensor:
    """Return how deep chips at edges and corners go, in metres; `harm` is 0 for sound tiles, 1 for battered ones."""
    fate = tiles.pieces.random(torus, "tiles/fate") ** 3
    flaw = glaze.pools * 0.8 + glaze.waves * 0.12 + glaze.specks * 0.04 + 0.7 * fate * harm - 0.12
    edges = edge_loss(tiles, flaw, amount=0.1 + 0.7 * harm, depth_m=0.002 + 0.005 * harm)
    corners = corner_loss(torus, tiles, "tiles/corners", share=0.015 + 0.12 * harm, size_m=0.017)
    lost = torch.maximum(
        edges, corners + (glaze.pools * 1.3 + glaze.waves * 0.35 + glaze.specks * 0.08) * 0.006
    )
    return (lost.clamp_(min=0) * (0.4 + 0.25 * glaze.pools)).clamp_(0, 0.0018)


def crazing(torus: Torus, tiles: Laid, amount: float) -> Tensor:
    """Return the fine net of cracks in old glaze, 0..1; some tiles craze, others never do."""
    strength = smoothstep(0.35, 0.9, torch.full((1, 1), amount, device=torus.device))
    if float(strength) < 0.02:
        return torus.zeros()
    net_m = fetch_per_piece(torus, crack_distance(torus, "craze", 0.024), tiles.pieces, "craze/shift")
    texel_m = torus.tile_m / torus.size
    line_m = 0.0005
    wide_m = max(line_m, 0.8 * texel_m)
    drawn = smoothstep(wide_m, 0.0, net_m) * (line_m / wide_m)
    prone = tiles.pieces.random(torus, "craze/prone")
    return drawn * strength * smoothstep(0.25, 0.75, prone)


def scale_film(torus: Torus, tiles: Laid, dirt: float) -> Tensor:
    """Return where soap and hard water have dried on the glaze, 0..1: broad patches, thicker near joints."""
    broad = patches(torus, "film", 0.3, amount=0.15 + 0.5 * dirt, soft=0.35)
    return broad * (0.35 + 0.65 * smoothstep(0.03, 0.0, tiles.pieces.edge)) * dirt


def glaze_roughness(
    torus: Torus, look: Look, tiles: Laid, glaze: Glaze, film: Tensor, *, clean: float
) -> Tensor:
    """Return the roughness of glaze under a film; `clean` is that of the best of it.

    The card of the recipe declares `wear` and `dirt`.
    """
    base = look.roughness(clean) + tiles.pieces.random(torus, "glaze/sheen", -0.02, 0.035)
    thin = smoothstep(0.006, 0.0, tiles.pieces.edge)
    mottle = 0.02 * glaze.pools + 0.012 * glaze.specks.clamp(-2, 2)
    wiped = spectral_noise(torus, "film/wiped", slope=1.6, low=8, stretch=(0.3, 1.0)).clamp_(-2, 2)
    mottle = mottle + wiped * (0.012 + 0.02 * look["dirt"])
    return (base + mottle + 0.12 * thin * look["wear"] + 0.3 * film).clamp_(0.05, 0.95)
