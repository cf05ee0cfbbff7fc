from __future__ import annotations

import struct
import subprocess
import sys
import tracemalloc
import zlib
from itertools import pairwise

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.ktx2 import read_ktx2, write_ktx2
from assetgen.formats.ktx2_header import HEADER, IDENTIFIER, LEVEL, Ktx2Header, read_ktx2_header
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape, Texture, flat_texture
from tests.formats.textures import counted_texture, shapes

PLAIN = Shape(fmt=TexelFormat.BC7, width=12, height=8, mip_count=4, srgb=True)
CUBES = Shape(fmt=TexelFormat.R8, width=5, height=5, mip_count=3, layers=2, is_cube=True)
TEXTS = {"prompt": "naïve fresco", "seed": "12", "licence": "CC0-1.0"}
WHOLE = write_ktx2(counted_texture(PLAIN), metadata=TEXTS)
UNPACKED = write_ktx2(counted_texture(CUBES), metadata=TEXTS, zstd_level=None)


def index_of(data: bytes) -> list[tuple[int, int, int]]:
    """Return (start, length, unpacked) of every level."""
    count = struct.unpack_from("<I", data, 40)[0]
    return [LEVEL.unpack_from(data, HEADER.size + LEVEL.size * level) for level in range(count)]


def descriptor_of(data: bytes) -> bytes:
    start, length = struct.unpack_from("<2I", data, 48)
    return data[start : start + length]


def changed(data: bytes, offset: int, value: int, *, width: int = 4) -> bytes:
    return data[:offset] + value.to_bytes(width, "little") + data[offset + width :]


@given(shape=shapes(), zstd_level=st.sampled_from([None, 1]))
def test_what_is_written_is_read_back(shape: Shape, zstd_level: int | None) -> None:
    texture = counted_texture(shape)
    read = read_ktx2(write_ktx2(texture, zstd_level=zstd_level))
    assert read.levels == texture.levels
    told = shape.alpha in (Alpha.PREMULTIPLIED,) or (
        shape.fmt is TexelFormat.BC1 and shape.alpha is Alpha.OPAQUE
    )
    assert read.shape.alpha is (shape.alpha if told else Alpha.UNKNOWN)
    assert str(read.shape) == str(shape)
    assert read.shape.srgb is shape.srgb


@pytest.mark.parametrize("zstd_level", [None, 6])
def test_the_header_is_laid_out_as_documented(zstd_level: int | None) -> None:
    data = write_ktx2(counted_texture(PLAIN), zstd_level=zstd_level)
    assert data[:12] == IDENTIFIER
    scheme = 0 if zstd_level is None else 2
    assert struct.unpack_from("<9I", data, 12) == (146, 1, 12, 8, 0, 0, 1, 4, scheme)
    dfd_start, dfd_length, kvd_start, kvd_length, sgd_start, sgd_length = struct.unpack_from(
        "<4I2Q", data, 48
    )
    assert (dfd_start, dfd_length) == (80 + 4 * 24, 44)
    assert (kvd_start, kvd_length % 4) == (dfd_start + dfd_length, 0)
    assert (sgd_start, sgd_length) == (0, 0)


def test_layers_and_faces_are_counted_as_documented() -> None:
    assert struct.unpack_from("<5I", UNPACKED, 20) == (5, 5, 0, 2, 6)


@pytest.mark.parametrize(
    ("fmt", "srgb", "number", "type_size"),
    [
        (TexelFormat.R8, False, 9, 1),
        (TexelFormat.RG8, False, 16, 1),
        (TexelFormat.RGBA8, False, 37, 1),
        (TexelFormat.RGBA8, True, 43, 1),
        (TexelFormat.R16, False, 70, 2),
        (TexelFormat.RGBA16F, False, 97, 2),
        (TexelFormat.BC1, False, 133, 1),
        (TexelFormat.BC1, True, 134, 1),
        (TexelFormat.BC3, False, 137, 1),
        (TexelFormat.BC3, True, 138, 1),
        (TexelFormat.BC4, False, 139, 1),
        (TexelFormat.BC5, False, 141, 1),
        (TexelFormat.BC6H_UFLOAT, False, 143, 1),
        (TexelFormat.BC6H_SFLOAT, False, 144, 1),
        (TexelFormat.BC7, False, 145, 1),
        (TexelFormat.BC7, True, 146, 1),
    ],
)
def test_every_format_has_vulkans_number(fmt: TexelFormat, srgb: bool, number: int, type_size: int) -> None:
    data = write_ktx2(counted_texture(Shape(fmt=fmt, width=4, height=4, srgb=srgb)))
    assert struct.unpack_from("<2I", data, 12) == (number, type_size)


@pytest.mark.parametrize(("srgb", "number"), [(False, 131), (True, 132)])
def test_opaque_bc1_has_a_format_of_its_own(srgb: bool, number: int) -> None:
    shape = Shape(fmt=TexelFormat.BC1, width=4, height=4, srgb=srgb, alpha=Alpha.OPAQUE)
    data = write_ktx2(counted_texture(shape))
    assert struct.unpack_from("<I", data, 12) == (number,)
    assert read_ktx2(data).shape == shape


ONE, MINUS_ONE, MOST = 0x3F800000, 0xBF800000, 0xFFFFFFFF
# bit offset, bits, channel with its qualifiers (0x10 linear, 0x40 signed, 0x80 float), lowest, highest
SAMPLES = [
    (TexelFormat.R8, False, 1, [(0, 8, 0, 0, 255)]),
    (TexelFormat.RG8, False, 1, [(0, 8, 0, 0, 255), (8, 8, 1, 0, 255)]),
    (TexelFormat.R16, False, 1, [(0, 16, 0, 0, 65535)]),
    (
        TexelFormat.RGBA8,
        True,  # alpha is linear where color is not
        1,
        [(0, 8, 0, 0, 255), (8, 8, 1, 0, 255), (16, 8, 2, 0, 255), (24, 8, 0x1F, 0, 255)],
    ),
    (
        TexelFormat.RGBA16F,
        False,
        1,
        [(16 * i, 16, c | 0xC0, MINUS_ONE, ONE) for i, c in enumerate((0, 1, 2, 15))],
    ),
    (TexelFormat.BC1, False, 128, [(0, 64, 1, 0, MOST)]),
    (TexelFormat.BC3, True, 130, [(0, 64, 0x1F, 0, MOST), (64, 64, 0, 0, MOST)]),
    (TexelFormat.BC4, False, 131, [(0, 64, 0, 0, MOST)]),
    (TexelFormat.BC5, False, 132, [(0, 64, 0, 0, MOST), (64, 64, 1, 0, MOST)]),
    (TexelFormat.BC6H_UFLOAT, False, 133, [(0, 128, 0x80, 0, ONE)]),
    (TexelFormat.BC6H_SFLOAT, False, 133, [(0, 128, 0xC0, MINUS_ONE, ONE)]),
    (TexelFormat.BC7, True, 134, [(0, 128, 0, 0, MOST)]),
]


@pytest.mark.parametrize(("fmt", "srgb", "model", "samples"), SAMPLES)
def test_the_descriptor_tells_what_every_bit_means(
    fmt: TexelFormat, srgb: bool, model: int, samples: list[tuple[int, int, int, int, int]]
) -> None:
    data = write_ktx2(counted_texture(Shape(fmt=fmt, width=4, height=4, srgb=srgb)))
    descriptor = descriptor_of(data)
    size = 28 + 16 * len(samples)
    assert struct.unpack_from("<2I2H", descriptor) == (size, 0, 2, size - 4)
    is_color = srgb or fmt.is_float
    assert tuple(descriptor[12:16]) == (model, int(is_color), 2 if srgb else 1, 0)
    assert tuple(descriptor[16:20]) == ((3, 3, 0, 0) if fmt.is_blocks else (0, 0, 0, 0))
    # Packed or not, the bytes of a texel or block are told.
    assert tuple(descriptor[20:28]) == (fmt.unit_bytes, 0, 0, 0, 0, 0, 0, 0)
    found = [struct.unpack_from("<HBB3I", descriptor, 28 + 16 * i) for i in range(len(samples))]
    assert found == [(at, bits - 1, kind, 0, low, high) for at, bits, kind, low, high in samples]


def test_premultiplied_alpha_is_told() -> None:
    shape = Shape(fmt=TexelFormat.BC7, width=4, height=4, alpha=Alpha.PREMULTIPLIED)
    data = write_ktx2(counted_texture(shape))
    assert descriptor_of(data)[15] == 1
    assert read_ktx2(data).shape == shape


def test_the_smallest_level_comes_first_and_plain_levels_are_aligned() -> None:
    for shape, step in (
        (PLAIN, 16),
        (CUBES, 4),
        (Shape(fmt=TexelFormat.RGBA16F, width=3, height=3, mip_count=2), 8),
    ):
        data = write_ktx2(counted_texture(shape), zstd_level=None)
        starts = [start for start, _, _ in index_of(data)]
        assert starts == sorted(starts, reverse=True)
        assert not any(start % step for start in starts)
    packed = index_of(WHOLE)
    assert all(below[0] + below[1] == above[0] for above, below in pairwise(packed))
    assert packed[0][0] + packed[0][1] == len(WHOLE)


def test_every_packed_level_is_one_zstd_frame_that_checks_itself() -> None:
    for start, length, unpacked in index_of(WHOLE):
        parameters = zstandard.get_frame_parameters(WHOLE[start : start + length])
        assert (parameters.content_size, parameters.has_checksum) == (unpacked, True)


def test_texts_are_sorted_and_kept_with_the_writer_and_the_way_rows_go() -> None:
    metadata = read_ktx2_header(WHOLE).metadata
    assert metadata == {"KTXorientation": "rd", "KTXwriter": metadata["KTXwriter"], **TEXTS}
    assert metadata["KTXwriter"].startswith("assetgen ")
    assert list(metadata) == sorted(metadata)


@pytest.mark.parametrize(
    ("key", "value"), [("", "x"), ("KTXwriter", "x"), ("ktxother", "x"), ("a\0b", "x"), ("a", "x\0")]
)
def test_a_text_that_cannot_be_kept_is_refused(key: str, value: str) -> None:
    with pytest.raises(FormatError, match="key"):
        write_ktx2(counted_texture(PLAIN), metadata={key: value})


def test_files_packed_by_zlib_are_read_and_their_checksum_is_checked() -> None:
    texture = counted_texture(Shape(fmt=TexelFormat.RGBA8, width=4, height=4))
    data, packed = changed(write_ktx2(texture), 44, 3), zlib.compress(texture.levels[0])
    assert read_ktx2(with_level(data, packed)) == texture
    for damaged in (packed[:-1], packed[:-1] + b"\0", packed[:-4]):
        with pytest.raises(FormatError, match="does not unpack"):
            read_ktx2(with_level(data, damaged))


def test_zstd_of_other_programs_is_read() -> None:
    level = noise(256)
    texture = flat_texture([level], fmt=TexelFormat.R8, width=16, height=16)
    stream = zstandard.ZstdCompressor(level=19, write_content_size=False).compressobj()
    assert read_ktx2(with_level(ONE_LEVEL, stream.compress(level) + stream.flush())) == texture
    two_frames = b"".join(map(zstandard.ZstdCompressor().compress, (level[:100], level[100:])))
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    assert read_ktx2(with_level(ONE_LEVEL, skippable + two_frames)) == texture
    with pytest.raises(FormatError, match="does not unpack"):
        read_ktx2(with_level(ONE_LEVEL, two_frames + b"garbage behind"))


def test_a_level_count_of_none_leaves_the_mips_to_the_loader() -> None:
    texture = counted_texture(Shape(fmt=TexelFormat.RGBA8, width=4, height=4))
    assert read_ktx2(changed(write_ktx2(texture), 40, 0)) == texture


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (0, 0, "not a KTX2 file"),
        (12, 0, "VkFormat 0"),
        (12, 135, "VkFormat 135"),  # BC2
        (12, 145, "transfer function"),  # BC7 that is not sRGB
        (12, 138, "color model 134"),  # BC3
        (16, 4, "type size"),
        (20, 0, "1 to 65536"),
        (20, 13, "takes"),  # one block more
        (24, 0, "1D texture"),
        (28, 1, "volume"),
        (32, 3, "takes"),
        (32, 0xFFFFFFFF, "layers"),
        (36, 6, "square"),
        (36, 2, "1 or 6 faces"),
        (40, 5, "mip levels"),
        (40, 0xFFFFFFFF, "mip levels"),
        (44, 1, "scheme 1"),
        (48, 0, "data format descriptor"),
        (48, 0xFFFFFFF0, "data format descriptor"),
        (52, 0xFFFFFFF0, "data format descriptor"),
        (52, 4, "too short"),
        (56, 4, "key/value data"),
        (60, 0xFFFFFFF0, "key/value data"),
        (72, 8, "scheme"),
        (80, 8, "level 0"),
        (84, 1, "level 0"),
        (88, 0x7FFFFFFF, "cut short"),
        (96, 97, "takes"),
        (80 + 96 + 8, 1, "basic block"),
        (80 + 96 + 16, 0, "color model"),  # sides of a block
    ],
)
def test_a_header_that_lies_or_is_of_another_kind_is_refused(offset: int, value: int, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_ktx2(changed(WHOLE, offset, value))


def test_plain_levels_out_of_step_or_over_each_other_are_refused() -> None:
    shape = Shape(fmt=TexelFormat.R8, width=8, height=8, mip_count=2)
    data = write_ktx2(counted_texture(shape), zstd_level=None)
    with pytest.raises(FormatError, match="no multiple of 4"):
        read_ktx2(changed(data, 80, index_of(data)[0][0] - 2, width=8))
    with pytest.raises(FormatError, match="overlap"):
        read_ktx2(changed(data, 80 + 24, index_of(data)[0][0], width=8))


def test_rows_that_go_up_are_refused_instead_of_being_shown_upside_down() -> None:
    with pytest.raises(FormatError, match="'ru'"):
        read_ktx2(WHOLE.replace(b"KTXorientation\0rd\0", b"KTXorientation\0ru\0"))


@pytest.mark.parametrize(
    ("found", "replaced"),
    [
        (b"seed\x0012\0", b"\0eed\x0012\0"),  # an empty key
        (b"licence\0", b"licenceX"),  # the value is read as part of the key, which never ends
        (b"prompt\0", b"licence"),  # likewise
    ],
)
def test_damaged_texts_are_refused(found: bytes, replaced: bytes) -> None:
    assert len(found) == len(replaced)
    data = WHOLE.replace(found, replaced).replace(b"CC0-1.0\0", b"CC0-1.0X").replace(b"fresco\0", b"frescoX")
    with pytest.raises(FormatError, match="key/value"):
        read_ktx2(data)


def test_a_key_that_comes_twice_is_refused() -> None:
    with pytest.raises(FormatError, match="doubled"):
        read_ktx2(
            write_ktx2(counted_texture(PLAIN), metadata={"a": "x", "b": "x"}).replace(b"b\0x\0", b"a\0x\0")
        )


def test_texts_that_are_not_text_are_passed_over() -> None:
    data = WHOLE.replace(b"12\0", b"\xff\xfe\0")
    assert "seed" not in read_ktx2_header(data).metadata


def test_a_flipped_bit_in_a_packed_level_is_found() -> None:
    data = bytearray(write_ktx2(flat_texture([noise(4096)], fmt=TexelFormat.R8, width=64, height=64)))
    data[-100] ^= 4
    with pytest.raises(FormatError, match="does not unpack"):
        read_ktx2(bytes(data))


def noise(count: int) -> bytes:
    return np.random.default_rng(0).bytes(count)


def with_level(data: bytes, packed: bytes) -> bytes:
    """Return a file of one level with other packed bytes in it."""
    ((start, _, _),) = index_of(data)
    return changed(data[:start] + packed, 88, len(packed), width=8)


ONE_LEVEL = write_ktx2(counted_texture(Shape(fmt=TexelFormat.R8, width=16, height=16)))


@pytest.mark.parametrize(("count", "word"), [(255, "fewer"), (257, "more"), (50_000_000, "more")])
def test_a_level_that_unpacks_to_another_size_is_refused(count: int, word: str) -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(count))
    tracemalloc.start()
    with pytest.raises(FormatError, match=word):
        read_ktx2(with_level(ONE_LEVEL, bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_level_that_promises_what_no_packing_can_hold_is_refused() -> None:
    data = changed(changed(ONE_LEVEL, 20, 65536), 24, 65536)
    with pytest.raises(FormatError, match="more than the"):
        read_ktx2(changed(data, 96, 1 << 32, width=8))
    with pytest.raises(FormatError, match="cannot be"):
        read_ktx2(changed(data, 96, 1 << 32, width=8), limit_bytes=1 << 40)


def test_a_frame_that_lies_about_its_size_is_not_believed() -> None:
    honest = zstandard.ZstdCompressor().compress(bytes(1 << 20))
    assert honest[4] >> 5 == 0b101  # four bytes of content size follow, and the window is as large
    lying = honest[:5] + struct.pack("<I", 1 << 31) + honest[9:] + noise(1 << 17)
    data = changed(changed(ONE_LEVEL, 20, 65536), 24, 32768)
    data = with_level(changed(data, 96, 1 << 31, width=8), lying)
    tracemalloc.start()
    with pytest.raises(FormatError, match="does not unpack"):
        read_ktx2(data, limit_bytes=1 << 32)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        read_ktx2(WHOLE[:cut])


@given(data=st.binary(max_size=400), head=st.sampled_from([b"", IDENTIFIER, WHOLE[:80], WHOLE[:176]]))
def test_garbage_is_refused(data: bytes, head: bytes) -> None:
    with pytest.raises(FormatError):
        read_ktx2(head + data)


@given(
    whole=st.sampled_from([WHOLE, UNPACKED, ONE_LEVEL]),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    cut=st.integers(-8, 60),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    whole: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray((whole + bytes(8))[: len(whole) - cut])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    try:
        texture = read_ktx2(bytes(data))
    except FormatError:
        return
    assert sum(map(len, texture.levels)) < 1 << 20


def test_the_header_reader_imports_nothing_heavy() -> None:
    code = (
        "import sys, assetgen.formats.ktx2_header;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'torch', 'numba', 'PIL', 'zstandard')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_header_says_where_every_level_lies() -> None:
    header = read_ktx2_header(UNPACKED)
    assert isinstance(header, Ktx2Header)
    levels = counted_texture(CUBES).levels
    assert tuple(UNPACKED[level.start : level.start + level.length] for level in header.levels) == levels
    assert Texture(header.shape, levels).image(0, layer=1, face=5) == bytes([12]) * 25
