from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches, scratches
from tests.backends.procedural.periodic import correlation, shrink


def test_scratches_are_few_bright_texels_between_nought_and_one() -> None:
    drawn = scratches(Torus(256, 1, 1.0), "s", 40)
    assert float(drawn.min()) >= 0
    assert 0.5 < float(drawn.max()) <= 1
    assert 0.001 < float((drawn > 0.1).float().mean()) < 0.1


def test_more_scratches_only_add_to_the_first() -> None:
    # Seven numbers per stroke: the first strokes of a longer table are those of the shorter one.
    torus = Torus(128, 1, 1.0)
    few, many = scratches(torus, "s", 10), scratches(torus, "s", 30)
    assert float((many - few).min()) >= 0


def test_scratches_run_in_their_direction() -> None:
    torus = Torus(256, 1, 1.0)
    level = scratches(torus, "s", 30, direction=0.0, spread=0.05, bend=0.0)
    steep = scratches(torus, "s", 30, direction=math.pi / 2, spread=0.05, bend=0.0)
    for drawn, dim in ((level, 1), (steep, 0)):
        along = correlation(drawn, torch.roll(drawn, 2, dim))
        across = correlation(drawn, torch.roll(drawn, 2, 1 - dim))
        assert along > across + 0.3


def test_one_straight_scratch_is_as_long_as_asked() -> None:
    torus = Torus(256, 3, 1.0)
    drawn = scratches(torus, "s", 1, length_m=(0.25, 0.25), direction=0.0, spread=0.0, bend=0.0)
    columns = int((drawn.amax(0) > 0).sum())
    assert columns == pytest.approx(64, abs=3)


def test_cracks_form_a_net_of_meshes_of_the_size_asked_for() -> None:
    distance = crack_distance(Torus(256, 1, 2.0), "c", 0.25)
    assert float(distance.min()) > -1e-4
    assert 0.08 < float(distance.max()) < 0.25
    fine, coarse = (crack_distance(Torus(128, 1, 2.0), "c", size).mean() for size in (0.1, 0.4))
    assert float(coarse) > 2.5 * float(fine)


def test_cracks_are_the_same_picture_at_every_size() -> None:
    small, large = (crack_distance(Torus(size, 1, 2.0), "c", 0.3) for size in (256, 512))
    assert correlation(small, shrink(large, 2)) > 0.99


@pytest.mark.parametrize("amount", [0.1, 0.3, 0.5, 0.8])
def test_patches_cover_about_the_share_asked_for(amount: float) -> None:
    covered = [float(patches(Torus(128, s, 2.0), "p", 0.2, amount=amount).mean()) for s in range(6)]
    # "About": the noise is narrower than the Gaussian it is taken for, so that shares drift from a half.
    assert sum(covered) / 6 == pytest.approx(amount, abs=0.12)


def test_more_patches_grow_out_of_the_same_places() -> None:
    torus = Torus(64, 1, 2.0)
    shares = [patches(torus, "p", 0.3, amount=a / 10) for a in range(11)]
    assert all(bool((more >= less).all()) for less, more in pairwise(shares))
    assert float(shares[0].max()) == 0
    assert float(shares[-1].min()) == 1
