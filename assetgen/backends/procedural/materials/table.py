"""Every recipe, whole in one literal table; its keys are the materials of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.catalog.catalog import find_material
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.materials.ground.asphalt import asphalt
from assetgen.backends.procedural.materials.ground.dirt import dirt
from assetgen.backends.procedural.materials.ground.forest_floor import forest_floor
from assetgen.backends.procedural.materials.ground.grass import grass
from assetgen.backends.procedural.materials.ground.ice import ice
from assetgen.backends.procedural.materials.ground.lava import lava
from assetgen.backends.procedural.materials.ground.mud import mud
from assetgen.backends.procedural.materials.ground.sand import sand
from assetgen.backends.procedural.materials.ground.snow_field import snow_field
from assetgen.backends.procedural.materials.masonry.brick import brick
from assetgen.backends.procedural.materials.masonry.ceramic_tiles import ceramic_tiles
from assetgen.backends.procedural.materials.masonry.concrete import concrete
from assetgen.backends.procedural.materials.metal.painted_metal import painted_metal
from assetgen.backends.procedural.materials.stone.cobblestone import cobblestone
from assetgen.backends.procedural.materials.wood.bark import bark
from assetgen.backends.procedural.materials.wood.wood_planks import wood_planks
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.recipe import Recipe
from assetgen.backends.procedural.surface import Surface

_MAKERS: Final[dict[str, Callable[[Torus, Look], Surface]]] = {
    "cobblestone": cobblestone,
    "brick": brick,
    "concrete": concrete,
    "ceramic_tiles": ceramic_tiles,
    "dirt": dirt,
    "grass": grass,
    "forest_floor": forest_floor,
    "sand": sand,
    "snow_field": snow_field,
    "asphalt": asphalt,
    "lava": lava,
    "mud": mud,
    "ice": ice,
    "wood_planks": wood_planks,
    "bark": bark,
    "painted_metal": painted_metal,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
