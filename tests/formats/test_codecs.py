"""Where a codec is missing, what is asked for falls to what comes nearest, and says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assetgen.errors import BackendUnavailable, FormatError
from assetgen.formats import codecs
from assetgen.formats.read_image import read_image
from assetgen.formats.write_picture import write_picture
from assetgen.specs.picture_formats import EXTRAS, PICTURE_FORMATS, missing_modules
from tests.formats.pictures import file_of, fit

Without = Callable[..., None]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    """Return what takes some modules away."""

    def take(*names: str) -> None:
        loaded = codecs._loaded
        monkeypatch.setattr(codecs, "_loaded", lambda name: None if name in names else loaded(name))

    return take


def test_everything_is_there_where_the_tests_run() -> None:
    assert codecs.available_codecs() == dict.fromkeys(PICTURE_FORMATS, True)
    assert missing_modules() == []
    assert all(codecs.stand_in(word) == (word, "") for word in PICTURE_FORMATS)


@pytest.mark.parametrize(
    ("word", "missing", "expected"),
    [
        ("jxl", ["imagecodecs"], "avif"),
        ("jxl", ["imagecodecs", "PIL._avif"], "webp"),
        ("jxl", ["imagecodecs", "PIL._avif", "PIL._webp"], "png"),
        ("jxl_lossless", ["imagecodecs"], "webp_lossless"),
        ("jxl_lossless", ["imagecodecs", "PIL._webp"], "png"),
        ("jxl16", ["imagecodecs"], "png16"),
        ("avif", ["PIL._avif"], "webp"),
        ("webp", ["PIL._webp"], "png"),
        ("webp_lossless", ["PIL._webp"], "png"),
        ("tiff16", ["tifffile"], "png16"),
        ("tiff32", ["tifffile"], "exr32"),
        ("exr", ["OpenEXR"], "tiff32"),
        ("exr32", ["OpenEXR", "tifffile"], "png16"),
    ],
)
def test_the_nearest_format_stands_in(without: Without, word: str, missing: list[str], expected: str) -> None:
    without(*missing)
    written, note = codecs.stand_in(word)
    assert written == expected
    assert missing[0] in note
    assert PICTURE_FORMATS[expected].title in note


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_every_chain_ends_in_what_is_always_there_and_loses_nothing_more(word: str) -> None:
    row = PICTURE_FORMATS[word]
    if not row.needs:
        assert not row.instead
        return
    assert row.needs in EXTRAS
    chain = [PICTURE_FORMATS[other] for other in row.instead]
    assert not chain[-1].needs
    assert row.is_lossy or not any(other.is_lossy for other in chain)
    assert all(other.bits >= min(row.bits, 16) for other in chain)


@pytest.mark.parametrize("word", [word for word, row in PICTURE_FORMATS.items() if row.needs])
def test_writing_without_the_codec_names_what_to_install(without: Without, word: str) -> None:
    without(PICTURE_FORMATS[word].needs)
    with pytest.raises(BackendUnavailable, match=r"install"):
        write_picture(fit(word), word)


@pytest.mark.parametrize(
    ("word", "missing"), [("jxl", "imagecodecs"), ("exr", "OpenEXR"), ("tiff16", "tifffile")]
)
def test_reading_without_the_codec_names_what_to_install(without: Without, word: str, missing: str) -> None:
    data = file_of(word)
    without(missing)
    with pytest.raises(FormatError, match="pip install"):
        read_image(data)


def test_an_unknown_format_has_no_stand_in() -> None:
    with pytest.raises(FormatError, match="no picture format"):
        codecs.stand_in("gif")
