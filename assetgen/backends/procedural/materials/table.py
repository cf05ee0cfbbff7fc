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
from assetgen.backends.procedural.materials.stone.cobblestone import cobblestone
from assetgen.backends.procedural.materials.wood.bamboo import bamboo
from assetgen.backends.procedural.materials.wood.birch_bark import birch_bark
from assetgen.backends.procedural.materials.wood.cork import cork
from assetgen.backends.procedural.materials.wood.driftwood import driftwood
from assetgen.backends.procedural.materials.wood.floorboards import floorboards
from assetgen.backends.procedural.materials.wood.log_ends import log_ends
from assetgen.backends.procedural.materials.wood.oak_bark import oak_bark
from assetgen.backends.procedural.materials.wood.painted_planks import painted_planks
from assetgen.backends.procedural.materials.wood.parquet import parquet
from assetgen.backends.procedural.materials.wood.pine_bark import pine_bark
from assetgen.backends.procedural.materials.wood.plywood import plywood
from assetgen.backends.procedural.materials.wood.thatch import thatch
from assetgen.backends.procedural.materials.wood.wood_planks import wood_planks
from assetgen.backends.procedural.materials.wood.wood_shingles import wood_shingles
from assetgen.backends.procedural.materials.wood.wood_veneer import wood_veneer
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
    "painted_planks": painted_planks,
    "floorboards": floorboards,
    "parquet": parquet,
    "log_ends": log_ends,
    "plywood": plywood,
    "wood_shingles": wood_shingles,
    "thatch": thatch,
    "bamboo": bamboo,
    "driftwood": driftwood,
    "cork": cork,
    "wood_veneer": wood_veneer,
    "oak_bark": oak_bark,
    "pine_bark": pine_bark,
    "birch_bark": birch_bark,
    "painted_metal": painted_metal,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
