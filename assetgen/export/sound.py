"""A sound as the files of a target: mastered, encoded, decoded again and measured.

Every file is read back by a decoder that is not ours. A loop is begun elsewhere until its OGG file closes without a
seam; the other files of the set begin where it does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from torch import Tensor

from assetgen.context import Context
from assetgen.dsp.dynamics import limiting
from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, true_peak_db
from assetgen.dsp.master import Mastered, Mastering, master
from assetgen.dsp.seam import LoopSeam, measure_seam
from assetgen.export.loops import SHORTEST_MEASURED, LoopCoder, click_of
from assetgen.export.sound_engines import engine_settings, told_of
from assetgen.export.sound_files import SOUND_FILES, SoundFile, read_back
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds

ANYWHERE: Final = sys.maxsize
"""So far a loop may turn that has no beginning of its own."""
_PEAK_SLACK_DB = 0.1
_NEAR_LU = 0.1
_MOST_LIMITINGS, _MOST_LOWERINGS = 4, 6
_MORE_DB = 0.04
"""By so much more a sound is lowered every time that its peaks are still too high."""
_NUDGES_DB = (0.04, -0.04, 0.08, -0.08)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOptions:
    """How the takes of a sound are written.

    Args:
        name: the asset's name, which begins every file name.
        formats: by the names of SOUND_FILES.
        mastering: what they are mastered to.
        quality: of lossy formats, 0 smallest to 1 best.
        stems: whether every stem is written too.
        reach: frames by which a loop may begin sooner or later if its OGG file closes better there; ANYWHERE for
            ambiences.
        texts: comments by name, kept in every file that can hold them.
        target: the engine whose settings go with the files; none where empty.
        facts: what was chosen for the sound, such as its beats; comments of the files, too.
    """

    name: str
    formats: tuple[str, ...] = ("ogg",)
    mastering: Mastering
    quality: float = 0.5
    stems: bool = False
    reach: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def comments(self) -> dict[str, str]:
        """All that files say of themselves, by name."""
        return {name.upper(): str(fact) for name, fact in self.facts.items()} | dict(self.texts)

    def begun_later(self, seconds: float) -> SoundOptions:
        """Return the options of a loop that begins later: its first beat is so much sooner."""
        if "first_beat_s" not in self.facts:
            return self
        first_beat_s = round(float(self.facts["first_beat_s"]) - seconds, 6)
        return replace(self, facts={**self.facts, "first_beat_s": first_beat_s})


def export_sounds(sounds: Sounds, options: SoundOptions, ctx: Context) -> Iterator[Artifact]:
    """Yield the files of every take, one take after the other.

    Raises:
        GenerationError: a written file does not read back as what was written.
        Cancelled: somebody asked to stop.
    """
    for number, take in enumerate(sounds.takes):
        ctx.check()
        ctx.progress(number, len(sounds.takes), "mastering and encoding")
        several = len(sounds.takes) > 1
        stem = f"{options.name}_{number + 1}" if several else options.name
        role = f"sound_{number + 1}" if several else "sound"
        mastered = master(take if options.stems else replace(take, stems={}), options.mastering)
        coder = LoopCoder(options.quality)
        own, reach = options, min(options.reach, mastered.clip.frames // 2)
        if reach and mastered.clip.is_ring and "ogg" in options.formats:
            mastered, later = coder.begun_well(mastered, reach)
            own = options.begun_later(later / mastered.clip.sample_rate_hz)
        gains = {}
        for name in options.formats:
            artifact, gains[name] = _Desk(SOUND_FILES[name], mastered, own, coder).written(stem, role)
            yield artifact
        if options.stems:
            for part, samples in mastered.clip.stems.items():
                ctx.check()
                word = part.replace(" ", "_")
                for name in options.formats:
                    file = SOUND_FILES[name]
                    clip = replace(mastered.clip, samples=samples * gains[name], stems={})
                    yield _artifact(file, clip, f"{stem}_{word}", f"{role}_{word}", own, quality=())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Writing:
    """A file as it was written, and what is heard of it; its samples are the master's times `gain`."""

    clip: AudioClip
    gain: Tensor | float
    gain_db: float
    data: bytes
    lufs: float
    peak_db: float
    seam: LoopSeam | None


class _Desk:
    """Where a mastered sound becomes a file of one format, again and again until what is heard is what is wanted."""

    def __init__(self, file: SoundFile, mastered: Mastered, options: SoundOptions, coder: LoopCoder) -> None:
        self.file, self.mastered, self.options, self.coder = file, mastered, options, coder
        plan = options.mastering
        self.ceiling_db = 0.0 if plan.ceiling_db is None else plan.ceiling_db
        self.has_loudness = plan.lufs is not None

    def written(self, stem: str, role: str) -> tuple[Artifact, Tensor | float]:
        """Return the file, and the gain that its stems need as well."""
        made = self._closed(self._leveled())
        clip = made.clip
        figures = {"lufs": round(made.lufs, 2), "true_peak_db": round(made.peak_db, 2)}
        if made.gain_db:
            figures["gain_db"] = round(made.gain_db, 2)
        flaw = ""
        if made.seam is not None:
            source = measure_seam(clip.samples, clip.sample_rate_hz)
            flaw = _flaw(self.file, made.seam, source)
            figures |= {
                "loop_kink": round(made.seam.kink, 3),
                "loop_surprise": round(made.seam.surprise, 3),
                "loop_step_db": round(made.seam.step_db, 2),
            }
        if "first_beat_s" in self.options.facts:
            figures["first_beat_s"] = float(self.options.facts["first_beat_s"])
        artifact = _artifact(
            self.file, clip, stem, role, self.options, quality=tuple(figures.items()), data=made.data
        )
        return replace(artifact, fallback=flaw), made.gain

    def _leveled(self) -> _Writing:
        """Return a file of the wanted loudness and peak; of the two the peak counts more.

        A coder takes away loudness and adds peaks, which are limited; what it adds does not follow to the letter, so
        once may not be enough. Where limiting does not help, all of it is lowered.
        """
        gain_db, limit_db = 0.0, None
        best = made = self._writing(gain_db, limit_db)
        for _ in range(_MOST_LIMITINGS if self.file.is_lossy else 0):
            over_db, short_db = made.peak_db - self.ceiling_db, self._short_db(made)
            is_high, is_off = over_db > _PEAK_SLACK_DB, abs(short_db) > _NEAR_LU
            if not (is_high and self.has_loudness) and not is_off:
                break
            if is_high:
                limit_db = (self.ceiling_db if limit_db is None else limit_db) - over_db
            gain_db += short_db if is_off else 0.0
            made = self._writing(gain_db, limit_db)
            best = min(best, made, key=self._missed)
        made = best
        for attempt in range(_MOST_LOWERINGS if self.file.is_lossy else 0):
            over_db = made.peak_db - self.ceiling_db
            if over_db <= _PEAK_SLACK_DB:
                break
            made = self._again(made, -over_db - _MORE_DB * attempt)
            best = min(best, made, key=self._missed)
        return best

    def _closed(self, made: _Writing) -> _Writing:
        """Return a loop written a hair louder or softer if it closes better so: a coder errs otherwise then."""
        best = made
        for nudge_db in _NUDGES_DB if self.file.extension == "ogg" else ():
            if best.seam is None or click_of(best.seam) <= 1.0:
                break
            other = self._again(made, nudge_db)
            is_high = other.peak_db - self.ceiling_db > _PEAK_SLACK_DB
            if not is_high and other.seam and click_of(other.seam) < click_of(best.seam):
                best = other
        return best

    def _writing(self, gain_db: float, limit_db: float | None) -> _Writing:
        """Return the master written with a gain, and then limited."""
        clip, gain = self.mastered.clip, 10 ** (gain_db / 20)
        if limit_db is None:
            return self._with_gain(gain, gain_db)
        limits = limiting(clip.samples * gain, clip.sample_rate_hz, ceiling_db=limit_db, is_ring=clip.is_ring)
        return self._with_gain(gain * limits, gain_db)

    def _again(self, made: _Writing, change_db: float) -> _Writing:
        """Return what was written, louder by some dB."""
        return self._with_gain(made.gain * 10 ** (change_db / 20), made.gain_db + change_db)

    def _with_gain(self, gain: Tensor | float, gain_db: float) -> _Writing:
        clip, ring, rate_hz = (
            self.mastered.clip,
            self.mastered.clip.is_ring,
            self.mastered.clip.sample_rate_hz,
        )
        if isinstance(gain, Tensor) or gain != 1.0:
            clip = replace(clip, samples=clip.samples * gain, stems={})
        texts = self.options.comments
        is_coded = ring and self.file.extension == "ogg"
        data = (
            self.coder.code(clip, texts) if is_coded else self.file.write(clip, self.options.quality, texts)
        )
        heard = read_back(data, clip, self.file)
        return _Writing(
            clip=clip,
            gain=gain,
            gain_db=gain_db,
            data=data,
            lufs=integrated_loudness(heard, rate_hz, is_ring=ring)
            if self.file.is_lossy
            else self.mastered.lufs,
            peak_db=true_peak_db(heard, is_ring=ring),
            seam=measure_seam(heard, rate_hz) if ring and clip.frames >= SHORTEST_MEASURED else None,
        )

    def _short_db(self, made: _Writing) -> float:
        is_told = self.has_loudness and made.lufs > SILENCE_LUFS
        return self.mastered.lufs - made.lufs if is_told else 0.0

    def _missed(self, made: _Writing) -> tuple[float, float]:
        """Return by how much a file misses its peak, and then its loudness."""
        return max(made.peak_db - self.ceiling_db - _PEAK_SLACK_DB, 0.0), abs(self._short_db(made))


def _flaw(file: SoundFile, seam: LoopSeam, source: LoopSeam) -> str:
    """Return what is heard where a loop goes round that its codec does not close, or ""."""
    if file.extension == "mp3":
        return (
            "An MP3 does not loop without a gap in players that pass over its gapless header; use OGG or WAV."
        )
    if not file.is_lossy or click_of(seam) <= max(1.0, 1.5 * click_of(source)):
        return ""
    return (
        f"The loop is heard going round in the .{file.extension} file (kink {seam.kink:.1f} of 1 allowed, "
        f"surprise {seam.surprise:.1f} of 3); use OGG or WAV."
    )


def _artifact(
    file: SoundFile,
    clip: AudioClip,
    stem: str,
    role: str,
    options: SoundOptions,
    *,
    quality: tuple[tuple[str, float], ...],
    data: bytes | None = None,
) -> Artifact:
    return Artifact(
        role=role,
        filename=f"{stem}.{file.extension}",
        format=file.format,
        media_type=file.media_type,
        data=file.write(clip, options.quality, options.comments) if data is None else data,
        width=0,
        height=0,
        mips=1,
        color_space="",
        quality=quality,
        engine=_settings(clip, file, options),
    )


def _settings(clip: AudioClip, file: SoundFile, options: SoundOptions) -> Mapping[str, object]:
    if not options.target:
        return {}
    return engine_settings(options.target, told_of(clip, file.extension, options.facts))
