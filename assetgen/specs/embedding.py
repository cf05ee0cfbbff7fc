"""How much a finished file says of its own making: everything, who may use it, or nothing."""

from __future__ import annotations

from typing import Final

METADATA_LEVELS: Final = ("full", "license", "none")
PROFILES: Final[dict[str, str]] = {"work": "full", "ship": "none"}
"""What a project may be baked for, and the level that each has unless the project says otherwise."""
DEFAULT_PROFILE: Final = "work"
