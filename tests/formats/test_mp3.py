"""An MP3 is heard to its end, whether or not it says how long it is."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from assetgen.formats.mp3 import with_length
from assetgen.formats.read_sound import decode_sound, read_form
from assetgen.formats.sound_files import has_codec

pytestmark = pytest.mark.skipif(not has_codec("mp3"), reason="this libsndfile has no MP3")


def coded(*, rate_hz: int = 44_100, channels: int = 1, title: str = "", **options: Any) -> bytes:
    """Return 20 s that are quiet first and loud at the end, by LAME, with the header that tells their length."""
    time = np.arange(20 * rate_hz) / rate_hz
    hiss = np.random.default_rng(1).uniform(-0.5, 0.5, len(time))
    samples = np.where(time < 10, 0.001 * np.sin(440 * time), hiss).astype(np.float32)
    buffer = io.BytesIO()
    how = {"format": "MP3", "subtype": "MPEG_LAYER_III", **options}
    with soundfile.SoundFile(buffer, "w", rate_hz, channels, **how) as file:
        if title:
            file.title = title
        file.write(np.repeat(samples[:, None], channels, axis=1))
    return buffer.getvalue()


def without_length(data: bytes) -> bytes:
    """Return a file without the frame that tells its length, as streams and old encoders leave it."""
    sign = max(data.find(b"Xing"), data.find(b"Info"))
    start = data.rindex(b"\xff", 0, sign)
    following = data.index(data[start : start + 2], sign)
    return data[:start] + data[following:]


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("title", ["", "Quiet"])
def test_a_file_of_many_bit_rates_without_a_header_is_read_to_its_end(
    rate_hz: int, channels: int, title: str
) -> None:
    data = without_length(coded(rate_hz=rate_hz, channels=channels, title=title, bitrate_mode="VARIABLE"))
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.frames < 18 * rate_hz, "the decoder alone guesses too little"
    samples, rate = decode_sound(data)
    assert rate == rate_hz
    assert samples.shape[1] / rate_hz == pytest.approx(20, abs=0.15)
    assert float(samples[:, -rate_hz // 2 :].abs().max()) > 0.1
    assert read_form(data).frames == pytest.approx(samples.shape[1], abs=2 * 1152)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_a_file_that_tells_its_length_stays_as_it_is(mode: str, channels: int) -> None:
    data = coded(channels=channels, bitrate_mode=mode)
    assert with_length(data) is data
    assert decode_sound(data)[0].shape[1] == 20 * 44_100


def test_a_file_of_one_bit_rate_needs_no_header() -> None:
    hiss = np.random.default_rng(1).uniform(-0.5, 0.5, (1, 20 * 44_100)).astype(np.float32)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3", options={"write_xing": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=44_100, layout="mono")
        stream.bit_rate = 96_000
        frame = av.AudioFrame.from_ndarray(hiss, format="fltp", layout="mono")
        frame.sample_rate = 44_100
        container.mux([*stream.encode(frame), *stream.encode(None)])
    data = buffer.getvalue()
    assert b"Xing" not in data
    assert b"Info" not in data
    assert with_length(data) is data
    assert decode_sound(data)[0].shape[1] / 44_100 == pytest.approx(20, abs=0.15)


@given(
    st.binary(max_size=200)
    | st.binary(max_size=50).map(lambda rest: b"ID3\x04\x00\x10\x7f\x7f\x7f\x7f" + rest)
)
def test_what_is_no_mp3_stays_as_it_is(data: bytes) -> None:
    assert with_length(data) == data
