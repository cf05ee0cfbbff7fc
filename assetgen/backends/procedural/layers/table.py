"""Every layer, whole in one literal table; the lexicon's layer ids are its keys.

They stand in the order in which they come about, and are applied in it: a base breaks before ore or gold fills it,
what is iron rusts, moss grows on what has aged so far, and rain falls last.
"""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.layers.cracks import cracks
from assetgen.backends.procedural.layers.layer import Layer
from assetgen.backends.procedural.layers.moss import moss
from assetgen.backends.procedural.layers.rust import rust
from assetgen.backends.procedural.layers.veins import veins
from assetgen.backends.procedural.layers.wet import wet

LAYERS: Final[dict[str, Layer]] = {
    "cracks": cracks,
    "veins": veins,
    "rust": rust,
    "moss": moss,
    "wet": wet,
}
