"""Hypothesis strategies that more than one test file draws from."""

from __future__ import annotations

from hypothesis import strategies as st


@st.composite
def board_breaks(draw: st.DrawFn) -> tuple[int, list[list[int]]]:
    """Draw a length in units and, for some rows, the places at which boards end."""
    length = draw(st.integers(2, 12))
    row = st.sets(st.integers(0, length - 1), min_size=1, max_size=length).map(sorted)
    return length, draw(st.lists(row, min_size=1, max_size=5))
