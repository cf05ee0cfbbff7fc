"""What `inspect` tells of a sound: its form, its loop and how it closes, its loudness, where it came from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assetgen.errors import FormatError
from assetgen.formats.read_sound import read_sound
from assetgen.formats.sound_files import has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.sound_texts import origin_texts
from assetgen.formats.vorbis import BLOCK_STEP, write_loop
from assetgen.formats.wav import write_wav
from assetgen.media.metadata import Metadata
from assetgen.pipeline.inspect import inspect_file
from tests.dsp.sounds import RATE_HZ, pad


def needs(codec: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not has_codec(codec), reason=f"this libsndfile has no {codec.upper()}")


LOOP = np.ascontiguousarray(pad(94 * BLOCK_STEP).T.numpy())


def test_a_loop_is_measured_and_says_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "pad.ogg"
    texts = origin_texts(Metadata(asset="pad", prompt="a pad", seed=3))
    path.write_bytes(write_loop(LOOP, RATE_HZ, quality=0.5, texts=texts).data)
    facts = inspect_file(path)
    assert facts["container"] == "ogg"
    assert facts["codec"] == "Vorbis"
    assert facts["frames"] == len(LOOP)
    assert facts["sample_rate_hz"] == RATE_HZ
    assert isinstance(facts["lufs"], float)
    loop = facts["loop"]
    assert isinstance(loop, dict)
    assert (loop["start"], loop["length"]) == (0, len(LOOP))
    assert loop["kink"] <= 1.0
    assert facts["metadata"] == {"asset": "pad", "prompt": "a pad", "seed": "3"}
    assert facts["texts"] == {
        "LOOPSTART": "0",
        "LOOPLENGTH": str(len(LOOP)),
        "TITLE": "pad",
        "COMMENT": "a pad",
    }


def test_a_loop_of_part_of_a_sound_is_measured_alone(tmp_path: Path) -> None:
    path = tmp_path / "pad.wav"
    path.write_bytes(
        write_wav(np.concatenate([LOOP[-500:] * 0, LOOP]), RATE_HZ, bits=24, loop=(500, 500 + len(LOOP)))
    )
    facts = inspect_file(path)
    assert facts["bits"] == 24
    assert facts["loop"]["length"] == len(LOOP)  # ty: ignore
    assert facts["loop"]["kink"] <= 1.0  # ty: ignore


def test_silence_without_a_loop(tmp_path: Path) -> None:
    path = tmp_path / "still.wav"
    path.write_bytes(write_wav(np.zeros((100, 1), np.float32), RATE_HZ))
    facts = inspect_file(path)
    assert facts["lufs"] == "silent"
    assert str(facts["loop"]).startswith("none")
    assert str(facts["metadata"]).startswith("none")


def test_a_damaged_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "torn.ogg"
    path.write_bytes(write_loop(LOOP, RATE_HZ, quality=0.3, texts={}).data[:3000])
    with pytest.raises(FormatError):
        inspect_file(path)


@pytest.mark.parametrize("form", ["flac", pytest.param("opus", marks=needs("opus"))])
def test_a_loop_in_comments_is_found_in_flac_and_opus_too(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"pad.{form}"
    write = {"flac": write_flac, "opus": write_opus}[form]
    path.write_bytes(write(LOOP, RATE_HZ, texts={"LOOPSTART": "1024", "LOOPLENGTH": "40960"}))
    loop = inspect_file(path)["loop"]
    assert isinstance(loop, dict)
    assert (loop["start"], loop["length"]) == (1024, 40960)
    assert read_sound(path.read_bytes()).loop == (1024, 41984)


@pytest.mark.parametrize("form", ["aiff", "wav", "flac", pytest.param("mp3", marks=needs("mp3"))])
def test_a_sound_that_was_cut_short_is_refused(tmp_path: Path, form: str) -> None:
    buffer = io.BytesIO()
    if form == "mp3":
        buffer.write(write_mp3(LOOP, RATE_HZ))
    else:
        soundfile.write(buffer, LOOP, RATE_HZ, format=form.upper())
    path = tmp_path / f"pad.{form}"
    whole = buffer.getvalue()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(FormatError, match=r"cut short|flac decoder"):
        inspect_file(path)


def test_what_is_wrong_is_told_in_words_for_people(tmp_path: Path) -> None:
    path = tmp_path / "pad.flac"
    path.write_bytes(b"fLaC" + bytes(60))
    with pytest.raises(FormatError) as caught:
        inspect_file(path)
    assert "this is no sound that can be read" in caught.value.message
    assert "object at" not in caught.value.message


@needs("mp3")
def test_an_mp3_whose_header_does_not_tell_its_length_is_not_taken_for_cut(tmp_path: Path) -> None:
    data = write_mp3(LOOP, RATE_HZ)
    at = max(data.find(b"Xing"), data.find(b"Info"))
    path = tmp_path / "pad.mp3"
    path.write_bytes(data[:at] + bytes(4) + data[at + 4 :])
    assert inspect_file(path)["codec"] == "MPEG Layer III"
