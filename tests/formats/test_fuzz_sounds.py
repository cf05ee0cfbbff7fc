"""Damaged sounds are read or refused with one kind of error, whatever the format and wherever the damage."""

from __future__ import annotations

import io
import itertools
import re
import struct
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.ogg import Packet, checksum, read_packets, write_pages
from assetgen.formats.read_sound import read_sound
from assetgen.formats.sound_files import has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.vorbis import read_vorbis_texts, write_loop, write_vorbis
from assetgen.formats.wav import read_wav_loop, write_wav
from tests.formats.mutants import mutants

RATE_HZ = 22_050
SOUND = np.random.default_rng(1).normal(0, 0.1, (3000, 2)).astype(np.float32)
TEXTS = {"TITLE": "Tür", "COMMENT": "made up", "COPYRIGHT": "nobody", "SOFTWARE": "none", "GENRE": "rain"}
MOST_FRAMES = 1 << 22
"""Of a damaged file of these; a frame of FLAC may say that it holds 65,535 of silence in a dozen bytes."""


def stored(format: str, subtype: str) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, SOUND, RATE_HZ, format=format, subtype=subtype)
    return stream.getvalue()


def _files() -> dict[str, bytes]:
    texts = {"LOOPSTART": "10", "LOOPLENGTH": "2000", **TEXTS}
    files = {
        f"wav{bits}": write_wav(SOUND, RATE_HZ, bits=bits, loop=(9, 2999), texts=TEXTS)
        for bits in (16, 24, 32)
    }
    files["ogg"] = write_vorbis(SOUND, RATE_HZ, quality=0.3, texts=texts)
    files["ogg_loop"] = write_loop(SOUND, RATE_HZ, quality=0.3, texts=TEXTS)[0]
    files["adpcm"] = stored("WAV", "IMA_ADPCM")
    files["extensible"] = stored("WAVEX", "PCM_24")
    files["aiff"] = stored("AIFF", "PCM_16")
    files["aifc"] = stored("AIFF", "FLOAT")
    if has_codec("flac"):
        files["flac"] = write_flac(SOUND, RATE_HZ, bits=16, texts=texts)
    if has_codec("mp3"):
        files["mp3"] = write_mp3(SOUND, RATE_HZ, quality=0.3, texts=TEXTS)
    if has_codec("opus"):
        files["opus"] = write_opus(SOUND, 24_000, quality=0.3, texts=texts)
    return files


FILES = _files()


def sealed(data: bytes) -> bytes:
    """Return a file whose Ogg pages have the checksums that fit them, so that damage gets through to the packets."""
    found = bytearray(data)
    starts = [match.start() for match in re.finditer(b"OggS", data)] + [len(data)]
    for start, end in itertools.pairwise(starts):
        if end - start >= 27:
            found[start + 22 : start + 26] = bytes(4)
            found[start + 22 : start + 26] = struct.pack("<I", checksum(found[start:end]))
    return bytes(found)


def survives(data: bytes) -> bool:
    """Read everything that can be read of a file; return whether it was a sound."""
    with suppress(FormatError):
        read_vorbis_texts(data)
    with suppress(FormatError):
        read_wav_loop(data)
    try:
        clip = read_sound(data)
    except FormatError:
        return False
    assert clip.frames <= MOST_FRAMES
    assert bool(torch.isfinite(clip.samples).all())
    return True


@pytest.mark.parametrize("name", sorted(FILES))
@settings(max_examples=40)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 1 << 14),
)
def test_a_damaged_sound_is_read_or_refused(name: str, changes: list[tuple[int, int]], cut: int) -> None:
    data = FILES[name]
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    survives(sealed(bytes(damaged)))
    survives(data[: cut % len(data)])


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_kind_of_damage_is_met(name: str) -> None:
    assert survives(FILES[name])
    assert not survives(FILES[name][:8])
    read = [survives(data) | survives(sealed(data)) for data in mutants(FILES[name], 60, 7)]
    assert len(read) == 60


_STORM = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from tests.formats.mutants import mutants
from tests.formats.test_fuzz_sounds import FILES, sealed, survives
survives(FILES[sys.argv[1]])
before, read, slowest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0, 0.0
for data in mutants(FILES[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])):
    began = time.process_time()
    read += survives(data) | survives(sealed(data))
    slowest = max(slowest, time.process_time() - began)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(read, round(slowest, 2), (after - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are asked of Linux")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(FILES))
def test_thousands_of_damaged_sounds_crash_no_process_and_take_little_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STORM, name, "4000", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    _, slowest_s, megabytes = done.stdout.split()
    assert float(slowest_s) < 5
    assert int(megabytes) < 200


def with_size(data: bytes, chunk: bytes, size: int) -> bytes:
    """Return a WAV file one of whose chunks lies about its length."""
    at = data.index(chunk) + 4
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


def commented(block: bytes) -> bytes:
    """Return an Ogg Vorbis file with a comment block of any bytes."""
    first, _, setup, *audio = read_packets(FILES["ogg"])
    comment = Packet(b"\x03vorbis" + block + b"\x01", 0)
    pages = [
        [Packet(first.data, 0)],
        [comment, Packet(setup.data, 0)],
        [*audio[:-1], Packet(audio[-1].data, 3000)],
    ]
    return write_pages(pages, serial=1)


def comments(*texts: bytes, count: int | None = None) -> bytes:
    listed = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack("<I", 1) + b"v" + struct.pack("<I", len(texts) if count is None else count) + listed


@pytest.mark.parametrize(
    ("block", "loop"),
    [
        (comments(b"LOOPSTART=5", b"LOOPLENGTH=100"), (5, 105)),
        (comments(b"loopstart=5", b"LoopLength=100"), (5, 105)),
        (comments(b"LOOPSTART=5", b"LOOPSTART=9", b"LOOPLENGTH=100"), (5, 105)),
        (comments(b"LOOPSTART=5"), None),
        (comments(b"LOOPSTART=five", b"LOOPLENGTH=100"), None),
        (comments(b"LOOPSTART=-5", b"LOOPLENGTH=100"), None),
        (comments(b"LOOPSTART=0", b"LOOPLENGTH=3001"), None),
        (comments(b"LOOPSTART=0", b"LOOPLENGTH=0"), None),
        (comments(b"LOOPSTART=0", b"LOOPLENGTH=" + b"9" * 5000), None),  # more digits than a number may have
        (comments(b"LOOPSTART=\xff\xfe", b"LOOPLENGTH=100"), None),
        (comments(b"\xff=\xff", b"LOOPSTART=5", b"LOOPLENGTH=100"), (5, 105)),
        (comments(b"", b"=", b"no sign of it", b"LOOPSTART=5", b"LOOPLENGTH=100"), (5, 105)),
    ],
)
def test_a_loop_in_odd_comments_is_taken_when_it_makes_sense(
    block: bytes, loop: tuple[int, int] | None
) -> None:
    assert read_sound(commented(block)).loop == loop


@pytest.mark.parametrize(
    "block",
    [
        b"",
        struct.pack("<I", 0xFFFFFFFF) + b"v",
        comments(count=1),
        comments(count=0xFFFFFFFF),
        comments(b"a=b", count=2),
        struct.pack("<I", 0) + struct.pack("<II", 1, 0xFFFFFFF0) + b"a=b",
    ],
)
def test_comments_that_lie_about_their_length_are_refused(block: bytes) -> None:
    with pytest.raises(FormatError, match="damaged"):
        read_vorbis_texts(commented(block))


@pytest.mark.parametrize("chunk", [b"smpl", b"LIST", b"data", b"fmt "])
@pytest.mark.parametrize("size", [0, 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_chunk_that_lies_about_its_length_costs_nothing(chunk: bytes, size: int) -> None:
    data = with_size(FILES["wav16"], chunk, size)
    survives(data)
    if size > 1 << 20 and chunk != b"LIST":  # that one comes behind the loop
        with pytest.raises(FormatError, match="cut short"):
            read_wav_loop(data)


@pytest.mark.parametrize(
    ("start", "last", "loop"),
    [(0, 2999, (0, 3000)), (2999, 2999, (2999, 3000)), (0, 3000, None), (5, 4, None), (0, 0xFFFFFFFF, None)],
)
def test_a_sampler_loop_that_lies_outside_is_no_loop(
    start: int, last: int, loop: tuple[int, int] | None
) -> None:
    data = bytearray(FILES["wav16"])
    struct.pack_into("<II", data, data.index(b"smpl") + 8 + 36 + 8, start, last)
    assert read_sound(bytes(data)).loop == loop


def with_rate(rate_hz: int) -> bytes:
    data = bytearray(FILES["wav16"])
    struct.pack_into("<I", data, data.index(b"fmt ") + 12, rate_hz)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no sound that can be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "give a WAV, FLAC, OGG, MP3 or AIFF"),
        (b"\xff" * 999, "no sound that can be read"),
        (stored("AU", "PCM_16"), "give a WAV, FLAC, OGG, MP3 or AIFF"),
        (with_rate(0), "no sound that can be read|sample rate"),
        (with_rate(7999), "sample rate of 7999 Hz, not 8000 to 192000; export it at 48000"),
        (with_rate(192_001), "sample rate of 192001 Hz"),
        (write_wav(np.zeros((0, 2), np.float32), RATE_HZ), "no samples"),
        (write_wav(np.zeros((9, 3), np.float32), RATE_HZ), "3 channels; mix it down to two"),
        (write_wav(np.full((9, 1), np.nan, np.float32), RATE_HZ, bits=32), "no numbers; export it again"),
        (write_wav(np.full((9, 1), np.inf, np.float32), RATE_HZ, bits=32), "no numbers; export it again"),
    ],
)
def test_what_no_game_uses_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read_sound(data)


@pytest.mark.slow
@pytest.mark.skipif(not has_codec("flac"), reason="this libsndfile has no FLAC")
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_a_small_file_of_hours_of_silence_is_refused_in_bounded_memory() -> None:
    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", 192_000, 2, format="FLAC", subtype="PCM_16") as file:
        hour = np.zeros((192_000 * 60, 2), np.int16)
        for _ in range(40):
            file.write(hour)
    data = stream.getvalue()
    assert len(data) < 5_000_000
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FormatError, match=r"longer than 7\.5 minutes"):
        read_sound(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 900 << 10
