from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus, hash_u32, hash_uniform, hash_uniforms
from assetgen.errors import SpecError
from tests.backends.procedural.drawings.table import DRAWINGS
from tests.backends.procedural.periodic import correlation, scroll_difference

_UP_TO_ROUNDING = 2e-4
"""The moved drawing computes with larger coordinates; slopes of ridges and borders amplify their last place."""


@pytest.mark.parametrize("name", ["gradient noise", "fine gradient noise", "fbm", "ridged fbm", "cells"])
def test_a_moved_origin_scrolls_the_drawing_to_the_bit(name: str) -> None:
    # At a power of two, texel centres are exact binary fractions, so nothing may differ.
    assert float(scroll_difference(DRAWINGS[name]).max()) == 0


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_moved_origin_only_scrolls_the_drawing(name: str) -> None:
    difference = scroll_difference(DRAWINGS[name])
    # A texel on a border may fall to the other side; then its number and place jump, but only there.
    assert float((difference > _UP_TO_ROUNDING).float().mean()) < 1e-3, float(difference.max())


@pytest.mark.parametrize("name", ["fbm", "cells", "bricks", "blur", "spectral noise"])
def test_a_size_that_is_no_power_of_two_scrolls_too(name: str) -> None:
    difference = scroll_difference(DRAWINGS[name], size=96)
    assert float((difference > _UP_TO_ROUNDING).float().mean()) < 1e-3


def test_an_operator_that_does_not_close_on_itself_is_found_out() -> None:
    def broken(torus: Torus) -> torch.Tensor:
        return fbm(torus, "a", 3) + 0.1 * torch.sin(torus.u * 2.5 * 6.2831853)

    # Only the texels that came in across the border (37 of 128 columns) tell.
    assert float((scroll_difference(broken) > _UP_TO_ROUNDING).float().mean()) > 0.25


@pytest.mark.parametrize("name", DRAWINGS)
def test_fields_are_finite_float32_planes(name: str) -> None:
    drawn = DRAWINGS[name](Torus(48, 2, 0.7))
    assert drawn.dtype == torch.float32
    assert drawn.shape[-2:] == (48, 48)
    assert bool(torch.isfinite(drawn).all())


@pytest.mark.parametrize("name", ["fbm", "spectral noise", "scratches", "patches"])
def test_another_seed_and_another_stream_draw_something_unrelated(name: str) -> None:
    first, again = DRAWINGS[name](Torus(128, 1, 2.0)), DRAWINGS[name](Torus(128, 1, 2.0))
    assert torch.equal(first, again)
    # Noise of three cells across has few hills: one pair may be alike by chance, eight cannot all be.
    others = [correlation(first, DRAWINGS[name](Torus(128, seed, 2.0))) for seed in range(2, 10)]
    assert abs(sum(others) / 8) < 0.2


def test_streams_of_one_seed_are_independent() -> None:
    torus = Torus(16, 5, 1.0)
    one, other = torus.uniform("one", 50_000)[:, 0], torus.uniform("other", 50_000)[:, 0]
    assert abs(correlation(one, other)) < 0.02


@given(seed=st.integers(0, 2**63), name=st.text(max_size=8))
def test_a_stream_is_uniform(seed: int, name: str) -> None:
    values = Torus(16, seed, 1.0).uniform(name, 20_000)[:, 0]
    counts = torch.histc(values, bins=20, min=0, max=1)
    assert float(values.min()) >= 0
    assert float(values.max()) < 1
    # Chi-square with 19 degrees of freedom exceeds 60 once in 200 000 draws.
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 60


@given(seed=st.integers(0, 2**32 - 1), bit=st.integers(0, 15))
def test_one_bit_of_an_index_turns_half_of_the_bits_of_its_hash(seed: int, bit: int) -> None:
    index = torch.arange(4096)
    turned = hash_u32(index, seed) ^ hash_u32(index ^ (1 << bit), seed)
    share = sum(float(((turned >> k) & 1).float().mean()) for k in range(32)) / 32
    assert share == pytest.approx(0.5, abs=0.02)


def test_hashes_are_32_bit_integers_without_collisions() -> None:
    hashes = hash_u32(torch.arange(50_000), 7)
    assert int(hashes.min()) >= 0
    assert int(hashes.max()) < 2**32
    assert len(hashes.unique()) == 50_000  # the mixer is a bijection


def test_hashes_do_not_change_with_releases() -> None:
    assert hash_u32(torch.tensor([0, 1, 2, 1000]), 12345).tolist() == [
        47636216,
        2560434656,
        682239599,
        706172981,
    ]


def test_neighbouring_rows_of_a_table_are_not_alike() -> None:
    table = hash_uniform(torch.arange(40_000), 3).view(20_000, 2)
    assert abs(correlation(table[:, 0], table[:, 1])) < 0.02
    assert abs(correlation(table[1:, 0], table[:-1, 0])) < 0.02


def test_draw_stays_within_its_bounds_and_is_its_streams_first_number() -> None:
    torus = Torus(16, 9, 1.0)
    values = [torus.draw(f"n{i}", -2.0, 5.0) for i in range(200)]
    assert -2 <= min(values) < -1.5
    assert 4.5 < max(values) < 5
    assert torus.draw("a", 0, 1) == float(torus.uniform("a", 3)[0])


@given(tile_m=st.floats(0.1, 20), feature_m=st.floats(0.001, 50))
def test_a_whole_number_of_features_fits_the_tile(tile_m: float, feature_m: float) -> None:
    count = Torus(16, 0, tile_m).cells_across(feature_m)
    assert isinstance(count, int)
    assert count == 1 or abs(tile_m / feature_m - count) <= 0.5


@pytest.mark.parametrize(("size", "tile_m"), [(15, 1.0), (64, 0.0), (64, -1.0), (64, float("nan"))])
def test_a_tile_without_extent_is_refused(size: int, tile_m: float) -> None:
    with pytest.raises(SpecError):
        Torus(size, 0, tile_m)


@pytest.mark.parametrize("seed", [0, 7, 0xDEADBEEF, 0xFFFFFFFF])
@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_integers_that_wrap_give_the_same_hashes(count: int, seed: int) -> None:
    assert torch.equal(hash_uniforms(count, seed), hash_uniform(torch.arange(count), seed))
