"""three.js in a headless Chromium loads our files, and a shader reads back the texels that we decode.

WebGL takes blocks for sides in multiples of four alone. KTX2Loader knows no BC6H and no 16-bit integers, and
DDSLoader, of what we write, knows BC6H alone, so that is what it is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.encode import encode_blocks
from assetgen.export.texels import decode_texels
from assetgen.formats.dds import write_dds
from assetgen.formats.ktx2 import write_ktx2
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Shape, Texture, flat_texture
from assetgen.imaging.color import srgb_to_linear
from assetgen.imaging.mips import build_mips
from tests.blocks.pictures import mixed_levels, picture
from tests.formats.browser.browser import chromium, node_modules, show
from tests.formats.textures import random_texture

pytestmark = pytest.mark.slow

NOT_IN_KTX2_LOADER = (TexelFormat.R16, TexelFormat.BC6H_UFLOAT, TexelFormat.BC6H_SFLOAT)
FLOAT_BLOCKS = (TexelFormat.BC6H_UFLOAT, TexelFormat.BC6H_SFLOAT)


def encoded() -> Texture:
    """Return a picture with its mips as our encoder makes them."""
    levels = build_mips(picture(mixed_levels(32, 4))).levels
    blocks = [encode_blocks(level, BlockFormat.BC7) for level in levels]
    return flat_texture(blocks, fmt=TexelFormat.BC7, width=32, height=32, srgb=True)


def textures() -> dict[str, Texture]:
    found = {"encoded.ktx2": encoded()}
    for fmt in TexelFormat:
        for srgb in (False, True) if fmt.has_srgb else (False,):
            sizes = [(16, 16), (20, 12)] if fmt.is_blocks else [(16, 16), (5, 3), (1, 1)]
            for width, height in sizes:
                mip_count = max(width, height).bit_length()
                shape = Shape(fmt=fmt, width=width, height=height, mip_count=mip_count, srgb=srgb)
                name = f"{shape.label}_{width}x{height}"
                if fmt not in NOT_IN_KTX2_LOADER:
                    found[f"{name}.ktx2"] = random_texture(shape)
                if fmt in FLOAT_BLOCKS:
                    found[f"{name}.dds"] = random_texture(shape)
    for name, fmt in (
        ("bc7.ktx2", TexelFormat.BC7),
        ("bc5.ktx2", TexelFormat.BC5),
        ("bc6.dds", FLOAT_BLOCKS[0]),
    ):
        shape = Shape(fmt=fmt, width=16, height=16, mip_count=5, is_cube=True)
        found[f"cube_{name}"] = random_texture(shape)
    return found


@pytest.fixture(scope="module")
def shown() -> tuple[dict[str, Texture], dict[str, Any]]:
    if chromium() is None:
        pytest.skip("there is no chromium on the PATH")
    if node_modules("three") is None:
        pytest.skip("three is not in NODE_PATH or in node_modules of a folder above (npm install three)")
    made = textures()
    files = {
        name: write_ktx2(texture) if name.endswith(".ktx2") else write_dds(texture)
        for name, texture in made.items()
    }
    about = [
        {
            "name": name,
            "width": texture.shape.width,
            "height": texture.shape.height,
            "levels": texture.shape.mip_count,
            "faces": texture.shape.faces,
        }
        for name, texture in made.items()
    ]
    return made, show(files, about)


def test_the_browser_knows_bptc_and_rgtc(shown: tuple[dict[str, Texture], dict[str, Any]]) -> None:
    _, result = shown
    assert {"EXT_texture_compression_bptc", "EXT_texture_compression_rgtc"} <= set(result["extensions"])


def test_every_level_and_face_is_read_back_as_we_decode_it(
    shown: tuple[dict[str, Texture], dict[str, Any]],
) -> None:
    made, result = shown
    assert [file["name"] for file in result["files"]] == list(made)
    wrong = [f"{file['name']}: {file['error']}" for file in result["files"] if "error" in file]
    assert not wrong
    for file in result["files"]:
        texture = made[file["name"]]
        for level, faces in enumerate(file["levels"]):
            for face, seen in enumerate(faces):
                expected = linear_texels(texture, level, face).numpy()
                texels = np.array(seen, np.float32).reshape(*expected.shape[:2], 4)[..., : expected.shape[2]]
                apart = np.abs(texels - expected).max()
                # Half floats are exact; 8-bit ends leave the rounding of BC1 to BC5 open; sRGB is computed.
                assert apart <= (0.0 if texture.shape.fmt.is_float else 0.004), (
                    file["name"],
                    level,
                    face,
                    apart,
                )


def test_data_is_not_taken_for_color(shown: tuple[dict[str, Texture], dict[str, Any]]) -> None:
    made, result = shown
    for file in result["files"]:
        if file["name"].endswith(".ktx2"):
            shape = made[file["name"]].shape
            expected = "srgb" if shape.srgb else "srgb-linear" if shape.fmt.is_float else ""
            assert file["colorSpace"] == expected


def linear_texels(texture: Texture, level: int, face: int) -> torch.Tensor:
    width, height = texture.shape.level_size(level)
    texels = decode_texels(texture.image(level, face=face), texture.shape.fmt, width=width, height=height)
    if texture.shape.srgb:
        texels[..., :3] = srgb_to_linear(texels[..., :3])
    return texels
