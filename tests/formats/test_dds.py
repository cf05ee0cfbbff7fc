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
from assetgen.formats.dds import read_dds, write_dds
from assetgen.formats.dds_header import HEADER, HEADER_BYTES, read_dds_header
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape, Texture, flat_texture
from tests.blocks.pictures import mixed_levels, picture
from tests.formats.textures import counted_texture, shapes

WHOLE = write_dds(
    counted_texture(
        Shape(fmt=TexelFormat.BC7, width=12, height=8, mip_count=4, srgb=True, alpha=Alpha.STRAIGHT)
    )
)
CUBES = Shape(fmt=TexelFormat.BC1, width=8, height=8, mip_count=4, layers=2, is_cube=True)


@given(shape=shapes())
def test_what_is_written_is_read_back(shape: Shape) -> None:
    texture = counted_texture(shape)
    assert read_dds(write_dds(texture)) == texture


@pytest.mark.parametrize(
    ("width", "height", "mip_count", "fmt", "sizes"),
    [
        (1, 1, 1, TexelFormat.BC7, [16]),
        (2, 1, 2, TexelFormat.BC4, [8, 8]),
        (4, 4, 3, TexelFormat.BC5, [16, 16, 16]),
        (5, 3, 3, TexelFormat.BC7, [32, 16, 16]),  # 2x1 blocks, then 2x1 and 1x1 texels
        (5, 3, 3, TexelFormat.RGBA8, [60, 8, 4]),
        (5, 3, 3, TexelFormat.R8, [15, 2, 1]),
        (3, 2, 2, TexelFormat.RGBA16F, [48, 8]),
        (16, 4, 5, TexelFormat.BC4, [32, 16, 8, 8, 8]),
    ],
)
def test_every_level_has_its_size(
    width: int, height: int, mip_count: int, fmt: TexelFormat, sizes: list[int]
) -> None:
    shape = Shape(fmt=fmt, width=width, height=height, mip_count=mip_count)
    data = write_dds(counted_texture(shape))
    assert [len(level) for level in read_dds(data).levels] == sizes
    assert len(data) == 148 + sum(sizes)


@pytest.mark.parametrize(
    ("fmt", "srgb", "number", "pitch"),
    [
        (TexelFormat.R8, False, 61, 12),
        (TexelFormat.RG8, False, 49, 24),
        (TexelFormat.RGBA8, False, 28, 48),
        (TexelFormat.RGBA8, True, 29, 48),
        (TexelFormat.R16, False, 56, 24),
        (TexelFormat.RGBA16F, False, 10, 96),
        (TexelFormat.BC1, False, 71, 48),
        (TexelFormat.BC1, True, 72, 48),
        (TexelFormat.BC3, False, 77, 96),
        (TexelFormat.BC3, True, 78, 96),
        (TexelFormat.BC4, False, 80, 48),
        (TexelFormat.BC5, False, 83, 96),
        (TexelFormat.BC6H_UFLOAT, False, 95, 96),
        (TexelFormat.BC6H_SFLOAT, False, 96, 96),
        (TexelFormat.BC7, False, 98, 96),
        (TexelFormat.BC7, True, 99, 96),
    ],
)
def test_the_header_is_laid_out_as_documented(fmt: TexelFormat, srgb: bool, number: int, pitch: int) -> None:
    shape = Shape(fmt=fmt, width=12, height=8, mip_count=4, srgb=srgb)
    data = write_dds(counted_texture(shape))
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
    data = write_dds(counted_texture(Shape(fmt=TexelFormat.BC7, width=4, height=4)))
    words = struct.unpack_from("<37I", data)
    assert not words[2] & 0x20000
    assert words[27] == 0x1000


def test_a_cube_map_says_so_in_both_headers_and_counts_cubes_as_layers() -> None:
    words = struct.unpack_from("<37I", write_dds(counted_texture(CUBES)))
    assert words[27:29] == (0x1000 | 0x8 | 0x400000, 0x200 | 0xFC00)
    assert words[34:36] == (0x4, 2)


def test_every_image_of_an_array_is_followed_by_its_own_mips() -> None:
    shape = Shape(fmt=TexelFormat.R8, width=2, height=1, mip_count=2, layers=3)
    data = write_dds(Texture(shape, (b"aAbBcC", b"xyz")))
    assert data[148:] == b"aAx" + b"bBy" + b"cCz"
    assert read_dds(data).image(1, layer=2) == b"z"


@pytest.mark.parametrize("alpha", Alpha)
def test_what_alpha_means_stands_in_the_header(alpha: Alpha) -> None:
    data = write_dds(counted_texture(Shape(fmt=TexelFormat.BC3, width=4, height=4, alpha=alpha)))
    assert struct.unpack_from("<I", data, 144) == (alpha.value,)
    assert read_dds(data).shape.alpha is alpha


@pytest.mark.parametrize("srgb", [False, True])
@pytest.mark.parametrize(("width", "height"), [(16, 16), (5, 3), (1, 1)])
def test_pillow_reads_what_was_written(srgb: bool, width: int, height: int) -> None:
    blocks = encode_bc7(picture(mixed_levels(16, 4)[:height, :width]))
    data = write_dds(flat_texture([blocks], fmt=TexelFormat.BC7, width=width, height=height, srgb=srgb))
    with PIL.Image.open(io.BytesIO(data)) as opened:
        seen = np.array(opened.convert("RGBA"))
    texels = decode_blocks(blocks, BlockFormat.BC7, width=width, height=height)
    assert np.array_equal(seen, np.rint(texels.numpy() * 255))


def test_pillow_reads_plain_texels() -> None:
    texels = mixed_levels(8, 4).astype(np.uint8)
    data = write_dds(flat_texture([texels.tobytes()], fmt=TexelFormat.RGBA8, width=8, height=8))
    with PIL.Image.open(io.BytesIO(data)) as opened:
        assert np.array_equal(np.array(opened), texels)


LEGACY = [
    ("DXT1", TexelFormat.BC1, 8, Alpha.UNKNOWN),
    ("DXT4", TexelFormat.BC3, 16, Alpha.PREMULTIPLIED),
    ("DXT5", TexelFormat.BC3, 16, Alpha.UNKNOWN),
    ("ATI1", TexelFormat.BC4, 8, Alpha.UNKNOWN),
    ("BC4U", TexelFormat.BC4, 8, Alpha.UNKNOWN),
    ("ATI2", TexelFormat.BC5, 16, Alpha.UNKNOWN),
    ("BC5U", TexelFormat.BC5, 16, Alpha.UNKNOWN),
]


def legacy(code: bytes, *, width: int, height: int, mip_count: int, caps2: int = 0) -> bytes:
    """Return the 128 bytes that programs wrote before there was a DX10 header."""
    return HEADER.pack(
        *(b"DDS ", 124, 0x21007, height, width, 0, 0, mip_count),
        *(32, 4, code, 0, 0, 0, 0, 0),
        *(0x401008, caps2, 0, 0, 0),
    )


@pytest.mark.parametrize(("code", "fmt", "block_bytes", "alpha"), LEGACY)
def test_files_of_older_programs_are_read(
    code: str, fmt: TexelFormat, block_bytes: int, alpha: Alpha
) -> None:
    header = legacy(code.encode(), width=8, height=4, mip_count=2)
    texture = read_dds(header + bytes(range(3 * block_bytes)))
    assert texture.shape == Shape(fmt=fmt, width=8, height=4, mip_count=2, alpha=alpha)
    assert texture.levels == (bytes(range(2 * block_bytes)), bytes(range(2 * block_bytes, 3 * block_bytes)))


def test_an_old_file_that_counts_no_mips_has_one_level() -> None:
    assert len(read_dds(legacy(b"DXT1", width=4, height=4, mip_count=0) + bytes(8)).levels) == 1


def test_an_old_cube_map_has_all_six_faces_or_is_refused() -> None:
    cube = legacy(b"DXT1", width=4, height=4, mip_count=1, caps2=0xFE00) + bytes(range(48))
    assert read_dds(cube).image(0, face=5) == bytes(range(40, 48))
    with pytest.raises(FormatError, match="six faces"):
        read_dds(legacy(b"DXT1", width=4, height=4, mip_count=1, caps2=0x600) + bytes(8))


def test_pillow_writes_old_files_that_are_read() -> None:
    pixels = PIL.Image.fromarray(mixed_levels(8, 4).astype(np.uint8))
    for code, fmt in (("DXT1", TexelFormat.BC1), ("DXT5", TexelFormat.BC3)):
        stream = io.BytesIO()
        pixels.save(stream, "DDS", pixel_format=code)
        shape = read_dds(stream.getvalue()).shape
        assert (shape.fmt, shape.width, shape.height) == (fmt, 8, 8)


def test_what_is_not_read_is_refused_with_a_way_out() -> None:
    with pytest.raises(FormatError, match=r"DXT3.*texconv -dx10"):
        read_dds(legacy(b"DXT3", width=4, height=4, mip_count=1) + bytes(16))


def test_a_level_of_the_wrong_length_is_not_written() -> None:
    with pytest.raises(FormatError, match="mip level 1"):
        flat_texture([bytes(64), bytes(15)], width=8, height=8, fmt=TexelFormat.BC7)
    with pytest.raises(FormatError, match="mip levels"):
        flat_texture([], width=8, height=8, fmt=TexelFormat.BC7)
    with pytest.raises(FormatError, match="sRGB"):
        flat_texture([bytes(8)], width=4, height=4, fmt=TexelFormat.BC4, srgb=True)
    with pytest.raises(FormatError, match="square"):
        Shape(fmt=TexelFormat.BC4, width=8, height=4, is_cube=True)
    with pytest.raises(FormatError, match="was given 1"):
        Texture(Shape(fmt=TexelFormat.BC4, width=8, height=4, mip_count=2), (bytes(16),))


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
        (84, 0x31545844),  # DXT1, which has another length
        (112, 0xFE00),  # six cube faces that the second header does not know of
        (112, 0x200000),  # a volume
        (128, 74),  # BC2
        (132, 4),  # a volume again
        (136, 4),  # a cube whose faces are not square
        (140, 2),  # an array of twice the length
        (140, 0),  # an array of nothing
        (140, 0xFFFFFFFF),  # an array that needs more memory than there is
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


WHOLE_FILES = [
    WHOLE,
    write_dds(counted_texture(CUBES)),
    legacy(b"DXT5", width=8, height=8, mip_count=4, caps2=0xFE00) + bytes(6 * 16 * 7),
]


@given(
    whole=st.sampled_from(WHOLE_FILES),
    changes=st.lists(st.tuples(st.integers(0, HEADER_BYTES - 1), st.integers(0, 255)), max_size=4),
    cut=st.integers(-8, 200),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    whole: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray((whole + bytes(8))[: max(len(whole) - cut, 0)])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    try:
        texture = read_dds(bytes(data))
    except FormatError:
        return
    assert sum(map(len, texture.levels)) in (len(data) - 148, len(data) - 128)


def test_the_header_reader_needs_only_the_first_148_bytes() -> None:
    header = read_dds_header(WHOLE[:148])
    shape = Shape(fmt=TexelFormat.BC7, width=12, height=8, mip_count=4, srgb=True, alpha=Alpha.STRAIGHT)
    assert (header.shape, header.start, header.file_bytes) == (shape, 148, len(WHOLE))


def test_the_header_reader_imports_nothing_heavy() -> None:
    code = (
        "import sys, assetgen.formats.dds_header, assetgen.formats.dds;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'torch', 'numba', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
