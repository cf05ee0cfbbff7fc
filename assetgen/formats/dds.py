"""Write and read DDS files: 2D textures, arrays and cube maps with their mip chains.

Written files have a DX10 header; files of older programs are read as well. Every size is worked out from the
header and compared with the length of the file before a byte of texels is touched. Source: Microsoft, "DDS
programming guide" and "Reference for DDS".
"""

from __future__ import annotations

from assetgen.errors import FormatError
from assetgen.formats.dds_header import header_bytes, read_dds_header
from assetgen.formats.texture import Texture


def write_dds(texture: Texture) -> bytes:
    """Return the bytes of a DDS file."""
    shape = texture.shape
    if shape.images == 1:
        return b"".join([header_bytes(shape), *texture.levels])
    parts = [
        texture.image(level, layer=layer, face=face)
        for layer in range(shape.layers)
        for face in range(shape.faces)
        for level in range(shape.mip_count)
    ]
    return b"".join([header_bytes(shape), *parts])


def read_dds(data: bytes) -> Texture:
    """Return the texture in a DDS file.

    Raises:
        FormatError: as `read_dds_header` does, or when the file is not exactly as long as its header implies.
    """
    header = read_dds_header(data)
    shape = header.shape
    if len(data) != header.file_bytes:
        raise FormatError(
            f"a DDS file of a {shape} is {header.file_bytes} bytes long, not {len(data)}; "
            "it is cut short or damaged."
        )
    levels: list[list[bytes]] = [[] for _ in range(shape.mip_count)]
    start = header.start
    for _ in range(shape.images):
        for level in range(shape.mip_count):
            end = start + shape.image_bytes(level)
            levels[level].append(bytes(data[start:end]))
            start = end
    return Texture(shape, tuple(parts[0] if len(parts) == 1 else b"".join(parts) for parts in levels))
