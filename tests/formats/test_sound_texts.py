"""What is written into a sound file is read back from it, whatever its format."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from assetgen.errors import FormatError
from assetgen.formats.sniff import sniff, sniff_sound
from assetgen.formats.sound_files import has_codec, write_flac, write_mp3, write_opus
from assetgen.formats.sound_texts import origin_texts, read_origin, read_sound_texts
from assetgen.formats.vorbis import write_vorbis
from assetgen.formats.wav import read_wav_texts, write_wav
from assetgen.media.metadata import Metadata

SOUND = np.linspace(-0.5, 0.5, 9600, dtype=np.float32)[:, None]
ORIGIN = Metadata(
    asset="sea/rain", prompt="rain on a tin roof", seed=7, licence="CC0-1.0", generator="assetgen 1"
)
TEXTS = origin_texts(ORIGIN)
FILES = {
    "ogg": write_vorbis(SOUND, 48_000, quality=0.3, texts=TEXTS),
    "flac": write_flac(SOUND, 48_000, texts=TEXTS),
    "wav": write_wav(SOUND, 48_000, bits=24, loop=(10, 9000), texts=TEXTS),
}
if has_codec("opus"):
    FILES["opus"] = write_opus(SOUND, 48_000, texts=TEXTS)
if has_codec("mp3"):
    FILES["mp3"] = write_mp3(SOUND, 48_000, texts=TEXTS)


@pytest.mark.parametrize("kind", FILES)
def test_a_sound_is_known_by_its_beginning_and_is_no_picture(kind: str) -> None:
    assert sniff_sound(FILES[kind]) == kind
    assert sniff(FILES[kind]) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xff\xd8\xff\xe0", b"\xff\x0a", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP"]
)
def test_a_picture_is_no_sound(data: bytes) -> None:
    assert sniff_sound(data) is None


@pytest.mark.parametrize("kind", ["ogg", "flac", *(["opus"] if "opus" in FILES else [])])
def test_comments_hold_all_of_an_origin(kind: str) -> None:
    texts = read_sound_texts(FILES[kind])
    assert TEXTS.items() <= texts.items()
    assert read_origin(texts) == ORIGIN


@pytest.mark.parametrize("kind", ["wav", *(["mp3"] if "mp3" in FILES else [])])
def test_other_files_hold_what_players_show(kind: str) -> None:
    texts = read_sound_texts(FILES[kind])
    assert texts["TITLE"] == "sea/rain"
    assert texts["COMMENT"] == "rain on a tin roof"
    assert kind == "mp3" or texts["COPYRIGHT"] == "CC0-1.0"
    assert read_origin(texts) is None


def test_an_aiff_is_read_too() -> None:
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 48_000, 1, format="AIFF", subtype="PCM_16") as file:
        file.title = "sea"
        file.write(SOUND)
    assert sniff_sound(buffer.getvalue()) == "aiff"
    assert read_sound_texts(buffer.getvalue()) == {"TITLE": "sea"}


def test_a_cut_wav_is_refused() -> None:
    with pytest.raises(FormatError, match="cut short"):
        read_wav_texts(FILES["wav"][:-5])


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert origin_texts(Metadata()) == {}
    assert read_sound_texts(b"no sound") == {}
