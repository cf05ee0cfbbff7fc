"""Every layer, whole in one literal table; the lexicon's layer ids are its keys."""

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
    "moss": moss,
    "rust": rust,
    "veins": veins,
    "wet": wet,
}
