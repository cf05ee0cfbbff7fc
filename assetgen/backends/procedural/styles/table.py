"""Every style that changes a surface, whole in one literal table; its keys are styles of the catalog.

A style is a finish over any material: it gets the surface with all its layers and returns another one, of which the
maps are then made. "realistic" is the surface as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.surface import Surface

Style = Callable[[Surface], Surface]

STYLES: Final[dict[str, Style]] = {}
