"""Textures whose every image is told by its bytes, for tests of containers."""

from __future__ import annotations

import numpy as np
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


def random_texture(shape: Shape, *, seed: int = 0) -> Texture:
    """Return a texture of texels or blocks drawn at random, none of a kind that decoders read differently."""
    rng = np.random.default_rng(seed)
    return Texture(
        shape, tuple(_random_level(rng, shape.fmt, shape.level_bytes(n)) for n in range(shape.mip_count))
    )


def _random_level(rng: np.random.Generator, fmt: TexelFormat, count: int) -> bytes:
    if fmt is TexelFormat.RGBA16F:
        return rng.random(count // 2, dtype=np.float32).astype("<f2").tobytes()
    level = rng.integers(0, 256, count, dtype=np.uint8)
    if not fmt.is_blocks:
        return level.tobytes()
    blocks = level.reshape(-1, fmt.unit_bytes)
    if fmt is TexelFormat.BC7:
        # The mode is told by the lowest bit that is set; without any a block is not valid.
        blocks[:, 0] |= 1 << rng.integers(0, 8, len(blocks)).astype(np.uint8)
    elif fmt in (TexelFormat.BC6H_UFLOAT, TexelFormat.BC6H_SFLOAT):
        blocks[:, 0] = (blocks[:, 0] & 0xE0) | 0x03  # mode 11, two end points in full
    elif fmt in (TexelFormat.BC1, TexelFormat.BC3):
        # Ends in falling order stand for four colors; for others in BC3 decoders disagree.
        at = fmt.unit_bytes - 8
        ends = np.ascontiguousarray(blocks[:, at : at + 4]).view("<u2")
        ends = np.stack([ends.max(axis=1), ends.min(axis=1)], axis=1)
        ends[:, 0] = np.where(ends[:, 0] == ends[:, 1], ends[:, 0] | 1, ends[:, 0])
        blocks[:, at : at + 4] = ends.astype("<u2").view(np.uint8)
    return blocks.tobytes()
