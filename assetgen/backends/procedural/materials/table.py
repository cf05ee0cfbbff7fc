"""Every base material, whole in one literal table; the lexicon's recipe ids are its keys."""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.materials.metal import PAINTED_METAL
from assetgen.backends.procedural.materials.stone import COBBLESTONE
from assetgen.backends.procedural.recipe import Recipe

RECIPES: Final[dict[str, Recipe]] = {
    "cobblestone": COBBLESTONE,
    "painted_metal": PAINTED_METAL,
}
