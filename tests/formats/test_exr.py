"""Channels and layers of EXR files."""

from __future__ import annotations

import io
import struct

import numpy as np
import OpenEXR
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.exr import read_exr, read_exr_channels, write_exr
from assetgen.formats.exr_header import read_exr_header
from assetgen.formats.read_image import read_image
from assetgen.media.image import ColorSpace, Image
from tests.formats.pictures import ORIGIN, soft

LIMIT = 1 << 22


def light(channels: int, seed: int = 0, *, width: int = 37, height: int = 45) -> Image:
    generator = torch.Generator().manual_seed(seed)
    return Image(torch.randn(height, width, channels, generator=generator) * 9, ColorSpace.LINEAR)


def written_by_openexr(channels: dict[str, np.ndarray], **header: object) -> bytes:
    stream = io.BytesIO()
    OpenEXR.File({"type": OpenEXR.scanlineimage, **header}, channels).write(stream)
    return stream.getvalue()


@pytest.mark.parametrize("compression", ["zip", "piz", "none"])
@pytest.mark.parametrize("bits", [16, 32])
@given(
    channels=st.integers(1, 4), seed=st.integers(0, 99), width=st.integers(1, 50), height=st.integers(1, 50)
)
def test_every_value_comes_back(
    compression: str, bits: int, channels: int, seed: int, width: int, height: int
) -> None:
    image = light(channels, seed, width=width, height=height)
    samples = read_exr(write_exr(image, bits=bits, compression=compression), limit_pixels=LIMIT)
    kind = np.float16 if bits == 16 else np.float32
    assert samples.array.dtype == kind
    assert np.array_equal(samples.array, image.pixels.numpy().astype(kind))


def test_layers_lie_beside_each_other() -> None:
    layers = {
        "": soft(4, space=ColorSpace.LINEAR),
        "normal": soft(3, space=ColorSpace.DATA),
        "height": light(1, width=48, height=40),
    }
    data = write_exr(layers, metadata=ORIGIN)
    channels = read_exr_channels(data, limit_pixels=LIMIT)
    assert sorted(channels) == ["A", "B", "G", "R", "height.Y", "normal.B", "normal.G", "normal.R"]
    for layer, image in layers.items():
        array = read_exr(data, limit_pixels=LIMIT, layer=layer).array
        assert np.array_equal(array, image.pixels.numpy().astype(np.float16))
    assert read_image(data).channels == 4


def test_the_header_says_what_the_file_holds() -> None:
    header = read_exr_header(
        write_exr({"a": light(1), "": light(3)}, bits=32, compression="piz", metadata=ORIGIN)
    )
    assert (header.width, header.height, header.compression) == (37, 45, "piz")
    assert header.channels == {"B": "float", "G": "float", "R": "float", "a.Y": "float"}
    assert header.pixel_bytes == 16
    assert header.texts["assetgen:asset"] == ORIGIN.asset


def test_a_lone_channel_of_any_name_is_grey() -> None:
    depth = np.arange(20, dtype=np.float32).reshape(4, 5)
    assert np.array_equal(read_image(written_by_openexr({"Z": depth})).pixels[..., 0].numpy(), depth)


@pytest.mark.parametrize(
    "kind", ["TILED", "B44_COMPRESSION", "DWAB_COMPRESSION", "PXR24_COMPRESSION", "RLE_COMPRESSION"]
)
def test_forms_that_others_write_are_read(kind: str) -> None:
    plane = np.linspace(0, 1, 64 * 64, dtype=np.float16).reshape(64, 64)
    if kind == "TILED":
        tiles = OpenEXR.TileDescription()
        data = written_by_openexr({"Y": plane}, type=OpenEXR.tiledimage, tiles=tiles)
    else:
        data = written_by_openexr({"Y": plane}, compression=getattr(OpenEXR, kind))
    back = read_exr(data, limit_pixels=LIMIT).array[..., 0]
    assert np.abs(back.astype(np.float32) - plane).max() < 0.01


def test_whole_numbers_become_floats() -> None:
    ids = np.arange(12, dtype=np.uint32).reshape(3, 4)
    assert read_image(written_by_openexr({"id": ids})).pixels.max() == 11


def test_values_that_are_no_numbers_are_refused() -> None:
    plane = np.ones((4, 4), np.float32)
    plane[1, 2] = np.nan
    with pytest.raises(FormatError, match="not finite"):
        read_image(written_by_openexr({"Y": plane}))


def test_channels_without_a_picture_among_them_are_named() -> None:
    plane = np.ones((4, 4), np.float32)
    with pytest.raises(FormatError, match=r"no channels R, G, B or Y, but u, v"):
        read_image(written_by_openexr({"u": plane, "v": plane}))
    with pytest.raises(FormatError, match=r'no layer "x"'):
        read_exr(write_exr(light(3)), limit_pixels=LIMIT, layer="x")


def test_several_parts_are_refused() -> None:
    plane = {"Y": np.ones((4, 4), np.float32)}
    stream = io.BytesIO()
    OpenEXR.File([OpenEXR.Part({}, plane, "one"), OpenEXR.Part({}, plane, "two")]).write(stream)
    with pytest.raises(FormatError, match="several parts"):
        read_image(stream.getvalue())


def test_a_header_that_promises_too_much_is_refused_before_decoding() -> None:
    data = bytearray(write_exr(light(3)))
    at = data.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    for width, height, match in ((1 << 30, 45, "at most"), (37, 30_000, "too short"), (0, 45, "empty")):
        data[at : at + 16] = struct.pack("<4i", 0, 0, width - 1, height - 1)
        with pytest.raises(FormatError, match=match):
            read_exr(bytes(data), limit_pixels=LIMIT)


def test_too_many_channels_for_a_size_are_refused() -> None:
    planes = {f"c{n}": np.zeros((64, 64), np.float32) for n in range(20)}
    with pytest.raises(FormatError, match="too many"):
        read_exr_channels(written_by_openexr(planes), limit_pixels=64 * 64)


@pytest.mark.parametrize(
    ("layers", "options", "match"),
    [
        ({}, {}, "at least one"),
        ({"": soft(3, space=ColorSpace.LINEAR), "b": light(1)}, {}, "one size"),
        ({"": soft(3)}, {}, "sRGB"),
        ({"": light(1)}, {"bits": 8}, "16 or 32"),
        ({"": light(1)}, {"compression": "dwaa"}, "zip, piz"),
    ],
)
def test_what_no_exr_holds_is_refused(
    layers: dict[str, Image], options: dict[str, object], match: str
) -> None:
    with pytest.raises(FormatError, match=match):
        write_exr(layers, **options)  # ty: ignore[invalid-argument-type]
