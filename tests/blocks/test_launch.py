"""An encoder's kernel call can be written down and carried out elsewhere, with the pixels where they lie."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.encoders import ENCODERS
from assetgen.blocks.launch import Known, launch_of
from assetgen.blocks.quality import Quality
from assetgen.errors import SpecError
from assetgen.media.image import ColorSpace, Image


def test_the_call_is_written_down_and_the_pixels_are_not_copied() -> None:
    image = Image(torch.rand(9, 5, 4), ColorSpace.DATA, wraps=(True, False))
    encode = partial(ENCODERS[BlockFormat.BC7], quality=Quality.HIGH, threads=2)
    launch = launch_of(encode, image)
    assert launch.shape == (2 * 3, 2)
    assert launch.arguments["pixels"].data_ptr() == image.pixels.data_ptr()
    assert launch.arguments["wraps"] == (True, False)
    assert isinstance(launch.arguments["plan"], Known)
    assert encode(image) == encode(image) != bytes(96)


def test_large_images_are_written_down_as_one_call() -> None:
    image = Image(torch.zeros(1, 1, 2).expand(4096, 4096, 2), ColorSpace.DATA)
    encode = partial(ENCODERS[BlockFormat.BC5], quality=Quality.FAST, threads=4)
    assert launch_of(encode, image).shape == (1024 * 1024, 2)


def test_what_an_encoder_refuses_is_refused() -> None:
    with pytest.raises(SpecError):
        launch_of(
            partial(ENCODERS[BlockFormat.BC5], quality=Quality.FAST, threads=1),
            Image(torch.zeros(4, 4, 1), ColorSpace.DATA),
        )


def test_what_is_no_encoder_has_no_launch() -> None:
    with pytest.raises(ValueError, match="calls no kernel"):
        launch_of(lambda image: np.zeros(3), Image(torch.zeros(4, 4, 1), ColorSpace.DATA))
