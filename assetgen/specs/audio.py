"""A sound: an ambience that goes round, an effect in a few takes, or a loop of music."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from assetgen.specs.base import Spec, common_contradictions
from assetgen.specs.embedding import metadata_level
from assetgen.specs.fields import check_fields, choice, choices, integer, number, ruled, switch, table_of
from assetgen.specs.rules import Either, OneInteger, Text
from assetgen.specs.tables import Key, Table
from assetgen.specs.wording import Problem

SOUND_MODES: Final = ("ambience", "sfx", "music")
SOUND_FORMATS: Final = ("ogg", "wav", "wav24", "wav32f", "flac", "mp3", "opus")
MASTERINGS: Final = ("game_ambience", "game_music", "streaming", "sfx")
SAMPLE_RATES_HZ: Final = (22_050, 32_000, 44_100, 48_000)
LONGEST_SOUND_S: Final = 600.0
DEFAULT_SECONDS: Final = 10.0
"""Of an ambience."""
DEFAULT_BARS: Final = 8
MOST_BARS: Final = 32
DEFAULT_LEAD_IN: Final = 0.4
"""Of music, in beats: between two sixteenths, where what was struck before has faded and nothing is struck."""
DEFAULT_TAKES: Final = 4
"""Of an effect."""
SHORTEST_AMBIENCE_S: Final = 3.0
"""Of a source whose mode is not said; a shorter one is an effect."""
DEFAULT_RATE_HZ: Final = 48_000
"""Of what is generated."""
ONLY_MODES: Final[Mapping[str, str]] = {
    "bars": "music",
    "bpm": "music",
    "key": "music",
    "lead_in": "music",
    "takes": "sfx",
}
"""Fields that say something of one mode alone; others ignore them, as a project's rule may say them of all sounds."""
_KEY: Final = r"^[A-Ga-g](#|b)?( (major|minor|dorian|phrygian|lydian|mixolydian|harmonic minor))?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How a hand-made sound is made to go round; what is generated is a ring from the first."""

    crossfade_ms: float = number(
        5.0, 5000.0, default=400.0, unit="ms", doc="How long the end of a source fades into its beginning."
    )

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """What it is mastered to; what is absent is the mode's."""

    profile: str | None = choice(
        *MASTERINGS, default=None, stage="export", doc="Loudness and dynamics; that of the mode when absent."
    )
    lufs: float | None = number(
        -40.0, -8.0, default=None, stage="export", unit="LUFS", doc="Integrated loudness (ITU-R BS.1770)."
    )
    true_peak: float | None = number(
        -12.0, 0.0, default=None, stage="export", unit="dBTP", doc="Highest true peak."
    )
    low: float = number(
        -12.0, 12.0, default=0.0, stage="export", unit="dB", doc="Lifts or lowers what lies below 150 Hz."
    )
    mid: float = number(
        -12.0, 12.0, default=0.0, stage="export", unit="dB", doc="Lifts or lowers what lies about 1 kHz."
    )
    high: float = number(
        -12.0, 12.0, default=0.0, stage="export", unit="dB", doc="Lifts or lowers what lies above 5 kHz."
    )

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioExport:
    """How it is written; empty `formats` leave the choice to the target."""

    formats: tuple[str, ...] = choices(
        *SOUND_FORMATS, default=(), stage="export", doc="Files to write; the target's own when absent."
    )
    quality: float = number(
        0.0,
        1.0,
        default=0.5,
        stage="export",
        doc="Of lossy files: 0 smallest to 1 best; 0.5 is about 160 kb/s.",
    )
    stems: bool = switch(
        default=False, stage="export", doc="Write every stem too; together they are the mix."
    )
    metadata: str = metadata_level()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSpec(Spec):
    """A sound as its prompt file asks for it; what is absent is what the prompt says, or the mode's own."""

    kind: ClassVar[str] = "audio"
    lone_source: ClassVar[str] = "sound"
    starts: ClassVar[Mapping[str, str]] = {"prompt": 'prompt = "..."', "source": 'source = "sound.wav"'}
    gives_maps: ClassVar[bool] = False
    make_steps: ClassVar[tuple[str, ...]] = ("procedural.sound",)
    export_steps: ClassVar[tuple[str, ...]] = ("master", "sound_engines")

    source: Mapping[str, str] | None = ruled(
        Either(
            (Text(400, meaning="a path"), Table({"sound": Key(Text(400, meaning="a path"), "The sound.")}))
        ),
        default=None,
        doc="Sound to finish instead of generating; a path from this file, or after a / from the root.",
    )
    mode: str | None = choice(
        *SOUND_MODES,
        default=None,
        doc="What it is; the prompt's words decide when absent, or a source's loop and length.",
    )
    seconds: float | None = number(
        0.05,
        LONGEST_SOUND_S,
        default=None,
        unit="s",
        doc="Length of an ambience, longest of an effect; music takes the whole bars that come nearest.",
    )
    bars: int | None = integer(
        1, MOST_BARS, default=None, doc="Length of music, of four beats each; goes before seconds."
    )
    bpm: float | None = number(40.0, 240.0, default=None, doc="Tempo of music.")
    key: str | None = ruled(
        Text(24, _KEY, 'a key such as "A minor" or "F# dorian"'), default=None, doc="Key of music."
    )
    lead_in: float | None = number(
        0.0,
        3.0,
        default=None,
        unit="beats",
        doc=f"How long before its first beat music begins; {DEFAULT_LEAD_IN} when absent, where its level is even.",
    )
    loop: Loop | None = table_of(  # noqa: RUF009
        Loop, or_switch=True, default=Loop(), doc="Goes round without a seam; false plays a source once."
    )
    takes: int | None = integer(
        1, 8, default=None, doc=f"How many an effect has; {DEFAULT_TAKES} when absent."
    )
    channels: str = choice("stereo", "mono", default="stereo", doc="Stereo, or mixed to one channel.")
    sample_rate: int | None = ruled(
        OneInteger(SAMPLE_RATES_HZ),
        default=None,
        unit="Hz",
        doc=f"Frames a second; when absent {DEFAULT_RATE_HZ}, or what a source has.",
    )
    master: Master | None = table_of(  # noqa: RUF009
        Master, or_switch=True, default=Master(), stage="export", doc="Mastering; false leaves levels alone."
    )
    export: AudioExport = table_of(  # noqa: RUF009
        AudioExport, default=AudioExport(), stage="export", doc="How it is written."
    )

    def export_metadata(self) -> str:
        """Return what `export.metadata` says."""
        return self.export.metadata

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong between fields that are each right by themselves."""
        problems = common_contradictions(values, starts=cls.starts)
        formats = values["export"].formats
        if len({_extension(name) for name in formats}) < len(formats):
            message = "export.formats has two that would be one .wav file; keep one of them."
            problems.append(Problem(("export", "formats"), message))
        if "opus" in formats and values["sample_rate"] not in (None, 48_000):
            message = f"Opus has no sample rate of {values['sample_rate']} Hz; write sample_rate = 48000."
            problems.append(Problem(("sample_rate",), message))
        mode = values["mode"]
        for name in [field for field, only in ONLY_MODES.items() if only == "music"]:
            if values[name] is not None and mode in ("ambience", "sfx"):
                message = f'{name} says something for music alone; leave it out, or write mode = "music".'
                problems.append(Problem((name,), message))
        return problems


def _extension(name: str) -> str:
    return name.rstrip("0123456789f") if name.startswith("wav") else name
