"""What others write with more than 8 bits, or in forms of their own, keeps its bits, its channels and its way up."""

from __future__ import annotations

import io
import struct
import zlib

import imagecodecs
import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats import codecs
from assetgen.formats.avif import avif_bits
from assetgen.formats.jpeg_xl import distance_of
from assetgen.formats.jxl_header import CONTAINER, box, read_jxl_header
from assetgen.formats.read_image import read_image, read_samples
from assetgen.formats.sniff import sniff
from assetgen.media.image import AlphaMode, ColorSpace
from tests.formats.pictures import file_of

DEEP = np.random.default_rng(3).integers(0, 65536, (20, 30, 4)).astype(np.uint16)


def tiff(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, metadata=None, **options)  # ty: ignore[invalid-argument-type]
    return stream.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "lzw", "predictor": True},
        {"compression": "zstd"},
        {"tile": (16, 16)},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"planarconfig": "separate"},
    ],
    ids=lambda options: "-".join(options) or "plain",
)
def test_16_bit_color_of_a_tiff_keeps_its_bits(options: dict[str, object]) -> None:
    array = DEEP[..., :3]
    stored = np.moveaxis(array, 2, 0) if "planarconfig" in options else array
    samples = read_samples(tiff(np.ascontiguousarray(stored), photometric="rgb", **options))
    assert samples.bits == 16
    assert np.array_equal(samples.array, array)


def test_a_tiff_with_white_at_zero_is_turned_round() -> None:
    samples = read_samples(tiff(DEEP[..., 0], photometric="miniswhite"))
    assert np.array_equal(samples.array[..., 0], 65535 - DEEP[..., 0])


def test_color_multiplied_by_alpha_becomes_straight() -> None:
    alpha = np.maximum(DEEP[..., 3:], 20_000)
    multiplied = np.rint(DEEP[..., :3] / 65535 * alpha).astype(np.uint16)
    data = tiff(np.concatenate([multiplied, alpha], axis=2), photometric="rgb", extrasamples=["assocalpha"])
    image = read_image(data)
    assert image.alpha is AlphaMode.STRAIGHT
    assert np.abs(image.pixels.numpy()[..., :3] * 65535 - DEEP[..., :3]).max() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_deep_tiff_stands_upright(orientation: int) -> None:
    grey = (DEEP[..., 0] >> 8).astype(np.uint8)
    tags = [(274, "H", 1, orientation, True)]
    flat = read_image(tiff(grey, extratags=tags))
    deep = read_image(tiff(grey.astype(np.uint16) * 257, extratags=tags))
    assert np.allclose(flat.pixels.numpy(), deep.pixels.numpy())


def test_float_tiffs_are_linear_light() -> None:
    light = DEEP[..., :3].astype(np.float32) / 1000
    image = read_image(tiff(light, photometric="rgb"))
    assert image.space is ColorSpace.LINEAR
    assert np.array_equal(image.pixels.numpy(), light)


@pytest.mark.parametrize(
    ("array", "options", "match"),
    [
        (DEEP, {"photometric": "separated"}, "model 5"),
        (DEEP.astype(np.int16)[..., 0], {}, "int16"),
        (np.concatenate([DEEP, DEEP], axis=2), {"photometric": "rgb"}, "8 channels"),
        (np.stack([DEEP[..., 0]] * 3)[..., None], {"photometric": "minisblack"}, "several pages"),
    ],
)
def test_deep_tiffs_that_are_no_picture_are_refused(
    array: np.ndarray, options: dict[str, object], match: str
) -> None:
    with pytest.raises(FormatError, match=match):
        read_image(tiff(array, **options))


def test_a_tiff_that_promises_too_much_is_refused_before_decoding() -> None:
    data = bytearray(file_of("tiff16"))
    for tag in (256, 257):
        at = data.index(struct.pack("<HHI", tag, 4, 1)) if struct.pack("<HHI", tag, 4, 1) in data else -1
        at = at if at >= 0 else data.index(struct.pack("<HHI", tag, 3, 1))
        data[at : at + 12] = struct.pack("<HHII", tag, 4, 1, 9_000)
    with pytest.raises(FormatError, match="at most"):
        read_image(bytes(data))


def _bomb() -> bytes:
    """Return a TIFF of 4x4 texels whose only strip unpacks to 60 MiB."""
    data = bytearray(tiff(DEEP[:4, :4, :3], photometric="rgb", compression="adobe_deflate"))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tags = file.pages[0].tags
        places = tags["StripOffsets"].valueoffset, tags["StripByteCounts"].valueoffset
    body = zlib.compress(bytes(60 << 20), 9)
    assert len(body) < 1 << 16
    struct.pack_into("<I", data, places[0], len(data))
    struct.pack_into("<H", data, places[1], len(body))
    return bytes(data) + body


@pytest.mark.parametrize("has_codecs", [True, False])
def test_a_strip_that_unpacks_to_more_than_its_picture_is_refused(
    monkeypatch: pytest.MonkeyPatch, has_codecs: bool
) -> None:
    data, whole = _bomb(), file_of("tiff16")
    if not has_codecs:
        loaded = codecs._loaded
        monkeypatch.setattr(codecs, "_loaded", lambda name: None if name == "imagecodecs" else loaded(name))
    read_image(whole)
    with pytest.raises(FormatError, match=r"more than its picture|cannot be read"):
        read_image(data)


def test_a_packing_that_needs_a_codec_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tiff(DEEP[..., :3], photometric="rgb", compression="zstd")
    loaded = codecs._loaded
    monkeypatch.setattr(codecs, "_loaded", lambda name: None if name == "imagecodecs" else loaded(name))
    with pytest.raises(FormatError, match=r"ZSTD.*pip install"):
        read_image(data)


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_avif_keeps_its_bits(bits: int, channels: int) -> None:
    codes = (DEEP[..., :channels] >> (16 - bits)).astype(np.uint16)
    data = imagecodecs.avif_encode(codes, level=100, bitspersample=bits, numthreads=1)
    assert avif_bits(data) == bits
    samples = read_samples(data)
    assert samples.bits == bits
    assert np.array_equal(samples.array[..., :channels] if channels > 1 else samples.array[..., :1], codes)


def test_deep_avif_without_the_codec_is_refused_and_never_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = imagecodecs.avif_encode(DEEP[..., :3] >> 6, level=100, bitspersample=10)
    monkeypatch.setattr(codecs, "_loaded", lambda name: None)
    with pytest.raises(FormatError, match=r"an AVIF of 10 bits cannot be read.*pip install"):
        read_image(data)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_header_of_jpeg_xl_is_read_as_its_decoder_reads_it(dtype: type, channels: int) -> None:
    array = (DEEP[..., :channels] / 65535).astype(np.float32)
    if dtype is not np.float32:
        array = np.rint(array * np.iinfo(dtype).max).astype(dtype)
    data = imagecodecs.jpegxl_encode(array if channels > 1 else array[..., 0], lossless=True)
    header = read_jxl_header(data)
    assert (header.width, header.height) == (30, 20)
    assert header.bits == array.dtype.itemsize * 8
    assert header.is_float is (dtype is np.float32)
    assert header.extra_channels == (channels % 2 == 0)
    assert np.array_equal(read_samples(data).array, array)


@given(width=st.integers(1, 700), height=st.integers(1, 700))
def test_every_size_of_jpeg_xl_is_read_from_its_header(width: int, height: int) -> None:
    header = read_jxl_header(
        imagecodecs.jpegxl_encode(np.zeros((height, width), np.uint8), lossless=True, effort=1)
    )
    assert (header.width, header.height) == (width, height)


def test_jpeg_xl_in_parts_is_read() -> None:
    stream = file_of("jxl")
    parts = box(b"jxlp", b"\0\0\0\0" + stream[:40]) + box(b"jxlp", b"\x80\0\0\1" + stream[40:])
    data = CONTAINER + box(b"ftyp", b"jxl \0\0\0\0jxl ") + parts
    assert read_image(data).pixels.equal(read_image(stream).pixels)


def test_10_bit_jpeg_xl_fills_the_range() -> None:
    codes = (DEEP[..., :3] >> 6).astype(np.uint16)
    image = read_image(imagecodecs.jpegxl_encode(codes, lossless=True, bitspersample=10))
    assert np.abs(image.pixels.numpy() - codes / 1023).max() < 1e-4


def test_animated_jpeg_xl_is_refused() -> None:
    frames = np.stack([np.full((8, 8, 3), 90 * k, np.uint8) for k in range(3)])
    with pytest.raises(FormatError, match="animated"):
        read_image(imagecodecs.jpegxl_encode(frames, lossless=True))


def test_quality_maps_to_distance_as_the_reference_encoder_does() -> None:
    assert [round(distance_of(quality), 2) for quality in (100, 90, 30, 29)] == [0.1, 1.0, 6.4, 6.51]


def test_the_profile_of_a_picture_is_noted() -> None:
    stream = io.BytesIO()
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    PIL.Image.new("RGB", (4, 4)).save(stream, "JPEG", icc_profile=profile)
    samples = read_samples(stream.getvalue())
    assert "sRGB" in samples.profile
    assert samples.space is ColorSpace.SRGB
    stream = io.BytesIO()
    PIL.Image.new("RGB", (4, 4)).save(stream, "PNG", icc_profile=b"no profile at all")
    assert read_samples(stream.getvalue()).profile == "unknown"


def _swapped_profile() -> bytes:
    """Return the sRGB profile with its red and green primaries exchanged, under another name."""
    profile = bytearray(PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ") + 4, profile.index(b"gXYZ") + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_color_of_another_profile_becomes_srgb_and_data_stay(mode: str) -> None:
    stream = io.BytesIO()
    picture = PIL.Image.new(mode, (8, 8), (200, 40, 90, 128)[: len(mode)])
    picture.save(stream, "PNG", icc_profile=_swapped_profile())
    color, data = read_image(stream.getvalue()), read_image(stream.getvalue(), space=ColorSpace.DATA)
    assert np.abs(color.pixels[0, 0].numpy() * 255 - (40, 200, 90, 128)[: len(mode)]).max() < 2
    assert np.abs(data.pixels[0, 0].numpy() * 255 - (200, 40, 90, 128)[: len(mode)]).max() < 1e-3


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"DDS \x7c", "dds"),
        (b"\xabKTX 20\xbb\r\n\x1a\n", "ktx2"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1", "avif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", None),
        (b"GIF89a", None),
        (b"", None),
        (bytes(18), None),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(data: bytes, kind: str | None) -> None:
    assert sniff(data) == kind
