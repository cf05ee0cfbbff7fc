"""What each engine is told of a sound: whether it goes round and where, how fast it is, and how to encode it anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.context import Context
from assetgen.dsp.master import Mastering
from assetgen.export.sound import SoundOptions, export_sounds
from assetgen.export.sound_engines import LONG_S, Told, engine_settings, told_of
from assetgen.export.sound_files import SOUND_FILES
from assetgen.export.targets import TARGETS
from assetgen.media.audio import AudioClip, Sounds

RATE_HZ = 48_000
SONG = {"bpm": 91.9556, "beats": 32, "bars": 8, "first_beat_s": 0.26, "key": "D minor"}
PLAIN = Mastering(lufs=None, ceiling_db=None, rumble_hz=0.0)


def silence(seconds: float = 1.0, *, loop: tuple[int, int] | None = None) -> AudioClip:
    return AudioClip(samples=torch.zeros(2, round(seconds * RATE_HZ)), sample_rate_hz=RATE_HZ, loop=loop)


def ring(seconds: float = 1.0) -> AudioClip:
    return silence(seconds, loop=(0, round(seconds * RATE_HZ)))


def told(target: str, clip: AudioClip, extension: str = "ogg", **facts: Any) -> dict[str, Any]:
    return {
        name: dict(values)
        for name, values in engine_settings(target, told_of(clip, extension, facts)).items()
    }


@pytest.mark.parametrize(
    ("target", "player", "name", "forever", "once"),
    [
        ("godot", "ResourceImporterOggVorbis", "loop", True, False),
        ("unity", "AudioSource", "loop", True, False),
        ("unreal", "SoundWave", "looping", True, False),
        ("blender", "aud.Handle", "loop_count", -1, 0),
        ("web", "AudioBufferSourceNode", "loop", True, False),
    ],
)
def test_every_engine_is_told_whether_a_sound_goes_round(
    target: str, player: str, name: str, forever: object, once: object
) -> None:
    assert told(target, ring())[player][name] == forever
    assert told(target, silence())[player][name] == once


@pytest.mark.parametrize(
    ("target", "player", "name"),
    [
        ("godot", "AudioStreamPlayer.play", "from_position"),
        ("unity", "AudioSource", "time"),
        ("unreal", "AudioComponent.play", "start_time"),
        ("blender", "aud.Handle", "position"),
        ("web", "AudioBufferSourceNode.start", "offset"),
    ],
)
def test_every_engine_is_told_to_start_music_on_its_beat_and_other_sounds_at_their_beginning(
    target: str, player: str, name: str
) -> None:
    assert told(target, ring(20.88), **SONG)[player][name] == SONG["first_beat_s"]
    for other in (ring(), silence()):
        assert told(target, other)[player][name] == 0.0


def test_every_target_has_settings_that_are_plain_json() -> None:
    for target in TARGETS:
        for clip in (ring(), silence()):
            settings = told(target, clip, **SONG)
            assert settings
            assert json.loads(json.dumps(settings, allow_nan=False)) == settings


def test_godot_is_told_the_beats_of_music_and_none_of_other_sounds() -> None:
    song = told("godot", ring(20.88), **SONG)["ResourceImporterOggVorbis"]
    assert (song["beat_count"], song["bar_beats"]) == (32, 4)
    assert song["bpm"] == pytest.approx(91.954022, abs=1e-6)
    rain = told("godot", ring())["ResourceImporterOggVorbis"]
    assert (rain["bpm"], rain["beat_count"], rain["bar_beats"]) == (0.0, 0, 4)


@given(
    tempo=st.floats(40.0, 240.0), beats=st.integers(4, 128), rate_hz=st.sampled_from([22_050, 44_100, 48_000])
)
def test_as_many_beats_as_godot_counts_end_with_the_last_frame(
    tempo: float, beats: int, rate_hz: int
) -> None:
    frames = round(beats * 60 * rate_hz / tempo)
    clip = AudioClip(samples=torch.zeros(1, 1).expand(1, frames), sample_rate_hz=rate_hz, loop=(0, frames))
    bpm = Told(clip=clip, extension="ogg", beats=beats).bpm
    assert int(beats * rate_hz * 60 / bpm) == frames  # as AudioStreamPlaybackOggVorbis reckons
    assert bpm == pytest.approx(beats * 60 * rate_hz / frames, abs=2.1e-6)


def test_a_tempo_that_fits_is_told_as_it_is() -> None:
    assert Told(clip=ring(16.0), extension="ogg", beats=32).bpm == 120.0


def test_godot_gets_both_ends_of_a_wav_loop_and_leaves_its_samples_alone() -> None:
    wav = told("godot", silence(3.0, loop=(1000, 90_000)), "wav")["ResourceImporterWAV"]
    assert (wav["edit/loop_mode"], wav["edit/loop_begin"], wav["edit/loop_end"]) == (2, 1000, 90_000)
    assert not any(wav[name] for name in ("compress/mode", "edit/trim", "edit/normalize", "force/max_rate"))
    assert told("godot", silence(), "wav")["ResourceImporterWAV"]["edit/loop_mode"] == 1


def test_a_wav_that_goes_round_as_a_whole_ends_on_its_last_frame_for_godot() -> None:
    wav = told("godot", ring(), "wav")["ResourceImporterWAV"]
    assert (wav["edit/loop_begin"], wav["edit/loop_end"]) == (
        0,
        RATE_HZ - 1,
    )  # it would play what is behind the end


def test_godot_is_told_nothing_of_files_that_it_does_not_import() -> None:
    assert "ResourceImporterMP3" in told("godot", ring(), "mp3")
    assert told("godot", ring(), "flac") == told("godot", ring(), "opus") == {}


def test_unity_encodes_a_loop_without_loss_and_an_effect_small() -> None:
    def sample(clip: AudioClip) -> tuple[str, str, bool]:
        settings = told("unity", clip)["AudioImporter"]["defaultSampleSettings"]
        assert settings["sampleRateSetting"] == "PreserveSampleRate"
        return settings["loadType"], settings["compressionFormat"], settings["preloadAudioData"]

    assert sample(ring()) == ("DecompressOnLoad", "PCM", True)
    assert sample(ring(LONG_S + 1)) == ("Streaming", "PCM", False)
    assert sample(silence()) == ("DecompressOnLoad", "ADPCM", True)
    assert sample(silence(LONG_S + 1)) == ("Streaming", "Vorbis", False)


def test_unreal_keeps_a_loop_as_pcm_and_gives_the_tempo_to_quartz() -> None:
    assert told("unreal", ring(16.0), "wav", beats=32, bars=8) == {
        "SoundWave": {"looping": True, "sound_asset_compression_type": "PCM"},
        "AudioComponent.play": {"start_time": 0.0},
        "QuartzClockHandle": {"beats_per_minute": 120.0},
        "QuartzTimeSignature": {"num_beats": 4, "beat_type": "QUARTER_NOTE"},
    }
    assert not any("Quartz" in name for name in told("unreal", ring(), "wav"))


def test_the_web_gets_loop_points_in_seconds_and_the_rate_that_keeps_the_samples() -> None:
    assert told("web", silence(3.0, loop=(24_000, 96_000))) == {
        "AudioContext": {"sampleRate": RATE_HZ},
        "AudioBufferSourceNode": {"loop": True, "loopStart": 0.5, "loopEnd": 2.0},
        "AudioBufferSourceNode.start": {"offset": 0.0},
    }


def test_files_are_the_same_for_every_engine_and_what_it_is_told_is_not() -> None:
    clip = AudioClip(samples=torch.rand(2, 8192) - 0.5, sample_rate_hz=RATE_HZ, loop=(0, 8192))
    sounds = Sounds(takes=(clip,), mode="ambience")
    sets = {}
    for target in TARGETS:
        options = SoundOptions(name="x", formats=("ogg", "wav"), mastering=PLAIN, target=target)
        sets[target] = list(export_sounds(sounds, options, Context()))
    data = {target: [artifact.data for artifact in artifacts] for target, artifacts in sets.items()}
    assert all(files == data["unity"] for files in data.values())
    engines = [json.dumps([dict(artifact.engine) for artifact in artifacts]) for artifacts in sets.values()]
    assert len(set(engines)) == len(TARGETS)


def test_every_take_and_stem_is_told_by_its_own_length() -> None:
    takes = tuple(silence(seconds) for seconds in (0.5, 0.25))
    options = SoundOptions(name="x", formats=("wav",), mastering=PLAIN, target="web")
    artifacts = list(export_sounds(Sounds(takes=takes, mode="sfx"), options, Context()))
    ends: list[Any] = [artifact.engine["AudioBufferSourceNode"] for artifact in artifacts]
    assert [end["loopEnd"] for end in ends] == [0.5, 0.25]
    song = AudioClip(
        samples=ring().samples, sample_rate_hz=RATE_HZ, loop=(0, RATE_HZ), stems={"bass": ring().samples}
    )
    options = SoundOptions(name="x", mastering=PLAIN, stems=True, target="unity")
    mix, bass = export_sounds(Sounds(takes=(song,), mode="music"), options, Context())
    assert mix.engine == bass.engine


def test_every_kind_of_file_can_be_told_to_every_engine() -> None:
    for file in SOUND_FILES.values():
        for target in TARGETS:
            assert isinstance(told(target, ring(), file.extension), dict)
