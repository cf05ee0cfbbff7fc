from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.context import Context
from assetgen.pipeline.course import EXPORT, MAKE, SHOW, SKETCH, WEIGHTS, Course

STAGES = (SKETCH, MAKE, SHOW, EXPORT, EXPORT)
WHOLE = sum(WEIGHTS[name] for name in STAGES)


def followed(course: Course) -> Callable[[int, int, str], None]:
    return course.follow(Context()).progress


def test_each_stage_moves_by_its_weight_and_each_step_by_its_share() -> None:
    course = Course()
    course.plan(STAGES)
    step = followed(course)
    assert course.fraction == 0.0
    course.begin(MAKE)
    assert course.fraction == pytest.approx(WEIGHTS[SKETCH] / WHOLE)
    step(1, 4, "adding moss")
    assert course.fraction == pytest.approx((WEIGHTS[SKETCH] + WEIGHTS[MAKE] / 4) / WHOLE)
    course.begin(EXPORT, number=1)
    step(1, 2, "encoding normal")
    assert course.fraction == pytest.approx(1.0 - WEIGHTS[EXPORT] / 2 / WHOLE)


def test_what_the_store_has_counts_as_done() -> None:
    course = Course()
    course.plan((MAKE, SHOW, EXPORT))
    course.begin(EXPORT)
    assert course.fraction == pytest.approx(
        1.0 - WEIGHTS[EXPORT] / (WHOLE - WEIGHTS[SKETCH] - WEIGHTS[EXPORT])
    )


def test_the_fraction_is_there_before_the_step_is_told() -> None:
    course = Course()
    course.plan((MAKE,))
    seen: list[float] = []
    ctx = course.follow(Context(on_progress=lambda step, total, stage: seen.append(course.fraction)))
    course.begin(MAKE)
    for step in range(4):
        ctx.progress(step, 4, "drawing")
    assert seen == [0.0, 0.25, 0.5, 0.75]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(sorted(WEIGHTS)), st.integers(0, 3)),
            st.tuples(st.integers(0, 9), st.integers(0, 5)),
        )
    )
)
def test_it_never_goes_back_nor_beyond_the_end(moves: list[tuple[str | int, int]]) -> None:
    course = Course()
    course.plan(STAGES)
    step, before = followed(course), 0.0
    for first, second in moves:
        if isinstance(first, str):
            course.begin(first, number=second)
        else:
            step(first, second, "a step")
        assert before <= course.fraction <= 1.0
        before = course.fraction
