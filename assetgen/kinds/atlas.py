"""The atlas kind: pictures and maps of other assets on common pages, and data that say what lies where."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

import torch

from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import AssetGenError, FormatError, SpecError
from assetgen.export.sheet import Sheet, page_name, write_sheets
from assetgen.export.targets import Target, find_target, only_roles
from assetgen.export.texture import ExportOptions, export_material
from assetgen.formats.atlas_bundle import read_atlas_bundle, write_atlas_bundle
from assetgen.formats.material_bundle import is_material_bundle, read_material_bundle
from assetgen.imaging.packing import Layout, PageRules, pack_rectangles
from assetgen.imaging.pages import Box, build_page_mips, cut_out, visible_box
from assetgen.kinds.atlas_pages import draw_pages, on_checkers
from assetgen.kinds.base import Made
from assetgen.kinds.finishing import longer_edge
from assetgen.kinds.sources import read_sources
from assetgen.media.artifact import Artifact
from assetgen.media.atlas import Atlas, Sprite
from assetgen.media.material import Material
from assetgen.specs.atlas import ATLAS_ROLES, AtlasSpec
from assetgen.specs.base import Spec

_PICTURE_M = 2.0
"""Edge length of a lone picture, which an atlas never asks for."""


class AtlasKind:
    """Makes and writes atlases."""

    has_textures: ClassVar[bool] = True

    def make(self, spec: Spec, sources: Mapping[str, bytes], ctx: Context) -> Made[Atlas]:
        """Return the atlas of a spec; its sources are pictures and materials by their name."""
        spec = _checked(spec)
        pictures: dict[str, Material] = {}
        boxes: dict[str, Box] = {}
        for number, (name, data) in enumerate(sources.items()):
            ctx.progress(number, 2 * len(sources), "reading pictures")
            picture = _read(name, data)
            boxes[name] = _box(picture, trim=spec.trim)
            pictures[name] = picture
        kept = {name: _cut(picture, boxes[name]) for name, picture in pictures.items()}
        first = _first_of_same(kept)
        rules = PageRules(
            most=spec.page.max,
            power_of_two=spec.page.pot,
            square=spec.page.square,
            grid=spec.grid,
            margin=spec.margin,
            may_turn=spec.page.rotate,
        )
        ctx.progress(1, 2, "packing")
        unique = sorted(set(first.values()))
        layout = pack_rectangles({name: boxes[name][2:] for name in unique}, rules)
        sprites = [_sprite(name, pictures[name], boxes[name], layout, first[name]) for name in sorted(kept)]
        placed = [(sprite, kept[sprite.name]) for sprite in sprites if first[sprite.name] == sprite.name]
        pages = draw_pages(
            placed, layout.pages, extrude=spec.extrude, is_cutout=spec.alpha == "cutout", ctx=ctx
        )
        return Made(
            value=Atlas(pages=tuple(pages), sprites=tuple(sprites), margin=spec.margin, levels=spec.levels)
        )

    def to_bundle(self, value: Atlas) -> bytes:
        """Return the pages at 16 bits and the sprites."""
        return write_atlas_bundle(value)

    def from_bundle(self, data: bytes, *, device: torch.device) -> Atlas:
        """Return the atlas of a bundle."""
        return read_atlas_bundle(data, device=device)

    def export(self, value: Atlas, spec: Spec, target: str, ctx: Context) -> Iterator[Artifact]:
        """Yield the pages and the data files for one target."""
        spec = _checked(spec)
        plan = find_target(target, spec.engine.get(target, {}))
        if spec.maps:
            plan = only_roles(plan, {role: role in spec.maps for role in ATLAS_ROLES})
        name, count = spec.asset.rsplit("/", 1)[-1], len(value.pages)
        written: list[dict[str, str]] = []
        for number, page in enumerate(value.pages):
            files: dict[str, str] = {}
            options = _options(value, spec, plan, number, page_name(name, number, count))
            for artifact in export_material(page, plan, options, ctx):
                files[artifact.role] = artifact.filename
                role = artifact.role if number == 0 else page_name(artifact.role, number, count)
                yield replace(artifact, role=role)
            written.append(files)
        if not written[0]:
            listed = ", ".join(spec.maps)
            raise SpecError(f"none of the pictures has any of the maps {listed}; leave maps out.")
        sheet = Sheet(name=name, atlas=value, files=tuple(written), pivot=spec.pivot, is_v_up=plan.is_v_up)
        yield from write_sheets(sheet, spec.export.data or plan.sheets)

    def measure(self, value: Atlas) -> tuple[Mapping[str, float], tuple[str, ...]]:
        """Return how well the pages are filled."""
        area = sum(width * height for width, height in map(value.page_size, range(len(value.pages))))
        places = {(sprite.page, sprite.x, sprite.y): sprite for sprite in value.sprites}
        used = sum(sprite.width * sprite.height for sprite in places.values())
        return {"fill": round(used / area, 4)}, ()

    def shown(self, value: Atlas) -> Material:
        """Return the first page, what is transparent over checkers."""
        return on_checkers(value.pages[0])

    def heard(self, value: Atlas) -> None:
        """Return nothing: it is only seen."""

    def facts(self, value: Atlas) -> Mapping[str, float]:
        """Return counts of pages and sprites, and the mip levels in which no neighbor shows."""
        return {"pages": len(value.pages), "sprites": len(value.sprites), "safe_mips": value.levels}


def _checked(spec: Spec) -> AtlasSpec:
    if not isinstance(spec, AtlasSpec):
        raise SpecError(f"a {spec.kind} spec is no atlas.", asset=spec.asset)
    return spec


def _read(name: str, data: bytes) -> Material:
    """Return a picture as a material with nothing but its color, or a made material as it is."""
    try:
        if is_material_bundle(data):
            return read_material_bundle(data)
        return Material(
            tile_m=_PICTURE_M, relief_m=0.0, base_color=read_sources({"albedo": data})["base_color"]
        )
    except AssetGenError as error:
        raise FormatError(
            f'"{name}" cannot be read: {error.message.removeprefix("source.albedo: ")}'
        ) from error


def _box(picture: Material, *, trim: bool) -> Box:
    """Return what is kept of a picture."""
    if trim and picture.base_color is not None:
        return visible_box(picture.base_color)
    image = next(image for _, image in picture.maps())
    return (0, 0, image.width, image.height)


def _cut(picture: Material, box: Box) -> Material:
    return replace(picture, **{role: cut_out(image, box) for role, image in picture.maps()})


def _first_of_same(kept: Mapping[str, Material]) -> dict[str, str]:
    """Return for each name the first one, by name, whose picture is the same to the last texel: it lies once."""
    known: dict[bytes, str] = {}
    first = {}
    for name in sorted(kept):
        one = kept[name]
        factors = (one.relief_m, one.roughness_factor, one.metallic_factor, one.emissive_strength)
        digest = hashlib.sha256(repr(factors).encode())
        for role, image in one.maps():
            digest.update(f"{role} {tuple(image.pixels.shape)} {image.alpha} {image.wraps}".encode())
            digest.update(image.pixels.contiguous().cpu().numpy().tobytes())
        first[name] = known.setdefault(digest.digest(), name)
    return first


def _sprite(name: str, picture: Material, box: Box, layout: Layout, first: str) -> Sprite:
    place = layout.places[first]
    image = next(image for _, image in picture.maps())
    return Sprite(
        name=name,
        page=place.page,
        x=place.x,
        y=place.y,
        width=box[2],
        height=box[3],
        is_turned=place.is_turned,
        cut_x=box[0],
        cut_y=box[1],
        source_width=image.width,
        source_height=image.height,
    )


def _own_box(sprite: Sprite, atlas: Atlas) -> Box:
    """Return a sprite with its margin, as large as whole texels of the smallest safe mip."""
    step, around = 1 << (atlas.levels - 1), 2 * atlas.margin
    width, height = (-(-(edge + around) // step) * step for edge in (sprite.page_width, sprite.page_height))
    return (sprite.x - atlas.margin, sprite.y - atlas.margin, width, height)


def _options(atlas: Atlas, spec: AtlasSpec, plan: Target, number: int, name: str) -> ExportOptions:
    boxes = {_own_box(sprite, atlas) for sprite in atlas.sprites if sprite.page == number}
    whole = atlas.levels > 1 and not plan.takes_part_chains
    build_chain = partial(
        build_page_mips, boxes=sorted(boxes), levels=atlas.levels, whole=whole, cutoff=spec.cutoff
    )
    return ExportOptions(
        name=name,
        sizes=(longer_edge(atlas.pages[number]),),
        quality=Quality(spec.export.quality) if spec.export.quality else Quality.BALANCED,
        mipmaps=atlas.levels > 1,
        build_chain=build_chain,
        levels=None if whole else atlas.levels,
    )
