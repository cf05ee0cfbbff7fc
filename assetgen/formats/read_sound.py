"""Read WAV, FLAC, OGG, MP3 and AIFF sounds, trusting nothing that the file says.

libsndfile decodes. Samples are read in pieces up to a limit, so a header that lies about their number costs nothing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import soundfile
import torch
from torch import Tensor

from assetgen.errors import FormatError, SpecError
from assetgen.formats.mp3 import with_length
from assetgen.formats.sound_texts import read_sound_texts
from assetgen.formats.wav import read_wav_loop
from assetgen.media.audio import LARGEST_RATE_HZ, SMALLEST_RATE_HZ, AudioClip

LONGEST_S: Final = 1800.0
"""Seconds of the longest sound that is read, at up to 48,000 Hz."""
_FASTEST_HZ = 48_000
_BEGINNINGS: Final = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3", b"\xff")
"""Of the files that are read. libsndfile knows a score of others, whose readers hardly anybody tries."""
_PIECE = 1 << 18
_HEADER = 1 << 16
"""Bytes at the beginning of an MP3 that may hold texts and the header with its length."""
_BITS: Final = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
_DAMAGE: Final = (OSError, RuntimeError, ValueError, TypeError, OverflowError, MemoryError)


def decode_sound(data: bytes, *, longest_s: float = LONGEST_S) -> tuple[Tensor, int]:
    """Return the samples of a file, (C, N) float32, and its sample rate.

    Raises:
        FormatError: another kind of file, a damaged one, or one that is too long, has more than two channels or a
            sample rate that no game uses.
    """
    if not data.startswith(_BEGINNINGS):
        raise FormatError("this is no sound that can be read; give a WAV, FLAC, OGG, MP3 or AIFF.")
    try:
        with soundfile.SoundFile(_Bytes(with_length(data))) as file:
            rate_hz, channels = file.samplerate, file.channels
            if channels > 2:
                raise FormatError(f"the sound has {channels} channels; mix it down to two.")
            if not SMALLEST_RATE_HZ <= rate_hz <= LARGEST_RATE_HZ:
                raise FormatError(
                    f"the sound has a sample rate of {rate_hz} Hz, not {SMALLEST_RATE_HZ} to {LARGEST_RATE_HZ}; "
                    "export it at 48000."
                )
            pieces, count, most = [], 0, int(longest_s * min(rate_hz, _FASTEST_HZ))
            while True:
                piece = file.read(_PIECE, dtype="float32", always_2d=True)
                if not len(piece):
                    break
                pieces.append(torch.from_numpy(piece.T))
                count += len(piece)
                if count > most:
                    raise FormatError(f"the sound is longer than {most / rate_hz / 60:.4g} minutes; cut it.")
    except _DAMAGE as error:
        raise FormatError(
            f"this is no sound that can be read ({_told(error)}); give a WAV, FLAC, OGG, MP3 or AIFF."
        ) from error
    if not pieces:
        raise FormatError("the sound has no samples.")
    return torch.cat(pieces, dim=1).contiguous(), rate_hz


@dataclass(frozen=True, slots=True)
class SoundForm:
    """How a sound is stored.

    Args:
        codec: as libsndfile calls it, such as "Vorbis" or "Signed 24 bit PCM".
        bits: of a sample; 0 where it is lossy.
        frames: that its header says it has; 0 where that is a guess.
    """

    codec: str
    bits: int
    frames: int


def read_form(data: bytes) -> SoundForm:
    """Return how the sound in a file is stored.

    Raises:
        FormatError: it cannot be read, or is shorter than it says.
    """
    if data[:4] == b"FORM" and len(data) < 8 + int.from_bytes(data[4:8], "big"):
        raise FormatError("the AIFF file is shorter than it says; it was cut short.")
    try:
        sized = with_length(data)
        with soundfile.SoundFile(_Bytes(sized)) as file:
            # Without this header the length of an MP3 is estimated from its size.
            is_told = file.format != "MP3" or any(sign in sized[:_HEADER] for sign in (b"Xing", b"Info"))
            return SoundForm(file.subtype_info, _BITS.get(file.subtype, 0), file.frames if is_told else 0)
    except _DAMAGE as error:
        raise FormatError(f"this is no sound that can be read ({_told(error)}).") from error


def read_sound(data: bytes) -> AudioClip:
    """Return the sound in a file with the loop that it names: a WAV's smpl chunk, or LOOPSTART and LOOPLENGTH.

    Raises:
        FormatError: it cannot be read, or has a sample rate or values that no game uses.
    """
    samples, rate_hz = decode_sound(data)
    if not bool(torch.isfinite(samples).all()):
        raise FormatError("the sound has samples that are no numbers; export it again.")
    loop = _loop_of(data)
    if loop is not None and not 0 <= loop[0] < loop[1] <= samples.shape[1]:
        loop = None
    try:
        return AudioClip(samples=samples, sample_rate_hz=rate_hz, loop=loop)
    except SpecError as error:
        raise FormatError(error.message) from error


def _told(error: BaseException) -> str:
    """Return what libsndfile found wrong, without the object that it read from."""
    return str(getattr(error, "error_string", error)).rstrip(".")


class _Bytes(io.BytesIO):
    """Bytes that stay where they are when a damaged file sends libsndfile to before its beginning."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, if it is one."""
        try:
            return super().seek(offset, whence)
        except ValueError:
            return self.tell()


def _loop_of(data: bytes) -> tuple[int, int] | None:
    if data[:4] == b"RIFF":
        return read_wav_loop(data)
    if data[:4] not in (b"OggS", b"fLaC"):
        return None
    try:
        texts = read_sound_texts(data)
        start = int(texts["LOOPSTART"])
        return start, start + int(texts["LOOPLENGTH"])
    except (FormatError, KeyError, ValueError):
        return None
