"""What each engine is told of a sound: the settings of its importer and player, by the engine's own names.

The files are the same for every engine; what it must do with them is not. Settings are mappings from a class of the
engine to values by property, so that a plugin sets them as they stand, or from a method to values by argument. Engine
differences of sounds are made here and nowhere else.

A loop of music has its ends before its first beat, where it is calm. Whoever plays it begins on the beat: there each
engine is told to start.

Ground for the choices:
- godot: plays OGG as it is, to the frame. Of a WAV it plays the frame at its loop's end too, and goes on with the one
  behind the loop's beginning: an end behind the last frame would play silence, so the last frame is the end, and each
  round is a frame short. With `bpm` and `beat_count` a loop ends on a beat, cut down to a whole frame, so that the
  tempo is given no faster than reaches the last frame.
- unity: encodes anew whatever it imports. Vorbis opens the seam of a loop again, so loops stay PCM; short effects
  become ADPCM. A clip goes round as a whole. `preloadAudioData` stood in AudioImporter itself before Unity 2022.2.
- unreal: imports 16-bit WAV in every version and encodes it anew; loops stay PCM. Quartz has the tempo.
- blender: has no loop of its own; the handle of a playing sound goes round as often as it is told, -1 for ever.
- web: `decodeAudioData` resamples to the rate of its context, past the ends of a loop; a context of the file's rate
  leaves the samples alone. Loop points are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assetgen.media.audio import AudioClip

Settings = Mapping[str, Mapping[str, object]]
"""From a class of an engine to values by property, or from a method to values by argument; plain JSON."""

LONG_S: Final = 30.0
"""Sounds longer than that are read from disk while they play: as PCM they would hold some 6 MB of memory and more."""

_TEMPO_STEPS: Final = 1_000_000
"""A tempo is told to a millionth of a beat a minute."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Told:
    """One file of a sound, as its engine is told of it.

    Args:
        clip: what the file holds.
        extension: of the file, without a dot.
        beats: of all of it, 0 where it has none.
        bar_beats: beats of a bar.
        first_beat_s: where its first beat is; 0 where it has none, so that it starts at its beginning.
    """

    clip: AudioClip
    extension: str
    beats: int = 0
    bar_beats: int = 4
    first_beat_s: float = 0.0

    @property
    def is_long(self) -> bool:
        """Whether it is too long to be held in memory."""
        return self.clip.seconds > LONG_S

    @property
    def bpm(self) -> float:
        """The tempo, rounded down to where all beats together are not shorter than the sound; 0 without beats."""
        if not self.beats:
            return 0.0
        frames, minute = self.clip.frames, 60 * self.clip.sample_rate_hz
        steps = math.floor(self.beats * minute / frames * _TEMPO_STEPS)
        while int(self.beats * minute / (steps / _TEMPO_STEPS)) < frames:
            steps -= 1
        return steps / _TEMPO_STEPS


def told_of(clip: AudioClip, extension: str, facts: Mapping[str, float | str]) -> Told:
    """Return what an engine is told of a file.

    Args:
        clip: what it holds.
        extension: its own.
        facts: of the sound, such as `beats` and `bars` of music.
    """
    beats, bars = int(facts.get("beats", 0)), int(facts.get("bars", 0))
    return Told(
        clip=clip,
        extension=extension,
        beats=beats,
        bar_beats=beats // bars if bars else 4,
        first_beat_s=float(facts.get("first_beat_s", 0.0)) if clip.is_ring else 0.0,
    )


def engine_settings(target: str, told: Told) -> Settings:
    """Return the settings of a file for a target; empty where the engine does not read such a file."""
    return _SETTINGS[target](told)


def _godot(told: Told) -> Settings:
    clip = told.clip
    importer = _GODOT_IMPORTERS.get(told.extension)
    if importer is None:
        return {}
    start = {"AudioStreamPlayer.play": {"from_position": told.first_beat_s}}
    if told.extension == "wav":
        begin, end = clip.loop or (0, clip.frames)
        return {
            **start,
            importer: {
                "compress/mode": 0,  # PCM
                "edit/trim": False,
                "edit/normalize": False,
                "edit/loop_mode": 2 if clip.loop else 1,  # Forward, Disabled
                "edit/loop_begin": begin,
                "edit/loop_end": min(end, clip.frames - 1),
                "force/8_bit": False,
                "force/mono": False,
                "force/max_rate": False,
            },
        }
    return {
        **start,
        importer: {
            "loop": clip.loop is not None,
            "loop_offset": clip.loop[0] / clip.sample_rate_hz if clip.loop else 0.0,
            "bpm": told.bpm,
            "beat_count": told.beats,
            "bar_beats": told.bar_beats,
        },
    }


def _unity(told: Told) -> Settings:
    loops = told.clip.loop is not None
    encoding = "PCM" if loops else "Vorbis" if told.is_long else "ADPCM"
    return {
        "AudioImporter": {
            "forceToMono": False,
            "ambisonic": False,
            "defaultSampleSettings": {
                "loadType": "Streaming" if told.is_long else "DecompressOnLoad",
                "compressionFormat": encoding,
                "quality": 1.0,
                "sampleRateSetting": "PreserveSampleRate",
                "preloadAudioData": not told.is_long,
            },
        },
        "AudioSource": {"loop": loops, "time": told.first_beat_s},
    }


def _unreal(told: Told) -> Settings:
    loops = told.clip.loop is not None
    settings: Settings = {
        "SoundWave": {
            "looping": loops,
            "sound_asset_compression_type": "PCM" if loops else "PROJECT_DEFINED",
        },
        "AudioComponent.play": {"start_time": told.first_beat_s},
    }
    if not told.beats:
        return settings
    return {
        **settings,
        "QuartzClockHandle": {"beats_per_minute": told.bpm},
        "QuartzTimeSignature": {"num_beats": told.bar_beats, "beat_type": "QUARTER_NOTE"},
    }


def _blender(told: Told) -> Settings:
    return {
        "bpy.types.Sound": {"use_memory_cache": not told.is_long, "use_mono": False},
        "aud.Handle": {"loop_count": 0 if told.clip.loop is None else -1, "position": told.first_beat_s},
    }


def _web(told: Told) -> Settings:
    clip = told.clip
    begin, end = clip.loop or (0, clip.frames)
    return {
        "AudioContext": {"sampleRate": clip.sample_rate_hz},
        "AudioBufferSourceNode": {
            "loop": clip.loop is not None,
            "loopStart": begin / clip.sample_rate_hz,
            "loopEnd": end / clip.sample_rate_hz,
        },
        "AudioBufferSourceNode.start": {"offset": told.first_beat_s},
    }


_GODOT_IMPORTERS: Final = {
    "ogg": "ResourceImporterOggVorbis",
    "mp3": "ResourceImporterMP3",
    "wav": "ResourceImporterWAV",
}
"""By extension; Godot imports no others."""

_SETTINGS: Final[dict[str, Callable[[Told], Settings]]] = {
    "unity": _unity,
    "unreal": _unreal,
    "blender": _blender,
    "godot": _godot,
    "web": _web,
}
