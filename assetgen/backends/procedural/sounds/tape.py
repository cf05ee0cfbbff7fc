"""What every sound is drawn on: a loop of tape, so nothing ever has an end to hide.

A `Tape` hands out time and random streams, like a `Torus` does for surfaces. With an `origin` it begins elsewhere on
the same loop: a recipe that goes round truly draws the turned sound, and a test sees it when one does not. A sound
that plays once is drawn on a tape with room behind it, where nothing may come round.

Signals are (C, N) float32 or (N,), C 1 or 2, at about -1..1; control curves are (N,).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import hash_uniforms
from assetgen.dsp.ring import frequencies_hz, wrap_add
from assetgen.errors import SpecError

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """A stretch of time.

    Args:
        frames: how long it is.
        rate_hz: frames a second.
        seed: the asset's seed; every random stream derives from it.
        loops: whether its end meets its beginning; if not, all must have faded out by its end.
        origin: frames by which the drawing is turned; only tests use it.
        take: which of several takes of one thing; `same` draws what all of them share.

    Raises:
        SpecError: fewer than 64 frames.
    """

    frames: int
    rate_hz: int
    seed: int
    loops: bool = True
    origin: int = 0
    take: int = 0

    def __post_init__(self) -> None:
        if self.frames < 64:
            raise SpecError(f"a sound of {self.frames} frames cannot be drawn.")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate_hz

    @property
    def time_s(self) -> Tensor:
        """The time of every frame in seconds from the loop's own zero, (N,) float64, not wrapped."""
        return (torch.arange(self.frames, dtype=torch.float64) + self.origin) / self.rate_hz

    @property
    def turn(self) -> Tensor:
        """How far round the loop every frame is, (N,) float64; it runs from origin / N to 1 + origin / N."""
        return (torch.arange(self.frames, dtype=torch.float64) + self.origin) / self.frames

    @property
    def same(self) -> Tape:
        """The tape of the first take: what is drawn from it is the same in every take, as one door is one door."""
        return replace(self, take=0) if self.take else self

    def stream(self, name: str) -> int:
        """Return the 32-bit seed of the random stream called `name`."""
        own = f"{self.seed}/{name}/take {self.take}" if self.take else f"{self.seed}/{name}"
        digest = hashlib.sha256(own.encode()).digest()
        return int.from_bytes(digest[:4], "little")

    def uniform(self, name: str, count: int, columns: int = 1) -> Tensor:
        """Return (count, columns) uniforms in [0, 1) of one stream."""
        return hash_uniforms(count * columns, self.stream(name)).view(count, columns)

    def draw(self, name: str, low: float, high: float) -> float:
        """Return one number of a stream, uniform between two bounds."""
        return low + (high - low) * float(self.uniform(name, 1))

    def apart(self, name: str) -> float:
        """Return by how much this take differs from the first in one regard, -0.5 to 0.5: 0 is the first itself.

        Takes are laid out and not drawn, or two of them would now and then be alike: no two of the first four lie
        nearer than 0.24.

        Source: Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018): multiples of 1 / 1.3247.
        """
        sign = 1.0 if self.same.draw(f"{name}/apart", 0, 1) < 0.5 else -1.0
        return sign * ((0.5 + self.take * 0.7548776662466927) % 1.0 - 0.5)

    def normal(self, name: str, count: int, columns: int = 1) -> Tensor:
        """Return (count, columns) normals of mean 0 and deviation 1 of one stream.

        Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
        """
        made = torch.empty(count * columns)
        # In pieces: as doubles at once, the spectrum of ten minutes takes five gigabytes.
        for pairs, out in zip(
            self.uniform(name, count * columns, 2).split(_PIECE), made.split(_PIECE), strict=True
        ):
            first, second = pairs.double().unbind(1)
            out.copy_(torch.sqrt(-2 * torch.log(first + 2.0**-25)) * torch.cos(second * (2 * math.pi)))
        return made.view(count, columns)

    def zeros(self, channels: int = 2) -> Tensor:
        """Return (channels, N) of silence."""
        return torch.zeros(channels, self.frames)

    def frames_of(self, seconds: float) -> int:
        """Return how many frames a duration is, 1 at least."""
        return max(round(seconds * self.rate_hz), 1)

    def whole_hz(self, hz: float) -> float:
        """Return the nearest frequency that goes round the loop in whole turns, so that it closes."""
        return max(round(hz * self.seconds), 1) / self.seconds

    @property
    def spectrum_hz(self) -> Tensor:
        """Frequencies of the loop's spectrum, (N // 2 + 1,) float64."""
        return frequencies_hz(self.frames, self.rate_hz)

    def from_spectrum(self, spectrum: Tensor) -> Tensor:
        """Return the signal of a spectrum, (..., N // 2 + 1) complex, turned to the tape's origin."""
        return torch.fft.irfft(spectrum.to(torch.complex64), self.frames).roll(-self.origin, -1)

    def place(
        self, target: Tensor, grain: Tensor, at_s: float, *, pan: float = 0.0, gain: float = 1.0
    ) -> None:
        """Add a short sound to a stereo tape in place.

        Args:
            target: (2, N).
            grain: (M,) or (2, M).
            at_s: when it begins, in seconds from the loop's own zero.
            pan: -1 left to 1 right, at constant power.
            gain: factor.
        """
        start = round(at_s * self.rate_hz) - self.origin
        if not self.loops and (start < 0 or start >= self.frames):
            return
        if not self.loops:
            grain = grain[..., : self.frames - start]
        if grain.ndim == 1:
            angle = (min(max(pan, -1.0), 1.0) + 1) * (math.pi / 4)
            sides = torch.tensor([math.cos(angle), math.sin(angle)]) * (gain * math.sqrt(2))
            grain = sides[:, None] * grain[None]
        else:
            grain = grain * gain
        wrap_add(target, grain, start)
