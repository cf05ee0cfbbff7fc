"""The files that a sound can be written as, by the names that prompt files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.errors import GenerationError
from assetgen.export.loops import LoopCoder, frames_of, loop_texts
from assetgen.formats.read_sound import decode_sound
from assetgen.formats.sound_files import OPUS_RATES_HZ, has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.vorbis import write_vorbis
from assetgen.formats.wav import write_wav
from assetgen.media.audio import AudioClip

Write = Callable[[AudioClip, float, Mapping[str, str]], bytes]
"""From a sound, a quality and texts to the bytes of a file."""


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


def usable_formats(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of the formats this machine can write, OGG if none of them, and a sentence for each it cannot."""
    missing = [name for name in names if SOUND_FILES[name].codec and not has_codec(SOUND_FILES[name].codec)]
    kept = tuple(name for name in names if name not in missing) or ("ogg",)
    return kept, tuple(
        f"{name.upper()} cannot be written here; {kept[0].upper()} was written." for name in missing
    )


def read_back(data: bytes, clip: AudioClip, file: SoundFile) -> Tensor:
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


def _ogg(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    if clip.is_ring:
        return LoopCoder(quality).code(clip, texts)
    return write_vorbis(
        frames_of(clip), clip.sample_rate_hz, quality=quality, texts=loop_texts(clip) | dict(texts)
    )


def _wav(bits: int) -> Write:
    def write(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
        return write_wav(frames_of(clip), clip.sample_rate_hz, bits=bits, loop=clip.loop, texts=texts)

    return write


def _flac(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    return write_flac(frames_of(clip), clip.sample_rate_hz, bits=24, texts={**loop_texts(clip), **texts})


def _mp3(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    return write_mp3(frames_of(clip), clip.sample_rate_hz, quality=quality, texts=texts)


def _opus(clip: AudioClip, quality: float, texts: Mapping[str, str]) -> bytes:
    if clip.sample_rate_hz not in OPUS_RATES_HZ:
        raise GenerationError(
            f"Opus has no sample rate of {clip.sample_rate_hz} Hz; write sample_rate = 48000, to which a source is "
            "brought."
        )
    return write_opus(
        frames_of(clip), clip.sample_rate_hz, quality=quality, texts={**loop_texts(clip), **texts}
    )


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
