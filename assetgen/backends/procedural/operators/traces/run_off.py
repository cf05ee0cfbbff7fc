"""What rain takes down a wall and dries on it: rust, verdigris, dirt, lime, blood - and soot, which goes up."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, run_down, smoothstep
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.torus import Torus


def run_off(torus: Torus, name: str, source: Tensor, length_m: float) -> tuple[Tensor, Tensor]:
    """Let a source run down in thin threads.

    Args:
        torus: the tile.
        name: the random stream.
        source: (N, N) where it comes from, 0..1.
        length_m: way after which half of it has dried.

    Returns:
        (N, N) how much of a texel a streak covers, 0..1, and how dense it is across, deviation 1.
    """
    parted = spectral_noise(torus, f"{name}/parted", slope=0.9, low=24, stretch=(1.0, 22.0))
    broad = spectral_noise(torus, f"{name}/broad", slope=1.4, low=5, stretch=(1.0, 7.0))
    threads = smoothstep(-0.7, 1.5, parted * 0.75 + broad * 0.65)
    run = blur(torus, run_down(torus, source * threads, length_m), 0.0025, 0.010)
    return (run * (0.35 + 0.65 * threads)).clamp_(0, 1), parted


def run_up(torus: Torus, source: Tensor, length_m: float) -> Tensor:
    """Let a mask rise up the tile, as smoke and flames do; see `run_down`."""
    return torch.flip(run_down(torus, torch.flip(source, (0,)), length_m), (0,))
