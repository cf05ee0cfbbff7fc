"""A texture as containers hold it: images of one format, for each mip level, array layer and cube face.

The standard library alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.texel_format import TexelFormat

LARGEST_SIDE: Final = 65536
MOST_LAYERS: Final = 2048
"""Array elements that Direct3D 12 and Vulkan implementations take."""
CUBE_FACES: Final = 6


class Alpha(Enum):
    """What the alpha channel is; the value is the alpha mode of a DDS file."""

    UNKNOWN = 0
    """Not told; loaders take it as straight."""
    STRAIGHT = 1
    """Coverage, with color not multiplied by it."""
    PREMULTIPLIED = 2
    """Coverage that color has been multiplied by."""
    OPAQUE = 3
    """One everywhere."""
    CUSTOM = 4
    """Not coverage, such as the smoothness in a mask map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Everything about a texture but its texels.

    Args:
        fmt: what the texels are.
        width: of level 0 in texels.
        height: of level 0 in texels.
        mip_count: levels, at least 1.
        srgb: whether color is sRGB-encoded.
        layers: array elements; 1 is no array.
        is_cube: whether every layer has six faces, in the order +X, -X, +Y, -Y, +Z, -Z.
        alpha: what the alpha channel is.

    Raises:
        FormatError: a side out of 1..65536, more levels than the size has, layers out of 1..2048, a cube whose
            faces are not square, or sRGB where the format has none.
    """

    fmt: TexelFormat
    width: int
    height: int
    mip_count: int = 1
    srgb: bool = False
    layers: int = 1
    is_cube: bool = False
    alpha: Alpha = Alpha.UNKNOWN

    def __post_init__(self) -> None:
        size = f"{self.width}x{self.height}"
        if not (1 <= self.width <= LARGEST_SIDE and 1 <= self.height <= LARGEST_SIDE):
            raise FormatError(f"a texture is 1 to {LARGEST_SIDE} texels on a side, not {size}.")
        most = max(self.width, self.height).bit_length()
        if not 1 <= self.mip_count <= most:
            raise FormatError(f"a {size} texture has 1 to {most} mip levels, not {self.mip_count}.")
        if not 1 <= self.layers <= MOST_LAYERS:
            raise FormatError(f"a texture array has 1 to {MOST_LAYERS} layers, not {self.layers}.")
        if self.is_cube and self.width != self.height:
            raise FormatError(f"the faces of a cube map are square, not {size}.")
        if self.srgb and not self.fmt.has_srgb:
            raise FormatError(f"{self.fmt.name} has no sRGB form; write it as plain data.")

    @property
    def faces(self) -> int:
        """Faces of one layer."""
        return CUBE_FACES if self.is_cube else 1

    @property
    def images(self) -> int:
        """Images of one level: faces times layers."""
        return self.faces * self.layers

    @property
    def label(self) -> str:
        """The format's name in manifests, such as "BC7_UNORM_SRGB"."""
        return self.fmt.label(srgb=self.srgb)

    def level_size(self, level: int) -> tuple[int, int]:
        """Return (width, height) of a level; each is half the one above, rounded down, at least 1."""
        return max(self.width >> level, 1), max(self.height >> level, 1)

    def image_bytes(self, level: int) -> int:
        """Return the bytes of one image of a level."""
        width, height = self.level_size(level)
        return self.fmt.image_bytes(width=width, height=height)

    def level_bytes(self, level: int) -> int:
        """Return the bytes of all images of a level."""
        return self.image_bytes(level) * self.images

    @property
    def total_bytes(self) -> int:
        """Bytes of all texels."""
        return sum(self.level_bytes(level) for level in range(self.mip_count))

    def __str__(self) -> str:
        """Return what it is in a few words, for error messages."""
        kind = "cube map" if self.is_cube else "texture"
        count = f" of {self.layers} layers" if self.layers > 1 else ""
        return f"{self.width}x{self.height} {self.fmt.name} {kind}{count} with {self.mip_count} levels"


@dataclass(frozen=True, slots=True)
class Texture:
    """A texture: its shape and, for each level from the largest, its images layer by layer, face by face.

    Rows of texels or of blocks follow each other without padding, the top row first.

    Raises:
        FormatError: the levels are not as many or not as long as the shape says.
    """

    shape: Shape
    levels: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.levels) != self.shape.mip_count:
            raise FormatError(f"a {self.shape} was given {len(self.levels)}.")
        for number, level in enumerate(self.levels):
            width, height = self.shape.level_size(number)
            if len(level) != self.shape.level_bytes(number):
                raise FormatError(
                    f"mip level {number} of a {self.shape} is {width}x{height} and takes "
                    f"{self.shape.level_bytes(number)} bytes, not {len(level)}."
                )

    def image(self, level: int, *, layer: int = 0, face: int = 0) -> bytes:
        """Return one image."""
        size = self.shape.image_bytes(level)
        start = (layer * self.shape.faces + face) * size
        return self.levels[level][start : start + size]


def flat_texture(
    levels: Sequence[bytes],
    *,
    fmt: TexelFormat,
    width: int,
    height: int,
    srgb: bool = False,
    alpha: Alpha = Alpha.UNKNOWN,
) -> Texture:
    """Return a plain 2D texture of mip levels, level 0 first.

    Raises:
        FormatError: as Shape and Texture do.
    """
    shape = Shape(fmt=fmt, width=width, height=height, mip_count=len(levels), srgb=srgb, alpha=alpha)
    return Texture(shape, tuple(levels))
