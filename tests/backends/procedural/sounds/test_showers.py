"""Short sounds by the thousand lie where and as loud as they should."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.sounds.noise import band
from assetgen.backends.procedural.sounds.showers import (
    bubble,
    clusters,
    grit,
    over_a_plane,
    ring,
    shower,
    together,
)
from assetgen.backends.procedural.sounds.tape import Tape

RATE_HZ = 48_000


@given(
    st.integers(1, 400),
    st.integers(1, 3000),
    st.integers(-5000, 5000),
)
def test_a_shower_is_the_sum_of_its_kernels_round_the_tape(count: int, length: int, origin: int) -> None:
    tape = Tape(4096, RATE_HZ, 3, origin=origin)
    draws = tape.uniform("draws", count, 4)
    kernels = [tape.normal("first", length)[:, 0], tape.normal("second", 40)[:, 0]]
    which = (draws[:, 1] * 2).long()
    made = shower(
        tape, kernels, at_s=draws[:, 0] * tape.seconds, gain=draws[:, 2], which=which, side=draws[:, 3]
    )
    # The slow twin: one by one.
    slow = tape.zeros()
    for (at, _, gain, side), kernel in zip(draws.tolist(), which.tolist(), strict=True):
        tape.place(slow, kernels[kernel], at * tape.seconds, pan=2 * side - 1, gain=gain / 2**0.5)
    assert torch.allclose(made, slow, atol=2e-3 * float(slow.abs().max()) + 1e-4)


def test_few_stand_near_and_most_far_off() -> None:
    loud = over_a_plane(torch.linspace(0, 1, 100_001), nearest=20.0)
    assert float(loud.max()) == pytest.approx(20, rel=1e-3)
    # As many lie beyond a distance as the area says: a quarter within half of it.
    assert float((loud > 2).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert float((loud > 4).float().mean()) == pytest.approx(1 / 16, abs=0.005)


@pytest.mark.parametrize("radius_mm", [0.8, 2.0, 6.0])
def test_a_bubble_rings_as_minnaert_found(radius_mm: float) -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 1)
    sound = torch.nn.functional.pad(bubble(tape, radius_mm, rise=0.0), (0, RATE_HZ))[:RATE_HZ]
    assert int(torch.fft.rfft(sound).abs().argmax()) == pytest.approx(3260 / radius_mm, rel=0.05)


def test_a_bubble_near_the_surface_rises() -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 1)
    sound = bubble(tape, 5.0, rise=0.3)
    crossings = (sound[1:].sign() != sound[:-1].sign()).nonzero()[:, 0]
    assert float(crossings[2:12].diff().float().mean()) > 1.1 * float(crossings[-12:].diff().float().mean())


def test_aftershocks_follow_and_thin_out() -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 1)
    later_s, whose = clusters(
        tape, "x", torch.tensor([1.0, 5.0]), torch.tensor([4000, 1000]), first_s=0.01, last_s=1.0
    )
    since = later_s - torch.tensor([1.0, 5.0])[whose]
    assert whose.bincount().tolist() == [4000, 1000]
    assert float(since.min()) > 0.0099
    assert float(since.max()) < 1.001
    # As many in every decade.
    assert float((since < 0.1).float().mean()) == pytest.approx(0.5, abs=0.03)


def test_grains_begin_at_nothing_and_end_in_silence() -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 1)
    for grain in (grit(tape, "a", band(3000, 2), decay_s=0.003), ring(tape, 700, decay_s=0.01)):
        assert abs(float(grain[0])) < 0.05
        assert float(grain[-8:].abs().max()) < 5e-3
        assert 0.3 < float(grain.abs().max()) <= 1.01
    assert len(together((1.0, torch.ones(3)), (0.5, torch.ones(5)))) == 5


def test_a_late_bubble_leaves_silence_before_it() -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 1)
    late = bubble(tape, 2.0, rise=0.1, late_s=0.02)
    assert float(late[: round(0.0195 * RATE_HZ)].abs().max()) < 1e-6
