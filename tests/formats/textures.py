"""Textures whose every image is told by its bytes, for tests of containers."""

from __future__ import annotations

from hypothesis import strategies as st

from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape, Texture


def counted_texture(shape: Shape) -> Texture:
    """Return a texture whose images are each filled with a number of their own."""
    levels = []
    for level in range(shape.mip_count):
        images = [
            bytes([(1 + level * shape.images + image) % 256]) * shape.image_bytes(level)
            for image in range(shape.images)
        ]
        levels.append(b"".join(images))
    return Texture(shape, tuple(levels))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Draw the shape of a small texture: any format, odd sizes, arrays, cube maps, some or all levels."""
    fmt = draw(st.sampled_from(TexelFormat))
    width, is_cube = draw(st.integers(1, 24)), draw(st.booleans())
    height = width if is_cube else draw(st.integers(1, 24))
    return Shape(
        fmt=fmt,
        width=width,
        height=height,
        mip_count=draw(st.integers(1, max(width, height).bit_length())),
        srgb=fmt.has_srgb and draw(st.booleans()),
        layers=draw(st.integers(1, 3)),
        is_cube=is_cube,
        alpha=draw(st.sampled_from(Alpha)),
    )
