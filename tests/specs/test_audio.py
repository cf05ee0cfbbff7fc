"""What the prompt file of a sound may say, and what it is told when it says something else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.specs.audio import (
    MASTERINGS,
    SAMPLE_RATES_HZ,
    SOUND_FORMATS,
    AudioExport,
    AudioSpec,
    Loop,
    Master,
)
from assetgen.specs.base import complete
from assetgen.specs.table import SPECS, read_values
from assetgen.specs.wording import Problem


def problems_of(**fields: Any) -> list[str]:
    """Return what is wrong with a document, each with its place."""
    found: list[Problem] = []
    document = {"assetgen": 1, "kind": "audio", **fields}
    if "source" not in document:
        document.setdefault("prompt", "rain")
    values = read_values("audio", document, found)
    if not found:
        found = AudioSpec.contradictions(complete(AudioSpec, {"asset": "rain", **values}))
    return [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in found]


def spec_of(**fields: Any) -> AudioSpec:
    found: list[Problem] = []
    values = read_values("audio", {"assetgen": 1, "kind": "audio", "prompt": "rain", **fields}, found)
    assert not found
    spec = SPECS["audio"](asset="rain", **values)
    assert isinstance(spec, AudioSpec)
    return spec


def test_what_is_absent_is_the_modes_own() -> None:
    spec = spec_of()
    assert (spec.mode, spec.seconds, spec.bars, spec.bpm, spec.key, spec.takes) == (None,) * 6
    assert (spec.loop, spec.master, spec.export) == (Loop(), Master(), AudioExport())
    assert (spec.channels, spec.sample_rate, spec.export.formats) == ("stereo", None, ())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (True, Master()),
        (False, None),
        ({}, Master()),
        ({"lufs": -18}, Master(lufs=-18.0)),
        ({"true_peak": 0}, Master(true_peak=0.0)),
        ({"profile": "streaming", "lufs": -16.5}, Master(profile="streaming", lufs=-16.5)),
    ],
)
def test_mastering_is_a_switch_or_a_table(written: object, read: Master | None) -> None:
    assert spec_of(master=written).master == read


@pytest.mark.parametrize(
    ("written", "read"), [(True, Loop()), (False, None), ({"crossfade_ms": 5}, Loop(crossfade_ms=5.0))]
)
def test_looping_is_a_switch_or_a_table(written: object, read: Loop | None) -> None:
    assert spec_of(loop=written).loop == read


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"master": {"profile": "loud"}}, "master.profile"),
        ({"master": {"lufs": -41}}, "master.lufs"),
        ({"master": {"lufs": -7.9}}, "master.lufs"),
        ({"master": {"true_peak": 0.1}}, "master.true_peak"),
        ({"master": {"peak": -1}}, "master.peak"),
        ({"master": "streaming"}, "master"),
        ({"loop": {"crossfade_ms": 4.9}}, "loop.crossfade_ms"),
        ({"seconds": 0.01}, "seconds"),
        ({"seconds": 600.5}, "seconds"),
        ({"bars": 33}, "bars"),
        ({"bpm": 39}, "bpm"),
        ({"lead_in": -0.1}, "lead_in"),
        ({"key": "H minor"}, "key"),
        ({"key": "A locrian"}, "key"),
        ({"takes": 9}, "takes"),
        ({"channels": "5.1"}, "channels"),
        ({"sample_rate": 96_000}, "sample_rate"),
        ({"mode": "speech"}, "mode"),
        ({"export": {"formats": ["aac"]}}, "export.formats"),
        ({"export": {"quality": 1.01}}, "export.quality"),
        ({"export": {"stems": "yes"}}, "export.stems"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(fields: dict[str, Any], said: str) -> None:
    (problem,) = problems_of(**fields)
    assert problem.startswith(f"{said}")


@pytest.mark.parametrize("key", ["A minor", "Bb", "f# dorian", "C harmonic minor", "g"])
def test_keys_are_read(key: str) -> None:
    assert spec_of(mode="music", key=key).key == key


@given(formats=st.lists(st.sampled_from(SOUND_FORMATS), min_size=1, max_size=4, unique=True))
def test_two_formats_of_one_file_name_are_refused(formats: list[str]) -> None:
    several = sum(name.startswith("wav") for name in formats) > 1
    found = problems_of(export={"formats": formats})
    if several:
        assert found == [
            "export.formats: export.formats has two that would be one .wav file; keep one of them."
        ]
    else:
        assert found == []
        assert set(spec_of(export={"formats": formats}).export.formats) == set(formats)


@pytest.mark.parametrize("rate_hz", SAMPLE_RATES_HZ)
def test_opus_is_refused_at_rates_that_it_does_not_have(rate_hz: int) -> None:
    found = problems_of(sample_rate=rate_hz, export={"formats": ["ogg", "opus"]})
    if rate_hz == 48_000:
        assert found == []
    else:
        (problem,) = found
        assert problem.startswith(
            f"sample_rate: Opus has no sample rate of {rate_hz} Hz; write sample_rate = 48000"
        )
    assert problems_of(sample_rate=rate_hz, export={"formats": ["ogg", "mp3", "flac", "wav"]}) == []


@pytest.mark.parametrize("mode", ["ambience", "sfx", "music", None])
@pytest.mark.parametrize(("field", "value"), [("bars", 4), ("bpm", 90), ("key", "A minor"), ("lead_in", 0.5)])
def test_what_belongs_to_music_is_refused_elsewhere(mode: str | None, field: str, value: object) -> None:
    fields = {field: value, **({"mode": mode} if mode else {})}
    found = problems_of(**fields)
    if mode in ("music", None):
        assert found == []
    else:
        assert found == [
            f'{field}: {field} says something for music alone; leave it out, or write mode = "music".'
        ]


def test_a_source_is_a_path_or_a_table() -> None:
    for written in ("rain.wav", {"sound": "rain.wav"}):
        found: list[Problem] = []
        values = read_values("audio", {"assetgen": 1, "kind": "audio", "source": written}, found)
        assert not found
        assert SPECS["audio"](asset="rain", **values).source == {"sound": "rain.wav"}
    assert problems_of(source={"music": "a.wav"})
    assert problems_of(prompt="", source="") != []


@given(
    profile=st.none() | st.sampled_from(MASTERINGS),
    lufs=st.none() | st.floats(-40, -8),
    peak=st.none() | st.floats(-12, 0),
)
def test_mastering_belongs_to_the_export_and_changes_no_making(
    profile: str | None, lufs: float | None, peak: float | None
) -> None:
    plain = AudioSpec(asset="a", prompt="rain")
    master = Master(profile=profile, lufs=lufs, true_peak=peak)
    other = AudioSpec(
        asset="a", prompt="rain", master=master, export=AudioExport(formats=("wav",), quality=0.1)
    )
    assert other.make_document() == plain.make_document()
    assert other.export_document("web") != plain.export_document("web")


def test_values_out_of_range_are_refused_in_code_too() -> None:
    with pytest.raises(SpecError, match="lufs"):
        Master(lufs=0.0)
    with pytest.raises(SpecError, match=r"\.wav"):
        AudioSpec(asset="a", prompt="rain", export=AudioExport(formats=("wav", "wav24")))
