"""What a long computation is given besides its input: device, progress, preview, and the wish to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from assetgen.errors import Cancelled
from assetgen.media.metadata import Metadata
from assetgen.media.picture import Picture


def _ignore_progress(step: int, total: int, stage: str) -> None:
    pass


def _ignore_preview(picture: Picture) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one build.

    Args:
        device: where tensors live.
        on_progress: called with (step, total, stage); steps count from 0.
        on_preview: called with a small picture whenever there is something new to see.
        is_cancelled: asked at every `check`.
        threads: how many CPU threads kernels may use.
        origin: what the files that are written say of their making, or None.
    """

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    on_progress: Callable[[int, int, str], None] = _ignore_progress
    on_preview: Callable[[Picture], None] = _ignore_preview
    is_cancelled: Callable[[], bool] = _never
    threads: int = 1
    origin: Metadata | None = None

    def check(self) -> None:
        """Raise Cancelled when somebody asked to stop."""
        if self.is_cancelled():
            raise Cancelled("stopped on request.")

    def generator(self, seed: int) -> torch.Generator:
        """Return a fresh generator on the device, seeded with `seed`."""
        generator = torch.Generator(device=self.device)
        generator.manual_seed(seed)
        return generator

    def progress(self, step: int, total: int, stage: str) -> None:
        """Check for cancellation, then report progress."""
        self.check()
        self.on_progress(step, total, stage)
