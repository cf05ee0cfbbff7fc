"""A sound: samples, their rate, whether it goes round for ever, and the stems it is mixed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from assetgen.errors import SpecError

LARGEST_RATE_HZ = 192_000
SMALLEST_RATE_HZ = 8_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AudioClip:
    """One or two channels of float samples, -1..1 at full scale.

    Args:
        samples: (C, N) float32, C 1 or 2, N at least 1.
        sample_rate_hz: 8,000 to 192,000.
        loop: (start, end) frames of the part that repeats, end excluded; None plays once. A ring is (0, N).
        stems: parts by name, each (C, N), that sum to `samples`.

    Raises:
        SpecError: another shape or type, a rate out of range, a loop that lies outside, stems of another size.
    """

    samples: Tensor
    sample_rate_hz: int
    loop: tuple[int, int] | None = None
    stems: Mapping[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = tuple(self.samples.shape)
        if (
            self.samples.dtype is not torch.float32
            or len(shape) != 2
            or shape[0] not in (1, 2)
            or not shape[1]
        ):
            raise SpecError(
                f"a sound is (1 or 2, N) float32, N at least 1, not {shape} of {self.samples.dtype}."
            )
        if not SMALLEST_RATE_HZ <= self.sample_rate_hz <= LARGEST_RATE_HZ:
            raise SpecError(
                f"a sample rate of {self.sample_rate_hz} Hz is not {SMALLEST_RATE_HZ} to {LARGEST_RATE_HZ}."
            )
        if self.loop is not None and not 0 <= self.loop[0] < self.loop[1] <= shape[1]:
            raise SpecError(
                f"a loop of frames {self.loop[0]} to {self.loop[1]} does not lie in {shape[1]} frames."
            )
        for name, stem in self.stems.items():
            if tuple(stem.shape) != shape:
                raise SpecError(f'stem "{name}" is {tuple(stem.shape)}, and the sound is {shape}.')

    @property
    def channels(self) -> int:
        """1 mono, 2 stereo."""
        return self.samples.shape[0]

    @property
    def frames(self) -> int:
        """Samples of one channel."""
        return self.samples.shape[1]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / self.sample_rate_hz

    @property
    def is_ring(self) -> bool:
        """Whether all of it repeats, so that its end meets its beginning."""
        return self.loop == (0, self.frames)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sounds:
    """The takes of one asset: several of an effect, so that a game need not repeat itself; one of all else.

    Args:
        takes: the sounds, at least one.
        mode: ambience, sfx or music.
        facts: what was chosen for them, such as bpm and key.

    Raises:
        SpecError: no take.
    """

    takes: tuple[AudioClip, ...]
    mode: str
    facts: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.takes:
            raise SpecError("an asset of sound has one take at least.")
