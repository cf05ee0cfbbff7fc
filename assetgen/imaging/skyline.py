"""Fill one page with rectangles from the top down along a skyline, always into its deepest gap.

The skyline is the outline of what lies already, seen from the open end of the page. Each step takes the gap that
reaches deepest into it and the rectangle that suits this gap best; a gap that no rectangle left could ever fill
is given up and closed. So a waste map of given-up gaps, to be searched by later rectangles, would stay empty by
construction: what is left then is too wide or too tall for the gap, and only gets fewer.

Whole numbers throughout, so that every machine finds the same places. Light: nothing but the standard library.

Source: Burke, Kendall, Whitwell, "A New Placement Heuristic for the Orthogonal Stock-Cutting Problem", 2004
(deepest gap, best fit); Wei et al., "A Skyline Heuristic for the 2D Rectangular Packing and Strip Packing
Problems", 2011 (rating of a rectangle in a gap).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Size = tuple[int, int]
"""(width, height)."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What is looked for in a rectangle for a gap: its rating is height * `tall` + width * `wide` + the rest.

    Args:
        tall: what a unit of height counts.
        wide: what a unit of width counts.
        exact: added when it fills the gap's width.
        sliver: taken off when what it leaves of the gap is narrower than every rectangle left.
        flush: added when it ends level with a wall of the gap.
    """

    tall: int
    wide: int
    exact: int = 0
    sliver: int = 0
    flush: int = 0


@dataclass(slots=True)
class Fill:
    """What lies on a page: (x, y, is_turned) of each rectangle by its number, and how far they reach."""

    places: dict[int, tuple[int, int, bool]]
    width: int
    height: int
    area: int


def fill_page(
    sizes: Sequence[Size],
    numbers: Sequence[int],
    *,
    width: int,
    height: int,
    taste: Taste,
    may_turn: bool = False,
    slack: int | None = None,
) -> Fill | None:
    """Return as much as one page takes of some rectangles.

    Args:
        sizes: of all rectangles.
        numbers: of those to place.
        width: of the page.
        height: of the page.
        taste: which rectangle a gap gets.
        may_turn: whether a rectangle may lie on its side.
        slack: give up and return None as soon as more than this much area is lost in closed gaps.
    """
    stock = _Stock(sizes, numbers, may_turn=may_turn)
    line = _Skyline(width)
    places: dict[int, tuple[int, int, bool]] = {}
    lost = area = right = bottom = 0
    while stock.widths:
        at = line.deepest()
        y, gap = line.y[at], line.width[at]
        if y >= height:
            break
        left, wall = line.walls(at)
        found = stock.best(gap, height - y, left, wall, taste)
        if found is None:
            lost += gap * line.close(at, height)
            if slack is not None and lost > slack:
                return None
            continue
        wide, tall, number, is_turned = found
        stock.take(wide, tall, number, is_turned)
        is_left = tall == left or (tall != wall and left >= wall)
        x = line.put(at, wide, y + tall, is_left=is_left)
        places[number] = (x, y, is_turned)
        area += wide * tall
        right, bottom = max(right, x + wide), max(bottom, y + tall)
    return Fill(places, right, bottom, area)


class _Stock:
    """The rectangles that are left, by width and within a width by height."""

    __slots__ = ("_by_width", "_may_turn", "_sizes", "widths")

    def __init__(self, sizes: Sequence[Size], numbers: Sequence[int], *, may_turn: bool) -> None:
        self._sizes, self._may_turn = sizes, may_turn
        # A row is (height, -number, is_turned): of equal ones the last in order is the first by number.
        self._by_width: dict[int, list[tuple[int, int, bool]]] = {}
        for number in numbers:
            wide, tall = sizes[number]
            self._by_width.setdefault(wide, []).append((tall, -number, False))
            if may_turn and wide != tall:
                self._by_width.setdefault(tall, []).append((wide, -number, True))
        for rows in self._by_width.values():
            rows.sort()
        self.widths = sorted(self._by_width)

    def best(
        self, gap: int, room: int, left: int, right: int, taste: Taste
    ) -> tuple[int, int, int, bool] | None:
        """Return (width, height, number, is_turned) of the rectangle that suits a gap best, if any fits.

        Args:
            gap: its width.
            room: what a rectangle in it may be high.
            left: height of the wall on its left.
            right: height of the wall on its right.
            taste: how rectangles are rated.
        """
        found, best, best_wide = None, 0, 0
        narrowest = self.widths[0]
        tall_counts, wide_counts, flush = taste.tall, taste.wide, taste.flush
        for wide in self.widths[: bisect_right(self.widths, gap)]:
            rows = self._by_width[wide]
            row = rows[-1]
            if row[0] > room:
                index = bisect_left(rows, (room + 1,))
                if index == 0:
                    continue
                row = rows[index - 1]
            tall = row[0]
            rating = tall * tall_counts + wide * wide_counts
            if wide == gap:
                rating += taste.exact
            elif gap - wide < narrowest:
                rating -= taste.sliver
            if flush and tall in (left, right):
                rating += flush
            if found is None or rating >= best:
                found, best, best_wide = row, rating, wide
        return None if found is None else (best_wide, found[0], -found[1], found[2])

    def take(self, wide: int, tall: int, number: int, is_turned: bool) -> None:
        """Take a rectangle out."""
        self._remove(wide, (tall, -number, is_turned))
        if self._may_turn and wide != tall:
            self._remove(tall, (wide, -number, not is_turned))

    def _remove(self, wide: int, row: tuple[int, int, bool]) -> None:
        rows = self._by_width[wide]
        rows.pop(bisect_left(rows, row))
        if not rows:
            del self._by_width[wide]
            self.widths.pop(bisect_left(self.widths, wide))


class _Skyline:
    """Where what lies on a page ends, as level parts from left to right; no two neighbours are level."""

    __slots__ = ("width", "x", "y")

    def __init__(self, width: int) -> None:
        self.x, self.y, self.width = [0], [0], [width]

    def deepest(self) -> int:
        """Return the part that reaches deepest, the leftmost of several."""
        return self.y.index(min(self.y))

    def walls(self, at: int) -> tuple[int, int]:
        """Return how high the parts on both sides stand over one; the page's edge stands highest."""
        edge = 1 << 60
        left = self.y[at - 1] - self.y[at] if at else edge
        right = self.y[at + 1] - self.y[at] if at + 1 < len(self.y) else edge
        return left, right

    def put(self, at: int, wide: int, bottom: int, *, is_left: bool) -> int:
        """Cover `wide` of a part as far as `bottom`, at its left or right end; return where that begins."""
        if wide == self.width[at]:
            x = self.x[at]
            self._level(at, bottom)
            return x
        self.width[at] -= wide
        if is_left:
            x = self.x[at]
            self.x[at] += wide
            if at and self.y[at - 1] == bottom:
                self.width[at - 1] += wide
            else:
                self._insert(at, x, bottom, wide)
            return x
        x = self.x[at] + self.width[at]
        if at + 1 < len(self.y) and self.y[at + 1] == bottom:
            self.x[at + 1] = x
            self.width[at + 1] += wide
        else:
            self._insert(at + 1, x, bottom, wide)
        return x

    def close(self, at: int, height: int) -> int:
        """Raise a part to its lower wall, to the page's end at most; return by how much."""
        by = min(*self.walls(at), height - self.y[at])
        self._level(at, self.y[at] + by)
        return by

    def _insert(self, at: int, x: int, y: int, wide: int) -> None:
        self.x.insert(at, x)
        self.y.insert(at, y)
        self.width.insert(at, wide)

    def _level(self, at: int, y: int) -> None:
        """Set a whole part to another depth, and join it with the neighbours that are level with it."""
        self.y[at] = y
        if at + 1 < len(self.y) and self.y[at + 1] == y:
            self._join(at)
        if at and self.y[at - 1] == y:
            self._join(at - 1)

    def _join(self, at: int) -> None:
        self.width[at] += self.width.pop(at + 1)
        del self.x[at + 1], self.y[at + 1]
