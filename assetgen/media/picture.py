"""A small encoded picture of an asset for people to look at, never a texture; of a sound, a few seconds of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture file in memory.

    Args:
        data: the file.
        width: in pixels.
        height: in pixels.
        media_type: what the data are.
        is_coarse: whether it is a sketch of something that will have more detail.
        sound: a few seconds of what it sounds like as Ogg Vorbis; empty for what is only seen.
    """

    data: bytes
    width: int
    height: int
    media_type: str = "image/jpeg"
    is_coarse: bool = False
    sound: bytes = b""

    def __post_init__(self) -> None:
        assert self.data
        assert min(self.width, self.height) > 0
