from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.png import write_png
from assetgen.formats.read_image import read_image
from assetgen.media.image import AlphaMode, ColorSpace, Image
from tests.blocks.pictures import mixed_levels, picture

COLOR = mixed_levels(16, 4).astype(np.uint8)[:12]
DEEP = write_png(picture(mixed_levels(24, 3)), bits=16)
FLAT = write_png(picture(mixed_levels(24, 3)))


def saved(array: np.ndarray, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    PIL.Image.fromarray(array).save(out, kind, **options)
    return out.getvalue()


def levels(image: Image) -> np.ndarray:
    return np.rint(image.pixels.numpy() * 255).astype(np.int64)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("TIFF", {}), ("TGA", {}), ("BMP", {}), ("WEBP", {"lossless": True, "exact": True})],
)
@pytest.mark.parametrize("channels", [3, 4])
def test_lossless_pictures_come_back_whole(kind: str, options: dict[str, Any], channels: int) -> None:
    if (kind, channels) == ("BMP", 4):
        channels = 3  # Pillow writes BMP with alpha in a form that readers take for padding
    array = COLOR[:, :, :channels]
    image = read_image(saved(array, kind, **options))
    assert np.array_equal(levels(image), array)
    assert image.alpha is (AlphaMode.STRAIGHT if channels == 4 else AlphaMode.NONE)
    assert image.space is ColorSpace.SRGB


def test_jpeg_comes_back_nearly() -> None:
    slope = np.add.outer(np.arange(32), np.arange(32))[..., None] * np.array((3, 2, 1))
    image = read_image(saved(slope.astype(np.uint8), "JPEG", quality=95), space=ColorSpace.DATA)
    assert np.abs(levels(image) - slope).max() < 8
    assert image.space is ColorSpace.DATA


def test_grey_with_and_without_alpha() -> None:
    assert np.array_equal(levels(read_image(saved(COLOR[:, :, 0], "PNG")))[:, :, 0], COLOR[:, :, 0])
    out = io.BytesIO()
    grey_alpha = PIL.Image.merge("LA", [PIL.Image.fromarray(COLOR[:, :, k]) for k in (0, 3)])
    grey_alpha.save(out, "PNG")
    assert np.array_equal(levels(read_image(out.getvalue())), COLOR[:, :, [0, 3]])


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_bits(kind: str) -> None:
    samples = (np.arange(12 * 16).reshape(12, 16) * 337).astype(np.uint16)
    image = read_image(saved(samples, kind))
    assert np.array_equal(np.rint(image.pixels.numpy()[:, :, 0].astype(float) * 65535), samples)


def interlaced_rgb16(samples: np.ndarray) -> bytes:
    """Return an Adam7 PNG without filters, (H, W, 3) uint16."""
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    raw = b""
    for top, left, down, right in passes:
        for row in samples[top::down, left::right]:
            raw += b"\0" + row.astype(">u2").tobytes() if row.size else b""
    height, width, _ = samples.shape
    header = struct.pack(">2I5B", width, height, 16, 2, 0, 0, 1)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data


def test_interlaced_16_bit_color_keeps_its_bits() -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (11, 13, 3))
    image = read_image(interlaced_rgb16(samples))
    assert np.array_equal(np.rint(image.pixels.numpy().astype(float) * 65535), samples)


def test_palettes_become_color() -> None:
    out = io.BytesIO()
    paletted = PIL.Image.fromarray(COLOR[:, :, :3]).quantize(16)
    paletted.save(out, "PNG")
    assert np.array_equal(levels(read_image(out.getvalue())), np.array(paletted.convert("RGB")))
    out = io.BytesIO()
    paletted.save(out, "PNG", transparency=0)
    image = read_image(out.getvalue())
    assert np.array_equal(image.pixels.numpy()[:, :, 3] == 0, np.array(paletted) == 0)


def test_one_bit_pictures_become_grey() -> None:
    mask = COLOR[:, :, 0] > 128
    assert np.array_equal(levels(read_image(saved(mask, "PNG")))[:, :, 0], mask * 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_exif_orientation_is_applied(orientation: int, bits: int) -> None:
    exif = PIL.Image.Exif()
    exif[274] = orientation
    plain = PIL.Image.fromarray(COLOR[:, :, :3])
    out = io.BytesIO()
    plain.save(out, "PNG", exif=exif)
    with PIL.Image.open(io.BytesIO(out.getvalue())) as opened:
        expected = np.array(PIL.ImageOps.exif_transpose(opened))
    data = out.getvalue()
    if bits == 16:
        block = exif.tobytes().removeprefix(b"Exif\0\0")
        chunk = struct.pack(">I", len(block)) + b"eXIf" + block
        chunk += struct.pack(">I", zlib.crc32(b"eXIf" + block))
        deep = write_png(picture(COLOR[:, :, :3]), bits=16)
        data = deep[:33] + chunk + deep[33:]
    assert np.array_equal(levels(read_image(data)), expected)


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize(
    ("width", "height", "match"),
    [
        (8193, 8192, "at most"),
        (2**31 - 1, 2**31 - 1, "too large"),
        (20000, 19, "times as long"),
        (9, 9001, "times as long"),
        (0, 4, "empty|damaged|not a PNG"),
    ],
)
def test_a_header_that_promises_too_much_is_refused_before_decoding(
    width: int, height: int, match: str
) -> None:
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with pytest.raises(FormatError, match=match):
        read_image(png_header(width, height) + empty)


def test_the_limit_can_be_lowered() -> None:
    with pytest.raises(FormatError, match="at most 100 "):
        read_image(FLAT, limit_pixels=100)


def test_a_deflate_bomb_does_not_grow() -> None:
    body = zlib.compress(bytes(50_000_000), 9)
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body))
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    image = read_image(png_header(4, 4) + chunk + end)
    assert image.pixels.shape == (4, 4, 3)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {}), ("TIFF", {})])
def test_animated_and_paged_pictures_are_refused(kind: str, options: dict[str, Any]) -> None:
    frames = [PIL.Image.fromarray(np.full((8, 8, 3), 90 * k, np.uint8)) for k in range(3)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], **options)
    with pytest.raises(FormatError, match="animated"):
        read_image(out.getvalue())


@pytest.mark.parametrize(
    ("mode", "match"), [("LAB", "color model is LAB"), ("YCbCr", "color model is YCbCr"), ("I", "int32")]
)
def test_other_color_models_are_refused(mode: str, match: str) -> None:
    out = io.BytesIO()
    PIL.Image.new(mode, (8, 8)).save(out, "TIFF")
    with pytest.raises(FormatError, match=match):
        read_image(out.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_become_color(kind: str) -> None:
    out = io.BytesIO()
    PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(out, kind)
    image = read_image(out.getvalue())
    assert np.abs(levels(image) - (255, 0, 0)).max() <= 2


def test_other_files_are_refused() -> None:
    out = io.BytesIO()
    PIL.Image.new("P", (8, 8)).save(out, "GIF")
    for data in (out.getvalue(), b"", b"no picture", bytes(200)):
        with pytest.raises(FormatError):
            read_image(data)


@given(cut=st.integers(0, len(DEEP) - 30))
def test_a_16_bit_png_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        read_image(DEEP[:cut])


@given(
    data=st.sampled_from(
        [FLAT, DEEP, *(saved(COLOR[:, :, :3], kind) for kind in ("JPEG", "WEBP", "TIFF", "TGA", "BMP"))]
    ),
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6),
    cut=st.integers(1, 4000),
)
def test_damaged_pictures_are_read_or_refused_and_nothing_else(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(data[:cut])
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        image = read_image(bytes(damaged))
    except FormatError:
        return
    assert torch.isfinite(image.pixels).all()
