"""Ogg Vorbis: exact lengths, loops whose decoded end meets the decoded beginning, in decoders that are not ours."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.dsp.seam import measure_seam
from assetgen.errors import FormatError
from assetgen.formats.ogg import Packet, read_packets, write_pages
from assetgen.formats.vorbis import BLOCK_STEP, read_vorbis_texts, write_loop, write_vorbis
from tests.dsp.sounds import RATE_HZ, noise, pad, pulses

try:
    import av
except ImportError:
    av = None

FRAMES = 141 * BLOCK_STEP
LOOPS = {"pad": pad(FRAMES), "noise": noise(FRAMES), "pulses": pulses(FRAMES, 5)}


def frames_of(sound: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(sound.T.numpy())


def decoded(data: bytes) -> torch.Tensor:
    samples, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return torch.from_numpy(np.ascontiguousarray(samples.T))


def with_ffmpeg(data: bytes) -> np.ndarray:
    """Return what a decoder of no kin to libvorbis makes of a file, (C, N)."""
    with av.open(io.BytesIO(data)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


@pytest.mark.parametrize("quality", [0.3, 0.5])
@pytest.mark.parametrize("name", LOOPS)
def test_a_decoded_loop_has_no_seam(name: str, quality: float) -> None:
    data, past, _ = write_loop(frames_of(LOOPS[name]), RATE_HZ, quality=quality, texts={})
    heard = decoded(data)
    assert past is not None
    assert heard.shape == LOOPS[name].shape
    seam = measure_seam(heard, RATE_HZ)
    assert seam.kink <= 1.0
    assert seam.surprise <= 3.0
    assert seam.step_db <= 3.0


@pytest.mark.parametrize("name", ["pad", "noise"])
def test_behind_the_last_packet_of_a_loop_comes_its_first(name: str) -> None:
    data, past, _ = write_loop(frames_of(LOOPS[name]), RATE_HZ, quality=0.3, texts={})
    audio = [packet.data for packet in read_packets(data)][3:]
    assert past == 0
    assert audio[-1] == audio[0]
    assert len(audio) == FRAMES // BLOCK_STEP + 1


def test_strokes_move_the_packets_and_the_loop_says_by_how_much() -> None:
    strokes = LOOPS["pulses"].roll(333, -1)
    _, past, _ = write_loop(frames_of(strokes), RATE_HZ, quality=0.3, texts={})
    assert past is not None
    assert 0 < past < BLOCK_STEP
    _, rest, _ = write_loop(frames_of(strokes.roll(past, -1)), RATE_HZ, quality=0.3, texts={})
    assert rest == 0


def test_a_loop_encoded_like_any_other_sound_clicks() -> None:
    plain = write_vorbis(frames_of(LOOPS["pad"]), RATE_HZ, quality=0.5, texts={})
    assert measure_seam(decoded(plain), RATE_HZ).kink > 100


def test_a_loop_cut_137_frames_short_clicks() -> None:
    data, *_ = write_loop(frames_of(LOOPS["pad"][:, :-137]), RATE_HZ, quality=0.5, texts={})
    assert measure_seam(decoded(data), RATE_HZ).kink > 10


def test_a_decoded_loop_is_the_loop_itself_and_not_another_part_of_it() -> None:
    data, *_ = write_loop(frames_of(LOOPS["pad"]), RATE_HZ, quality=0.5, texts={})
    error = decoded(data) - LOOPS["pad"]
    assert float(error.square().mean()) < 1e-3 * float(LOOPS["pad"].square().mean())


@settings(max_examples=12)
@given(frames=st.integers(1, 40_000), channels=st.integers(1, 2))
def test_any_length_comes_back_exactly(frames: int, channels: int) -> None:
    sound = (
        frames_of(noise(frames, channels=channels))
        if frames > 2
        else np.zeros((frames, channels), np.float32)
    )
    assert decoded(write_vorbis(sound, RATE_HZ, quality=0.4, texts={})).shape == (channels, frames)
    data, *_ = write_loop(sound, RATE_HZ, quality=0.4, texts={})
    assert decoded(data).shape == (channels, frames)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_loops_of_any_sample_rate_are_exact(rate_hz: int) -> None:
    data, past, _ = write_loop(frames_of(noise(20_000)), rate_hz, quality=0.4, texts={})
    assert past is not None
    assert decoded(data).shape == (2, 20_000)


def test_loop_points_and_texts_are_in_the_file() -> None:
    data, *_ = write_loop(
        frames_of(LOOPS["noise"]), RATE_HZ, quality=0.3, texts={"TITLE": "Regen über Dächern"}
    )
    texts = read_vorbis_texts(data)
    assert texts == {"LOOPSTART": "0", "LOOPLENGTH": str(FRAMES), "TITLE": "Regen über Dächern"}
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.title == "Regen über Dächern"


def test_the_same_sound_gives_the_same_bytes() -> None:
    first, second = (write_loop(frames_of(LOOPS["noise"]), RATE_HZ, quality=0.3, texts={}) for _ in range(2))
    assert first == second


QUALITY_OF_RATE = {22_050: 0.1, 32_000: 0.3, 44_100: 0.5, 48_000: 0.8}


@pytest.mark.parametrize(
    ("rate_hz", "quality"),
    [
        pytest.param(
            rate_hz, quality, marks=[pytest.mark.slow] if quality != QUALITY_OF_RATE[rate_hz] else []
        )
        for rate_hz in QUALITY_OF_RATE
        for quality in QUALITY_OF_RATE.values()
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_closes_at_every_rate_and_quality_in_two_decoders(
    name: str, channels: int, rate_hz: int, quality: float
) -> None:
    sound = LOOPS[name][:channels]
    data = write_loop(frames_of(sound), rate_hz, quality=quality, texts={})[0]
    heard = decoded(data)
    assert heard.shape == sound.shape
    seam, own = measure_seam(heard, rate_hz), measure_seam(sound, rate_hz)
    assert seam.kink <= (1.0 if quality > 0.1 else 1.25)
    assert seam.surprise <= 3.0
    assert seam.step_db <= own.step_db + 1.0  # noise has a step of its own
    if av is not None:
        assert np.abs(with_ffmpeg(data) - heard.numpy()).max() < 1e-5


@pytest.mark.parametrize("quality", [0.1, 0.3, 0.5, 0.8])
def test_wrapping_closes_a_sustained_chord_that_a_plain_encoding_leaves_open(quality: float) -> None:
    frames = frames_of(LOOPS["pad"])
    wrapped, plain = (
        measure_seam(decoded(data), RATE_HZ)
        for data in (
            write_loop(frames, RATE_HZ, quality=quality, texts={})[0],
            write_vorbis(frames, RATE_HZ, quality=quality, texts={}),
        )
    )
    assert plain.kink > 50 * wrapped.kink
    assert plain.surprise > 1.5 * wrapped.surprise


@pytest.mark.skipif(av is None, reason="PyAV decodes")
@settings(max_examples=12)
@given(frames=st.integers(1, 40_000), channels=st.integers(1, 2), loops=st.booleans())
def test_ffmpeg_finds_the_same_frames_in_a_file_of_any_length(
    frames: int, channels: int, loops: bool
) -> None:
    sound = frames_of(noise(40_000, channels=channels)[:, :frames])
    if loops:
        data = write_loop(sound, RATE_HZ, quality=0.4, texts={})[0]
    else:
        data = write_vorbis(sound, RATE_HZ, quality=0.4, texts={})
    heard = with_ffmpeg(data)
    assert heard.shape == (channels, frames)
    assert np.abs(heard - decoded(data).numpy()).max() < 1e-5


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("oggdec") or not shutil.which("ffmpeg"), reason="oggdec and ffmpeg decode"
)
@pytest.mark.parametrize("name", LOOPS)
def test_other_decoders_give_the_same_frames(name: str, tmp_path: Path) -> None:
    data, *_ = write_loop(frames_of(LOOPS[name]), RATE_HZ, quality=0.5, texts={"TITLE": "x"})
    path = tmp_path / "loop.ogg"
    path.write_bytes(data)
    subprocess.run(["oggdec", "-Q", "-o", tmp_path / "a.wav", path], check=True)
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, tmp_path / "b.wav"], check=True)
    assert b"LOOPSTART=0" in subprocess.run(["ogginfo", path], check=True, capture_output=True).stdout
    for other in ("a.wav", "b.wav"):
        heard, _ = soundfile.read(tmp_path / other, dtype="float32", always_2d=True)
        assert heard.shape == (FRAMES, 2)
        assert np.abs(heard.T - decoded(data).numpy()).max() < 3 / 32768


@pytest.mark.slow
def test_ten_minutes_are_encoded_in_pieces() -> None:
    sound = np.tile(frames_of(LOOPS["noise"]), (200, 1))
    data, past, _ = write_loop(sound, RATE_HZ, quality=0.3, texts={})
    assert past is not None
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.frames == len(sound)


@given(
    sizes=st.lists(st.lists(st.integers(0, 70_000), min_size=1, max_size=4), min_size=1, max_size=4),
    serial=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25)
def test_packets_of_any_size_come_back_from_their_pages(sizes: list[list[int]], serial: int) -> None:
    groups = [[Packet(bytes([size % 251]) * size, size) for size in group] for group in sizes]
    found = read_packets(write_pages(groups, serial=serial))
    assert [packet.data for packet in found] == [packet.data for group in groups for packet in group]


@given(at=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_damaged_files_are_refused(at: int, value: int, cut: int) -> None:
    data = bytearray(write_vorbis(np.zeros((3000, 1), np.float32), RATE_HZ, quality=0.3, texts={"A": "b"}))
    at, whole = at % len(data), bytes(data)
    data[at] = value
    if bytes(data) != whole:
        with pytest.raises(FormatError):
            read_vorbis_texts(bytes(data))
    if cut % len(whole) > 0:
        with contextlib.suppress(FormatError):
            read_vorbis_texts(whole[: cut % len(whole)])


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_written_like_a_louder_one_closes_as_it_does(name: str) -> None:
    sound = frames_of(LOOPS[name])
    first = write_loop(sound, RATE_HZ, quality=0.4, texts={})
    again = write_loop(sound, RATE_HZ, quality=0.4, texts={}, like=first)
    assert again == first
    softer = write_loop(sound * 0.97, RATE_HZ, quality=0.4, texts={}, like=first)
    assert (softer.past is None) == (first.past is None)
    never = write_loop(sound, RATE_HZ, quality=0.4, texts={}, like=first._replace(lead=None))
    assert (never.past, never.lead) == (None, None)
