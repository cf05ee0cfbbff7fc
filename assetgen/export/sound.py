"""A sound as the files of a target: mastered, encoded, decoded again and measured.

Every file is read back by a decoder that is not ours. A loop is begun elsewhere until its OGG file closes without a
seam; the other files of the set begin where it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from torch import Tensor

from assetgen.context import Context
from assetgen.dsp.loudness import true_peak_db
from assetgen.dsp.master import Mastered, Mastering, master
from assetgen.dsp.seam import LoopSeam, measure_seam
from assetgen.errors import GenerationError
from assetgen.formats.read_sound import decode_sound
from assetgen.formats.sound_files import OPUS_RATES_HZ, has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.vorbis import BLOCK_STEP, write_loop, write_vorbis
from assetgen.formats.wav import write_wav
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds

Write = Callable[[AudioClip, float, Mapping[str, str]], bytes]
"""From a sound, a quality and texts to the bytes of a file."""

LARGEST_KINK: Final = 1.0
LARGEST_SURPRISE: Final = 3.0
LARGEST_STEP_DB: Final = 3.0
_PEAK_SLACK_DB = 0.1
_MOST_BEGINNINGS = 16
_SHORTEST_MEASURED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFile:
    """One way to write a sound.

    Args:
        format: its name in manifests.
        extension: of the file, without a dot.
        media_type: IANA media type.
        write: gives the bytes.
        codec: of libsndfile, that not every machine has; "" for those that all have.
        is_lossy: whether what is decoded differs from what was written.
    """

    format: str
    extension: str
    media_type: str
    write: Write
    codec: str = ""
    is_lossy: bool = False


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
    """

    name: str
    formats: tuple[str, ...] = ("ogg",)
    mastering: Mastering
    quality: float = 0.5
    stems: bool = False
    may_turn: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)


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
        mastered = master(take, options.mastering)
        if options.may_turn and mastered.clip.is_ring and "ogg" in options.formats:
            mastered = _begun_well(mastered, options)
        for name in options.formats:
            yield _written(SOUND_FILES[name], mastered, stem, role, options)
        if options.stems:
            for part, samples in mastered.clip.stems.items():
                ctx.check()
                clip = replace(mastered.clip, samples=samples, stems={})
                word = part.replace(" ", "_")
                for name in options.formats:
                    file = SOUND_FILES[name]
                    yield _artifact(file, clip, f"{stem}_{word}", f"{role}_{word}", options, quality=())


def usable_formats(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of the formats this machine can write, OGG if none of them, and a sentence for each it cannot."""
    missing = [name for name in names if SOUND_FILES[name].codec and not has_codec(SOUND_FILES[name].codec)]
    kept = tuple(name for name in names if name not in missing) or ("ogg",)
    return kept, tuple(
        f"{name.upper()} cannot be written here; {kept[0].upper()} was written." for name in missing
    )


def _written(file: SoundFile, mastered: Mastered, stem: str, role: str, options: SoundOptions) -> Artifact:
    """Return one file, at a lower gain if decoding it would go over the ceiling."""
    clip, figures = (
        mastered.clip,
        {"lufs": round(mastered.lufs, 2), "true_peak_db": round(mastered.true_peak_db, 2)},
    )
    data = file.write(clip, options.quality, options.texts)
    heard = _decoded(data, clip, file)
    ceiling_db = 0.0 if options.mastering.ceiling_db is None else options.mastering.ceiling_db
    over = true_peak_db(heard, is_ring=clip.is_ring) - ceiling_db
    if file.is_lossy and over > _PEAK_SLACK_DB:
        clip = replace(clip, samples=clip.samples * 10 ** (-over / 20), stems={})
        data = file.write(clip, options.quality, options.texts)
        heard = _decoded(data, clip, file)
        figures["lowered_db"] = round(over, 2)
    figures["decoded_peak_db"] = round(true_peak_db(heard, is_ring=clip.is_ring), 2)
    if clip.is_ring and clip.frames >= _SHORTEST_MEASURED:
        seam = measure_seam(heard, clip.sample_rate_hz)
        figures |= {
            "loop_kink": round(seam.kink, 3),
            "loop_surprise": round(seam.surprise, 3),
            "loop_step_db": round(seam.step_db, 2),
        }
    return _artifact(file, clip, stem, role, options, quality=tuple(figures.items()), data=data)


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
    )


def _begun_well(mastered: Mastered, options: SoundOptions) -> Mastered:
    """Return a loop that begins where its OGG file closes best: at the first of some places that is good enough."""
    clip = mastered.clip
    best: tuple[float, Mastered] | None = None
    for attempt in range(_MOST_BEGINNINGS):
        # Whole blocks apart, and never near where it has been tried.
        start = attempt * 37 * BLOCK_STEP % clip.frames
        turned = _turned(clip, start)
        data, is_exact = write_loop(_frames(turned), clip.sample_rate_hz, quality=options.quality, texts={})
        if clip.frames < _SHORTEST_MEASURED:
            return replace(mastered, clip=turned)
        seam = measure_seam(_decoded(data, turned, SOUND_FILES["ogg"]), clip.sample_rate_hz)
        badness = _badness(seam) + (0.0 if is_exact else 1.0)
        if best is None or badness < best[0]:
            best = badness, replace(mastered, clip=turned)
        if badness <= 1.0:
            break
    assert best is not None
    return best[1]


def _badness(seam: LoopSeam) -> float:
    """Return how near a seam comes to what is allowed; up to 1 is good."""
    return max(seam.kink / LARGEST_KINK, seam.surprise / LARGEST_SURPRISE, seam.step_db / LARGEST_STEP_DB)


def _turned(clip: AudioClip, start: int) -> AudioClip:
    if not start:
        return clip
    stems = {name: stem.roll(-start, -1) for name, stem in clip.stems.items()}
    return replace(clip, samples=clip.samples.roll(-start, -1), stems=stems)


def _decoded(data: bytes, clip: AudioClip, file: SoundFile) -> Tensor:
    """Return what a decoder makes of a file.

    Raises:
        GenerationError: another length or rate than was written.
    """
    heard, rate_hz = decode_sound(data)
    is_exact = file.extension not in ("mp3",)
    if rate_hz != clip.sample_rate_hz or (is_exact and heard.shape != tuple(clip.samples.shape)):
        raise GenerationError(
            f"a written {file.format} file reads back as {tuple(heard.shape)} at {rate_hz} Hz."
        )
    return heard


def _frames(clip: AudioClip) -> np.ndarray:
    return np.ascontiguousarray(clip.samples.cpu().numpy().T)


def _ogg(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    if clip.is_ring:
        return write_loop(_frames(clip), clip.sample_rate_hz, quality=quality, texts=texts)[0]
    return write_vorbis(_frames(clip), clip.sample_rate_hz, quality=quality, texts=texts)


def _wav(bits: int) -> Write:
    def write(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
        return write_wav(_frames(clip), clip.sample_rate_hz, bits=bits, loop=clip.loop, texts=texts)

    return write


def _flac(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    return write_flac(_frames(clip), clip.sample_rate_hz, bits=24, texts={**_loop_texts(clip), **texts})


def _mp3(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    return write_mp3(_frames(clip), clip.sample_rate_hz, quality=quality, texts=texts)


def _opus(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    if clip.sample_rate_hz not in OPUS_RATES_HZ:
        raise GenerationError(
            f"Opus has no sample rate of {clip.sample_rate_hz} Hz; write sample_rate = 48000."
        )
    return write_opus(
        _frames(clip), clip.sample_rate_hz, quality=quality, texts={**_loop_texts(clip), **texts}
    )


def _loop_texts(clip: AudioClip) -> dict[str, str]:
    if clip.loop is None:
        return {}
    return {"LOOPSTART": str(clip.loop[0]), "LOOPLENGTH": str(clip.loop[1] - clip.loop[0])}


SOUND_FILES: Final[dict[str, SoundFile]] = {
    "ogg": SoundFile(format="OGG_VORBIS", extension="ogg", media_type="audio/ogg", write=_ogg, is_lossy=True),
    "wav": SoundFile(format="WAV_PCM_16", extension="wav", media_type="audio/wav", write=_wav(16)),
    "wav24": SoundFile(format="WAV_PCM_24", extension="wav", media_type="audio/wav", write=_wav(24)),
    "wav32f": SoundFile(format="WAV_FLOAT_32", extension="wav", media_type="audio/wav", write=_wav(32)),
    "flac": SoundFile(format="FLAC_24", extension="flac", media_type="audio/flac", write=_flac, codec="flac"),
    "mp3": SoundFile(
        format="MP3", extension="mp3", media_type="audio/mpeg", write=_mp3, codec="mp3", is_lossy=True
    ),
    "opus": SoundFile(
        format="OGG_OPUS", extension="opus", media_type="audio/opus", write=_opus, codec="opus", is_lossy=True
    ),
}
"""By the name that prompt files use."""
