"""Bundles of materials give back every texel, and whatever is no bundle is refused before it takes memory."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

import pytest
import torch
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.material_bundle import (
    is_material_bundle,
    read_material_bundle,
    write_material_bundle,
)
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

FOUR = zstandard.ZstdCompressor(level=1).compress(struct.pack("<4H", 0, 1, 2, 0xFFFF))
ENTRY: dict[str, Any] = {
    "role": "height",
    "shape": [2, 2, 1],
    "space": "data",
    "alpha": "none",
    "wraps": [True, True],
    "bytes": len(FOUR),
}
FACTORS = {
    "tile_m": 2.0,
    "relief_m": 0.1,
    "roughness_factor": 1.0,
    "metallic_factor": 1.0,
    "emissive_strength": 0.0,
}


def material(height: int = 4, width: int = 6, seed: int = 0) -> Material:
    generator = torch.Generator().manual_seed(seed)

    def pixels(channels: int) -> torch.Tensor:
        return torch.rand(height, width, channels, generator=generator)

    return Material(
        tile_m=1.5,
        relief_m=0.02,
        base_color=Image(pixels(3), ColorSpace.SRGB, wraps=(True, False)),
        height=Image(pixels(1), ColorSpace.DATA),
    )


def bundle(header: object, *frames: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b"".join([b"AGMATER1", struct.pack("<I", len(text)), text, *frames])


def of(entry: dict[str, Any], *frames: bytes, **others: object) -> bytes:
    return bundle({"maps": [entry], **FACTORS, **others}, *frames)


@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 999))
def test_a_material_comes_back_to_sixteen_bits(height: int, width: int, seed: int) -> None:
    given_one = material(height, width, seed)
    data = write_material_bundle(given_one)
    found = read_material_bundle(data)
    assert is_material_bundle(data)
    assert (found.tile_m, found.relief_m) == (1.5, 0.02)
    assert [role for role, _ in found.maps()] == ["base_color", "height"]
    for (_, back), (_, image) in zip(found.maps(), given_one.maps(), strict=True):
        assert (back.space, back.alpha, back.wraps) == (image.space, image.alpha, image.wraps)
        assert torch.allclose(back.pixels, image.pixels, rtol=0, atol=0.51 / 65535)
    assert write_material_bundle(found) == data


@given(cut=st.integers(0, 10_000))
def test_a_bundle_cut_short_or_too_long_is_refused(cut: int) -> None:
    data = write_material_bundle(material())
    with pytest.raises(FormatError):
        read_material_bundle(data[: cut % len(data)])
    with pytest.raises(FormatError, match="more in it"):
        read_material_bundle(data + bytes(1 + cut % 7))


@given(changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_bundle_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(write_material_bundle(material()))
    for at, value in changes:
        data[at % len(data)] = value
    try:
        found = read_material_bundle(bytes(data))
    except FormatError:
        return
    assert all(image.pixels.numel() <= 72 for _, image in found.maps())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"AGMATER1",
        bundle(b"{"),
        bundle(b"[" * 200_000),  # deeper than any reader of JSON goes
        bundle([]),
        bundle({"maps": 3, **FACTORS}),
        bundle({"maps": [3], **FACTORS}),
        of({}, FOUR),
        of({**ENTRY, "role": "smell"}, FOUR),
        of({**ENTRY, "role": "normal"}, FOUR),  # which has three channels
        of({**ENTRY, "shape": [2, 3, 1]}, FOUR),
        of({**ENTRY, "shape": [-2, -2, 1]}, FOUR),
        of({**ENTRY, "shape": [2, float("inf"), 1]}, FOUR),
        of({**ENTRY, "shape": [4]}, FOUR),
        of({**ENTRY, "space": "smell"}, FOUR),
        of({**ENTRY, "wraps": []}, FOUR),
        of({**ENTRY, "bytes": -1}, FOUR),
        of({**ENTRY, "bytes": 2.5}, FOUR),
        of({**ENTRY, "bytes": 8}, bytes(8)),
        of(ENTRY, FOUR, tile_m="wide"),
        of(ENTRY, FOUR, tile_m=-1.0),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="bundle"):
        read_material_bundle(data)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_a_lying_bundle_takes_no_memory() -> None:
    zeros = (
        zstandard.ZstdCompressor(level=1)
        .compress(bytes(1 << 20))
        .replace(struct.pack("<I", 1 << 20), struct.pack("<I", 0xFFFFFFF0))
    )
    assert zstandard.frame_content_size(zeros) == 0xFFFFFFF0
    silent = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(8))
    resource = pytest.importorskip("resource")
    lies = [
        of({**ENTRY, "bytes": len(zeros)}, zeros),  # the frame lies
        of({**ENTRY, "bytes": len(zeros), "shape": [1, 0xFFFFFFF0 // 2, 1]}, zeros),  # both lie
        of({**ENTRY, "bytes": len(silent), "shape": [1, 10**12, 1]}, silent),  # the header lies
        of({**ENTRY, "shape": [1 << 62, 2, 1]}, FOUR),
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in lies:
        with pytest.raises(FormatError):
            read_material_bundle(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
