"""Metadata as an XMP packet: what JPEG, PNG, WebP, AVIF, JPEG XL and TIFF files can all hold.

Title, description, rights and the making program stand where every viewer looks for them (`dc`, `xmpRights`, `xmp`),
the kind of source where shops look for it (IPTC's DigitalSourceType), the rest in a namespace of our own. A packet
holds no time and no random id, so the same metadata always give the same bytes. Source: ISO 16684-1 (XMP part 1).
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from assetgen.errors import FormatError
from assetgen.media.metadata import Metadata

LARGEST_PACKET: Final = 1 << 20
"""Bytes of a packet that is read."""

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_XMP: Final = "http://ns.adobe.com/xap/1.0/"
_RIGHTS: Final = "http://ns.adobe.com/xap/1.0/rights/"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_OWN: Final = "urn:assetgen:xmp:1.0#"
_SOURCES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"

_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END: Final = '<?xpacket end="r"?>'
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""
_LANGUAGES: Final = {
    f"{{{_DC}}}title": "asset",
    f"{{{_DC}}}description": "prompt",
    f"{{{_DC}}}rights": "licence",
}
"""Properties that hold one text a language, and the field each is."""
_SIMPLE: Final = {f"{{{_XMP}}}CreatorTool": "generator"}
_OWN_FIELDS: Final = ("negative", "seed", "backend", "model", "key")


def write_xmp(metadata: Metadata) -> bytes:
    """Return a packet in UTF-8; characters that XML cannot hold are left out."""
    texts = {name: _NOT_XML.sub("", text) for name, text in metadata.texts().items()}
    attributes = [("rdf:about", "")]
    if "generator" in texts:
        attributes.append(("xmp:CreatorTool", texts["generator"]))
    if source := _source_type(metadata):
        attributes.append(("Iptc4xmpExt:DigitalSourceType", f"{_SOURCES}{source}"))
    attributes += [(f"assetgen:{name}", texts[name]) for name in _OWN_FIELDS if name in texts]
    properties = [
        _one_language(property_name, texts[name])
        for property_name, name in (
            ("dc:title", "asset"),
            ("dc:description", "prompt"),
            ("dc:rights", "licence"),
            ("xmpRights:UsageTerms", "licence"),
        )
        if name in texts
    ]
    names = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in (
            ("dc", _DC),
            ("xmp", _XMP),
            ("xmpRights", _RIGHTS),
            ("Iptc4xmpExt", _IPTC),
            ("assetgen", _OWN),
        )
    )
    said = "".join(f" {name}={quoteattr(text)}" for name, text in attributes)
    return (
        f'{_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f"<rdf:Description{names}{said}>{''.join(properties)}</rdf:Description></rdf:RDF></x:xmpmeta>{_END}"
    ).encode()


def read_xmp(packet: bytes) -> Metadata | None:
    """Return what a packet says of what we know, or None when there is nothing of the kind in it.

    Raises:
        FormatError: it is no packet, is longer than 1 MiB, or defines entities, which no packet needs.
    """
    if len(packet) > LARGEST_PACKET:
        raise FormatError(f"an XMP packet of {len(packet)} bytes is longer than {LARGEST_PACKET}.")
    try:
        text = packet.decode("utf-8").strip("\0 \r\n\t")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise FormatError("an XMP packet defines a document type, which no packet does.")
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError(f"an XMP packet is no XML: {error}.") from error
    texts: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        found = {**description.attrib, **{child.tag: _text_of(child) for child in description}}
        for name, text in found.items():
            field = _LANGUAGES.get(name) or _SIMPLE.get(name) or _own_field(name)
            if field and text:
                texts.setdefault(field, text)
    return Metadata.from_texts(texts)


def _source_type(metadata: Metadata) -> str:
    """Return IPTC's word for how it came to be; nothing is said of art that was only finished."""
    if metadata.model:
        return "trainedAlgorithmicMedia"
    return "algorithmicMedia" if metadata.backend else ""


def _one_language(name: str, text: str) -> str:
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(text)}</rdf:li></rdf:Alt></{name}>'


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})  # a bare one would be read as a line feed


def _text_of(element: ElementTree.Element) -> str:
    """Return a property's text: its own, or that of its first entry."""
    entry = element.find(f".//{{{_RDF}}}li")
    return ((entry if entry is not None else element).text or "").strip()


def _own_field(name: str) -> str | None:
    field = name.removeprefix(f"{{{_OWN}}}")
    return field if field != name and field in _OWN_FIELDS else None
