"""Rectangles on pages: never over one another, always inside, and the same on every machine."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.packing import Layout, PageRules, Place, pack_rectangles
from assetgen.imaging.skyline import Size, Taste, fill_page

NAMES = st.text("abcdefgh", min_size=1, max_size=4)
SIZES = st.dictionaries(NAMES, st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=1, max_size=40)
RULES = st.builds(
    PageRules,
    most=st.sampled_from((128, 200, 256, 1024)),
    power_of_two=st.booleans(),
    square=st.booleans(),
    grid=st.sampled_from((1, 2, 4, 8)),
    margin=st.integers(0, 8),
    may_turn=st.booleans(),
)


def covered(size: Size, place: Place, margin: int = 0) -> tuple[range, range]:
    """Return the columns and rows of a placed rectangle with some texels around it."""
    wide, tall = size[::-1] if place.is_turned else size
    return (
        range(place.x - margin, place.x + wide + margin),
        range(place.y - margin, place.y + tall + margin),
    )


def check(sizes: dict[str, Size], layout: Layout, rules: PageRules) -> None:
    """Fail unless a layout keeps every promise of its rules."""
    assert list(layout.places) == sorted(sizes)
    taken: list[dict[tuple[int, int], str]] = [{} for _ in layout.pages]
    for name, place in layout.places.items():
        width, height = layout.pages[place.page]
        assert rules.may_turn or not place.is_turned
        columns, rows = covered(sizes[name], place, rules.margin)
        assert columns.start >= 0
        assert rows.start >= 0
        assert columns.stop <= width
        assert rows.stop <= height
        assert columns.start % rules.grid == rows.start % rules.grid == 0
        for cell_y in range(rows.start // rules.grid, -(-rows.stop // rules.grid)):
            for cell_x in range(columns.start // rules.grid, -(-columns.stop // rules.grid)):
                other = taken[place.page].setdefault((cell_x, cell_y), name)
                assert other == name, f"{name} lies over {other}"
    for width, height in layout.pages:
        assert max(width, height) <= rules.most
        assert width % rules.grid == height % rules.grid == 0
        if rules.power_of_two:
            assert width & (width - 1) == height & (height - 1) == 0
        if rules.square:
            assert width == height
    assert all(taken), "a page is empty"


@given(SIZES, RULES)
def test_rectangles_lie_inside_pages_on_the_grid_with_their_margins_and_never_over_one_another(
    sizes: dict[str, Size], rules: PageRules
) -> None:
    check(sizes, pack_rectangles(sizes, rules), rules)


@given(SIZES, RULES, st.randoms(use_true_random=False))
def test_the_order_in_which_rectangles_come_changes_nothing(
    sizes: dict[str, Size], rules: PageRules, chance: random.Random
) -> None:
    shuffled = list(sizes.items())
    chance.shuffle(shuffled)
    assert pack_rectangles(dict(shuffled), rules) == pack_rectangles(sizes, rules)


@given(SIZES, RULES, NAMES, st.tuples(st.integers(1, 90), st.integers(1, 90)))
def test_one_more_rectangle_gives_a_good_layout_again(
    sizes: dict[str, Size], rules: PageRules, name: str, size: Size
) -> None:
    more = {**sizes, name: size}
    check(more, pack_rectangles(more, rules), rules)


@pytest.mark.parametrize(("count", "least"), [(100, 0.95), (1000, 0.95), (5000, 0.97)])
@pytest.mark.parametrize("spread", ["mixed", "sprites"])
def test_pages_are_filled_well(count: int, least: float, spread: str) -> None:
    chance = random.Random(5)
    sizes: dict[str, Size] = {}
    for number in range(count):
        if spread == "mixed":
            size = (chance.randint(8, 128), chance.randint(8, 128))
        else:
            wide = min(max(chance.lognormvariate(3.6, 0.6), 4.0), 512.0)
            size = (int(wide), int(min(max(wide * chance.uniform(0.5, 2.0), 4.0), 512.0)))
        sizes[f"{number:04}"] = size
    layout = pack_rectangles(sizes, PageRules(most=16384))
    area = sum(wide * tall for wide, tall in sizes.values())
    assert area / sum(wide * tall for wide, tall in layout.pages) >= least


def test_equal_squares_fill_a_power_of_two_page_to_the_last_texel() -> None:
    sizes = {f"{number:02}": (64, 64) for number in range(16)}
    layout = pack_rectangles(sizes, PageRules(power_of_two=True))
    assert layout.pages == ((256, 256),)


def test_what_one_page_does_not_take_goes_to_the_next() -> None:
    sizes = {f"{number}": (60, 60) for number in range(5)}
    layout = pack_rectangles(sizes, PageRules(most=128, power_of_two=True))
    assert layout.pages == ((128, 128), (64, 64))
    assert [place.page for place in layout.places.values()].count(0) == 4


def test_a_rectangle_is_turned_only_where_that_is_allowed() -> None:
    sizes = {"a": (128, 64), "b": (64, 128), "c": (64, 128)}
    rules = PageRules(most=256, square=True, may_turn=True)
    check(sizes, pack_rectangles(sizes, rules), rules)
    assert pack_rectangles({"a": (100, 10), "b": (10, 100)}, PageRules(may_turn=True)).pages in (
        ((100, 20),),
        ((20, 100),),
    )


def test_a_rectangle_that_no_page_takes_is_named_with_its_gutter_and_the_page() -> None:
    with pytest.raises(
        SpecError, match=r'"big" is 510x20 texels, with its gutter 514x24, larger than .*512x512'
    ):
        pack_rectangles({"big": (510, 20), "small": (4, 4)}, PageRules(most=512, margin=2))


def test_more_than_many_pages_are_refused_soon() -> None:
    sizes = {f"{number:04}": (2000 + number % 48, 2047 - number % 61) for number in range(4096)}
    with pytest.raises(SpecError, match=r"4096 pictures take more than 64 pages of 4096x4096 texels"):
        pack_rectangles(sizes, PageRules(most=4096))


@pytest.mark.parametrize("sizes", [{}, {"none": (0, 4)}])
def test_nothing_is_refused(sizes: dict[str, Size]) -> None:
    with pytest.raises(SpecError):
        pack_rectangles(sizes, PageRules())


@pytest.mark.parametrize("rules", [{"grid": 3}, {"margin": -1}, {"most": 0}])
def test_rules_that_nothing_can_fulfil_are_refused(rules: dict[str, int]) -> None:
    with pytest.raises(SpecError):
        PageRules(**rules)


def test_a_page_is_given_up_as_soon_as_more_is_lost_than_may_be() -> None:
    sizes = [(6, 4), (6, 4)]
    taste = Taste(tall=1, wide=1)
    assert fill_page(sizes, [0, 1], width=10, height=8, taste=taste, slack=15) is None
    full = fill_page(sizes, [0, 1], width=10, height=8, taste=taste, slack=16)
    assert full is not None
    assert full.places == {0: (0, 0, False), 1: (0, 4, False)}


def test_a_narrow_gap_waits_for_what_fits_and_only_then_is_closed() -> None:
    # The gap of 4 beside the tall one takes the narrow one, though wider ones are left.
    sizes = [(6, 10), (4, 3), (5, 5)]
    full = fill_page(sizes, range(3), width=10, height=20, taste=Taste(tall=1, wide=0))
    assert full is not None
    assert full.places[1] == (6, 0, False)
    assert full.places[2][1] == 10
