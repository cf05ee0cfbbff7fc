"""One finished file before it has a place on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """The bytes of a finished file and what they are.

    Args:
        role: what the file is for, such as "albedo" or "orm".
        filename: relative to the asset's folder, forward slashes.
        format: the encoding inside, such as "BC7_UNORM_SRGB" or "PNG16".
        media_type: IANA media type.
        data: the file.
        width: texels along x of level 0.
        height: texels along y of level 0.
        mips: mip levels.
        color_space: "srgb", "linear" or "data".
        quality: measured figures of this file, such as {"psnr_db": 44.1}.
        fallback: why it has another format than was asked for, or does not do there what it should; or "".
        engine: what its engine must be told of it, by class and property of the engine; plain JSON.
    """

    role: str
    filename: str
    format: str
    media_type: str
    data: bytes
    width: int = 0
    height: int = 0
    mips: int = 0
    color_space: str = ""
    quality: tuple[tuple[str, float], ...] = ()
    fallback: str = ""
    engine: Mapping[str, object] = field(default_factory=dict, hash=False)
