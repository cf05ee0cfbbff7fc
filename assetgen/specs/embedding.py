"""How much a finished file says of its own making: everything, who may use it, or nothing."""

from __future__ import annotations

from typing import Any, Final

from assetgen.specs.fields import choice

METADATA_LEVELS: Final = ("full", "license", "none")
PROFILES: Final[dict[str, str]] = {"work": "full", "ship": "none"}
"""What a project may be baked for, and the level that each has unless the project says otherwise."""
DEFAULT_PROFILE: Final = "work"


def metadata_level(**declaration: Any) -> Any:
    """Return the field of an export that holds one of METADATA_LEVELS; `declaration` as in `fields.ruled`."""
    return choice(
        *METADATA_LEVELS,
        default=METADATA_LEVELS[0],
        stage="export",
        doc="What finished files say of their making; the project's profile decides when absent.",
        **declaration,
    )
