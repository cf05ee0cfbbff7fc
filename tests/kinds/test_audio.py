"""Sounds from a prompt and from a source: made, kept, measured, told of and written."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor

from assetgen.context import Context
from assetgen.dsp.loudness import integrated_loudness, true_peak_db
from assetgen.errors import FormatError, SpecError
from assetgen.export import sound_files
from assetgen.formats.sound_files import has_codec, write_flac
from assetgen.formats.vorbis import BLOCK_STEP, read_vorbis_texts, write_vorbis
from assetgen.formats.wav import write_wav
from assetgen.kinds.audio import AudioKind
from assetgen.kinds.base import Made
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds
from assetgen.media.metadata import Metadata
from assetgen.specs.audio import AudioExport, AudioSpec, Loop, Master
from assetgen.specs.texture import TextureSpec
from tests.dsp.sounds import RATE_HZ, noise, pad, pulses, sine

KIND = AudioKind()
HERE = tuple(
    name for name in ("ogg", "wav", "flac", "mp3", "opus") if name in ("ogg", "wav") or has_codec(name)
)
PROMPTS = {
    "ambience": {"prompt": "light rain ambience with wind", "mode": "ambience", "seconds": 2.0},
    "sfx": {"prompt": "coin sound effect", "mode": "sfx", "takes": 2},
    "music": {"prompt": "calm lo-fi music", "mode": "music", "bars": 2, "bpm": 120.0, "key": "D minor"},
}
ORIGIN = Metadata(
    asset="forest_rain",
    prompt="Regen über Dächern",
    seed=7,
    backend="procedural",
    licence="CC0-1.0",
    key="ab" * 32,
    generator="assetgen 0",
)


def spec_of(mode: str = "", **fields: Any) -> AudioSpec:
    return AudioSpec(asset="woods/forest_rain", **{"seed": 3, **PROMPTS.get(mode, {}), **fields})


def sourced(**fields: Any) -> AudioSpec:
    return spec_of(**{"prompt": "", "source": {"sound": "rain.wav"}, **fields})


def made(spec: AudioSpec, data: bytes | None = None) -> Made[Sounds]:
    with torch.inference_mode():
        return KIND.make(spec, {} if data is None else {"sound": data}, Context())


def exported(sounds: Sounds, spec: AudioSpec, origin: Metadata | None = None) -> dict[str, Artifact]:
    with torch.inference_mode():
        found = list(KIND.export(sounds, spec, "web", Context(origin=origin)))
    return {artifact.filename: artifact for artifact in found}


def frames_of(sound: Tensor) -> np.ndarray:
    return np.ascontiguousarray(sound.T.numpy())


def faded(sound: Tensor, seconds: float = 0.3) -> Tensor:
    """Return a sound that comes in and goes out, as recordings do."""
    ramp = torch.linspace(0, 1, round(seconds * RATE_HZ))
    window = torch.ones(sound.shape[1])
    window[: len(ramp)], window[-len(ramp) :] = ramp, ramp.flip(0)
    return sound * window


@pytest.fixture(scope="module")
def kept() -> Mapping[str, tuple[AudioSpec, Made[Sounds]]]:
    """One of each mode, made once."""
    return {mode: (spec_of(mode), made(spec_of(mode))) for mode in PROMPTS}


@pytest.mark.parametrize(("mode", "takes"), [("ambience", 1), ("sfx", 2), ("music", 1)])
def test_a_prompt_gives_the_takes_of_its_mode(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], mode: str, takes: int
) -> None:
    _, result = kept[mode]
    assert (result.value.mode, len(result.value.takes)) == (mode, takes)
    assert all(take.is_ring == (mode != "sfx") for take in result.value.takes)
    assert result.prompt_report is not None
    assert result.fallbacks == ()
    first = result.value.takes[0]
    assert (first.sample_rate_hz, first.channels) == (RATE_HZ, 2)
    if mode == "ambience":
        assert sorted(first.stems) == ["rain", "wind"]
        assert first.seconds == pytest.approx(2.0, abs=BLOCK_STEP / RATE_HZ)


def test_an_effect_is_no_longer_than_it_may_be() -> None:
    whole, cut, ample = (
        made(spec_of(prompt="explosion sound effect", mode="sfx", takes=1, seconds=seconds)).value.takes[0]
        for seconds in (None, 0.5, 60.0)
    )
    assert whole.seconds > 1
    assert torch.equal(ample.samples, whole.samples)
    assert cut.seconds == 0.5
    assert torch.equal(cut.samples[:, :19_200], whole.samples[:, :19_200])
    assert float(cut.samples[:, -8:].abs().max()) < 0.01 * float(cut.samples.abs().max())


@pytest.mark.parametrize(("seconds", "bars"), [(0.5, 1), (7.9, 4), (9.1, 5)])
def test_music_takes_the_bars_that_come_nearest_to_its_seconds(seconds: float, bars: int) -> None:
    asked = spec_of(prompt="chiptune music", bpm=120.0, seconds=seconds, sample_rate=22_050)
    said = spec_of(
        prompt=f"chiptune music, 120 bpm, {seconds} seconds" if seconds > 1 else "chiptune music",
        bars=None if seconds > 1 else 1,
        bpm=120.0,
        sample_rate=22_050,
    )
    first, second = made(asked), made(said)
    assert first.value.facts["bars"] == second.value.facts["bars"] == bars
    assert first.warnings == second.warnings == ()


@pytest.mark.parametrize(
    ("prompt", "fields", "only"),
    [("light rain ambience", {"takes": 3}, "sfx"), ("coin sound effect", {"bpm": 90.0}, "music")],
)
def test_what_says_nothing_of_the_mode_that_the_words_mean_is_told_of(
    prompt: str, fields: dict[str, Any], only: str
) -> None:
    (warning,) = made(spec_of(prompt=prompt, seconds=1.0, **fields)).warnings
    assert warning.startswith(f"{next(iter(fields))} was ignored: it says something for {only} alone")


@pytest.mark.parametrize("mode", PROMPTS)
def test_a_stored_value_gives_the_same_files_as_a_fresh_one(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], mode: str
) -> None:
    spec, result = kept[mode]
    spec = spec_of(mode, export=AudioExport(formats=("ogg", "wav"), stems=True))
    back = KIND.from_bundle(KIND.to_bundle(result.value), device=torch.device("cpu"))
    fresh, stored = exported(result.value, spec), exported(back, spec)
    assert {name: file.data for name, file in fresh.items()} == {
        name: file.data for name, file in stored.items()
    }
    assert fresh.keys() >= ({"forest_rain.ogg"} if mode != "sfx" else {"forest_rain_2.wav"})


@pytest.mark.parametrize("mode", PROMPTS)
def test_mono_is_the_mean_of_stereo_and_so_are_its_stems(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], mode: str
) -> None:
    mono = made(spec_of(mode, channels="mono")).value.takes[0]
    stereo = kept[mode][1].value.takes[0]
    assert torch.allclose(mono.samples, stereo.samples.mean(0, keepdim=True), atol=1e-6)
    assert mono.stems.keys() == stereo.stems.keys()
    assert all(stem.shape == mono.samples.shape for stem in mono.stems.values())


@pytest.mark.parametrize(
    ("mode", "lufs", "peak_db"), [("ambience", -23.0, -1.0), ("music", -16.0, -1.0), ("sfx", None, -3.0)]
)
def test_each_mode_is_mastered_to_its_own_profile(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], mode: str, lufs: float | None, peak_db: float
) -> None:
    spec, result = kept[mode]
    spec = spec_of(mode, export=AudioExport(formats=("wav32f",)))
    for artifact in exported(result.value, spec).values():
        samples, _ = soundfile.read(io.BytesIO(artifact.data), dtype="float32", always_2d=True)
        sound = torch.from_numpy(np.ascontiguousarray(samples.T))
        assert true_peak_db(sound, is_ring=mode != "sfx") <= peak_db + 0.1
        if lufs is not None:
            assert integrated_loudness(sound, RATE_HZ, is_ring=True) == pytest.approx(lufs, abs=0.2)


@pytest.mark.parametrize(
    ("master", "lufs", "peak_db"),
    [
        (Master(profile="streaming"), -14.0, -1.0),
        (Master(lufs=-30.0), -30.0, -1.0),
        (Master(profile="game_music", true_peak=-6.0), -16.0, -6.0),
        (Master(lufs=-20.0, true_peak=-12.0), -20.0, -12.0),
    ],
)
def test_what_a_prompt_file_says_of_mastering_counts_more_than_the_mode(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], master: Master, lufs: float, peak_db: float
) -> None:
    _, result = kept["ambience"]
    spec = spec_of("ambience", master=master, export=AudioExport(formats=("wav32f",)))
    figures = dict(exported(result.value, spec)["forest_rain.wav"].quality)
    assert figures["lufs"] == pytest.approx(lufs, abs=0.1)
    assert figures["true_peak_db"] <= peak_db + 0.05


def test_without_mastering_the_mix_is_written_as_it_is(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]],
) -> None:
    _, result = kept["music"]
    spec = spec_of("music", master=False, export=AudioExport(formats=("wav32f",)))
    written, _ = soundfile.read(
        io.BytesIO(exported(result.value, spec)["forest_rain.wav"].data), dtype="float32"
    )
    assert np.array_equal(written, frames_of(result.value.takes[0].samples))


def test_music_is_told_of_in_the_manifest_and_in_the_file(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]],
) -> None:
    spec, result = kept["music"]
    facts = KIND.facts(result.value)
    assert (facts["mode"], facts["key"], facts["bars"], facts["beats"]) == ("music", "D minor", 2, 8)
    assert facts["frames"] == facts["loop_end"] == result.value.takes[0].frames
    assert facts["bpm"] == pytest.approx(120, rel=1e-2)
    texts = read_vorbis_texts(exported(result.value, spec)["forest_rain.ogg"].data)
    assert (texts["KEY"], texts["BARS"], texts["BPM"]) == ("D minor", "2", str(facts["bpm"]))
    assert (texts["LOOPSTART"], texts["LOOPLENGTH"]) == ("0", str(facts["frames"]))
    assert "PROMPT" not in str(texts)


def test_each_file_of_music_says_where_its_first_beat_is(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]],
) -> None:
    _, result = kept["music"]
    take, drawn_s = result.value.takes[0], float(result.value.facts["first_beat_s"])
    files = exported(
        result.value, spec_of("music", master=False, export=AudioExport(formats=("ogg", "wav32f")))
    )
    (first_beat_s,) = {dict(file.quality)["first_beat_s"] for file in files.values()}
    later = round((drawn_s - first_beat_s) * take.sample_rate_hz)
    assert -512 <= later < 512
    written, _ = soundfile.read(io.BytesIO(files["forest_rain.wav"].data), dtype="float32")
    assert np.array_equal(written, frames_of(take.samples.roll(-later, -1)))
    texts = read_vorbis_texts(files["forest_rain.ogg"].data)
    assert texts["FIRST_BEAT_S"] == str(first_beat_s)
    assert "first_beat_s" not in KIND.facts(result.value)


def test_music_that_begins_on_its_beat_is_left_there(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]],
) -> None:
    sounds = kept["music"][1].value
    on_beat = replace(sounds, facts={**sounds.facts, "first_beat_s": 0.002})
    files = exported(on_beat, spec_of("music", master=False, export=AudioExport(formats=("ogg", "wav32f"))))
    assert dict(files["forest_rain.ogg"].quality)["first_beat_s"] == 0.002
    written, _ = soundfile.read(io.BytesIO(files["forest_rain.wav"].data), dtype="float32")
    assert np.array_equal(written, frames_of(sounds.takes[0].samples))


def test_an_effect_is_told_of_without_a_loop(kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]]) -> None:
    facts = KIND.facts(kept["sfx"][1].value)
    assert (facts["takes"], facts["loop_start"], facts["loop_end"], facts["channels"]) == (2, -1, -1, 2)


def test_where_a_sound_comes_from_stands_in_its_files(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]],
) -> None:
    _, result = kept["sfx"]
    spec = spec_of("sfx", export=AudioExport(formats=("ogg", "wav")))
    files = exported(result.value, spec, ORIGIN)
    texts = read_vorbis_texts(files["forest_rain_1.ogg"].data)
    assert texts["TITLE"] == texts["ASSETGEN_ASSET"] == "forest_rain"
    assert texts["COMMENT"] == texts["ASSETGEN_PROMPT"] == "Regen über Dächern"
    assert texts["COPYRIGHT"] == "CC0-1.0"
    assert (texts["ASSETGEN_SEED"], texts["ASSETGEN_KEY"]) == ("7", "ab" * 32)
    for file in files.values():
        with soundfile.SoundFile(io.BytesIO(file.data)) as sound:
            assert (sound.title, sound.comment, sound.copyright) == (
                "forest_rain",
                "Regen über Dächern",
                "CC0-1.0",
            )
    shipped = exported(result.value, spec, ORIGIN.kept("license"))["forest_rain_1.ogg"]
    assert b"Regen" not in shipped.data
    assert b"CC0-1.0" in shipped.data


def test_a_format_that_cannot_be_written_here_is_told_of_once(
    kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_files, "has_codec", lambda name: name != "mp3")
    spec = spec_of("sfx", export=AudioExport(formats=("mp3", "wav")))
    files = exported(kept["sfx"][1].value, spec)
    assert list(files) == ["forest_rain_1.wav", "forest_rain_2.wav"]
    assert [file.fallback for file in files.values()] == [
        "MP3 cannot be written here; WAV was written.",
        "",
    ]


def test_a_source_without_a_loop_is_made_to_go_round() -> None:
    bed = faded(torch.cat([noise(RATE_HZ), noise(RATE_HZ), noise(RATE_HZ)], dim=1))
    result = made(sourced(), write_wav(frames_of(bed), RATE_HZ, bits=32))
    (clip,) = result.value.takes
    assert result.value.mode == "ambience"
    assert clip.is_ring
    assert clip.frames % BLOCK_STEP == 0
    assert 1.0 < clip.seconds < 3.0
    assert result.warnings == ()
    figures, warnings = KIND.measure(result.value)
    assert figures["loop_kink"] <= 1.0
    assert figures["loop_surprise"] <= 3.0
    assert warnings == ()


@pytest.mark.parametrize("loop", [(0, 60_000), (500, 60_000), (500, 40_000)])
def test_a_loop_that_a_source_names_is_kept(loop: tuple[int, int]) -> None:
    data = write_wav(frames_of(noise(60_000)), RATE_HZ, bits=32, loop=loop)
    (clip,) = made(sourced(), data).value.takes
    assert (clip.loop, clip.frames) == (loop, 60_000)
    texts = {"LOOPSTART": str(loop[0]), "LOOPLENGTH": str(loop[1] - loop[0])}
    coded = write_vorbis(frames_of(noise(60_000)), RATE_HZ, quality=0.5, texts=texts)
    assert made(sourced(), coded).value.takes[0].loop == loop
    files = exported(Sounds(takes=(clip,), mode="ambience"), sourced())
    assert read_vorbis_texts(files["forest_rain.ogg"].data) == texts


@pytest.mark.parametrize("fields", [{"loop": False}, {"mode": "sfx"}])
def test_a_source_that_plays_once_loses_its_loop(fields: dict[str, Any]) -> None:
    data = write_wav(frames_of(noise(60_000)), RATE_HZ, loop=(0, 60_000))
    result = made(sourced(**fields), data).value
    assert (result.mode, result.takes[0].loop, result.takes[0].frames) == ("sfx", None, 60_000)


def test_a_source_can_be_music() -> None:
    data = write_wav(frames_of(noise(60_000)), RATE_HZ, loop=(0, 60_000))
    result = made(sourced(mode="music"), data).value
    assert (result.mode, result.takes[0].is_ring) == ("music", True)


def test_a_source_is_mixed_to_mono() -> None:
    sound = noise(30_000)
    data = write_wav(frames_of(sound), RATE_HZ, bits=32)
    (clip,) = made(sourced(channels="mono", loop=False), data).value.takes
    assert torch.equal(clip.samples, sound.mean(0, keepdim=True))
    single = write_wav(frames_of(sound[:1]), RATE_HZ, bits=32)
    assert torch.equal(made(sourced(channels="mono", loop=False), single).value.takes[0].samples, sound[:1])


def test_a_source_is_brought_to_another_rate_and_its_loop_with_it() -> None:
    sound = noise(60_000)
    data = write_wav(frames_of(sound), 44_100, bits=32, loop=(0, 60_000))
    as_it_is = made(sourced(), data).value.takes[0]
    (clip,) = made(sourced(sample_rate=48_000), data).value.takes
    assert (as_it_is.sample_rate_hz, as_it_is.frames) == (44_100, 60_000)
    assert (clip.sample_rate_hz, clip.frames, clip.is_ring) == (48_000, round(60_000 * 48_000 / 44_100), True)
    figures, _ = KIND.measure(Sounds(takes=(clip,), mode="ambience"))
    assert figures["loop_kink"] <= 1.0


@pytest.mark.skipif(not has_codec("opus"), reason="this libsndfile has no Opus")
def test_a_source_of_44100_hz_becomes_opus_at_48000() -> None:
    spec = sourced(sample_rate=48_000, loop=False, export=AudioExport(formats=("opus",)))
    result = made(spec, write_wav(frames_of(noise(44_100)), 44_100))
    (artifact,) = exported(result.value, spec).values()
    with soundfile.SoundFile(io.BytesIO(artifact.data)) as file:
        assert (file.samplerate, file.frames) == (48_000, 48_000)


def test_what_is_said_of_generating_is_no_matter_of_a_source() -> None:
    result = made(sourced(seconds=5.0, takes=2, loop=False), wav(noise(9000)))
    assert [warning.split()[0] for warning in result.warnings] == ["seconds", "takes"]


def test_a_source_that_repeats_nowhere_goes_round_with_a_warning() -> None:
    (warning,) = made(sourced(loop=Loop(crossfade_ms=50.0)), wav(torch.zeros(1, 4 * RATE_HZ))).warnings
    assert "the crossfade of its loop may be heard" in warning


def wav(sound: Tensor) -> bytes:
    return write_wav(frames_of(sound), RATE_HZ, bits=32)


@pytest.mark.parametrize("frames", [1, 2, 300, 5000])
def test_the_shortest_sources_go_round(frames: int) -> None:
    spec = sourced(mode="ambience")
    (clip,) = made(spec, wav(noise(9000)[:, :frames])).value.takes
    assert clip.is_ring
    assert 1 <= clip.frames <= frames
    (artifact,) = exported(Sounds(takes=(clip,), mode="ambience"), spec).values()
    with soundfile.SoundFile(io.BytesIO(artifact.data)) as file:
        assert file.frames == clip.frames


@pytest.mark.parametrize(
    ("seconds", "loop", "mode"),
    [(1.0, None, "sfx"), (1.0, (0, RATE_HZ), "ambience"), (4.0, None, "ambience")],
)
def test_what_a_source_is_follows_from_its_length_and_its_loop(
    seconds: float, loop: tuple[int, int] | None, mode: str
) -> None:
    frames = round(seconds * RATE_HZ)
    data = write_wav(np.ascontiguousarray(noise(frames).T.numpy()), RATE_HZ, loop=loop)
    result = made(sourced(), data)
    assert result.value.mode == mode
    assert result.value.takes[0].is_ring == (mode == "ambience")
    assert result.finish_report is not None
    assert result.finish_report["mode"] == mode


def test_a_source_that_is_no_sound_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match="source: this is no sound"):
        made(sourced(), b"rubbish" * 30)


def test_a_flac_source_is_read() -> None:
    (clip,) = made(sourced(loop=False), write_flac(frames_of(noise(20_000)), RATE_HZ)).value.takes
    assert (clip.samples - noise(20_000)).abs().max() <= 1 / 2**23


def clip_of(samples: Tensor, *, loops: bool) -> AudioClip:
    loop = (0, samples.shape[1]) if loops else None
    return AudioClip(samples=samples, sample_rate_hz=RATE_HZ, loop=loop)


def test_an_open_loop_and_a_silent_take_are_warned_of() -> None:
    open_loop = clip_of(pad(3 * RATE_HZ)[:, :-137], loops=True)
    figures, warnings = KIND.measure(Sounds(takes=(open_loop,), mode="ambience"))
    assert figures["loop_kink"] > 10
    assert ["end does not meet" in warning for warning in warnings] == [True]
    takes = (clip_of(sine(440.0, 9000), loops=False), clip_of(torch.zeros(1, 9000), loops=False))
    figures, warnings = KIND.measure(Sounds(takes=takes, mode="sfx"))
    assert warnings == ("take 2 is all but silent.",)
    assert set(figures) == {"mix_lufs", "mix_peak_db"}


def test_a_good_loop_is_not_warned_of() -> None:
    figures, warnings = KIND.measure(
        Sounds(takes=(clip_of(pulses(2 * RATE_HZ, 5), loops=True),), mode="music")
    )
    assert warnings == ()
    assert figures["mix_peak_db"] == pytest.approx(
        true_peak_db(pulses(2 * RATE_HZ, 5), is_ring=True), abs=0.01
    )


def test_a_sound_is_shown_as_its_waveform(kept: Mapping[str, tuple[AudioSpec, Made[Sounds]]]) -> None:
    shown = KIND.shown(kept["sfx"][1].value).base_color
    assert shown is not None
    assert (shown.width, shown.height) == (640, 400)
    assert float(shown.pixels.std()) > 0.02


def test_another_kind_of_spec_is_refused() -> None:
    with pytest.raises(SpecError, match="no sound"):
        KIND.make(TextureSpec(asset="a", prompt="stone"), {}, Context())


def test_a_prompt_that_names_no_sound_is_refused() -> None:
    with pytest.raises(SpecError, match="names no"):
        made(spec_of(prompt="cracked basalt", mode="ambience"))


def files_of(spec: AudioSpec) -> dict[str, bytes]:
    files = exported(made(spec).value, spec, ORIGIN)
    return {name: artifact.data for name, artifact in files.items()}


@pytest.mark.parametrize("mode", ["ambience", "sfx"])
def test_a_seed_gives_the_same_bytes_with_any_number_of_threads(mode: str) -> None:
    spec = spec_of(mode, export=AudioExport(formats=("ogg", "wav32f"), stems=True))
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found.append(files_of(spec))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert found[0] == found[1]
    other = files_of(spec_of(mode, seed=4))
    assert all(data != found[0][name] for name, data in other.items())


_PRINT_HASHES = """
import hashlib, sys, torch
torch.set_num_threads(int(sys.argv[1]))
from assetgen.specs.audio import AudioExport
from tests.kinds.test_audio import HERE, PROMPTS, files_of, spec_of
for mode in PROMPTS:
    for name, data in files_of(spec_of(mode, export=AudioExport(formats=HERE, stems=True))).items():
        print(name, hashlib.sha256(data).hexdigest())
"""


@pytest.mark.slow
def test_processes_of_any_number_of_threads_write_the_same_bytes() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINT_HASHES, threads], check=True, capture_output=True, text=True
        ).stdout
        for threads in ("1", "2", "2")
    }
    assert len(said) == 1
    assert said.pop().count("\n") > 20


@pytest.mark.parametrize("crossfade_ms", [50.0, 400.0, 1200.0])
def test_a_crossfade_is_as_long_as_was_asked(crossfade_ms: float) -> None:
    report = made(sourced(loop=Loop(crossfade_ms=crossfade_ms)), wav(noise(6 * RATE_HZ))).finish_report
    assert report is not None
    assert f"fading over {crossfade_ms:g} ms" in str(report["said"])
