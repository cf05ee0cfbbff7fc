"""Where no kernel runs torch encodes: valid blocks on any device, without numba."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.channels import channel_sources, cut_blocks
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.quality import Quality
from assetgen.blocks.torch_bc7 import encode_bc7_by_torch
from assetgen.blocks.torch_bc45 import encode_bc45_by_torch
from assetgen.media.image import Image
from tests.blocks.pictures import levels_of, mixed_levels, picture, psnr_db


def bytes_of(blocks: torch.Tensor) -> bytes:
    return blocks.cpu().numpy().tobytes()


def decoded(data: bytes, fmt: BlockFormat, image: Image) -> np.ndarray:
    texels = decode_blocks(data, fmt, width=image.width, height=image.height).numpy()
    return np.rint(texels * 255)[:, :, : image.channels]


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("channels", [3, 4])
def test_smooth_color_comes_out_well_and_detail_keeps_its_form(quality: Quality, channels: int) -> None:
    levels = mixed_levels(64, channels)
    smooth = picture(levels[:32, :32])
    data = bytes_of(encode_bc7_by_torch(smooth, quality=quality))
    reached = psnr_db(decoded(data, BlockFormat.BC7, smooth), levels_of(smooth))
    assert reached > 43
    whole = picture(levels)
    data = bytes_of(encode_bc7_by_torch(whole, quality=quality))
    assert psnr_db(decoded(data, BlockFormat.BC7, whole), levels) > 19


@given(st.integers(0, 2**32 - 1))
def test_opaque_blocks_stay_opaque_and_one_color_is_exact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (16, 16, 4))
    levels[:8, :, 3] = 255
    levels[:, :8] = levels[::4, :8:4].repeat(4, 0).repeat(4, 1)
    image = picture(levels)
    texels = decoded(bytes_of(encode_bc7_by_torch(image)), BlockFormat.BC7, image)
    assert (texels[:8, :, 3] == 255).all()
    assert np.array_equal(texels[:, :8], levels[:, :8])


@pytest.mark.parametrize("quality", Quality)
def test_planes_are_as_good_as_the_kernels(quality: Quality) -> None:
    levels = mixed_levels(128, 2, seed=4)
    # Hard edges to black and white, where the constants of the six-value form help.
    levels[:64, :64] = np.where(levels[:64, :64] > 60, levels[:64, :64], 0)
    image = picture(levels)
    data = bytes_of(encode_bc45_by_torch(image, planes=2, quality=quality))
    reached = psnr_db(decoded(data, BlockFormat.BC5, image), levels)
    best = psnr_db(decoded(encode_bc5(image, quality=quality), BlockFormat.BC5, image), levels)
    assert reached > best - 0.5


def test_one_plane_is_bc4_and_flat_blocks_are_exact() -> None:
    levels = np.repeat(np.repeat(np.arange(256).reshape(16, 16), 4, 0), 4, 1)[..., None]
    image = picture(levels)
    data = bytes_of(encode_bc45_by_torch(image, planes=1))
    assert len(data) == len(encode_bc4(image))
    assert np.array_equal(decoded(data, BlockFormat.BC4, image), levels)


@given(
    width=st.integers(1, 9),
    height=st.integers(1, 9),
    channels=st.integers(1, 4),
    wraps=st.tuples(st.booleans(), st.booleans()),
)
def test_blocks_are_cut_and_filled_as_the_kernels_do(
    width: int, height: int, channels: int, wraps: tuple[bool, bool]
) -> None:
    levels = mixed_levels(16, 4)[3 : 3 + height, 3 : 3 + width, :channels]
    image = Image(picture(levels).pixels, picture(levels).space, wraps=wraps)
    mode = ["wrap" if wrap else "edge" for wrap in wraps]
    full = np.pad(levels, ((0, 0), (0, -width % 4), (0, 0)), mode=mode[0])
    full = np.pad(full, ((0, -height % 4), (0, 0), (0, 0)), mode=mode[1])
    blocks = cut_blocks(image, tuple(range(channels))) * 255
    whole = cut_blocks(picture(full), tuple(range(channels))) * 255
    assert torch.equal(blocks, whole)
    rows, columns = full.shape[0] // 4, full.shape[1] // 4
    expected = full.reshape(rows, 4, columns, 4, channels).swapaxes(1, 2).reshape(-1, 16, channels)
    assert np.array_equal(np.rint(blocks.numpy()), expected)
    assert cut_blocks(image, channel_sources(image)).shape == (rows * columns, 16, 4)


def test_no_numba_is_needed() -> None:
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import torch, assetgen.execute.worker\n"
        "from assetgen.blocks.torch_bc7 import encode_bc7_by_torch\n"
        "from assetgen.blocks.torch_bc45 import encode_bc45_by_torch\n"
        "from assetgen.media.image import ColorSpace, Image\n"
        "image = Image(torch.zeros(4, 4, 2), ColorSpace.DATA)\n"
        "print(encode_bc7_by_torch(image).shape, encode_bc45_by_torch(image, planes=2).shape)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "torch.Size([1, 16]) torch.Size([1, 16])"
