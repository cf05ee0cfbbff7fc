"""The marks of a loop in written files, as others find them: comments of OGG, FLAC and Opus, `smpl` of WAV."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from assetgen.export.sound_files import SOUND_FILES
from assetgen.formats.sound_files import has_codec
from assetgen.media.audio import AudioClip

RATE_HZ = 48_000
RING = AudioClip(
    samples=0.1 * torch.randn(2, 9 * 1024, generator=torch.Generator().manual_seed(1)),
    sample_rate_hz=RATE_HZ,
    loop=(0, 9 * 1024),
)
PART = replace(RING, loop=(1_000, 9_000))
ONCE = replace(RING, loop=None)


def written(folder: Path, name: str, clip: AudioClip) -> Path:
    file = SOUND_FILES[name]
    path = folder / f"sound.{file.extension}"
    path.write_bytes(file.write(clip, 0.5, {"TITLE": "Tür"}))
    return path


def run(*words: str | Path, exit_code: int = 0) -> str:
    if shutil.which(str(words[0])) is None:
        pytest.skip(f"{words[0]} is not here")
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(words, check=False, capture_output=True, encoding="utf-8", env=environ)
    assert ended.returncode == exit_code, ended.stderr
    return ended.stdout


def comments_by_ffprobe(path: Path) -> dict[str, str]:
    shown = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path))
    found = {**shown["format"].get("tags", {}), **shown["streams"][0].get("tags", {})}
    return {name.upper(): text for name, text in found.items()}


@pytest.mark.parametrize("name", ["ogg", "flac", "opus"])
def test_ffprobe_finds_where_a_loop_begins_and_how_long_it_is(tmp_path: Path, name: str) -> None:
    if SOUND_FILES[name].codec and not has_codec(name):
        pytest.skip(f"this libsndfile has no {name}")
    comments = comments_by_ffprobe(written(tmp_path, name, RING))
    assert (comments["LOOPSTART"], comments["LOOPLENGTH"]) == ("0", str(RING.frames))
    assert comments["TITLE"] == "Tür"
    assert "LOOPSTART" not in comments_by_ffprobe(written(tmp_path, name, ONCE))


def test_ogginfo_finds_where_a_loop_begins_and_how_long_it_is(tmp_path: Path) -> None:
    shown = run("ogginfo", written(tmp_path, "ogg", RING))
    assert re.search(r"^\s*LOOPSTART=0$", shown, re.MULTILINE)
    assert re.search(rf"^\s*LOOPLENGTH={RING.frames}$", shown, re.MULTILINE)
    assert "WARNING" not in shown
    assert "LOOP" not in run("ogginfo", written(tmp_path, "ogg", ONCE))


@pytest.mark.parametrize("name", ["wav", "wav24", "wav32f"])
def test_libsndfile_finds_one_endless_loop_in_a_wav(tmp_path: Path, name: str) -> None:
    for clip in (RING, PART):
        shown = run("sndfile-info", "--instrument", written(tmp_path, name, clip))
        found = re.findall(r"Mode : (\w+) +Start : +(\d+) +End : +(\d+) +Count : +(\d+)", shown)
        assert clip.loop is not None
        assert found == [
            ("fwd", str(clip.loop[0]), str(clip.loop[1]), "0")
        ]  # end excluded; 0 times is for ever
    run("sndfile-info", "--instrument", written(tmp_path, name, ONCE), exit_code=1)  # it has none


def test_wavinfo_finds_the_last_frame_of_a_loop_in_a_wav(tmp_path: Path) -> None:
    reader = pytest.importorskip("wavinfo", reason="wavinfo reads the smpl chunk")
    sampler = reader.WavInfoReader(str(written(tmp_path, "wav", PART))).smpl
    (loop,) = sampler.sample_loops
    assert (loop.loop_type, loop.start, loop.end, loop.repetition_count) == (0, 1_000, 8_999, 0)
    assert sampler.sample_period_ns == round(1e9 / RATE_HZ)
