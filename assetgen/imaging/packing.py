"""Lay rectangles out on as few and as small pages as can be found, the same way on every machine.

One page is filled many times over, with other widths and other tastes, and the best is kept. How often is decided
by the number of rectangles alone, never by a clock, so that a slow machine finds the same pages as a fast one; and
rectangles go by their names, so that the order in which they come changes nothing. See `skyline.py` for how one
page is filled. Light: nothing but the standard library and our errors.

    layout = pack_rectangles({"hero": (64, 48), "coin": (16, 16)}, PageRules(margin=2))
    layout.pages            # ((88, 52),)
    layout.places["coin"]   # Place(page=0, x=70, y=2, is_turned=False)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assetgen.errors import SpecError
from assetgen.imaging.skyline import Fill, Size, Taste, fill_page

TASTES: Final = (
    Taste(tall=1, wide=2),
    Taste(tall=1, wide=4),
    Taste(tall=1, wide=1),
    Taste(tall=1, wide=0),
    Taste(tall=1, wide=2, exact=1000, sliver=500, flush=50),
    Taste(tall=2, wide=1, exact=20, sliver=60, flush=20),
    Taste(tall=0, wide=1),
)
"""No taste wins everywhere: even sizes like tall rectangles, a few large ones among many small like wide ones."""

_WORK: Final = 20_000
"""Rectangles placed in all tries together: about an eighth of a second."""
_FEWEST_TRIES: Final = 5
MOST_PAGES: Final = 64
"""Beyond this something else is meant than an atlas; it also bounds the time that packing takes."""
_MOST_TRIES: Final = 280


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What pages may be, in texels.

    Args:
        most: longest edge of a page.
        power_of_two: whether both edges are powers of two; else a page is as small as its content.
        square: whether both edges are the same.
        grid: rectangles with their margins begin and end on multiples of it, and so do pages; a power of two.
        margin: kept free around each rectangle on every side, so that two are twice as far apart.
        may_turn: whether a rectangle may be turned by 90 degrees.

    Raises:
        SpecError: a rule that nothing can fulfil.
    """

    most: int = 4096
    power_of_two: bool = False
    square: bool = False
    grid: int = 1
    margin: int = 0
    may_turn: bool = False

    def __post_init__(self) -> None:
        if self.grid < 1 or self.grid & (self.grid - 1):
            raise SpecError(f"a grid of {self.grid} texels is no power of two; take 1, 2, 4 or 8.")
        if self.margin < 0 or self.most < self.grid:
            raise SpecError(f"pages of {self.most} texels with margins of {self.margin} cannot exist.")

    @property
    def most_cells(self) -> int:
        """The longest edge of a page in cells of the grid."""
        cells = self.most // self.grid
        return 1 << (cells.bit_length() - 1) if self.power_of_two else cells

    def cells(self, size: Size) -> Size:
        """Return how many cells of the grid a rectangle takes with its margins."""
        return (
            -(-(size[0] + 2 * self.margin) // self.grid),
            -(-(size[1] + 2 * self.margin) // self.grid),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The page of a rectangle and its upper left texel there; turned, width and height have changed places."""

    page: int
    x: int
    y: int
    is_turned: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Pages as (width, height) in texels, and where each rectangle lies, by name in the order of names."""

    pages: tuple[Size, ...]
    places: Mapping[str, Place]


def pack_rectangles(sizes: Mapping[str, Size], rules: PageRules) -> Layout:
    """Return pages for rectangles of some width and height in texels, by name.

    Raises:
        SpecError: nothing to pack, more than fits on 64 pages, an empty rectangle, or one that is larger than a
            page; it is named.
    """
    if not sizes:
        raise SpecError("there is nothing to pack; name at least one picture.")
    names = sorted(sizes)
    cells = [rules.cells(sizes[name]) for name in names]
    for name, needed in zip(names, cells, strict=True):
        _check_fits(name, sizes[name], needed, rules)
    pages: list[Size] = []
    places: dict[str, Place] = {}
    left = list(range(len(names)))
    while left:
        if len(pages) == MOST_PAGES:
            raise SpecError(
                f"{len(names)} pictures take more than {MOST_PAGES} pages of {rules.most}x{rules.most} texels; "
                "make several atlases, smaller pictures, or larger pages."
            )
        page, fill = _next_page(cells, left, rules)
        for number, (x, y, is_turned) in fill.places.items():
            at = (x * rules.grid + rules.margin, y * rules.grid + rules.margin)
            places[names[number]] = Place(len(pages), *at, is_turned)
        pages.append((page[0] * rules.grid, page[1] * rules.grid))
        left = [number for number in left if number not in fill.places]
    return Layout(tuple(pages), {name: places[name] for name in names})


def _check_fits(name: str, size: Size, needed: Size, rules: PageRules) -> None:
    if min(size) < 1:
        raise SpecError(f'"{name}" is {size[0]}x{size[1]} texels, which is empty.')
    if max(needed) > rules.most_cells:
        most = rules.most_cells * rules.grid
        around = (
            f", with its gutter {needed[0] * rules.grid}x{needed[1] * rules.grid}" if rules.margin else ""
        )
        raise SpecError(
            f'"{name}" is {size[0]}x{size[1]} texels{around}, larger than a page of {most}x{most}; '
            "make it smaller, or allow larger pages."
        )


def _next_page(cells: Sequence[Size], numbers: Sequence[int], rules: PageRules) -> tuple[Size, Fill]:
    """Return a page that takes all rectangles that are left, else the fullest that there can be, and its content."""
    find = _smallest_power if rules.power_of_two else _smallest
    found = find(cells, numbers, rules)
    if found is not None:
        return found
    most = rules.most_cells
    fills = (attempt.fill(cells, numbers) for attempt in _attempts((most, most), len(numbers), rules))
    fill = max((fill for fill in fills if fill is not None), key=lambda fill: fill.area)
    if rules.power_of_two or rules.square:
        return (most, most), fill
    return (fill.width, fill.height), fill


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try to fill a page: sideways the skyline grows from the left edge to the right."""

    width: int
    height: int
    taste: Taste
    may_turn: bool
    is_sideways: bool = False

    def fill(self, cells: Sequence[Size], numbers: Sequence[int], *, slack: int | None = None) -> Fill | None:
        if not self.is_sideways:
            return fill_page(
                cells, numbers, width=self.width, height=self.height, taste=self.taste,
                may_turn=self.may_turn, slack=slack,
            )  # fmt: skip
        turned = [(tall, wide) for wide, tall in cells]
        fill = fill_page(
            turned, numbers, width=self.height, height=self.width, taste=self.taste,
            may_turn=self.may_turn, slack=slack,
        )  # fmt: skip
        if fill is None:
            return None
        places = {number: (y, x, is_turned) for number, (x, y, is_turned) in fill.places.items()}
        return Fill(places, fill.height, fill.width, fill.area)


def _tries(count: int) -> int:
    return min(max(_WORK // count, _FEWEST_TRIES), _MOST_TRIES)


def _attempts(page: Size, count: int, rules: PageRules) -> Iterator[_Attempt]:
    """Yield tries for a page of one size: every taste both ways, then again a little narrower and so on."""
    for number in range(_tries(count)):
        taste = TASTES[number // 2 % len(TASTES)]
        less = number // (2 * len(TASTES))
        is_sideways = number % 2 == 1
        width = page[0] - (0 if is_sideways else less)
        height = page[1] - (less if is_sideways else 0)
        if min(width, height) < 1:
            return
        yield _Attempt(width, height, taste, rules.may_turn, is_sideways)


def _area(cells: Sequence[Size], numbers: Sequence[int]) -> int:
    return sum(cells[number][0] * cells[number][1] for number in numbers)


def _least_edges(cells: Sequence[Size], numbers: Sequence[int], *, may_turn: bool) -> Size:
    """Return the width and height that a page has at least."""
    wide, tall = max(cells[n][0] for n in numbers), max(cells[n][1] for n in numbers)
    if not may_turn:
        return wide, tall
    least = max(min(cells[n]) for n in numbers)
    return least, least


def _smallest_power(
    cells: Sequence[Size], numbers: Sequence[int], rules: PageRules
) -> tuple[Size, Fill] | None:
    """Return the smallest page with powers of two as edges, of several the squarest, that takes everything."""
    area = _area(cells, numbers)
    wide, tall = _least_edges(cells, numbers, may_turn=rules.may_turn)
    edges = [1 << n for n in range(rules.most_cells.bit_length())]
    pages = [
        (w, h)
        for w in edges
        for h in edges
        if w >= wide and h >= tall and w * h >= area and (w == h or not rules.square)
    ]
    for page in sorted(pages, key=lambda page: (page[0] * page[1], abs(page[0] - page[1]), page[1])):
        for attempt in _attempts(page, len(numbers), rules):
            slack = attempt.width * attempt.height - area
            fill = attempt.fill(cells, numbers, slack=slack) if slack >= 0 else None
            if fill is not None and len(fill.places) == len(numbers):
                return page, fill
    return None


def _smallest(cells: Sequence[Size], numbers: Sequence[int], rules: PageRules) -> tuple[Size, Fill] | None:
    """Return the smallest page of any size that takes everything."""
    area, most = _area(cells, numbers), rules.most_cells
    least = _least_edges(cells, numbers, may_turn=rules.may_turn)
    if area > most * most:
        return None
    best: Fill | None = None
    best_area = most * most + 1
    for attempt in _widths(area, least, len(numbers), rules):
        height = _height_below(best_area, attempt.width, rules)
        slack = attempt.width * height - area
        if slack < 0 or height < least[1]:
            continue
        fill = _Attempt(attempt.width, height, attempt.taste, rules.may_turn).fill(
            cells, numbers, slack=slack
        )
        if fill is None or len(fill.places) < len(numbers):
            continue
        used = max(fill.width, fill.height) ** 2 if rules.square else fill.width * fill.height
        if used < best_area:
            best, best_area = fill, used
    if best is None:
        return None
    edge = max(best.width, best.height)
    return ((edge, edge) if rules.square else (best.width, best.height)), best


def _height_below(area: int, width: int, rules: PageRules) -> int:
    """Return the largest height with which a page of a width is smaller than `area`."""
    if rules.square:
        edge = math.isqrt(area - 1)
        return min(edge, rules.most_cells) if width <= edge else 0
    return min(rules.most_cells, (area - 1) // width)


def _widths(area: int, least: Size, count: int, rules: PageRules) -> Iterator[_Attempt]:
    """Yield tries with widths around a square's edge, as far as rectangles and pages allow."""
    edge, most = math.isqrt(area), rules.most_cells
    narrow, wide = (edge, edge * 9 // 8) if rules.square else (edge * 5 // 7, edge * 7 // 5)
    low = min(max(least[0], -(-area // most), narrow), most)
    high = max(min(most, wide), low)
    for number in range(_tries(count)):
        # Steps by the golden section spread over a range evenly, however many there are.
        step = (number * 40503 + 32768) % 65536
        width = low + (high - low) * step // 65536
        yield _Attempt(width, most, TASTES[number % len(TASTES)], rules.may_turn)
    yield _Attempt(most, most, TASTES[0], rules.may_turn)
