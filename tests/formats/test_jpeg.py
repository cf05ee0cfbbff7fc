from __future__ import annotations

from io import BytesIO

import numpy
import pytest
import torch
from PIL import Image as PillowImage

from assetgen.errors import FormatError
from assetgen.formats.jpeg import write_jpeg
from assetgen.media.image import AlphaMode, ColorSpace, Image


def ramp(channels: int, *, size: int = 64) -> Image:
    rise = torch.linspace(0, 1, size)
    planes = (rise[None].expand(size, size), rise[:, None].expand(size, size), torch.full((size, size), 0.5))
    alpha = AlphaMode.STRAIGHT if channels in (2, 4) else AlphaMode.NONE
    pixels = torch.stack((*planes, torch.zeros(size, size))[:channels], dim=-1)
    return Image(pixels.contiguous(), ColorSpace.SRGB, alpha=alpha)


def read(data: bytes) -> PillowImage.Image:
    return PillowImage.open(BytesIO(data))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "RGB")])
def test_a_picture_reads_back_near_to_what_was_written(channels: int, mode: str) -> None:
    image = ramp(channels)
    back = read(write_jpeg(image))
    assert (back.format, back.mode, back.size) == ("JPEG", mode, (64, 64))
    kept = 3 if mode == "RGB" else 1
    codes = torch.from_numpy(numpy.array(back)).reshape(64, 64, kept) / 255
    assert (codes - image.pixels[..., :kept]).abs().max() < 0.05


def test_rows_run_from_the_top_and_values_are_clamped() -> None:
    pixels = torch.full((32, 48, 3), -1.0)
    pixels[:16] = 2.0
    back = numpy.array(read(write_jpeg(Image(pixels, ColorSpace.LINEAR))))
    assert back.shape == (32, 48, 3)
    assert back[:14].min() > 245
    assert back[18:].max() < 10


def test_lower_quality_is_smaller_and_equal_pictures_give_equal_bytes() -> None:
    noise = Image(torch.rand(64, 64, 3, generator=torch.Generator().manual_seed(1)), ColorSpace.SRGB)
    assert len(write_jpeg(noise, quality=40)) < len(write_jpeg(noise)) < len(write_jpeg(noise, quality=95))
    assert write_jpeg(noise) == write_jpeg(noise)


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(FormatError, match="1 to 100"):
        write_jpeg(ramp(3), quality=quality)


def test_a_picture_that_no_jpeg_can_hold_is_refused() -> None:
    with pytest.raises(FormatError, match="too large"):
        write_jpeg(Image(torch.zeros(1, 70000, 1), ColorSpace.DATA))
