"""Every recipe, whole in one literal table; its keys are the materials of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.catalog.catalog import find_material
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.materials.ground.dirt import dirt
from assetgen.backends.procedural.materials.masonry.brick import brick
from assetgen.backends.procedural.materials.masonry.ceramic_tiles import ceramic_tiles
from assetgen.backends.procedural.materials.masonry.concrete import concrete
from assetgen.backends.procedural.materials.metal.painted_metal import painted_metal
from assetgen.backends.procedural.materials.stone.basalt import basalt
from assetgen.backends.procedural.materials.stone.cliff import cliff
from assetgen.backends.procedural.materials.stone.cobblestone import cobblestone
from assetgen.backends.procedural.materials.stone.flagstone import flagstone
from assetgen.backends.procedural.materials.stone.granite import granite
from assetgen.backends.procedural.materials.stone.gravel import gravel
from assetgen.backends.procedural.materials.stone.limestone import limestone
from assetgen.backends.procedural.materials.stone.marble import marble
from assetgen.backends.procedural.materials.stone.pebbles import pebbles
from assetgen.backends.procedural.materials.stone.rock import rock
from assetgen.backends.procedural.materials.stone.sandstone import sandstone
from assetgen.backends.procedural.materials.stone.slate import slate
from assetgen.backends.procedural.materials.stone.stone_wall import stone_wall
from assetgen.backends.procedural.materials.stone.terrazzo import terrazzo
from assetgen.backends.procedural.materials.wood.bark import bark
from assetgen.backends.procedural.materials.wood.wood_planks import wood_planks
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.recipe import Recipe
from assetgen.backends.procedural.surface import Surface

_MAKERS: Final[dict[str, Callable[[Torus, Look], Surface]]] = {
    "cobblestone": cobblestone,
    "granite": granite,
    "marble": marble,
    "gravel": gravel,
    "pebbles": pebbles,
    "stone_wall": stone_wall,
    "cliff": cliff,
    "slate": slate,
    "sandstone": sandstone,
    "limestone": limestone,
    "basalt": basalt,
    "flagstone": flagstone,
    "terrazzo": terrazzo,
    "rock": rock,
    "brick": brick,
    "concrete": concrete,
    "ceramic_tiles": ceramic_tiles,
    "dirt": dirt,
    "wood_planks": wood_planks,
    "bark": bark,
    "painted_metal": painted_metal,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
