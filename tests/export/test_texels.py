"""An image as texels of every encoding and back, at every size down to 1x1."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from assetgen.blocks.quality import Quality
from assetgen.errors import FormatError, SpecError
from assetgen.export.containers import CONTAINERS, ENCODINGS
from assetgen.export.texels import alpha_of, decode_texels, encode_texels, stored_image
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, flat_texture
from assetgen.imaging.mips import build_mips
from assetgen.media.image import AlphaMode, ColorSpace, Image

NEAR = {
    TexelFormat.R8: 0.002,
    TexelFormat.RG8: 0.002,
    TexelFormat.RGBA8: 0.002,
    TexelFormat.R16: 8e-6,
    TexelFormat.RGBA16F: 0.0005,
    TexelFormat.BC1: 0.03,
    TexelFormat.BC3: 0.03,
    TexelFormat.BC4: 0.01,
    TexelFormat.BC5: 0.01,
    TexelFormat.BC6H_UFLOAT: 0.03,
    TexelFormat.BC6H_SFLOAT: 0.03,
    TexelFormat.BC7: 0.02,
}
SIZES = [(20, 12), (7, 9), (5, 3), (2, 1), (1, 1)]


def slopes(width: int, height: int, channels: int) -> Image:
    """Return an image that rises a little towards its lower right, each channel from another level."""
    rise = (torch.arange(width)[None, :] / width + torch.arange(height)[:, None] / height) * 0.05
    return Image(torch.stack([rise + 0.2 * c + 0.2 for c in range(channels)], dim=2), ColorSpace.DATA)


def encoded(image: Image, fmt: TexelFormat) -> bytes:
    return encode_texels(image, fmt, quality=Quality.FAST, threads=1)


@pytest.mark.parametrize("fmt", TexelFormat)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_whole_chain_of_any_size_comes_back_from_any_container(
    fmt: TexelFormat, width: int, height: int, container: str
) -> None:
    levels = build_mips(slopes(width, height, min(fmt.channels, 3))).levels
    texels = [encoded(level, fmt) for level in levels]
    texture = flat_texture(texels, fmt=fmt, width=width, height=height)
    read = CONTAINERS[container].read(CONTAINERS[container].write(texture, {}))
    assert len(read.levels) == max(width, height).bit_length()
    for level, data in zip(levels, read.levels, strict=True):
        decoded = decode_texels(data, fmt, width=level.width, height=level.height)
        count = level.channels
        assert float((decoded[..., :count] - level.pixels).abs().max()) <= NEAR[fmt]


def test_every_encoding_that_prompt_files_name_is_one_of_its_own() -> None:
    assert len(set(ENCODINGS.values())) == len(ENCODINGS)


@pytest.mark.parametrize("fmt", [TexelFormat.RGBA8, TexelFormat.RGBA16F])
def test_four_channels_are_made_of_any_number(fmt: TexelFormat) -> None:
    def texels(image: Image) -> list[float]:
        decoded = decode_texels(encoded(image, fmt), fmt, width=1, height=1)
        return [round(float(value), 2) for value in decoded.flatten()]

    def image(*values: float, alpha: AlphaMode = AlphaMode.NONE) -> Image:
        return Image(torch.tensor([[values]], dtype=torch.float32), ColorSpace.DATA, alpha)

    assert texels(image(0.2)) == [0.2, 0.2, 0.2, 1.0]
    assert texels(image(0.2, 0.4)) == [0.2, 0.4, 0.0, 1.0]
    assert texels(image(0.2, 0.4, alpha=AlphaMode.STRAIGHT)) == [0.2, 0.2, 0.2, 0.4]
    assert texels(image(0.2, 0.4, 0.6)) == [0.2, 0.4, 0.6, 1.0]
    assert texels(image(0.2, 0.4, 0.6, 0.8)) == [0.2, 0.4, 0.6, 0.8]


def test_whole_numbers_are_rounded_half_up_and_clamped() -> None:
    pixels = torch.tensor([[[-1.0], [0.4999 / 255], [0.5 / 255], [2.0]]])
    assert encoded(Image(pixels, ColorSpace.DATA), TexelFormat.R8) == bytes([0, 0, 1, 255])


def test_half_floats_keep_light_above_one_up_to_what_they_hold() -> None:
    pixels = torch.tensor([[[0.25, 3.5, 1e9]]])
    data = encoded(Image(pixels, ColorSpace.LINEAR), TexelFormat.RGBA16F)
    assert np.frombuffer(data, "<f2").tolist() == [0.25, 3.5, 65504.0, 1.0]


def test_float_formats_decode_color_and_leave_alpha_and_data_alone() -> None:
    pixels = torch.full((1, 1, 4), 0.5)
    stored = stored_image(Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT), TexelFormat.RGBA16F)
    assert stored.space is ColorSpace.LINEAR
    assert stored.pixels.flatten().tolist() == pytest.approx([0.21404, 0.21404, 0.21404, 0.5], abs=1e-5)
    data = Image(pixels, ColorSpace.DATA)
    assert stored_image(data, TexelFormat.RGBA16F) is data
    color = Image(pixels, ColorSpace.SRGB)
    assert stored_image(color, TexelFormat.BC7) is color


def test_channels_that_are_missing_or_too_many_are_refused() -> None:
    with pytest.raises(SpecError, match="2 channels"):
        encoded(slopes(4, 4, 1), TexelFormat.RG8)
    with pytest.raises(SpecError, match="write bc3 or bc7"):
        encoded(slopes(4, 4, 4), TexelFormat.BC1)


def test_texels_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(FormatError, match="takes 48 bytes, not 47"):
        decode_texels(bytes(47), TexelFormat.RGBA8, width=4, height=3)


@pytest.mark.parametrize(
    ("channels", "alpha", "fmt", "expected"),
    [
        (3, AlphaMode.NONE, TexelFormat.BC7, Alpha.OPAQUE),
        (4, AlphaMode.NONE, TexelFormat.BC7, Alpha.CUSTOM),
        (4, AlphaMode.CUTOUT, TexelFormat.BC1, Alpha.STRAIGHT),
        (2, AlphaMode.STRAIGHT, TexelFormat.RGBA8, Alpha.STRAIGHT),
        (3, AlphaMode.NONE, TexelFormat.BC5, Alpha.UNKNOWN),
    ],
)
def test_what_alpha_is_follows_from_the_image(
    channels: int, alpha: AlphaMode, fmt: TexelFormat, expected: Alpha
) -> None:
    image = slopes(4, 4, channels)
    assert alpha_of(Image(image.pixels, ColorSpace.DATA, alpha), fmt) is expected
