from __future__ import annotations

import numpy as np
import pytest

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.errors import FormatError
from tests.blocks.pictures import picture

COLOR = np.broadcast_to(np.array((10, 90, 170, 250)), (5, 3, 4))


@pytest.mark.parametrize(
    ("fmt", "encode"),
    [(BlockFormat.BC4, encode_bc4), (BlockFormat.BC5, encode_bc5), (BlockFormat.BC7, encode_bc7)],
)
def test_channels_come_back_in_their_order(fmt: BlockFormat, encode) -> None:  # noqa: ANN001
    data = encode(picture(COLOR))
    assert len(data) == fmt.size_bytes(width=3, height=5)
    texels = decode_blocks(data, fmt, width=3, height=5)
    assert texels.shape == (5, 3, fmt.channels)
    assert np.array_equal(np.rint(texels.numpy() * 255), COLOR[:, :, : fmt.channels])


@pytest.mark.parametrize(("width", "height"), [(5, 3), (0, 4), (4, -1), (9, 4)])
def test_data_of_another_size_is_refused(width: int, height: int) -> None:
    with pytest.raises(FormatError):
        decode_blocks(bytes(16), BlockFormat.BC7, width=width, height=height)
