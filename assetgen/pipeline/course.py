"""How far a build is, as one number: known stages with known weights, and the steps of the one that runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assetgen.context import Context

SKETCH: Final = "sketch"
MAKE: Final = "make"
SHOW: Final = "show"
EXPORT: Final = "export"

WEIGHTS: Final = {SKETCH: 0.4, MAKE: 2.0, SHOW: 0.9, EXPORT: 1.2}
"""CPU seconds of each stage of a 1024 material, as measured; an export is one target's, between PNG and blocks."""


class Course:
    """The way of one build; `fraction` is how much of it is behind, 0 to 1, and never decreases."""

    def __init__(self) -> None:
        self.fraction = 0.0
        self._stages: tuple[str, ...] = ()
        self._behind = self._weight = 0.0

    def plan(self, stages: Sequence[str]) -> None:
        """Say which stages lie ahead, in order. Those that turn out not to be needed are skipped."""
        self._stages = tuple(stages)

    def begin(self, stage: str, *, number: int = 0) -> None:
        """Enter the `number`-th stage of a name; what comes before it is done or not needed."""
        places = [place for place, name in enumerate(self._stages) if name == stage]
        if number >= len(places):
            return  # something damaged is made again, which nobody could foresee
        weights = [WEIGHTS[name] for name in self._stages]
        whole = sum(weights)
        self._behind = sum(weights[: places[number]]) / whole
        self._weight = weights[places[number]] / whole
        self._reach(self._behind)

    def follow(self, ctx: Context) -> Context:
        """Return the context with a progress that moves the fraction before it is reported."""

        def on_progress(step: int, total: int, stage: str) -> None:
            self._reach(self._behind + self._weight * step / max(total, 1))
            ctx.on_progress(step, total, stage)

        return replace(ctx, on_progress=on_progress)

    def _reach(self, fraction: float) -> None:
        self.fraction = max(self.fraction, min(fraction, 1.0))
