"""The texts in a sound file: titles, comments, loop points, and what it says of its making."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from typing import Final

import soundfile

from assetgen.errors import FormatError
from assetgen.formats.ogg import read_packets
from assetgen.formats.sniff import sniff_sound
from assetgen.formats.vorbis import read_vorbis_texts
from assetgen.formats.vorbis_comment import read_comments
from assetgen.formats.wav import read_wav_texts
from assetgen.media.metadata import Metadata

ORIGIN_PREFIX: Final = "ASSETGEN_"
"""Before each upper-case name of what a file says of its making."""
_COMMENT_BLOCK = 4
_TITLES: Final = ("title", "artist", "album", "comment", "copyright", "software", "genre", "date")


def read_sound_texts(data: bytes) -> dict[str, str]:
    """Return the texts of a sound file by upper-case name; none where its format has no place for them.

    Raises:
        FormatError: the file is damaged.
    """
    kind = sniff_sound(data)
    return _READERS[kind](data) if kind is not None else {}


def origin_texts(origin: Metadata) -> dict[str, str]:
    """Return what a file says of its making: by names that every player shows, and all of it by names of our own."""
    known = origin.texts()
    shown = {"TITLE": known.get("asset", ""), "COMMENT": known.get("prompt", "")}
    shown |= {"COPYRIGHT": known.get("licence", ""), "SOFTWARE": known.get("generator", "")}
    own = {f"{ORIGIN_PREFIX}{name.upper()}": text for name, text in known.items()}
    return {name: text for name, text in shown.items() if text} | own


def read_origin(texts: Mapping[str, str]) -> Metadata | None:
    """Return what the texts of a file say of its making, or None when nothing among them is ours."""
    own = {
        name.removeprefix(ORIGIN_PREFIX).lower(): text
        for name, text in texts.items()
        if name.startswith(ORIGIN_PREFIX)
    }
    return Metadata.from_texts(own)


def _in_opus(data: bytes) -> dict[str, str]:
    packets = read_packets(data)
    if len(packets) < 2 or not packets[1].data.startswith(b"OpusTags"):
        raise FormatError("the Ogg file holds no Opus stream.")
    return read_comments(packets[1].data[8:])[1]


def _in_flac(data: bytes) -> dict[str, str]:
    at, is_last = 4, False
    while not is_last and at + 4 <= len(data):
        (head,) = struct.unpack_from(">I", data, at)
        is_last, kind, size = bool(head >> 31), (head >> 24) & 127, head & 0xFFFFFF
        if kind == _COMMENT_BLOCK:
            return read_comments(data[at + 4 : at + 4 + size])[1]
        at += 4 + size
    return {}


def _as_libsndfile_reads(data: bytes) -> dict[str, str]:
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            found = {name.upper(): getattr(file, name) for name in _TITLES}
    except (OSError, RuntimeError, ValueError) as error:
        raise FormatError(f"the texts of the sound cannot be read: {error}.") from error
    return {name: text for name, text in found.items() if text}


_READERS: Final[dict[str, Callable[[bytes], dict[str, str]]]] = {
    "ogg": read_vorbis_texts,
    "opus": _in_opus,
    "flac": _in_flac,
    "wav": read_wav_texts,
    "mp3": _as_libsndfile_reads,
    "aiff": _as_libsndfile_reads,
}
