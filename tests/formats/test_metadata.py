"""Where a file came from is written into it, read out of it again, and seen by other programs."""

from __future__ import annotations

import io
import zlib

import OpenEXR
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.png import XMP_KEYWORD, write_png
from assetgen.formats.read_image import read_image
from assetgen.formats.read_metadata import holds_metadata, read_metadata
from assetgen.formats.write_picture import write_picture
from assetgen.formats.xmp import read_xmp, write_xmp
from assetgen.media.metadata import Metadata
from assetgen.specs.picture_formats import PICTURE_FORMATS
from tests.formats.pictures import ORIGIN, file_of, fit, soft

XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc"])
).map(str.strip)
ORIGINS = st.builds(
    Metadata,
    prompt=XML_TEXT,
    negative=XML_TEXT,
    asset=XML_TEXT,
    licence=XML_TEXT,
    model=XML_TEXT,
    seed=st.none() | st.integers(0, 2**63 - 1),
)


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_every_format_gives_back_what_it_was_told(word: str) -> None:
    assert read_metadata(file_of(word, origin=True)) == ORIGIN


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_metadata_changes_no_texel(word: str) -> None:
    assert read_image(file_of(word)).pixels.equal(read_image(file_of(word, origin=True)).pixels)


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
@pytest.mark.parametrize("origin", [None, Metadata()])
def test_a_file_without_metadata_says_nothing(word: str, origin: Metadata | None) -> None:
    data = write_picture(fit(word), word, metadata=origin)
    assert data == file_of(word)
    assert read_metadata(data) is None
    assert b"assetgen" not in data
    assert b"xmp" not in data.lower()


@given(origin=ORIGINS)
def test_a_packet_gives_back_any_text(origin: Metadata) -> None:
    back = read_xmp(write_xmp(origin))
    assert back == (None if origin.is_empty else origin)


@given(text=st.text(st.characters(codec="utf-8")))
def test_what_xml_cannot_hold_is_left_out(text: str) -> None:
    read_xmp(write_xmp(Metadata(prompt=text, negative=text)))


@given(origin=ORIGINS)
def test_pairs_give_back_any_text(origin: Metadata) -> None:
    assert Metadata.from_pairs({**origin.pairs(), "KTXwriter": "x"}) == (None if origin.is_empty else origin)


def test_pairs_are_named_after_the_program() -> None:
    pairs = Metadata(asset="a", prompt="p", seed=3, licence="l", key="k").pairs()
    assert pairs == {
        "assetgen:asset": "a",
        "assetgen:prompt": "p",
        "assetgen:seed": "3",
        "assetgen:licence": "l",
        "assetgen:key": "k",
    }


@pytest.mark.parametrize("seed", ["-1", "x", "", "9" * 19, "9" * 400, "1.0", "٣"])
def test_a_seed_that_is_none_is_dropped(seed: str) -> None:
    assert Metadata.from_texts({"prompt": "p", "seed": seed}) == Metadata(prompt="p")


def test_levels_keep_everything_the_licence_or_nothing() -> None:
    assert ORIGIN.kept("full") == ORIGIN
    assert ORIGIN.kept("license") == Metadata(licence=ORIGIN.licence, generator=ORIGIN.generator)
    assert ORIGIN.kept("none") is None


def test_png_says_it_under_the_keywords_of_its_specification_too() -> None:
    with PIL.Image.open(io.BytesIO(write_png(soft(3), metadata=ORIGIN))) as picture:
        texts = picture.text  # ty: ignore[unresolved-attribute]
    assert texts["Title"] == "walls/old_brick"
    assert texts["Description"] == ORIGIN.prompt
    assert texts["Copyright"] == ORIGIN.licence
    assert texts["Software"] == "assetgen 0.1.0"
    assert read_xmp(texts[XMP_KEYWORD].encode()) == ORIGIN


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif", "tiff16"])
def test_pillow_finds_the_packet_where_it_belongs(kind: str) -> None:
    with PIL.Image.open(io.BytesIO(file_of(kind, origin=True))) as picture:
        packet = picture.tag_v2[700] if kind == "tiff16" else picture.info["xmp"]  # ty: ignore[unresolved-attribute]
    assert packet == write_xmp(ORIGIN)


def test_exr_keeps_it_as_attributes() -> None:
    header = OpenEXR.File(io.BytesIO(file_of("exr", origin=True)), header_only=True).header()
    assert header["assetgen:prompt"] == ORIGIN.prompt
    assert header["assetgen:seed"] == str(2**63 - 1)


def test_a_packet_that_another_program_wrote_again_is_understood() -> None:
    packet = write_xmp(ORIGIN).decode()
    attribute = 'assetgen:backend="procedural"'
    assert attribute in packet
    moved = packet.replace(attribute, "").replace(
        "<dc:title>", "<assetgen:backend>procedural</assetgen:backend><dc:title>"
    )
    assert read_xmp(moved.encode()) == ORIGIN


def test_a_packet_of_others_says_nothing_of_ours() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a/></x:xmpmeta>'
    assert read_xmp(packet) is None


def test_how_it_came_to_be_is_said_in_the_words_of_iptc() -> None:
    assert b"/trainedAlgorithmicMedia" in write_xmp(Metadata(model="sdxl", backend="diffusion"))
    assert b"/algorithmicMedia" in write_xmp(Metadata(backend="procedural"))
    assert b"gorithmicMedia" not in write_xmp(Metadata(licence="mine"))


@pytest.mark.parametrize(
    ("packet", "match"),
    [
        (b"no xml", "no XML"),
        (b"\xff\xfe<\0a\0", "no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b"<a>" * 60_000, "no XML"),
        (b" " * (1 << 20) + b"<a/>", "longer"),
    ],
    ids=["words", "utf-16", "entities", "deep", "long"],
)
def test_a_packet_that_is_none_is_refused(packet: bytes, match: str) -> None:
    with pytest.raises(FormatError, match=match):
        read_xmp(packet)


def test_a_compressed_png_text_does_not_grow_beyond_a_packet() -> None:
    plain = write_png(soft(1))
    body = XMP_KEYWORD.encode() + b"\0\1\0\0\0" + zlib.compress(bytes(50_000_000))
    chunk = len(body).to_bytes(4, "big") + b"iTXt" + body + bytes(4)
    with pytest.raises(FormatError):
        read_metadata(plain[:33] + chunk + plain[33:])


def test_formats_that_can_hold_it_are_known() -> None:
    kinds = {kind: holds_metadata(kind) for kind in ("png", "exr", "jxl", "dds", "tga", "bmp", "hdr")}
    assert kinds == {
        "png": True,
        "exr": True,
        "jxl": True,
        "dds": False,
        "tga": False,
        "bmp": False,
        "hdr": False,
    }
