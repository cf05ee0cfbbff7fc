"""Waves that follow one direction without being regular: ripples of sand, ropes of lava, sastrugi, wavelets.

A narrow band of frequencies around one wave adds up to crests that wander, end and fork as wind ripples do. The sum
of the same waves a quarter turn later tells the phase, so a crest can be given any profile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus, hash_uniform

_ROUNDS = 3
"""How often all waves are made equally strong and brought back into their band: chance alone leaves large places
without any, and wind does not."""


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Waves seen from every texel.

    Args:
        phase: (N, N) place between two crests, 0..1, growing along the direction in which they travel; 0 is a crest.
        strength: (N, N) about 1, falling to 0 where crests end or fork.
    """

    phase: Tensor
    strength: Tensor

    def profile(self, *, lean: float = 0.5, sharp: float = 0.0) -> Tensor:
        """Return their height, (N, N), 0 in the trough to about 1 on the crest.

        Args:
            lean: share of a wave that its crest's lee side takes: 0.5 even, 0.25 steep in front as wind ripples are.
            sharp: 0 round crests, 1 crests like edges between round troughs.
        """
        ahead = torch.where(
            self.phase < lean, self.phase * (0.5 / lean), 1 - (1 - self.phase) * (0.5 / (1 - lean))
        )
        height = 0.5 + 0.5 * torch.cos(ahead * (2 * math.pi))
        edge = (1 - 2 * torch.minimum(ahead, 1 - ahead)).clamp(min=0)
        return (height + (edge * edge - height) * sharp) * smoothstep(0.0, 0.4, self.strength)


def waves(
    torus: Torus,
    name: str,
    length_m: float,
    *,
    direction: float = 0.0,
    wander: float = 0.22,
    uneven: float = 0.14,
) -> Waves:
    """Return waves of about one length that travel in one direction.

    Args:
        torus: the tile.
        name: the random stream.
        length_m: from crest to crest.
        direction: in which they travel, in radians; 0 to the right, so that crests stand upright.
        wander: how far their direction varies, about in radians; the larger, the shorter are the crests.
        uneven: how far their length varies, as a share of it.
    """
    size, reach = torus.size, torus.size // 2 - 1
    middle = torus.tile_m / length_m
    top = min(reach, math.ceil(middle * (1 + 4 * max(uneven, wander))))
    axis = torch.arange(-top, top + 1, device=torus.device, dtype=torch.int64)
    ky, kx = axis[:, None], axis[None, :]
    along = kx * math.cos(direction) + ky * math.sin(direction)
    aside = ky * math.cos(direction) - kx * math.sin(direction)
    off = ((along - middle) / (uneven * middle)).square() + (aside / (wander * middle)).square()
    # One side of the spectrum alone: its transform is a complex field whose angle is the phase.
    amplitude = torch.exp(-0.5 * off) * (along > 0.2 * middle)
    index, seed = (ky + 4096) * 8192 + kx + 4096, torus.stream(name)
    rayleigh = torch.sqrt(-torch.log(hash_uniform(index, seed) + 1e-7))
    scroll = ((kx * torus.origin[0] + ky * torus.origin[1]) % size).float() / size + (kx + ky) * (0.5 / size)
    turn = (hash_uniform(index, seed ^ 0x5851F42D) + scroll) * (2 * math.pi)
    spectrum = torch.zeros(size, size, dtype=torch.complex64, device=torus.device)
    spectrum[ky % size, kx % size] = torch.polar(amplitude * rayleigh, turn)
    band = torus.zeros()
    band[ky % size, kx % size] = amplitude
    real, quarter, strength = _parts(torch.fft.ifft2(spectrum) * (size * size))
    for _ in range(_ROUNDS):
        even = torch.complex(real / strength, quarter / strength)
        real, quarter, strength = _parts(torch.fft.ifft2(torch.fft.fft2(even) * band))
    return Waves(phase=angle_of(quarter, real).mul_(0.5 / math.pi) % 1.0, strength=strength)


def _parts(field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the real and the imaginary part of a complex field, and its length."""
    real, quarter = field.real.contiguous(), field.imag.contiguous()
    return real, quarter, torch.hypot(real, quarter).clamp_(min=1e-9)
