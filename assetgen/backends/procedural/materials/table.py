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
from assetgen.backends.procedural.materials.metal.bare_steel import bare_steel
from assetgen.backends.procedural.materials.metal.bronze import bronze
from assetgen.backends.procedural.materials.metal.brushed_metal import brushed_metal
from assetgen.backends.procedural.materials.metal.copper import copper
from assetgen.backends.procedural.materials.metal.corrugated import corrugated
from assetgen.backends.procedural.materials.metal.diamond_plate import diamond_plate
from assetgen.backends.procedural.materials.metal.gold import gold
from assetgen.backends.procedural.materials.metal.grating import grating
from assetgen.backends.procedural.materials.metal.painted_metal import painted_metal
from assetgen.backends.procedural.materials.metal.rusted_iron import rusted_iron
from assetgen.backends.procedural.materials.scifi.hull_panels import hull_panels
from assetgen.backends.procedural.materials.scifi.tech_floor import tech_floor
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
    "bare_steel": bare_steel,
    "brushed_metal": brushed_metal,
    "rusted_iron": rusted_iron,
    "copper": copper,
    "bronze": bronze,
    "gold": gold,
    "diamond_plate": diamond_plate,
    "corrugated": corrugated,
    "grating": grating,
    "painted_metal": painted_metal,
    "hull_panels": hull_panels,
    "tech_floor": tech_floor,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
