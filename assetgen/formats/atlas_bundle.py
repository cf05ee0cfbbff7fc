"""A made atlas as bytes: what the store keeps between making and exporting.

Layout: 8 magic bytes, a little-endian u32 header length, the header as JSON (sprites, and the length of each page),
then the pages one after the other as material bundles.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict

import torch

from assetgen.errors import FormatError, SpecError
from assetgen.formats.material_bundle import read_material_bundle, write_material_bundle
from assetgen.media.atlas import Atlas, Sprite

_MAGIC = b"AGATLAS1"


def write_atlas_bundle(atlas: Atlas) -> bytes:
    """Return an atlas's pages at 16 bits and its sprites."""
    pages = [write_material_bundle(page) for page in atlas.pages]
    document = {
        "pages": [len(page) for page in pages],
        "sprites": [asdict(sprite) for sprite in atlas.sprites],
        "margin": atlas.margin,
        "levels": atlas.levels,
    }
    header = json.dumps(document).encode()
    return b"".join([_MAGIC, struct.pack("<I", len(header)), header, *pages])


def read_atlas_bundle(data: bytes, *, device: torch.device | None = None) -> Atlas:
    """Return the atlas of a bundle.

    Raises:
        FormatError: the bytes are no bundle, or a torn one.
    """
    if data[:8] != _MAGIC or len(data) < 12:
        raise FormatError("these bytes are no atlas bundle.")
    offset = 12 + struct.unpack_from("<I", data, 8)[0]
    try:
        header = json.loads(data[12:offset])
        pages = []
        for length in header["pages"]:
            pages.append(read_material_bundle(data[offset : offset + length], device=device))
            offset += length
        return Atlas(
            pages=tuple(pages),
            sprites=tuple(Sprite(**sprite) for sprite in header["sprites"]),
            margin=header["margin"],
            levels=header["levels"],
        )
    except (ValueError, KeyError, TypeError, SpecError) as error:
        raise FormatError(f"the atlas bundle is torn: {error}") from error
