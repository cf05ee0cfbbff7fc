from __future__ import annotations

import io
import struct
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.errors import FormatError
from assetgen.formats.dds import DdsFile, read_dds, write_dds
from assetgen.formats.dds_header import HEADER_BYTES, DdsFormat, DdsHeader, read_dds_header
from tests.blocks.pictures import mixed_levels, picture


def blank(width: int, height: int, mip_count: int, fmt: DdsFormat, *, srgb: bool = False) -> DdsFile:
    header = DdsHeader(width=width, height=height, mip_count=mip_count, fmt=fmt, srgb=srgb)
    levels = tuple(bytes([k + 1]) * header.level_bytes(k) for k in range(mip_count))
    return DdsFile(width=width, height=height, fmt=fmt, srgb=srgb, levels=levels)


def written(file: DdsFile) -> bytes:
    return write_dds(file.levels, width=file.width, height=file.height, fmt=file.fmt, srgb=file.srgb)


WHOLE = written(blank(12, 8, 4, DdsFormat.BC7, srgb=True))


@st.composite
def files(draw: st.DrawFn) -> DdsFile:
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    fmt = draw(st.sampled_from(DdsFormat))
    mip_count = draw(st.integers(1, max(width, height).bit_length()))
    return blank(width, height, mip_count, fmt, srgb=fmt.has_srgb and draw(st.booleans()))


@given(file=files())
def test_what_is_written_is_read_back(file: DdsFile) -> None:
    assert read_dds(written(file)) == file


@pytest.mark.parametrize(
    ("width", "height", "mip_count", "fmt", "sizes"),
    [
        (1, 1, 1, DdsFormat.BC7, [16]),
        (2, 1, 2, DdsFormat.BC4, [8, 8]),
        (4, 4, 3, DdsFormat.BC5, [16, 16, 16]),
        (5, 3, 3, DdsFormat.BC7, [32, 16, 16]),  # 2x1 blocks, then 2x1 and 1x1 texels
        (5, 3, 3, DdsFormat.RGBA8, [60, 8, 4]),
        (16, 4, 5, DdsFormat.BC4, [32, 16, 8, 8, 8]),
    ],
)
def test_every_level_has_its_size(
    width: int, height: int, mip_count: int, fmt: DdsFormat, sizes: list[int]
) -> None:
    file = blank(width, height, mip_count, fmt)
    assert [len(level) for level in read_dds(written(file)).levels] == sizes
    assert len(written(file)) == 148 + sum(sizes)


@pytest.mark.parametrize(
    ("fmt", "srgb", "number", "pitch"),
    [
        (DdsFormat.RGBA8, False, 28, 48),
        (DdsFormat.RGBA8, True, 29, 48),
        (DdsFormat.BC4, False, 80, 48),
        (DdsFormat.BC5, False, 83, 96),
        (DdsFormat.BC7, False, 98, 96),
        (DdsFormat.BC7, True, 99, 96),
    ],
)
def test_the_header_is_laid_out_as_documented(fmt: DdsFormat, srgb: bool, number: int, pitch: int) -> None:
    data = written(blank(12, 8, 4, fmt, srgb=srgb))
    words = struct.unpack_from("<37I", data)
    pitch_flag = 0x80000 if fmt.is_blocks else 0x8
    assert data[:4] == b"DDS "
    assert words[1:8] == (124, 0x1 | 0x2 | 0x4 | 0x1000 | 0x20000 | pitch_flag, 8, 12, pitch, 0, 4)
    assert words[8:19] == (0,) * 11
    assert (words[19], words[20], data[84:88]) == (32, 4, b"DX10")
    assert words[22:27] == (0,) * 5
    assert words[27:32] == (0x1000 | 0x8 | 0x400000, 0, 0, 0, 0)
    assert words[32:] == (number, 3, 0, 1, 0)


def test_a_texture_without_mips_does_not_claim_any() -> None:
    words = struct.unpack_from("<37I", written(blank(4, 4, 1, DdsFormat.BC7)))
    assert not words[2] & 0x20000
    assert words[27] == 0x1000


@pytest.mark.parametrize("srgb", [False, True])
@pytest.mark.parametrize(("width", "height"), [(16, 16), (5, 3), (1, 1)])
def test_pillow_reads_what_was_written(srgb: bool, width: int, height: int) -> None:
    blocks = encode_bc7(picture(mixed_levels(16, 4)[:height, :width]))
    data = write_dds([blocks], width=width, height=height, fmt=DdsFormat.BC7, srgb=srgb)
    with PIL.Image.open(io.BytesIO(data)) as opened:
        seen = np.array(opened.convert("RGBA"))
    texels = decode_blocks(blocks, BlockFormat.BC7, width=width, height=height)
    assert np.array_equal(seen, np.rint(texels.numpy() * 255))


def test_pillow_reads_plain_texels() -> None:
    texels = mixed_levels(8, 4).astype(np.uint8)
    data = write_dds([texels.tobytes()], width=8, height=8, fmt=DdsFormat.RGBA8, srgb=False)
    with PIL.Image.open(io.BytesIO(data)) as opened:
        assert np.array_equal(np.array(opened), texels)


def test_a_level_of_the_wrong_length_is_not_written() -> None:
    with pytest.raises(FormatError, match="mip level 1"):
        write_dds([bytes(64), bytes(15)], width=8, height=8, fmt=DdsFormat.BC7, srgb=False)
    with pytest.raises(FormatError, match="mip levels"):
        write_dds([], width=8, height=8, fmt=DdsFormat.BC7, srgb=False)
    with pytest.raises(FormatError, match="sRGB"):
        write_dds([bytes(8)], width=4, height=4, fmt=DdsFormat.BC4, srgb=True)


@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        read_dds(WHOLE[:cut])


def test_a_file_with_something_after_it_is_refused() -> None:
    with pytest.raises(FormatError, match="bytes long"):
        read_dds(WHOLE + b"\0")


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (0, 0x20534444 ^ 1),  # magic
        (4, 125),  # header size
        (12, 0xFFFFFFFF),  # height
        (16, 0),  # width
        (24, 2),  # depth: a volume
        (28, 5),  # one mip level too many
        (76, 31),  # pixel format size
        (80, 0x41),  # plain RGB pixel format
        (84, 0x31545844),  # DXT1
        (112, 0xFE00),  # six cube faces
        (128, 71),  # BC1
        (132, 4),  # a volume again
        (136, 4),  # a cube again
        (140, 2),  # an array
    ],
)
def test_a_header_that_lies_or_is_of_another_kind_is_refused(offset: int, value: int) -> None:
    data = bytearray(WHOLE)
    struct.pack_into("<I", data, offset, value)
    with pytest.raises(FormatError):
        read_dds(bytes(data))


def test_a_header_that_promises_gigabytes_is_refused_without_allocating_them() -> None:
    data = bytearray(WHOLE)
    struct.pack_into("<2I", data, 12, 65536, 65536)
    with pytest.raises(FormatError, match="bytes long"):
        read_dds(bytes(data))


@given(data=st.binary(max_size=400))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read_dds(data)


@given(
    changes=st.lists(st.tuples(st.integers(0, HEADER_BYTES - 1), st.integers(0, 255)), max_size=4),
    length=st.integers(0, len(WHOLE) + 8),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(WHOLE + bytes(8))[:length]
    for at, value in changes:
        if at < len(data):
            data[at] = value
    try:
        file = read_dds(bytes(data))
    except FormatError:
        return
    assert len(written(file)) == length


def test_the_header_reader_needs_only_the_first_148_bytes() -> None:
    header = read_dds_header(WHOLE[:148])
    assert (header.width, header.height, header.mip_count) == (12, 8, 4)
    assert (header.fmt, header.srgb) == (DdsFormat.BC7, True)


def test_the_header_reader_imports_nothing_heavy() -> None:
    code = (
        "import sys, assetgen.formats.dds_header, assetgen.formats.dds;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'torch', 'numba', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
