"""How much time a block encoder may take."""

from __future__ import annotations

from enum import Enum


class Quality(Enum):
    """The trade of time for error; every level writes valid, deterministic blocks."""

    FAST = "fast"
    """For previews while a prompt is being edited."""
    BALANCED = "balanced"
    """For daily bakes."""
    HIGH = "high"
    """For a release."""
    MAX = "max"
    """For the last release build: many times the time of `HIGH`, for what is left to gain."""
