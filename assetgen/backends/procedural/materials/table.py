"""Every recipe, whole in one literal table; its keys are the materials of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.catalog.catalog import find_material
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.materials.fantasy.alien_flesh import alien_flesh
from assetgen.backends.procedural.materials.fantasy.crystal import crystal
from assetgen.backends.procedural.materials.fantasy.rune_stone import rune_stone
from assetgen.backends.procedural.materials.ground.dirt import dirt
from assetgen.backends.procedural.materials.masonry.brick import brick
from assetgen.backends.procedural.materials.masonry.ceramic_tiles import ceramic_tiles
from assetgen.backends.procedural.materials.masonry.concrete import concrete
from assetgen.backends.procedural.materials.metal.painted_metal import painted_metal
from assetgen.backends.procedural.materials.organic.bone import bone
from assetgen.backends.procedural.materials.organic.feathers import feathers
from assetgen.backends.procedural.materials.organic.flesh import flesh
from assetgen.backends.procedural.materials.organic.fur import fur
from assetgen.backends.procedural.materials.organic.leather import leather
from assetgen.backends.procedural.materials.organic.scales import scales
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
    "wood_planks": wood_planks,
    "bark": bark,
    "painted_metal": painted_metal,
    "leather": leather,
    "scales": scales,
    "crystal": crystal,
    "rune_stone": rune_stone,
    "fur": fur,
    "feathers": feathers,
    "flesh": flesh,
    "alien_flesh": alien_flesh,
    "bone": bone,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
