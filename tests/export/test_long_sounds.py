"""Ten minutes are written in every format, and baked whole, without a crash and in bounded memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assetgen.export.sound_files import SOUND_FILES
from assetgen.formats.sound_files import has_codec

HERE = [name for name, file in SOUND_FILES.items() if not file.codec or has_codec(file.codec)]
MEGABYTES = 600 * 48_000 * 2 * 4 / 1e6
"""Of the samples themselves."""

_WRITE = """
import io, resource, sys
import numpy as np, soundfile
from assetgen.export.sound_files import SOUND_FILES
from assetgen.media.audio import AudioClip
from tests.dsp.sounds import noise
bed = noise(30 * 48_000).repeat(1, 20)
clip = AudioClip(samples=bed, sample_rate_hz=48_000, loop=(0, bed.shape[1]) if sys.argv[2] == "loop" else None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = SOUND_FILES[sys.argv[1]].write(clip, 0.4, {"TITLE": "long"})
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with soundfile.SoundFile(io.BytesIO(data)) as file:
    assert file.frames == bed.shape[1], file.frames
print(len(data) / 1e6, (after - before) / 1000)
"""

_BAKE = """
import resource, sys, time
import torch
from assetgen.context import Context
from assetgen.kinds.audio import AudioKind
from assetgen.specs.audio import AudioExport, AudioSpec
kind = AudioKind()
spec = AudioSpec(
    asset="long", prompt="rain ambience with wind", seconds=600.0, export=AudioExport(formats=("ogg", "wav"))
)
with torch.inference_mode():
    made = kind.make(spec, {}, Context())
    bundle = kind.to_bundle(made.value)
    del made
    value = kind.from_bundle(bundle, device=torch.device("cpu"))
    assert kind.measure(value)[1] == (), kind.measure(value)
    assert kind.shown(value).base_color is not None
    for artifact in kind.export(value, spec, "web", Context()):
        figures = dict(artifact.quality)
        assert figures["lufs"] == -23.0, figures
        assert figures["loop_kink"] <= 1.0, figures
        assert artifact.fallback == "", artifact.fallback
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def said_by(program: str, *arguments: str) -> list[float]:
    """Return the numbers that a program prints; a codec that overflows its stack ends its process."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [float(word) for word in done.stdout.split()]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
@pytest.mark.parametrize("way", ["loop", "once"])
@pytest.mark.parametrize("name", HERE)
def test_ten_minutes_are_written_in_bounded_memory(name: str, way: str) -> None:
    written, taken = said_by(_WRITE, name, way)
    # The samples frame by frame, the file, and the file once more around its texts.
    assert taken <= 1.1 * MEGABYTES + 2 * written + 50


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_an_ambience_of_ten_minutes_is_baked_in_bounded_memory() -> None:
    seconds, most = said_by(_BAKE)
    assert seconds < 600
    assert most < 8000
