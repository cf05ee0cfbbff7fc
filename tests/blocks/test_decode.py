from __future__ import annotations

import numpy as np
import pytest

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.quality import Quality
from assetgen.errors import FormatError
from assetgen.media.image import AlphaMode
from tests.blocks.pictures import picture

COLOR = np.broadcast_to(np.array((10, 90, 170, 250)), (5, 3, 4))


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("fmt", BlockFormat)
def test_channels_come_back_in_their_order(fmt: BlockFormat, quality: Quality) -> None:
    data = encode_blocks(picture(COLOR, alpha=AlphaMode.STRAIGHT), fmt, quality=quality)
    assert len(data) == fmt.size_bytes(width=3, height=5)
    texels = decode_blocks(data, fmt, width=3, height=5)
    assert texels.shape == (5, 3, fmt.channels)
    expected = COLOR[:, :, : fmt.channels].copy()
    if fmt is BlockFormat.BC1A:
        expected[:, :, 3] = 255
    assert np.abs(texels.numpy() * 255 - expected).max() <= 1.1


@pytest.mark.parametrize(("width", "height"), [(5, 3), (0, 4), (4, -1), (9, 4)])
def test_data_of_another_size_is_refused(width: int, height: int) -> None:
    with pytest.raises(FormatError):
        decode_blocks(bytes(16), BlockFormat.BC7, width=width, height=height)
