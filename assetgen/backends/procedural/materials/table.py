"""Every base material, whole in one literal table; the lexicon's recipe ids are its keys."""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.materials.bark import BARK
from assetgen.backends.procedural.materials.concrete import CONCRETE
from assetgen.backends.procedural.materials.ground import DIRT
from assetgen.backends.procedural.materials.masonry import BRICK
from assetgen.backends.procedural.materials.metal import PAINTED_METAL
from assetgen.backends.procedural.materials.stone import COBBLESTONE
from assetgen.backends.procedural.materials.tile import CERAMIC_TILES
from assetgen.backends.procedural.materials.wood import WOOD_PLANKS
from assetgen.backends.procedural.recipe import Recipe

RECIPES: Final[dict[str, Recipe]] = {
    "bark": BARK,
    "brick": BRICK,
    "ceramic_tiles": CERAMIC_TILES,
    "cobblestone": COBBLESTONE,
    "concrete": CONCRETE,
    "dirt": DIRT,
    "painted_metal": PAINTED_METAL,
    "wood_planks": WOOD_PLANKS,
}
