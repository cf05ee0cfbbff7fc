from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.project.map_names import read_map_name
from assetgen.specs.base import SOURCE_ROLES

# file name without suffix: surface, map
NAMES = {
    "castle_brick_07_diff_1k": ("castle_brick_07", "albedo"),
    "castle_brick_07_nor_gl_1k": ("castle_brick_07", "normal"),
    "castle_brick_07_arm_1k": ("castle_brick_07", "orm"),
    "castle_brick_07_disp_4k": ("castle_brick_07", "height"),
    "castle_brick_07_rough_1k": ("castle_brick_07", "roughness"),
    "Rock020_1K-JPG_Color": ("Rock020", "albedo"),
    "Rock020_1K-JPG_NormalGL": ("Rock020", "normal"),
    "Rock020_2K-PNG_Displacement": ("Rock020", "height"),
    "Rock020_1K_AmbientOcclusion": ("Rock020", "occlusion"),
    "Rock020_1K-JPG_Metalness": ("Rock020", "metallic"),
    "T_Wall_BC": ("T_Wall", "albedo"),
    "T_Wall_ORM": ("T_Wall", "orm"),
    "T_Wall_N": ("T_Wall", "normal"),
    "Wall_AlbedoTransparency": ("Wall", "albedo"),
    "Wall_MetallicSmoothness": ("Wall", "metallic_smoothness"),
    "Wall_MaskMap": ("Wall", "mask"),
    "Wall_Base_Color": ("Wall", "albedo"),
    "Wall_Normal_OpenGL": ("Wall", "normal"),
    "Wall_Ambient_occlusion": ("Wall", "occlusion"),
    "Wall_OcclusionRoughnessMetallic": ("Wall", "orm"),
    "Wall_Emissive": ("Wall", "emissive"),
    "wall-glossiness": ("wall", "gloss"),
    "wall metallicRoughness": ("wall", "metallic_roughness"),
    "BrickBaseColor": ("Brick", "albedo"),
    "brick_albedo_2048": ("brick", "albedo"),
    "normal": ("", "normal"),
    "basecolor": ("", "albedo"),
    # no map
    "brick": ("brick", ""),
    "brick_02": ("brick_02", ""),
    "IMG_2048": ("IMG_2048", ""),
    "watercolor": ("watercolor", ""),
    "abnormal": ("abnormal", ""),
    "Wall2k": ("Wall2k", ""),
    "\u82d4": ("\u82d4", ""),
}


@pytest.mark.parametrize("stem", NAMES)
def test_the_usual_names_are_understood(stem: str) -> None:
    found = read_map_name(stem)
    assert (found.base, found.role) == NAMES[stem]


@pytest.mark.parametrize("stem", ["rusty_metal", "wall_n", "deep_color", "sand_rough", "plan_d"])
def test_words_of_their_own_are_not_sure(stem: str) -> None:
    found = read_map_name(stem)
    assert found.role
    assert not found.is_sure


@pytest.mark.parametrize(
    ("stem", "normal_y"),
    [
        ("a_NormalDX", "directx"),
        ("a_Normal_DirectX", "directx"),
        ("a_nor_dx_2k", "directx"),
        ("a_NormalGL", "opengl"),
        ("a_normal", ""),
    ],
)
def test_a_normals_name_may_tell_which_way_green_points(stem: str, normal_y: str) -> None:
    assert read_map_name(stem).normal_y == normal_y


@pytest.mark.parametrize("stem", ["a_Specular", "a_opacity", "Rock020_preview", "a_cavity_4k"])
def test_maps_that_no_material_here_has_are_known(stem: str) -> None:
    assert read_map_name(stem).is_unused


@given(st.text(max_size=40))
def test_any_name_is_read(stem: str) -> None:
    found = read_map_name(stem)
    assert found.role in {"", *SOURCE_ROLES}
    assert stem.startswith(found.base)
