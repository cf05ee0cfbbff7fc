"""Bundles of sounds give back every bit, and whatever is no bundle is refused before it takes memory."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

import numpy as np
import pytest
import torch
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.audio_bundle import is_audio_bundle, read_audio_bundle, write_audio_bundle
from assetgen.media.audio import AudioClip, Sounds

COMPRESSOR = zstandard.ZstdCompressor(level=1)
FOUR = COMPRESSOR.compress(np.arange(4, dtype="<f4").tobytes())
ENTRY: dict[str, Any] = {"rate_hz": 48_000, "shape": [1, 4], "loop": None, "bytes": len(FOUR), "stems": {}}


@st.composite
def clips(draw: st.DrawFn) -> AudioClip:
    """Draw a short sound of any samples, with or without a loop and stems."""
    channels, frames = draw(st.integers(1, 2)), draw(st.integers(1, 300))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))

    def signal() -> torch.Tensor:
        return torch.randn(channels, frames, generator=generator) * 10.0 ** draw(st.integers(-30, 3))

    start = draw(st.integers(0, frames - 1))
    loop = draw(st.sampled_from([None, (0, frames), (start, frames)]))
    names = draw(st.lists(st.text(max_size=12), unique=True, max_size=3))
    return AudioClip(
        samples=signal(),
        sample_rate_hz=draw(st.integers(8_000, 192_000)),
        loop=loop,
        stems={name: signal() for name in names},
    )


def bundle(header: object, *frames: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b"".join([b"AGSOUND1", struct.pack("<I", len(text)), text, *frames])


def of(entry: dict[str, Any], *frames: bytes, **others: object) -> bytes:
    return bundle({"takes": [entry], "mode": "sfx", "facts": {}, **others}, *frames)


@given(
    takes=st.lists(clips(), min_size=1, max_size=3),
    mode=st.sampled_from(["ambience", "sfx", "music"]),
    facts=st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.floats(allow_nan=False), max_size=4),
)
def test_sounds_come_back_bit_for_bit(
    takes: list[AudioClip], mode: str, facts: dict[str, float | str]
) -> None:
    data = write_audio_bundle(Sounds(takes=tuple(takes), mode=mode, facts=facts))
    found = read_audio_bundle(data)
    assert is_audio_bundle(data)
    assert (found.mode, dict(found.facts)) == (mode, facts)
    assert len(found.takes) == len(takes)
    for back, take in zip(found.takes, takes, strict=True):
        assert (back.sample_rate_hz, back.loop, list(back.stems)) == (
            take.sample_rate_hz,
            take.loop,
            list(take.stems),
        )
        assert torch.equal(back.samples, take.samples)
        assert all(torch.equal(back.stems[name], stem) for name, stem in take.stems.items())
    assert write_audio_bundle(found) == data


@given(cut=st.integers(0, 10_000))
def test_a_bundle_cut_short_or_too_long_is_refused(cut: int) -> None:
    clip = AudioClip(samples=torch.rand(2, 50), sample_rate_hz=48_000, stems={"a": torch.rand(2, 50)})
    data = write_audio_bundle(Sounds(takes=(clip, clip), mode="ambience"))
    with pytest.raises(FormatError):
        read_audio_bundle(data[: cut % len(data)])
    with pytest.raises(FormatError, match="more in it"):
        read_audio_bundle(data + bytes(1 + cut % 7))


@given(changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_bundle_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    clip = AudioClip(samples=torch.rand(2, 50), sample_rate_hz=48_000, stems={"a": torch.rand(2, 50)})
    data = bytearray(write_audio_bundle(Sounds(takes=(clip,), mode="ambience", facts={"bpm": 90.0})))
    for at, value in changes:
        data[at % len(data)] = value
    try:
        found = read_audio_bundle(bytes(data))
    except FormatError:
        return
    assert all(take.frames * take.channels <= 100 for take in found.takes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"AGSOUND1",
        b"AGBUNDLE\0\0\0\0{}",
        bundle(b"{"),
        bundle(b"[" * 200_000),  # deeper than any reader of JSON goes
        bundle([]),
        bundle({"takes": [], "mode": "sfx", "facts": {}}),
        bundle({"takes": 3, "mode": "sfx", "facts": {}}),
        of({}, FOUR),
        of({**ENTRY, "rate_hz": 1}, FOUR),
        of({**ENTRY, "rate_hz": float("inf")}, FOUR),
        of({**ENTRY, "shape": [1, 5]}, FOUR),
        of({**ENTRY, "shape": [4, 1]}, FOUR),
        of({**ENTRY, "shape": [-1, -4]}, FOUR),
        of({**ENTRY, "shape": [1]}, FOUR),
        of({**ENTRY, "shape": [1, float("inf")]}, FOUR),
        of({**ENTRY, "shape": "ab"}, FOUR),
        of({**ENTRY, "loop": [3, 9]}, FOUR),
        of({**ENTRY, "loop": [1]}, FOUR),
        of({**ENTRY, "bytes": len(FOUR) + 1}, FOUR),
        of({**ENTRY, "bytes": -1}, FOUR),
        of({**ENTRY, "bytes": 2.5}, FOUR),
        of({**ENTRY, "stems": [1]}, FOUR, FOUR),
        of({**ENTRY, "stems": {"a": len(FOUR)}}, FOUR),
        of(ENTRY, FOUR, mode=[]),
        of(ENTRY, FOUR, facts=3),
        of(ENTRY, FOUR, facts={"bpm": [1]}),
        of({**ENTRY, "bytes": 16}, bytes(16)),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="bundle"):
        read_audio_bundle(data)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_a_lying_bundle_takes_no_memory() -> None:
    zeros = COMPRESSOR.compress(bytes(1 << 20)).replace(
        struct.pack("<I", 1 << 20), struct.pack("<I", 0xFFFFFFF0)
    )
    assert zstandard.frame_content_size(zeros) == 0xFFFFFFF0
    silent = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(16))
    resource = pytest.importorskip("resource")
    lies = [
        of({**ENTRY, "bytes": len(zeros)}, zeros),  # the frame lies
        of({**ENTRY, "bytes": len(zeros), "shape": [1, 0xFFFFFFF0 // 4]}, zeros),  # both lie
        of({**ENTRY, "bytes": len(silent), "shape": [1, 10**12]}, silent),  # the header lies
        of({**ENTRY, "shape": [2, 1 << 62]}, FOUR),
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in lies:
        with pytest.raises(FormatError):
            read_audio_bundle(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
