"""Shells and stems in old sea floor, cut through at random."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import scatter


def fossils(
    torus: Torus, name: str, sizes_m: Sequence[float], share: float, ragged: Tensor
) -> tuple[Tensor, Tensor]:
    """Return where a fossil is cut, (N, N), 0..1, and its tone, about 0..1: valves are arcs, stems small rings.

    Args:
        torus: the tile.
        name: the random stream.
        sizes_m: length of a valve, for each generation.
        share: share of the places that hold one, 0..1.
        ragged: (N, N) about -1..1, along which outlines stray.
    """
    texel_m = torus.tile_m / torus.size
    cut, tone = torus.zeros(), torus.zeros()
    for number, size_m in enumerate(sizes_m):
        stream = f"{name}/{number}"
        beasts = scatter(torus, stream, torus.cells_across(size_m), jitter=0.9)
        turn = beasts.random(torus, f"{stream}/turn", 0.0, 6.2832)
        along = (beasts.x * torch.cos(turn) + beasts.y * torch.sin(turn)) / size_m + ragged * 0.08
        across = (beasts.y * torch.cos(turn) - beasts.x * torch.sin(turn)) / size_m + ragged * 0.1
        bow = beasts.random(torus, f"{stream}/bow", 0.6, 2.6)
        length = beasts.random(torus, f"{stream}/length", 0.16, 0.44)
        thick = beasts.random(torus, f"{stream}/thick", 0.025, 0.09)
        away = (across - bow * (along.square() - 0.03)).abs() / torch.sqrt(1 + (2 * bow * along).square())
        half = thick * (1 - (along / length).square()).clamp_(min=0)
        valve = ((half - away) * (size_m / texel_m) + 0.3).clamp_(0, 1) * (along.abs() < length)
        radius = torch.sqrt(along.square() + across.square())
        stem = smoothstep(0.13, 0.11, radius) * (1 - 0.9 * smoothstep(0.05, 0.03, radius))
        kind = beasts.random(torus, f"{stream}/kind")
        body = torch.where(kind < 0.16 * share, stem, valve) * (kind < share)
        own = beasts.random(torus, f"{stream}/tone") + 0.12 * torch.sin(along * 60)
        tone = torch.where(body > cut, own, tone)
        cut = torch.maximum(cut, body)
    return cut, tone
