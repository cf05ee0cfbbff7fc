"""The atlas kind: every picture comes back from the pages by every form of the data, exactly."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from assetgen.context import Context
from assetgen.errors import FormatError, SpecError
from assetgen.export.containers import CONTAINERS
from assetgen.formats.material_bundle import write_material_bundle
from assetgen.kinds.atlas import AtlasKind
from assetgen.media.atlas import Atlas
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material
from assetgen.specs.atlas import AtlasExport, AtlasSpec, Page
from tests.export.materials import small_material
from tests.kinds import sheets

KIND = AtlasKind()
PNGS = {target: {"container": "png"} for target in ("unity", "unreal", "blender", "godot", "web")}


def picture(seed: int, width: int, height: int, *, border: int = 0, mode: str = "RGBA") -> np.ndarray:
    """Return noise, opaque but for a transparent border."""
    pixels = np.random.default_rng(seed).integers(1, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255
    if border:
        pixels[:border] = pixels[-border:] = 0
        pixels[:, :border] = pixels[:, -2 * border :] = 0
    return pixels


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


PICTURES = {
    "boss/head": picture(1, 60, 30, border=3),
    "coin": picture(2, 15, 15, border=2),
    "hero": picture(3, 33, 70, border=4),
    "tile": picture(4, 32, 32),
    "wall": picture(5, 90, 13),
}


def spec(**fields: object) -> AtlasSpec:
    given = {"asset": "ui/icons", "patterns": ("*",), "engine": PNGS, "pivot": (0.5, 0.75), **fields}
    return AtlasSpec(**given)  # type: ignore[arg-type]


def make(asked: AtlasSpec, pictures: dict[str, np.ndarray] | None = None) -> Atlas:
    sources = {name: png(pixels) for name, pixels in (pictures or PICTURES).items()}
    made = KIND.make(asked, sources, Context()).value
    return KIND.from_bundle(KIND.to_bundle(made), device=torch.device("cpu"))


def files_of(atlas: Atlas, asked: AtlasSpec, target: str = "web") -> dict[str, bytes]:
    return {artifact.filename: artifact.data for artifact in KIND.export(atlas, asked, target, Context())}


def assert_same(found: sheets.Pictures, expected: dict[str, np.ndarray] | None = None) -> None:
    expected = expected or PICTURES
    assert set(found) == set(expected)
    for name, pixels in expected.items():
        assert np.array_equal(found[name], pixels), name


Reader = Callable[[dict[str, bytes]], sheets.Pictures]
READERS: dict[str, tuple[str, str, Reader]] = {
    "hash": ("web", "hash", lambda files: sheets.read_hash(files, "icons.json")),
    "array": ("web", "array", lambda files: sheets.read_array(files, "icons.array.json")),
    "unreal": ("unreal", "unreal", lambda files: sheets.read_paper2d(files, "icons.paper2dsprites")),
    "own": ("web", "json", lambda files: sheets.read_own(files, "icons.atlas.json")),
    "own, v up": ("unity", "json", lambda files: sheets.read_own(files, "icons.atlas.json")),
    "godot": ("godot", "godot", sheets.read_atlas_textures),
    "unity": (
        "unity",
        "unity",
        lambda files: sheets.read_tpsheet(
            files, "icons.tpsheet", {name: pixels.shape[1::-1] for name, pixels in PICTURES.items()}
        ),
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_every_picture_comes_back_by_every_form_of_the_data(name: str) -> None:
    target, data, read = READERS[name]
    asked = spec(export=AtlasExport(data=(data,)))
    assert_same(read(files_of(make(asked), asked, target)))


@pytest.mark.parametrize("name", ["hash", "array", "unreal", "own", "own, v up"])
def test_turned_pictures_come_back_too(name: str) -> None:
    target, data, read = READERS[name]
    asked = spec(export=AtlasExport(data=(data,)), page=Page(rotate=True, pot=False))
    atlas = make(asked)
    assert {sprite.is_turned for sprite in atlas.sprites} == {True, False}
    assert_same(read(files_of(atlas, asked, target)))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("hash", lambda files: sheets.read_hash(files, "icons_0.json")),
        ("array", lambda files: sheets.read_array(files, "icons.array.json")),
        ("json", lambda files: sheets.read_own(files, "icons.atlas.json")),
    ],
)
def test_several_pages_are_linked(data: str, read: Reader) -> None:
    many = PICTURES | {f"more {number}": picture(10 + number, 40, 40) for number in range(12)}
    asked = spec(export=AtlasExport(data=(data,)), page=Page(max=128))
    atlas = make(asked, many)
    assert len(atlas.pages) > 1
    assert_same(read(files_of(atlas, asked)), many)
    roles = [artifact.role for artifact in KIND.export(atlas, asked, "web", Context())]
    assert len(set(roles)) == len(roles)
    assert roles[:2] == ["albedo", "albedo_1"]


@pytest.mark.parametrize("target", ["godot", "unity"])
def test_engines_that_know_no_turned_sprites_are_not_given_any(target: str) -> None:
    asked = spec(page=Page(rotate=True, pot=False), export=AtlasExport(data=(target,)))
    with pytest.raises(SpecError, match=r"write page\.rotate = false"):
        files_of(make(asked), asked, target)


def test_the_order_of_the_sources_changes_no_byte_and_neither_does_a_second_time() -> None:
    asked = spec()
    forward = files_of(make(asked), asked)
    assert files_of(make(asked, dict(reversed(PICTURES.items()))), asked) == forward
    assert files_of(make(asked), asked) == forward


def test_pictures_that_are_the_same_lie_once() -> None:
    twice = {
        **PICTURES,
        "again": PICTURES["coin"],
        "moved": np.pad(PICTURES["coin"], ((9, 0), (1, 0), (0, 0))),
    }
    asked = spec(export=AtlasExport(data=("hash",)))
    atlas = make(asked, twice)
    places = {sprite.name: (sprite.page, sprite.x, sprite.y) for sprite in atlas.sprites}
    assert places["again"] == places["coin"] == places["moved"]
    assert_same(sheets.read_hash(files_of(atlas, asked), "icons.json"), twice)


def test_without_trim_every_picture_keeps_its_size() -> None:
    atlas = make(spec(trim=False))
    assert not any(sprite.is_trimmed for sprite in atlas.sprites)
    assert [(s.width, s.height) for s in atlas.sprites] == [
        p.shape[1::-1] for _, p in sorted(PICTURES.items())
    ]


@pytest.mark.parametrize(
    ("mips", "padding", "extrude", "levels", "margin", "grid"),
    [
        (True, 2, 1, 3, 2, 4),  # the defaults: a gutter of 4
        (True, 0, 0, 1, 0, 4),  # no gutter, no mips
        (True, 0, 8, 5, 8, 16),
        (True, 3, 0, 3, 2, 4),
        (False, 2, 1, 1, 2, 4),
        (6, 2, 1, 6, 16, 32),  # asked for: the gutter grows to 32
        (2, 8, 4, 2, 8, 4),
    ],
)
def test_mips_go_as_deep_as_the_gutter_or_the_gutter_grows(
    mips: bool | int, padding: int, extrude: int, levels: int, margin: int, grid: int
) -> None:
    asked = spec(mips=mips, page=Page(padding=padding, extrude=extrude))
    assert (asked.levels, asked.margin, asked.grid) == (levels, margin, grid)
    assert make(asked).levels == levels


def test_a_chain_ends_where_pictures_meet_but_for_godot_which_takes_all_or_none() -> None:
    asked = replace(spec(), engine={})
    atlas = make(asked)
    counts = {}
    for target in ("unity", "godot"):
        (artifact,) = (one for one in KIND.export(atlas, asked, target, Context()) if one.role == "albedo")
        counts[target] = CONTAINERS["dds"].read(artifact.data).shape.mip_count
        assert artifact.mips == counts[target]
    width = atlas.page_size(0)[0]
    assert counts == {"unity": 3, "godot": width.bit_length()}


def bundle(material: Material) -> bytes:
    return write_material_bundle(material)


def test_the_maps_of_materials_share_one_layout_and_what_one_lacks_is_filled_in() -> None:
    bright = small_material(edge=32)
    sources = {"full": bundle(bright), "plain": png(picture(6, 32, 32))}
    asked = spec(page=Page(extrude=8, padding=0))
    atlas = KIND.make(asked, sources, Context()).value
    (page,) = atlas.pages
    assert [role for role, _ in page.maps()] == [role for role, _ in bright.maps()]
    full, plain = atlas.sprites
    for role, image in bright.maps():
        drawn = getattr(page, role).pixels
        kept = drawn[full.y : full.y + 32, full.x : full.x + 32, : image.channels]
        assert (kept - image.pixels).abs().max() < 1e-5, role
    empty = {"normal": (0.5, 0.5, 1.0), "occlusion": (1.0,), "metallic": (0.0,), "emissive": (0.0,) * 3}
    for role, value in empty.items():
        drawn = getattr(page, role).pixels[plain.y : plain.y + 32, plain.x : plain.x + 32]
        assert (drawn - torch.tensor(value)).abs().max() < 1e-6, role


def test_a_tiling_material_tiles_on_in_its_gutter() -> None:
    material = small_material(edge=32)
    asked = spec(page=Page(extrude=8, padding=0))
    atlas = KIND.make(asked, {"a": bundle(material)}, Context()).value
    (sprite,) = atlas.sprites
    drawn, image = atlas.pages[0].base_color, material.base_color
    assert drawn is not None
    assert image is not None
    before = drawn.pixels[sprite.y : sprite.y + 32, sprite.x - 8 : sprite.x]
    assert (before - image.pixels[:, -8:]).abs().max() < 1e-5


def test_relief_and_light_are_measured_alike_on_a_page() -> None:
    deep = replace(small_material(), relief_m=0.1, emissive_strength=4.0)
    flat = replace(small_material(), relief_m=0.05, emissive_strength=1.0)
    atlas = KIND.make(spec(), {"deep": bundle(deep), "flat": bundle(flat)}, Context()).value
    (page,) = atlas.pages
    assert (page.relief_m, page.emissive_strength) == (0.1, 4.0)
    assert page.height is not None
    tops = [page.height.pixels[s.y : s.y + 32, s.x : s.x + 32].max() for s in atlas.sprites]
    assert float(tops[1] / tops[0]) == pytest.approx(0.5, abs=1e-4)


def test_a_turned_normal_map_still_lights_from_the_same_side() -> None:
    normal = torch.tensor([0.8, 0.5, 0.9]).expand(8, 40, 3).contiguous()
    tall = torch.tensor([0.5, 0.5, 1.0]).expand(40, 8, 3).contiguous()
    sources = {
        name: bundle(Material(tile_m=1.0, relief_m=0.0, normal=Image(pixels, ColorSpace.DATA)))
        for name, pixels in {"a": normal, "b": tall, "c": tall * 0.99}.items()
    }
    atlas = KIND.make(spec(page=Page(rotate=True, pot=False)), sources, Context()).value
    turned = [sprite for sprite in atlas.sprites if sprite.is_turned]
    assert turned
    for sprite in turned:
        image = atlas.pages[0].normal
        assert image is not None
        found = image.pixels[sprite.y, sprite.x].tolist()
        assert found[2] == pytest.approx({"a": 0.9, "b": 1.0, "c": 0.99}[sprite.name], abs=1e-4)
        if sprite.name == "a":
            assert found[:2] == pytest.approx([0.5, 0.2], abs=1e-4)


def test_only_maps_that_are_asked_for_are_written() -> None:
    sources = {"a": bundle(small_material())}
    asked = spec(maps=("albedo", "orm"))
    atlas = KIND.make(asked, sources, Context()).value
    roles = [artifact.role for artifact in KIND.export(atlas, asked, "godot", Context())]
    assert roles == ["albedo", "orm", "atlas", "sprite:a"]
    asked = spec(maps=("normal",))
    atlas = make(asked)
    with pytest.raises(SpecError, match="none of the pictures has any of the maps normal"):
        files_of(atlas, asked)


def test_a_picture_that_is_larger_than_a_page_is_named() -> None:
    with pytest.raises(
        SpecError, match=r'"hero" is 21x62 texels, with its gutter 28x68, larger than .* 64x64'
    ):
        make(spec(page=Page(max=64)), {"coin": PICTURES["coin"], "hero": PICTURES["hero"]})


def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(FormatError, match='"torn" cannot be read: this is not a picture'):
        KIND.make(spec(), {"torn": b"\x89PNG"}, Context())


def test_previews_show_the_first_page_over_checkers() -> None:
    shown = KIND.shown(make(spec(page=Page(padding=80, extrude=0)), {"tile": PICTURES["tile"]}))
    assert [role for role, _ in shown.maps()] == ["base_color"]
    assert shown.base_color is not None
    assert shown.base_color.channels == 3
    corners = shown.base_color.pixels[0, :32:16, 0].tolist()
    assert corners == pytest.approx([0.62, 0.5])


def test_figures_say_how_full_the_pages_are() -> None:
    figures, warnings = KIND.measure(
        make(spec(page=Page(padding=0, extrude=0, align=1)), {"a": picture(1, 64, 64)})
    )
    assert figures == {"fill": 1.0}
    assert warnings == ()


GODOT = next((found for name in ("godot4", "godot", "godot3-server") if (found := shutil.which(name))), "")
SCRIPT = """extends SceneTree
func _init():
\tvar image = Image.new()
\timage.create(PAGE_W, PAGE_H, false, Image.FORMAT_RGBA8)
\tvar texture = ImageTexture.new()
\ttexture.create_from_image(image)
\tResourceSaver.save("res://icons_albedo.res", texture)
\tvar directory = Directory.new()
\tfor name in NAMES:
\t\tvar sprite = load("res://icons_sprites/" + name + ".tres")
\t\tprint(name, " ", sprite.get_class(), " ", sprite.get_width(), " ", sprite.get_height(), " ", sprite.region)
\tquit()
"""


@pytest.mark.skipif(not GODOT.endswith("godot3-server"), reason="needs Debian's godot3-server")
def test_godot_loads_the_sprites_with_their_whole_size(tmp_path: Path) -> None:
    asked = spec(export=AtlasExport(data=("godot",)))
    atlas = make(asked)
    (tmp_path / "project.godot").write_text("config_version=4\n")
    for name, data in files_of(atlas, asked, "godot").items():
        if name.endswith(".tres"):
            # Godot 3 has the same text format under an older number, and names of classes without their 2D.
            text = data.decode().replace("format=3", "format=2").replace("Texture2D", "Texture")
            text = text.replace('id="1"', "id=1").replace('ExtResource("1")', "ExtResource( 1 )")
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("icons_albedo.png", "icons_albedo.res"))
    width, height = atlas.page_size(0)
    script = SCRIPT.replace("PAGE_W", str(width)).replace("PAGE_H", str(height))
    names = [sprite.name for sprite in atlas.sprites]
    (tmp_path / "look.gd").write_text(script.replace("NAMES", json.dumps(names)))
    command = [GODOT, "--no-window", "--path", str(tmp_path), "-s", "look.gd"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    for sprite in atlas.sprites:
        rect = f"({sprite.x}, {sprite.y}, {sprite.width}, {sprite.height})"
        assert f"{sprite.name} AtlasTexture {sprite.source_width} {sprite.source_height} {rect}" in told, told
