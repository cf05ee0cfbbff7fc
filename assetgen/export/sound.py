"""A sound as the files of a target: mastered, encoded, decoded again and measured.

Every file is read back by a decoder that is not ours. A loop is begun elsewhere until its OGG file closes without a
seam; the other files of the set begin where it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from assetgen.context import Context
from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, true_peak_db
from assetgen.dsp.master import Mastered, Mastering, master
from assetgen.dsp.seam import LoopSeam, measure_seam
from assetgen.export.loops import SHORTEST_MEASURED, begun_well, click_of
from assetgen.export.sound_engines import engine_settings, told_of
from assetgen.export.sound_files import SOUND_FILES, SoundFile, read_back
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds

_PEAK_SLACK_DB = 0.1
_NEAR_LU = 0.1
_MOST_WRITINGS = 8
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
        may_turn: whether a loop may begin anywhere, as ambiences do; music begins with its first beat.
        texts: comments by name, kept in every file that can hold them.
        target: the engine whose settings go with the files; none where empty.
        facts: what was chosen for the sound, such as its beats.
    """

    name: str
    formats: tuple[str, ...] = ("ogg",)
    mastering: Mastering
    quality: float = 0.5
    stems: bool = False
    may_turn: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)


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
        if options.may_turn and mastered.clip.is_ring and "ogg" in options.formats:
            mastered = begun_well(mastered, quality=options.quality)
        gains = {}
        for name in options.formats:
            artifact, gains[name] = _written(SOUND_FILES[name], mastered, stem, role, options)
            yield artifact
        if options.stems:
            for part, samples in mastered.clip.stems.items():
                ctx.check()
                word = part.replace(" ", "_")
                for name in options.formats:
                    file = SOUND_FILES[name]
                    clip = replace(mastered.clip, samples=samples * gains[name], stems={})
                    yield _artifact(file, clip, f"{stem}_{word}", f"{role}_{word}", options, quality=())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Writing:
    """A file as it was written, and what is heard of it."""

    clip: AudioClip
    gain_db: float
    data: bytes
    lufs: float
    peak_db: float
    seam: LoopSeam | None


def _written(
    file: SoundFile, mastered: Mastered, stem: str, role: str, options: SoundOptions
) -> tuple[Artifact, float]:
    """Return one file whose decoded loudness and peak are those wanted, and the gain that it took."""
    made = _writing(file, mastered, 0.0, options)
    for _ in range(_MOST_WRITINGS - 1):
        change_db = (
            _correction_db(options.mastering, mastered, made.lufs, made.peak_db) if file.is_lossy else 0.0
        )
        if not change_db:
            break
        # A coder's error does not follow the gain, so once may not be enough.
        made = _writing(file, mastered, made.gain_db + change_db, options)
    made = _closed(file, mastered, made, options)
    figures = {"lufs": round(made.lufs, 2), "true_peak_db": round(made.peak_db, 2)}
    if made.gain_db:
        figures["gain_db"] = round(made.gain_db, 2)
    flaw = ""
    if made.seam is not None:
        source = measure_seam(made.clip.samples, made.clip.sample_rate_hz)
        # Music steps up on its first beat, and ought to: only what writing it added counts.
        step_db = made.seam.step_db if options.may_turn else abs(made.seam.step_db - source.step_db)
        flaw = _flaw(file, made.seam, source)
        figures |= {
            "loop_kink": round(made.seam.kink, 3),
            "loop_surprise": round(made.seam.surprise, 3),
            "loop_step_db": round(step_db, 2),
        }
    artifact = _artifact(file, made.clip, stem, role, options, quality=tuple(figures.items()), data=made.data)
    return replace(artifact, fallback=flaw), 10 ** (made.gain_db / 20)


def _writing(file: SoundFile, mastered: Mastered, gain_db: float, options: SoundOptions) -> _Writing:
    clip, ring = mastered.clip, mastered.clip.is_ring
    if gain_db:
        clip = replace(clip, samples=clip.samples * 10 ** (gain_db / 20), stems={})
    data = file.write(clip, options.quality, options.texts)
    heard = read_back(data, clip, file)
    return _Writing(
        clip=clip,
        gain_db=gain_db,
        data=data,
        lufs=integrated_loudness(heard, clip.sample_rate_hz, is_ring=ring)
        if file.is_lossy
        else mastered.lufs,
        peak_db=true_peak_db(heard, is_ring=ring),
        seam=measure_seam(heard, clip.sample_rate_hz) if ring and clip.frames >= SHORTEST_MEASURED else None,
    )


def _closed(file: SoundFile, mastered: Mastered, made: _Writing, options: SoundOptions) -> _Writing:
    """Return a loop written a hair louder or softer if it closes better so: a coder's error is another one then."""
    best = made
    for nudge_db in _NUDGES_DB if file.extension == "ogg" else ():
        if best.seam is None or click_of(best.seam) <= 1.0:
            break
        other = _writing(file, mastered, made.gain_db + nudge_db, options)
        over_db = other.peak_db - (options.mastering.ceiling_db or 0.0)
        if over_db <= _PEAK_SLACK_DB and other.seam and click_of(other.seam) < click_of(best.seam):
            best = other
    return best


def _correction_db(plan: Mastering, mastered: Mastered, loudness: float, peak_db: float) -> float:
    """Return by how much what was decoded must be raised or lowered: a coder takes away loudness and adds peaks."""
    over = peak_db - (0.0 if plan.ceiling_db is None else plan.ceiling_db)
    if over > _PEAK_SLACK_DB:
        return -over
    short = 0.0 if plan.lufs is None or loudness <= SILENCE_LUFS else mastered.lufs - loudness
    return short if abs(short) > _NEAR_LU and over + short <= _PEAK_SLACK_DB else 0.0


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
        data=file.write(clip, options.quality, options.texts) if data is None else data,
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
