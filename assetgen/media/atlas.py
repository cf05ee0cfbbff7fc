"""Many pictures on a few pages, and where each lies."""

from __future__ import annotations

from dataclasses import dataclass

from assetgen.errors import SpecError
from assetgen.media.material import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprite:
    """One picture of an atlas; lengths in texels, from the upper left corner.

    Args:
        name: unique in the atlas.
        page: on which it lies.
        x: first column of the page that is its own.
        y: first row of the page that is its own.
        width: of what was kept of the picture, as it was before it was turned.
        height: of what was kept of the picture, as it was before it was turned.
        is_turned: whether it lies turned clockwise by 90 degrees.
        cut_x: columns that were cut off at the left.
        cut_y: rows that were cut off at the top.
        source_width: of the whole picture.
        source_height: of the whole picture.

    Raises:
        SpecError: what was kept does not lie within the picture.
    """

    name: str
    page: int
    x: int
    y: int
    width: int
    height: int
    source_width: int
    source_height: int
    is_turned: bool = False
    cut_x: int = 0
    cut_y: int = 0

    def __post_init__(self) -> None:
        inside = (
            self.cut_x + self.width <= self.source_width and self.cut_y + self.height <= self.source_height
        )
        if not inside or min(self.x, self.y, self.cut_x, self.cut_y, self.page) < 0:
            raise SpecError(f'the sprite "{self.name}" does not lie within its picture or its page.')
        if min(self.width, self.height) < 1:
            raise SpecError(f'the sprite "{self.name}" is empty.')

    @property
    def is_trimmed(self) -> bool:
        """Whether anything was cut off."""
        return (self.width, self.height) != (self.source_width, self.source_height)

    @property
    def page_width(self) -> int:
        """Columns that it takes on its page."""
        return self.height if self.is_turned else self.width

    @property
    def page_height(self) -> int:
        """Rows that it takes on its page."""
        return self.width if self.is_turned else self.height


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Atlas:
    """Pages, each with the same maps, and the sprites on them in the order of their names.

    Args:
        pages: at least one.
        sprites: at least one.
        margin: texels around each sprite that belong to it alone.
        levels: mip levels of a page in which no sprite shows in another.

    Raises:
        SpecError: a sprite is not inside its page, two have one name, or pages have different maps.
    """

    pages: tuple[Material, ...]
    sprites: tuple[Sprite, ...]
    margin: int = 0
    levels: int = 1

    def __post_init__(self) -> None:
        if not self.pages or not self.sprites:
            raise SpecError("an atlas has at least one page and one sprite.")
        if len({tuple(role for role, _ in page.maps()) for page in self.pages}) > 1:
            raise SpecError("the pages of an atlas have the same maps.")
        names = [sprite.name for sprite in self.sprites]
        if names != sorted(set(names)):
            raise SpecError("the sprites of an atlas are sorted by name, and no name comes twice.")
        for sprite in self.sprites:
            if sprite.page >= len(self.pages):
                raise SpecError(f'the sprite "{sprite.name}" lies on page {sprite.page}, which there is not.')
            width, height = self.page_size(sprite.page)
            if sprite.x + sprite.page_width > width or sprite.y + sprite.page_height > height:
                raise SpecError(f'the sprite "{sprite.name}" does not lie within its picture or its page.')

    def page_size(self, page: int) -> tuple[int, int]:
        """Return the width and height of a page."""
        image = next(image for _, image in self.pages[page].maps())
        return image.width, image.height
