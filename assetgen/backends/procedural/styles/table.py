"""Every style that changes a surface, whole in one literal table; its keys are styles of the catalog.

A style is a finish over any material: it gets the surface with all its layers and returns another one, of which the
maps are then made. "realistic" is the surface as it is, and has no row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.styles.hand_painted import hand_painted
from assetgen.backends.procedural.styles.low_poly import low_poly
from assetgen.backends.procedural.styles.pixel import pixel
from assetgen.backends.procedural.styles.stylized import stylized
from assetgen.backends.procedural.styles.toon import toon
from assetgen.backends.procedural.surface import Surface

Style = Callable[[Surface], Surface]

STYLES: Final[dict[str, Style]] = {
    "stylized": stylized,
    "hand_painted": hand_painted,
    "pixel": pixel,
    "toon": toon,
    "low_poly": low_poly,
}
