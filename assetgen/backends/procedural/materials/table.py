"""Every recipe, whole in one literal table; its keys are the materials of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.catalog.catalog import find_material
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.materials.ground.dirt import dirt
from assetgen.backends.procedural.materials.masonry.board_formed_concrete import board_formed_concrete
from assetgen.backends.procedural.materials.masonry.brick import brick
from assetgen.backends.procedural.materials.masonry.ceramic_tiles import ceramic_tiles
from assetgen.backends.procedural.materials.masonry.concrete import concrete
from assetgen.backends.procedural.materials.masonry.concrete_slabs import concrete_slabs
from assetgen.backends.procedural.materials.masonry.exposed_aggregate import exposed_aggregate
from assetgen.backends.procedural.materials.masonry.mosaic import mosaic
from assetgen.backends.procedural.materials.masonry.plaster import plaster
from assetgen.backends.procedural.materials.masonry.roof_tiles import roof_tiles
from assetgen.backends.procedural.materials.masonry.slate_roof import slate_roof
from assetgen.backends.procedural.materials.masonry.stucco import stucco
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
    "concrete_slabs": concrete_slabs,
    "board_formed_concrete": board_formed_concrete,
    "exposed_aggregate": exposed_aggregate,
    "ceramic_tiles": ceramic_tiles,
    "mosaic": mosaic,
    "plaster": plaster,
    "stucco": stucco,
    "roof_tiles": roof_tiles,
    "slate_roof": slate_roof,
    "dirt": dirt,
    "wood_planks": wood_planks,
    "bark": bark,
    "painted_metal": painted_metal,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
