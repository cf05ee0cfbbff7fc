"""What each engine gets: files, channels, encodings, mips, and where green points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch

from assetgen.context import Context
from assetgen.errors import Cancelled, GenerationError, SpecError
from assetgen.export.containers import Encoded
from assetgen.export.targets import (
    TARGETS,
    Channel,
    Target,
    find_target,
    form_named,
    only_roles,
    with_forms,
)
from assetgen.export.texture import ExportOptions, export_material
from assetgen.formats.dds import read_dds
from assetgen.formats.ktx2 import read_ktx2
from assetgen.formats.ktx2_header import read_ktx2_header
from assetgen.formats.texture import Alpha
from assetgen.imaging.color import srgb_to_linear
from assetgen.media.artifact import Artifact
from assetgen.media.image import AlphaMode, ColorSpace, Image
from assetgen.media.material import Material
from assetgen.media.metadata import Metadata
from assetgen.specs import base
from tests.export.materials import EDGE, pixels_of, small_material

NEAR = 0.02
"""How far BC7 and BC5 of these smooth planes may lie from their source."""
NONE: Mapping[str, str] = {}


def export(
    target: Target,
    material: Material | None = None,
    *,
    sizes: tuple[int, ...] = (EDGE,),
    mipmaps: bool = True,
) -> dict[str, Artifact]:
    options = ExportOptions(name="wall", sizes=sizes, mipmaps=mipmaps)
    found = list(export_material(material or small_material(), target, options, Context()))
    files = {artifact.filename: artifact for artifact in found}
    assert len(files) == len(found)
    return files


def channel(material: Material, name: Channel) -> np.ndarray | float:
    if not isinstance(name, str):
        return name
    if name == "smoothness":
        return 1 - channel(material, "roughness")
    image = getattr(material, name)
    assert isinstance(image, Image)
    return image.pixels[..., 0].double().numpy()


def check_channels(artifact: Artifact, *names: Channel) -> None:
    pixels = pixels_of(artifact)
    for index, name in enumerate(names):
        assert np.abs(pixels[..., index] - channel(small_material(), name)).max() < NEAR, name


def test_the_targets_are_those_that_prompt_files_may_name() -> None:
    assert set(TARGETS) == set(base.TARGETS)
    assert all(name == target.name for name, target in TARGETS.items())


EXPECTED = {
    "unity": {
        "wall_albedo.dds": "BC7_UNORM_SRGB",
        "wall_normal.dds": "BC5_UNORM",
        "wall_mask.dds": "BC7_UNORM",
        "wall_height.png": "PNG16",
        "wall_emissive.dds": "BC7_UNORM_SRGB",
    },
    "unreal": {
        "wall_albedo.png": "PNG8",
        "wall_normal.png": "PNG8",
        "wall_orm.png": "PNG8",
        "wall_height.png": "PNG16",
        "wall_emissive.png": "PNG8",
    },
    "godot": {
        "wall_albedo.dds": "BC7_UNORM_SRGB",
        "wall_normal.dds": "BC5_UNORM",
        "wall_orm.dds": "BC7_UNORM",
        "wall_height.png": "PNG16",
        "wall_emissive.dds": "BC7_UNORM_SRGB",
    },
}
EXPECTED["blender"] = EXPECTED["web"] = EXPECTED["unreal"]


@pytest.fixture(scope="module")
def sets() -> dict[str, dict[str, Artifact]]:
    return {name: export(find_target(name, NONE)) for name in TARGETS}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_engine_gets_its_files_in_its_formats(sets: dict[str, dict[str, Artifact]], name: str) -> None:
    assert {file: artifact.format for file, artifact in sets[name].items()} == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_file_says_what_it_is(sets: dict[str, dict[str, Artifact]], name: str) -> None:
    for filename, artifact in sets[name].items():
        is_dds = filename.endswith(".dds")
        assert artifact.media_type == ("image/vnd-ms.dds" if is_dds else "image/png")
        assert (artifact.width, artifact.height, artifact.mips) == (EDGE, EDGE, 6 if is_dds else 1)
        assert artifact.color_space == ("srgb" if artifact.role in ("albedo", "emissive") else "data")
        assert filename == f"wall_{artifact.role}.{'dds' if is_dds else 'png'}"
        if is_dds:
            assert read_dds(artifact.data).shape.srgb == (artifact.color_space == "srgb")
            assert dict(artifact.quality)["psnr_db"] > 35


@pytest.mark.parametrize("name", EXPECTED)
def test_color_and_emission_are_what_they_were(sets: dict[str, dict[str, Artifact]], name: str) -> None:
    material = small_material()
    for role, image in (("albedo", material.base_color), ("emissive", material.emissive)):
        (artifact,) = (a for a in sets[name].values() if a.role == role)
        assert image is not None
        assert np.abs(pixels_of(artifact)[..., :3] - image.pixels.numpy()).max() < NEAR


def test_hdrps_mask_is_metallic_occlusion_nothing_smoothness(sets: dict[str, dict[str, Artifact]]) -> None:
    check_channels(sets["unity"]["wall_mask.dds"], "metallic", "occlusion", 0.0, "smoothness")


@pytest.mark.parametrize("name", ["unreal", "blender", "web", "godot"])
def test_orm_is_occlusion_roughness_metallic(sets: dict[str, dict[str, Artifact]], name: str) -> None:
    (artifact,) = (a for a in sets[name].values() if a.role == "orm")
    check_channels(artifact, "occlusion", "roughness", "metallic")


def test_urp_gets_metallic_smoothness_and_an_occlusion_that_green_can_read() -> None:
    files = export(find_target("unity", {"pack": "urp"}))
    assert "wall_mask.dds" not in files
    check_channels(files["wall_metallic_smoothness.dds"], "metallic", "metallic", "metallic", "smoothness")
    check_channels(files["wall_occlusion.dds"], "occlusion", "occlusion", "occlusion")


def test_height_has_sixteen_bits(sets: dict[str, dict[str, Artifact]]) -> None:
    height = small_material().height
    assert height is not None
    written = pixels_of(sets["unity"]["wall_height.png"])
    assert np.abs(written - height.pixels.double().numpy()).max() <= 0.5001 / 65535


@pytest.mark.parametrize("name", ["unity", "unreal", "blender", "godot", "web"])
def test_green_points_down_for_unreal_alone(sets: dict[str, dict[str, Artifact]], name: str) -> None:
    (artifact,) = (a for a in sets[name].values() if a.role == "normal")
    normal = small_material().normal
    assert normal is not None
    red, green = normal.pixels[..., 0].numpy(), normal.pixels[..., 1].numpy()
    written = pixels_of(artifact)
    assert np.abs(written[..., 0] - red).max() < NEAR
    assert np.abs(written[..., 1] - (1 - green if name == "unreal" else green)).max() < NEAR


def test_green_points_where_a_prompt_file_says() -> None:
    assert not find_target("unreal", {"normal_y": "opengl"}).normal_y_down
    assert find_target("unity", {"normal_y": "directx"}).normal_y_down


def test_every_mip_level_is_there_or_only_the_first() -> None:
    target = only_roles(find_target("unity", NONE), {"height": False, "emissive": False})
    for artifact in export(target).values():
        assert len(read_dds(artifact.data).levels) == 6
        assert abs(pixels_of(artifact, level=5).mean() - pixels_of(artifact).mean()) < 0.05
    for artifact in export(target, mipmaps=False).values():
        assert (len(read_dds(artifact.data).levels), artifact.mips) == (1, 1)


def test_several_sizes_are_parts_of_one_chain_with_the_size_in_the_name() -> None:
    target = only_roles(find_target("godot", NONE), {"orm": False, "emissive": False, "normal": False})
    files = export(target, sizes=(32, 8))
    assert set(files) == {
        "wall_albedo_32.dds",
        "wall_albedo_8.dds",
        "wall_height_32.png",
        "wall_height_8.png",
    }
    large, small = read_dds(files["wall_albedo_32.dds"].data), read_dds(files["wall_albedo_8.dds"].data)
    assert large.levels[2:] == small.levels
    assert (files["wall_height_8.png"].width, pixels_of(files["wall_height_8.png"]).shape) == (8, (8, 8, 1))


def test_a_size_that_is_not_in_the_chain_is_an_error() -> None:
    with pytest.raises(GenerationError, match="24"):
        export(find_target("web", NONE), sizes=(24,))


@pytest.mark.parametrize(
    ("name", "container", "expected"),
    [
        ("unity", "png", {"PNG8", "PNG16"}),
        ("unreal", "dds", {"BC7_UNORM", "BC7_UNORM_SRGB", "BC5_UNORM", "BC4_UNORM"}),
        ("unity", "dds", {"BC7_UNORM", "BC7_UNORM_SRGB", "BC5_UNORM", "BC4_UNORM"}),
        ("web", "ktx2", {"BC7_UNORM", "BC7_UNORM_SRGB", "BC5_UNORM", "BC4_UNORM"}),
    ],
)
def test_another_container_is_for_every_file(name: str, container: str, expected: set[str]) -> None:
    files = export(find_target(name, {"container": container}))
    assert all(filename.endswith(f".{container}") for filename in files)
    assert {artifact.format for artifact in files.values()} == expected


def test_a_container_for_every_target_gives_way_to_that_of_the_engine() -> None:
    ktx2 = find_target("unity", NONE, container="ktx2")
    assert {str(file.form.container) for file in ktx2.files if isinstance(file.form, Encoded)} == {"ktx2"}
    assert len(ktx2.files) == 5
    dds = find_target("unity", {"container": "dds"}, container="ktx2")
    assert {str(file.form.container) for file in dds.files if isinstance(file.form, Encoded)} == {"dds"}


def test_an_encoding_lies_in_the_container_of_its_target() -> None:
    for name, extension in (("web", "ktx2"), ("unreal", "dds")):
        target = only_roles(find_target(name, NONE), {"normal": False, "orm": False, "height": False})
        files = export(with_forms(target, {"albedo": "bc7"}))
        assert set(files) == {f"wall_albedo.{extension}", "wall_emissive.png"}


def test_a_map_with_a_form_of_its_own_keeps_that_in_any_container() -> None:
    target = find_target("web", NONE, container="ktx2")
    files = export(with_forms(target, {"albedo": "png", "height": "r16"}))
    formats = {filename: artifact.format for filename, artifact in files.items()}
    assert formats["wall_albedo.png"] == "PNG8"
    assert formats["wall_height.ktx2"] == "R16_UNORM"
    assert formats["wall_normal.ktx2"] == "BC5_UNORM"


def test_ktx2_files_say_what_they_are_and_keep_texts() -> None:
    options, ctx = ExportOptions(name="wall", sizes=(EDGE,)), Context(origin=Metadata(prompt="wet", seed=7))
    target = find_target("web", NONE, container="ktx2")
    found = {a.role: a for a in export_material(small_material(), target, options, ctx)}
    for artifact in found.values():
        assert (artifact.media_type, artifact.mips) == ("image/ktx2", 6)
        header = read_ktx2_header(artifact.data)
        assert (header.metadata["assetgen:prompt"], header.metadata["assetgen:seed"]) == ("wet", "7")
        assert (
            header.shape.srgb == (artifact.color_space == "srgb") == (artifact.role in ("albedo", "emissive"))
        )
    check_channels(found["orm"], "occlusion", "roughness", "metallic")


def test_dds_and_ktx2_hold_the_same_texels() -> None:
    dds = export(find_target("godot", NONE, container="dds"))
    ktx2 = export(find_target("godot", NONE, container="ktx2"))
    for name, artifact in dds.items():
        other = ktx2[name.replace(".dds", ".ktx2")]
        assert read_dds(artifact.data).levels == read_ktx2(other.data).levels
        assert artifact.format == other.format


@pytest.mark.parametrize(("name", "near"), [("bc1", 0.04), ("bc3", 0.04), ("bc7", NEAR), ("rgba8", 0.0021)])
@pytest.mark.parametrize("container", ["dds", "ktx2"])
def test_color_comes_back_from_every_encoding(name: str, near: float, container: str) -> None:
    target = only_roles(
        find_target("web", NONE, container=container),
        {"normal": False, "orm": False, "height": False, "emissive": False},
    )
    (artifact,) = export(with_forms(target, {"albedo": name})).values()
    source = small_material().base_color
    assert source is not None
    assert artifact.color_space == "srgb"
    for level in range(3):
        assert pixels_of(artifact, level=level).shape[:2] == (EDGE >> level, EDGE >> level)
    assert np.abs(pixels_of(artifact)[..., :3] - source.pixels.numpy()).max() < near


@pytest.mark.parametrize(("name", "near"), [("rgba16f", 0.0005), ("bc6h", 0.02)])
def test_float_encodings_hold_linear_light(name: str, near: float) -> None:
    target = only_roles(
        find_target("godot", NONE), {"normal": False, "orm": False, "height": False, "albedo": False}
    )
    (artifact,) = export(with_forms(target, {"emissive": name})).values()
    source = small_material().emissive
    assert source is not None
    assert artifact.color_space == "linear"
    assert np.abs(pixels_of(artifact)[..., :3] - srgb_to_linear(source.pixels).numpy()).max() < near


def cutout_material() -> Material:
    """Return a material with alpha that is on or off, and garish color where it is off."""
    source = small_material()
    assert source.base_color is not None
    pixels = torch.cat([source.base_color.pixels, torch.ones(EDGE, EDGE, 1)], dim=2)
    pixels[:8] = torch.tensor([1.0, 0.0, 1.0, 0.0])
    base_color = Image(pixels, ColorSpace.SRGB, AlphaMode.CUTOUT)
    return replace(source, base_color=base_color)


@pytest.mark.parametrize("name", ["bc1", "bc3", "bc7", "rgba8"])
def test_alpha_is_kept_and_told(name: str) -> None:
    target = with_forms(find_target("godot", NONE), {"albedo": name})
    artifact = export(target, cutout_material())["wall_albedo.dds"]
    coverage = pixels_of(artifact)[..., 3]
    assert (coverage[:8].max(), coverage[8:].min()) == (0.0, 1.0)
    assert read_dds(artifact.data).shape.alpha is Alpha.STRAIGHT


def test_color_without_alpha_is_told_to_be_opaque_and_data_to_be_no_coverage() -> None:
    files = export(find_target("unity", NONE))
    alphas = {
        name: read_dds(files[f"wall_{name}.dds"].data).shape.alpha for name in ("albedo", "mask", "normal")
    }
    assert alphas == {"albedo": Alpha.OPAQUE, "mask": Alpha.CUSTOM, "normal": Alpha.UNKNOWN}


def test_a_packing_of_four_channels_does_not_go_into_three() -> None:
    with pytest.raises(SpecError, match="write bc3 or bc7"):
        export(with_forms(find_target("unity", NONE), {"orm": "bc1"}))


def test_urp_and_a_container_go_together() -> None:
    files = export(find_target("unity", {"pack": "urp", "container": "png"}))
    check_channels(files["wall_metallic_smoothness.png"], "metallic", "metallic", "metallic", "smoothness")


def test_encodings_can_be_chosen_and_orm_means_every_packing() -> None:
    chosen = {"albedo": "rgba8", "normal": "bc7", "orm": "png", "height": "bc4"}
    files = export(with_forms(find_target("unity", {"pack": "urp"}), chosen))
    assert {filename: artifact.format for filename, artifact in files.items()} == {
        "wall_albedo.dds": "R8G8B8A8_UNORM_SRGB",
        "wall_normal.dds": "BC7_UNORM",
        "wall_metallic_smoothness.png": "PNG8",
        "wall_occlusion.png": "PNG8",
        "wall_height.dds": "BC4_UNORM",
        "wall_emissive.dds": "BC7_UNORM_SRGB",
    }
    albedo = pixels_of(files["wall_albedo.dds"])
    source = small_material().base_color
    assert source is not None
    assert np.abs(albedo[..., :3] - source.pixels.numpy()).max() <= 0.5001 / 255
    assert albedo[..., 3].min() == 1


def test_every_way_to_name_an_encoding_is_one_that_prompt_files_know() -> None:
    from assetgen.specs.material import COLOR_FORMATS, HEIGHT_FORMATS, NORMAL_FORMATS
    from assetgen.specs.texture import TEXTURE_FORMATS

    named = {*COLOR_FORMATS, *NORMAL_FORMATS, *HEIGHT_FORMATS, *TEXTURE_FORMATS}
    for name in named:
        form_named(name, container="dds")


def test_roles_can_be_left_out_and_absent_maps_have_no_file() -> None:
    target = only_roles(find_target("web", NONE), {"orm": False, "height": False})
    assert set(export(target, small_material(emissive=False))) == {"wall_albedo.png", "wall_normal.png"}


def test_a_packing_takes_constants_for_maps_that_are_absent() -> None:
    material = replace(small_material(), metallic=None, occlusion=None, metallic_factor=1.0)
    pixels = pixels_of(export(find_target("web", NONE), material)["wall_orm.png"])
    assert (pixels[..., 0].min(), pixels[..., 2].min()) == (1.0, 1.0)
    bare = replace(material, roughness=None, metallic_factor=0.0)
    assert "wall_orm.png" not in export(find_target("web", NONE), bare)


def test_roughness_grows_in_the_small_mips_where_the_normals_are_rough() -> None:
    torch.manual_seed(0)
    bumpy = torch.rand(EDGE, EDGE, 3) * 0.6 + 0.2
    bumpy[..., 2] = 1.0
    normal = Image(bumpy, ColorSpace.DATA, wraps=(True, True))
    target = only_roles(
        find_target("godot", NONE), {"albedo": False, "normal": False, "height": False, "emissive": False}
    )
    material = replace(
        small_material(), roughness=Image(torch.full((EDGE, EDGE, 1), 0.2), ColorSpace.DATA), normal=normal
    )
    orm = export(target, material)["wall_orm.dds"]
    assert pixels_of(orm, level=3)[..., 1].mean() > pixels_of(orm)[..., 1].mean() + 0.1


def test_an_unknown_target_is_refused_with_advice() -> None:
    with pytest.raises(SpecError, match='did you mean "unity"'):
        find_target("unty", NONE)


def test_the_same_material_gives_the_same_bytes_on_any_number_of_threads() -> None:
    options = ExportOptions(name="wall", sizes=(EDGE,))
    target = find_target("unity", NONE)
    one = [a.data for a in export_material(small_material(), target, options, Context(threads=1))]
    two = [a.data for a in export_material(small_material(), target, options, Context(threads=2))]
    assert one == two


def test_a_cancel_stops_between_files() -> None:
    seen: list[str] = []
    ctx = Context(
        on_progress=lambda step, total, stage: seen.append(stage), is_cancelled=lambda: len(seen) == 2
    )
    options = ExportOptions(name="wall", sizes=(EDGE,))
    with pytest.raises(Cancelled):
        list(export_material(small_material(), find_target("web", NONE), options, ctx))
    assert seen == ["encoding albedo", "encoding normal"]
