"""Every container of encoded texels with mips, whole in one literal table: one row a container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assetgen.formats.dds import read_dds, write_dds
from assetgen.formats.ktx2 import read_ktx2, write_ktx2
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Texture


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container.

    Args:
        extension: of the file, without a dot; prompt files call it the same.
        media_type: IANA media type.
        write: gives the bytes of a texture, with texts by keyword kept in the file where it can hold any.
        read: gives the texture of a file, or raises FormatError.
    """

    extension: str
    media_type: str
    write: Callable[[Texture, Mapping[str, str]], bytes]
    read: Callable[[bytes], Texture]


def _dds(texture: Texture, metadata: Mapping[str, str]) -> bytes:
    return write_dds(texture)  # DDS has no place for texts


def _ktx2(texture: Texture, metadata: Mapping[str, str]) -> bytes:
    return write_ktx2(texture, metadata=metadata)


CONTAINERS: Final[dict[str, Container]] = {
    "dds": Container(extension="dds", media_type="image/vnd-ms.dds", write=_dds, read=read_dds),
    "ktx2": Container(extension="ktx2", media_type="image/ktx2", write=_ktx2, read=read_ktx2),
}
"""By the name that prompt files use."""

ENCODINGS: Final[dict[str, TexelFormat]] = {
    "bc7": TexelFormat.BC7,
    "bc5": TexelFormat.BC5,
    "bc4": TexelFormat.BC4,
    "bc1": TexelFormat.BC1,
    "bc3": TexelFormat.BC3,
    "bc6h": TexelFormat.BC6H_UFLOAT,
    "rgba8": TexelFormat.RGBA8,
    "rgba16f": TexelFormat.RGBA16F,
    "r16": TexelFormat.R16,
}
"""How texels in a container are stored, by the name that prompt files use."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file of encoded texels: which encoding, in which container."""

    encoding: TexelFormat
    container: str
