"""What `inspect` tells of a sound: its form, its loop and how it closes, its loudness, where it came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assetgen.errors import FormatError
from assetgen.formats.sound_texts import origin_texts
from assetgen.formats.vorbis import BLOCK_STEP, write_loop
from assetgen.formats.wav import write_wav
from assetgen.media.metadata import Metadata
from assetgen.pipeline.inspect import inspect_file
from tests.dsp.sounds import RATE_HZ, pad

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
