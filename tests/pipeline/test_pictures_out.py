"""Pictures of other formats on their way out: what is written, what it says of itself, what stands in for it."""

# ruff: noqa: F811  (a fixture is imported, then named)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from assetgen.errors import FormatError
from assetgen.formats import codecs
from assetgen.formats.exr import write_exr
from assetgen.formats.read_image import read_image
from assetgen.formats.read_metadata import read_metadata
from assetgen.formats.write_picture import write_picture
from assetgen.imaging.color import srgb_to_linear
from assetgen.kinds.source_picture import read_map
from assetgen.media.image import ColorSpace, Image
from assetgen.media.metadata import Metadata
from assetgen.pipeline.inspect import inspect_file
from assetgen.project import keys
from assetgen.specs import picture_formats
from assetgen.versions import ASSETGEN
from tests.formats.pictures import ORIGIN, file_of, soft
from tests.pipeline.test_build import Workshop, cobblestone, shop  # noqa: F401  (a fixture)


def published(shop: Workshop, role: str, *, target: str = "web", asset: str = "a") -> Path:
    (found,) = (shop.root / "generated" / target / asset).glob(f"{asset}_{role}.*")
    return found


@pytest.fixture
def without_jxl(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = codecs._loaded
    monkeypatch.setattr(codecs, "_loaded", lambda name: None if name == "imagecodecs" else loaded(name))
    found = picture_formats._can_be_found
    monkeypatch.setattr(picture_formats, "_can_be_found", lambda name: name != "imagecodecs" and found(name))


def test_each_map_may_have_a_format_of_its_own(shop: Workshop) -> None:
    formats = 'export = { albedo = "webp", normal = "webp_lossless", orm = "jxl_lossless", height = "exr" }'
    shop.write(a=cobblestone(formats), b=cobblestone())
    shop.build("a")
    shop.build("b")
    manifest = shop.manifest()
    assert {file.role: (file.path, file.format, file.media_type, file.mips) for file in manifest.files} == {
        "albedo": ("a_albedo.webp", "WEBP", "image/webp", 1),
        "normal": ("a_normal.webp", "WEBP_LOSSLESS", "image/webp", 1),
        "orm": ("a_orm.jxl", "JXL_LOSSLESS", "image/jxl", 1),
        "height": ("a_height.exr", "EXR16F", "image/x-exr", 1),
    }
    assert manifest.quality["albedo_psnr_db"] > 35
    assert "normal_psnr_db" not in manifest.quality
    assert manifest.provenance["fallbacks"] == []
    for role in ("normal", "orm"):
        same = [read_image(published(shop, role, asset=asset).read_bytes()) for asset in "ab"]
        assert same[0].pixels.equal(same[1].pixels)
    height, whole = (read_image(published(shop, "height", asset=asset).read_bytes()) for asset in "ab")
    assert (height.pixels - whole.pixels).abs().max() < 1e-3


def test_color_in_exr_is_linear_light(shop: Workshop) -> None:
    shop.write(a=cobblestone('export.albedo = "exr32"'), b=cobblestone('export.albedo = "png16"'))
    shop.build("a")
    shop.build("b")
    light, encoded = (read_image(published(shop, "albedo", asset=asset).read_bytes()) for asset in "ab")
    assert light.space is ColorSpace.LINEAR
    assert (light.pixels - srgb_to_linear(encoded.pixels)).abs().max() < 1e-4
    assert next(f.color_space for f in shop.manifest().files if f.role == "albedo") == "linear"


def test_a_lower_quality_is_smaller_and_further_away(shop: Workshop) -> None:
    for quality in (90, 20):
        shop.write(a=cobblestone('export.albedo = "avif"', f"export.lossy_quality = {quality}"))
        shop.build("a")
        figure = shop.manifest().quality["albedo_psnr_db"]
        size = published(shop, "albedo").stat().st_size
        if quality == 90:
            best, largest = figure, size
    assert figure < best - 3
    assert size < largest


def test_a_missing_codec_has_a_stand_in_that_the_manifest_names(
    shop: Workshop,
    without_jxl: None,
) -> None:
    shop.write(a=cobblestone('export = { albedo = "jxl", normal = "jxl_lossless", height = "jxl16" }'))
    shop.build("a")
    manifest = shop.manifest()
    assert {file.role: file.path for file in manifest.files} == {
        "albedo": "a_albedo.avif",
        "normal": "a_normal.webp",
        "height": "a_height.png",
        "orm": "a_orm.png",
    }
    fallbacks: Any = manifest.provenance["fallbacks"]
    assert len(fallbacks) == 3
    assert all("pip install assetgen[codecs]" in said for said in fallbacks)


def test_a_codec_that_comes_later_makes_the_asset_due(
    shop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop.write(a=cobblestone('export.albedo = "jxl"'), b=cobblestone())
    whole = {name: one.scanned.keys.exports["web"] for name, one in shop.plans().items()}
    monkeypatch.setattr(picture_formats, "_can_be_found", lambda name: name != "imagecodecs")
    keys.versions_fingerprint.cache_clear()
    lacking = {name: one.scanned.keys.exports["web"] for name, one in shop.plans().items()}
    monkeypatch.undo()
    keys.versions_fingerprint.cache_clear()
    assert whole["a"] != lacking["a"]
    assert whole["b"] == lacking["b"]


def test_every_file_says_where_it_came_from(shop: Workshop) -> None:
    shop.write(a=cobblestone('negative = "moss"', 'export = { albedo = "jpeg", height = "tiff16" }'))
    shop.build("a")
    expected = Metadata(
        asset="a",
        prompt="old cobblestone",
        negative="moss",
        seed=3,
        backend="procedural",
        licence="output is yours without condition",
        key=shop.manifest().key,
        generator=f"assetgen {ASSETGEN}",
    )
    for role in ("albedo", "normal", "orm", "height"):
        assert read_metadata(published(shop, role).read_bytes()) == expected


def test_containers_say_it_where_they_can(shop: Workshop) -> None:
    shop.write(a=cobblestone('export.container = "ktx2"', 'engine.unity.container = "dds"'))
    shop.build("a", "web", "unity")
    found = read_metadata(published(shop, "albedo").read_bytes())
    assert found is not None
    assert found.prompt == "old cobblestone"
    assert read_metadata(published(shop, "albedo", target="unity").read_bytes()) is None


@pytest.mark.parametrize("level", ["license", "none"])
def test_a_ship_profile_leaves_the_prompt_out_and_no_texel_changes(shop: Workshop, level: str) -> None:
    shop.write(a=cobblestone())
    shop.build("a")
    before = {role: read_image(published(shop, role).read_bytes()) for role in ("albedo", "normal")}
    project = f'assetgen = 1\ntargets = ["web"]\nprofile = "ship"\nmetadata.ship = "{level}"\n'
    (shop.root / "assetgen.toml").write_text(project)
    assert not shop.build("a").was_made
    for role, image in before.items():
        data = published(shop, role).read_bytes()
        assert b"cobblestone" not in data
        assert read_image(data).pixels.equal(image.pixels)
        said = read_metadata(data)
        assert (
            (said is None) if level == "none" else (said and said.texts().keys() == {"licence", "generator"})
        )


def test_a_finished_picture_claims_no_backend_and_no_seed(shop: Workshop) -> None:
    shop.write(a='assetgen = 1\nkind = "texture"\nsource = "b.webp"\n')
    (shop.root / "b.webp").write_bytes(_square("webp_lossless"))
    shop.build("a")
    said = read_metadata(published(shop, "albedo").read_bytes())
    assert said is not None
    assert said.texts().keys() == {"asset", "licence", "key", "generator"}


def _square(word: str, *, space: ColorSpace = ColorSpace.SRGB) -> bytes:
    return write_picture(soft(3, width=32, height=32, space=space), word)


@pytest.mark.parametrize("word", ["jpeg", "webp", "avif", "jxl", "tiff16", "png16"])
def test_pictures_of_every_kind_are_sources(shop: Workshop, word: str) -> None:
    shop.write(a='assetgen = 1\nkind = "texture"\nsource = "b.bin"\n')
    (shop.root / "b.bin").write_bytes(_square(word))
    shop.build("a")
    made = read_image(published(shop, "albedo").read_bytes())
    assert (made.pixels - soft(3, width=32, height=32).pixels).abs().mean() < 0.02


def test_linear_light_becomes_srgb_on_the_way_in() -> None:
    light = soft(4, space=ColorSpace.LINEAR)
    color = read_map(write_exr(light, bits=32), is_color=True)
    assert color.space is ColorSpace.SRGB
    assert (srgb_to_linear(color.pixels[..., :3]) - light.pixels[..., :3]).abs().max() < 1e-5
    assert color.pixels[..., 3].equal(light.pixels[..., 3])
    assert read_map(write_exr(light, bits=32), is_color=False).pixels.equal(light.pixels)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 12.0)])
def test_values_beyond_a_maps_range_are_refused(low: float, high: float) -> None:
    pixels = torch.linspace(low, high, 16).reshape(4, 4, 1)
    with pytest.raises(FormatError, match=r"a map holds 0\.\.1"):
        read_map(write_exr(Image(pixels, ColorSpace.DATA)), is_color=False)


def inspected(tmp_path: Path, data: bytes, name: str = "x.bin") -> dict[str, Any]:
    path = tmp_path / name
    path.write_bytes(data)
    return inspect_file(path)


def test_inspect_tells_bits_color_and_origin(tmp_path: Path) -> None:
    facts = inspected(tmp_path, file_of("png16", origin=True))
    assert facts["container"] == "png"
    assert (facts["width"], facts["height"], facts["channels"]) == (48, 40, 3)
    assert (facts["bits"], facts["samples"], facts["color"]) == (16, "integer", "srgb")
    assert facts["metadata"] == ORIGIN.texts()
    facts = inspected(tmp_path, file_of("exr", origin=True))
    assert (facts["bits"], facts["samples"], facts["color"]) == (16, "float", "linear")
    assert (facts["compression"], facts["layers"]) == ("zip", ["B half", "G half", "R half"])


def test_inspect_says_when_there_is_nothing_said(tmp_path: Path) -> None:
    assert "says nothing" in inspected(tmp_path, file_of("jpeg"))["metadata"]


def test_inspect_lists_the_layers_of_an_exr_without_a_picture(tmp_path: Path) -> None:
    layers = {name: soft(3, space=ColorSpace.DATA) for name in ("normal", "position")}
    facts = inspected(tmp_path, write_exr(layers))
    assert "normal.R half" in facts["layers"]
    assert (facts["width"], facts["height"]) == (48, 40)


def test_inspect_of_a_container_tells_where_it_came_from(shop: Workshop) -> None:
    shop.write(a=cobblestone('export.container = "ktx2"', 'engine.unity.container = "dds"'))
    shop.build("a", "web", "unity")
    facts: Any = inspect_file(published(shop, "albedo"))
    assert (facts["container"], facts["format"], facts["srgb"], facts["mips"]) == ("ktx2", "BC7", True, 6)
    assert facts["metadata"]["prompt"] == "old cobblestone"
    assert "no place for it" in str(inspect_file(published(shop, "albedo", target="unity"))["metadata"])


def test_inspect_of_what_is_no_texture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        inspected(tmp_path, np.arange(99, dtype=np.uint8).tobytes())
