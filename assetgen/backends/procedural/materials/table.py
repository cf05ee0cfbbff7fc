"""Every recipe, whole in one literal table; its keys are the materials of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assetgen.backends.procedural.catalog.catalog import find_material
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.materials.fabric.canvas import canvas
from assetgen.backends.procedural.materials.fabric.carpet import carpet
from assetgen.backends.procedural.materials.fabric.cotton import cotton
from assetgen.backends.procedural.materials.fabric.denim import denim
from assetgen.backends.procedural.materials.fabric.linen_burlap import linen_burlap
from assetgen.backends.procedural.materials.fabric.silk import silk
from assetgen.backends.procedural.materials.fabric.velvet import velvet
from assetgen.backends.procedural.materials.fabric.wool_knit import wool_knit
from assetgen.backends.procedural.materials.fantasy.alien_flesh import alien_flesh
from assetgen.backends.procedural.materials.fantasy.crystal import crystal
from assetgen.backends.procedural.materials.fantasy.rune_stone import rune_stone
from assetgen.backends.procedural.materials.fantasy.void_stone import void_stone
from assetgen.backends.procedural.materials.ground.asphalt import asphalt
from assetgen.backends.procedural.materials.ground.cracked_earth import cracked_earth
from assetgen.backends.procedural.materials.ground.dirt import dirt
from assetgen.backends.procedural.materials.ground.farmland import farmland
from assetgen.backends.procedural.materials.ground.forest_floor import forest_floor
from assetgen.backends.procedural.materials.ground.grass import grass
from assetgen.backends.procedural.materials.ground.ice import ice
from assetgen.backends.procedural.materials.ground.lava import lava
from assetgen.backends.procedural.materials.ground.moss_carpet import moss_carpet
from assetgen.backends.procedural.materials.ground.mud import mud
from assetgen.backends.procedural.materials.ground.sand import sand
from assetgen.backends.procedural.materials.ground.snow_field import snow_field
from assetgen.backends.procedural.materials.masonry.adobe import adobe
from assetgen.backends.procedural.materials.masonry.board_formed_concrete import board_formed_concrete
from assetgen.backends.procedural.materials.masonry.brick import brick
from assetgen.backends.procedural.materials.masonry.ceramic_tiles import ceramic_tiles
from assetgen.backends.procedural.materials.masonry.cinder_block import cinder_block
from assetgen.backends.procedural.materials.masonry.concrete import concrete
from assetgen.backends.procedural.materials.masonry.concrete_slabs import concrete_slabs
from assetgen.backends.procedural.materials.masonry.exposed_aggregate import exposed_aggregate
from assetgen.backends.procedural.materials.masonry.mosaic import mosaic
from assetgen.backends.procedural.materials.masonry.plaster import plaster
from assetgen.backends.procedural.materials.masonry.rammed_earth import rammed_earth
from assetgen.backends.procedural.materials.masonry.roof_tiles import roof_tiles
from assetgen.backends.procedural.materials.masonry.slate_roof import slate_roof
from assetgen.backends.procedural.materials.masonry.stucco import stucco
from assetgen.backends.procedural.materials.metal.bare_steel import bare_steel
from assetgen.backends.procedural.materials.metal.bronze import bronze
from assetgen.backends.procedural.materials.metal.brushed_metal import brushed_metal
from assetgen.backends.procedural.materials.metal.chainmail import chainmail
from assetgen.backends.procedural.materials.metal.copper import copper
from assetgen.backends.procedural.materials.metal.corrugated import corrugated
from assetgen.backends.procedural.materials.metal.diamond_plate import diamond_plate
from assetgen.backends.procedural.materials.metal.gold import gold
from assetgen.backends.procedural.materials.metal.grating import grating
from assetgen.backends.procedural.materials.metal.hammered_metal import hammered_metal
from assetgen.backends.procedural.materials.metal.painted_metal import painted_metal
from assetgen.backends.procedural.materials.metal.rusted_iron import rusted_iron
from assetgen.backends.procedural.materials.organic.bone import bone
from assetgen.backends.procedural.materials.organic.chitin import chitin
from assetgen.backends.procedural.materials.organic.feathers import feathers
from assetgen.backends.procedural.materials.organic.flesh import flesh
from assetgen.backends.procedural.materials.organic.foliage import foliage
from assetgen.backends.procedural.materials.organic.fur import fur
from assetgen.backends.procedural.materials.organic.honeycomb import honeycomb
from assetgen.backends.procedural.materials.organic.leather import leather
from assetgen.backends.procedural.materials.organic.scales import scales
from assetgen.backends.procedural.materials.scifi.alien_tech import alien_tech
from assetgen.backends.procedural.materials.scifi.circuit_board import circuit_board
from assetgen.backends.procedural.materials.scifi.energy_grid import energy_grid
from assetgen.backends.procedural.materials.scifi.hull_panels import hull_panels
from assetgen.backends.procedural.materials.scifi.tech_floor import tech_floor
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
from assetgen.backends.procedural.materials.synthetic.carbon_fibre import carbon_fibre
from assetgen.backends.procedural.materials.synthetic.cardboard import cardboard
from assetgen.backends.procedural.materials.synthetic.foam import foam
from assetgen.backends.procedural.materials.synthetic.paper import paper
from assetgen.backends.procedural.materials.synthetic.plastic import plastic
from assetgen.backends.procedural.materials.synthetic.rubber import rubber
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
    "cinder_block": cinder_block,
    "concrete": concrete,
    "concrete_slabs": concrete_slabs,
    "board_formed_concrete": board_formed_concrete,
    "exposed_aggregate": exposed_aggregate,
    "ceramic_tiles": ceramic_tiles,
    "mosaic": mosaic,
    "plaster": plaster,
    "stucco": stucco,
    "adobe": adobe,
    "rammed_earth": rammed_earth,
    "roof_tiles": roof_tiles,
    "slate_roof": slate_roof,
    "dirt": dirt,
    "grass": grass,
    "forest_floor": forest_floor,
    "sand": sand,
    "snow_field": snow_field,
    "asphalt": asphalt,
    "lava": lava,
    "mud": mud,
    "ice": ice,
    "cracked_earth": cracked_earth,
    "moss_carpet": moss_carpet,
    "farmland": farmland,
    "wood_planks": wood_planks,
    "bare_steel": bare_steel,
    "brushed_metal": brushed_metal,
    "rusted_iron": rusted_iron,
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
    "copper": copper,
    "bronze": bronze,
    "gold": gold,
    "diamond_plate": diamond_plate,
    "corrugated": corrugated,
    "grating": grating,
    "hammered_metal": hammered_metal,
    "chainmail": chainmail,
    "painted_metal": painted_metal,
    "leather": leather,
    "scales": scales,
    "crystal": crystal,
    "cotton": cotton,
    "denim": denim,
    "linen_burlap": linen_burlap,
    "canvas": canvas,
    "silk": silk,
    "velvet": velvet,
    "wool_knit": wool_knit,
    "hull_panels": hull_panels,
    "carpet": carpet,
    "carbon_fibre": carbon_fibre,
    "plastic": plastic,
    "rubber": rubber,
    "foam": foam,
    "paper": paper,
    "cardboard": cardboard,
    "rune_stone": rune_stone,
    "fur": fur,
    "feathers": feathers,
    "flesh": flesh,
    "tech_floor": tech_floor,
    "alien_flesh": alien_flesh,
    "circuit_board": circuit_board,
    "bone": bone,
    "energy_grid": energy_grid,
    "alien_tech": alien_tech,
    "chitin": chitin,
    "honeycomb": honeycomb,
    "void_stone": void_stone,
    "foliage": foliage,
}

RECIPES: Final[dict[str, Recipe]] = {
    name: Recipe(make=make, card=find_material(name)) for name, make in _MAKERS.items()
}
