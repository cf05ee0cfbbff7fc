"""Seams: rows of stitches, and how cloth is drawn in around them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus, hash_uniform


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stitches:
    """A row of stitches seen from every texel.

    Args:
        thread: (N, N) how much of a texel is thread, 0..1.
        height: (N, N) roundness of the thread, 0 beside it and where it dives, 1 on its crest.
        pull: (N, N) how far the cloth is drawn down, 0..1: deepest where the thread goes through it.
        strand: (N, N) strands of the thread, -1..1.
        id: (N, N) int64 which stitch.
    """

    thread: Tensor
    height: Tensor
    pull: Tensor
    strand: Tensor
    id: Tensor

    def random(self, torus: Torus, name: str) -> Tensor:
        """Give every stitch one uniform number of a stream, spread over the texels."""
        return hash_uniform(self.id, torus.stream(name))


def stitches(
    torus: Torus,
    name: str,
    away_m: Tensor,
    along: Tensor,
    *,
    stitch_m: float,
    thread_m: float,
    seam_m: float | None = None,
    seam: Tensor | None = None,
) -> Stitches:
    """Return the stitches along a line that runs through the tile, or along many short seams.

    Args:
        torus: the tile.
        name: the random stream.
        away_m: (N, N) metres to the line, either sign.
        along: (N, N) or broadcastable: place along the line, 0..1 from end to end.
        stitch_m: length of a stitch with the gap after it; moved to the nearest that closes.
        thread_m: thickness of the thread.
        seam_m: length of the line; that of the tile when left out, and stitches then start anywhere along it.
        seam: (N, N) int64 which of several seams it is.
    """
    long_m = torus.tile_m if seam_m is None else seam_m
    count = max(round(long_m / stitch_m), 1)
    start = torus.draw(f"{name}/start", 0.0, 1.0) if seam_m is None else 0.0
    place = (along + start) * count
    number = torch.floor(place)
    slot = torch.remainder(number, count).to(torch.int64).expand_as(away_m)
    if seam is not None:
        slot = slot + seam * count
    within = (place - number - 0.5).expand_as(away_m) * (long_m / count)  # metres from a stitch's middle
    wild = hash_uniform(slot, torus.stream(f"{name}/lie")) - 0.5
    off = away_m + wild * (0.25 * thread_m) + within * (wild * 0.08)
    half_long = long_m / count * 0.44
    texel_m = torus.tile_m / torus.size
    beyond = (within.abs() - half_long + thread_m * 0.5).clamp_(min=0)
    reach = torch.sqrt(off * off + beyond * beyond) * (2 / thread_m)
    soft = texel_m / thread_m
    dive = 1 - (within / half_long).square_().clamp_(max=1)
    hole = torch.sqrt(off * off + (within.abs() - half_long).square())
    lay = torch.cos((within / (thread_m * 0.9) + off / thread_m * 0.8) * 6.2831853)
    return Stitches(
        thread=smoothstep(1 + soft, 1 - soft, reach),
        height=torch.sqrt((1 - reach * reach).clamp_(min=0)) * (0.35 + 0.65 * dive),
        pull=torch.exp(-(off / (thread_m * 2.2)).square_()) * 0.6 + 0.4 * torch.exp(-hole * (0.8 / thread_m)),
        strand=lay,
        id=slot,
    )
