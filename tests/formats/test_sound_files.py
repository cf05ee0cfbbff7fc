"""WAV, FLAC, MP3 and Opus are read back by libsndfile and FFmpeg, with their loops and texts."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.sound_files import has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.wav import read_wav_loop, write_wav
from tests.dsp.sounds import RATE_HZ, noise

try:
    import av
except ImportError:
    av = None

SOUND = np.ascontiguousarray(noise(9_001).T.numpy())
TEXTS = {"TITLE": "Tür", "COMMENT": "made up", "COPYRIGHT": "nobody"}


@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_wav_is_read_by_others(bits: int, subtype: str) -> None:
    data = write_wav(SOUND, RATE_HZ, bits=bits, loop=(100, 9_001), texts=TEXTS)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.format, file.subtype, file.samplerate, file.channels) == ("WAV", subtype, RATE_HZ, 2)
        assert (file.title, file.comment, file.copyright) == tuple(TEXTS.values())
        assert np.abs(file.read(dtype="float32") - SOUND).max() <= (
            0.51 / 2 ** (bits - 1) if bits < 32 else 0
        )
    assert read_wav_loop(data) == (100, 9_001)
    if bits < 32:
        with wave.open(io.BytesIO(data)) as plain:
            assert plain.getnframes() == 9_001


def test_full_scale_is_clipped_and_not_turned_over() -> None:
    data = write_wav(np.array([[1.5], [-1.5], [1.0], [-1.0]], np.float32), RATE_HZ)
    found, _ = soundfile.read(io.BytesIO(data), dtype="int16")
    assert found.tolist() == [32767, -32768, 32767, -32768]


def test_a_wav_without_a_loop_has_none() -> None:
    assert read_wav_loop(write_wav(SOUND, RATE_HZ)) is None


@given(at=st.integers(0, 200), value=st.integers(0, 255))
def test_a_damaged_wav_is_refused_or_read(at: int, value: int) -> None:
    data = bytearray(write_wav(SOUND[:50], RATE_HZ, loop=(0, 50)))
    data[at % len(data)] = value
    with contextlib.suppress(FormatError):
        read_wav_loop(bytes(data))


def test_flac_keeps_every_bit_and_every_text() -> None:
    texts = {**TEXTS, "LOOPSTART": "0", "LOOPLENGTH": "9001"}
    data = write_flac(SOUND, RATE_HZ, bits=24, texts=texts)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.title == "Tür"
        assert np.abs(file.read(dtype="float32") - SOUND).max() <= 1 / 2**23


@pytest.mark.skipif(not has_codec("mp3"), reason="this libsndfile has no MP3")
def test_mp3_has_a_title() -> None:
    with soundfile.SoundFile(io.BytesIO(write_mp3(SOUND, RATE_HZ, texts=TEXTS))) as file:
        assert (file.format, file.title) == ("MP3", "Tür")


def lag_of(heard: np.ndarray, sound: np.ndarray) -> int:
    """Return by how many frames a decoded sound comes late."""
    size = 1 << (len(heard) + len(sound)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(heard[:, 0], size) * np.conj(np.fft.rfft(sound[:, 0], size)))
    return (int(alike.argmax()) + size // 2) % size - size // 2


@pytest.mark.skipif(not has_codec("mp3"), reason="this libsndfile has no MP3")
@pytest.mark.parametrize("rate_hz", [22_050, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("quality", [0.0, 0.5, 1.0])
def test_an_mp3_tells_decoders_what_to_cut_at_its_ends(rate_hz: int, quality: float) -> None:
    for frames in (1000, 1152, 9_001):
        for channels in (1, 2):
            sound = SOUND[:frames, :channels]
            data = write_mp3(sound, rate_hz, quality=quality)
            heard = [soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0]]
            if av is not None:
                with av.open(io.BytesIO(data)) as container:
                    pieces = [frame.to_ndarray() for frame in container.decode(audio=0)]
                heard.append(np.concatenate(pieces, axis=1).T)
            for samples in heard:
                assert samples.shape == sound.shape
                assert frames < 9_001 or lag_of(samples, sound) == 0


def test_loud_samples_are_clipped_in_flac_as_well() -> None:
    data = write_flac(np.array([[1.5], [-1.5], [0.5]], np.float32), RATE_HZ, bits=16)
    assert soundfile.read(io.BytesIO(data), dtype="int16")[0].tolist() == [32767, -32768, 16384]


@pytest.mark.skipif(not has_codec("opus"), reason="this libsndfile has no Opus")
def test_opus_has_the_exact_length_and_texts() -> None:
    with soundfile.SoundFile(io.BytesIO(write_opus(SOUND, RATE_HZ, texts=TEXTS))) as file:
        assert (file.subtype, file.frames, file.title) == ("OPUS", 9_001, "Tür")


def test_opus_refuses_a_rate_that_it_does_not_have() -> None:
    with pytest.raises(FormatError, match="44100"):
        write_opus(SOUND, 44_100)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe reads the tags")
def test_ffprobe_finds_texts_and_length(tmp_path: Path) -> None:
    files = {
        "a.flac": write_flac(SOUND, RATE_HZ, texts={**TEXTS, "LOOPLENGTH": "9001"}),
        "b.opus": write_opus(SOUND, RATE_HZ, texts={**TEXTS, "LOOPLENGTH": "9001"}),
        "c.wav": write_wav(SOUND, RATE_HZ, texts=TEXTS),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        shown = subprocess.run(
            ["ffprobe", "-v", "error", "-show_streams", "-show_format", tmp_path / name],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert "Tür" in shown
        assert name == "c.wav" or "LOOPLENGTH=9001" in shown
