"""An MP3 is heard to its end, whether or not it says how long it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.formats.mp3 import with_length
from assetgen.formats.read_sound import decode_sound, read_form
from assetgen.formats.sound_files import has_codec

pytestmark = pytest.mark.skipif(not has_codec("mp3"), reason="this libsndfile has no MP3")

QUIET_THEN_LOUD = (
    "aevalsrc=exprs='if(lt(t,10),0.001*sin(440*t),random(0)*0.5)':s={rate}:d=20:channel_layout={layout}"
)


def coded(folder: Path, *options: str, rate_hz: int = 44_100, layout: str = "mono") -> bytes:
    """Return 20 s by an encoder that is not ours."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("FFmpeg is not here")
    made = folder / "a.mp3"
    source = QUIET_THEN_LOUD.format(rate=rate_hz, layout=layout)
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:a",
        "libmp3lame",
        *options,
        str(made),
    ]
    subprocess.run(command, check=True)
    return made.read_bytes()


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("tags", [(), ("-id3v2_version", "0"), ("-metadata", "title=Quiet")])
def test_a_file_of_many_bit_rates_without_a_header_is_read_to_its_end(
    tmp_path: Path, rate_hz: int, tags: tuple[str, ...]
) -> None:
    data = coded(tmp_path, "-q:a", "4", "-write_xing", "0", *tags, rate_hz=rate_hz)
    samples, rate = decode_sound(data)
    assert rate == rate_hz
    assert samples.shape[1] / rate_hz == pytest.approx(20, abs=0.15)
    assert float(samples[:, -rate_hz:].abs().max()) > 0.1
    assert read_form(data).frames == pytest.approx(samples.shape[1], abs=2 * 1152)


@pytest.mark.parametrize("layout", ["mono", "stereo"])
@pytest.mark.parametrize("options", [("-q:a", "4"), ("-b:a", "96k"), ("-b:a", "96k", "-write_xing", "0")])
def test_others_stay_as_they_are(tmp_path: Path, options: tuple[str, ...], layout: str) -> None:
    data = coded(tmp_path, *options, layout=layout)
    assert with_length(data) is data
    assert decode_sound(data)[0].shape[1] / 44_100 == pytest.approx(20, abs=0.15)


@given(
    st.binary(max_size=200)
    | st.binary(max_size=50).map(lambda rest: b"ID3\x04\x00\x10\x7f\x7f\x7f\x7f" + rest)
)
def test_what_is_no_mp3_stays_as_it_is(data: bytes) -> None:
    assert with_length(data) == data
