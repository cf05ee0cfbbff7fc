from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.layouts.plans import courses, lay


def fetch_by_texel(field: Tensor, shift_u: Tensor, shift_v: Tensor) -> Tensor:
    """Bilinear reads around a torus, one texel after the other."""
    size = field.shape[0]
    read = torch.zeros_like(field)
    for row in range(size):
        for column in range(size):
            x = column + float(shift_u[row, column]) * size
            y = row + float(shift_v[row, column]) * size
            left, top = math.floor(x), math.floor(y)
            for line in (top, top + 1):
                for place in (left, left + 1):
                    weight = (1 - abs(x - place)) * (1 - abs(y - line))
                    read[row, column] += float(field[line % size, place % size]) * weight
    return read


@given(seed=st.integers(0, 999), reach=st.sampled_from([0.0, 0.01, 0.4, 3.0]))
def test_fetch_is_a_bilinear_read_around_the_torus(seed: int, reach: float) -> None:
    torus = Torus(16, seed, 1.0)
    field, u, v = torus.uniform("f", 16 * 16, 3).T.reshape(3, 16, 16)
    shift_u, shift_v = (u - 0.5) * 2 * reach, (v - 0.5) * 2 * reach
    assert (
        float((fetch(torus, field, shift_u, shift_v) - fetch_by_texel(field, shift_u, shift_v)).abs().max())
        < 2e-4
    )


@pytest.mark.parametrize("size", [64, 96])
def test_fetching_nowhere_else_changes_nothing(size: int) -> None:
    torus = Torus(size, 1, 1.0)
    field = fbm(torus, "a", 4)
    nowhere = torch.zeros(1, 1)
    assert float((fetch(torus, field, nowhere, nowhere) - field).abs().max()) < 1e-4


def test_fetch_moves_by_whole_texels_and_every_plane_alike() -> None:
    torus = Torus(64, 1, 1.0)
    field = torch.stack([fbm(torus, name, 4) for name in "abc"])
    moved = fetch(torus, field, torch.full((1, 1), 5 / 64), torch.full((1, 1), -9 / 64))
    assert float((moved - torch.roll(field, (9, -5), (1, 2))).abs().max()) < 1e-4


def test_warp_offsets_stay_about_their_strength() -> None:
    x, y = warp_field(Torus(128, 1, 1.0), "w", 5, 0.03)
    assert 0.01 < float(x.abs().max()) < 0.036
    assert 0.01 < float(y.abs().max()) < 0.036
    assert not torch.equal(x, y)


def test_every_piece_reads_the_field_at_a_place_of_its_own() -> None:
    torus = Torus(64, 1, 1.0)
    pieces = lay(torus, courses(2, 4))
    field = fbm(torus, "a", 6)
    read = fetch_per_piece(torus, field, pieces, "shift")
    shifts = torus.uniform("shift", pieces.count, 2)
    for number in range(pieces.count):
        whole = fetch(torus, field, shifts[number, 0].view(1, 1), shifts[number, 1].view(1, 1))
        here = pieces.id == number
        assert float((read - whole).abs()[here].max()) < 1e-4
