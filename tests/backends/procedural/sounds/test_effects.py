"""What makes effects believable: matter that rings, feet that roll, bubbles, blasts, bells; and takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.backends.procedural.catalog.sounds import find_sound
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.sounds.draw import draw_effect
from assetgen.backends.procedural.sounds.effects.arcade import ARCADE
from assetgen.backends.procedural.sounds.effects.bodies import MATTERS, bounces, pushed, ratios, rung, strike
from assetgen.backends.procedural.sounds.effects.weapons import friedlander
from assetgen.backends.procedural.sounds.table import EFFECTS
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.context import Context
from benchmarks import listening, listening_effects

RATE_HZ = 48_000


@pytest.fixture(autouse=True, scope="module")
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def tape(seconds: float = 6.0, *, seed: int = 1, take: int = 0) -> Tape:
    return Tape(round(seconds * RATE_HZ), RATE_HZ, seed, loops=False, take=take)


def effect(
    name: str, *, seed: int = 1, take: int = 0, traits: dict[str, float] | None = None, **options: str
) -> Tensor:
    part = SoundPart(name=name, options=options, traits=traits or {})
    request = SoundRequest(mode="sfx", parts=(part,))
    return draw_effect(request, rate_hz=RATE_HZ, seed=seed, take=take, ctx=Context()).samples.mean(0)


def falls_by_s(samples: Tensor, db: float) -> float:
    """Return when a sound stays `db` below its loudest millisecond."""
    step = RATE_HZ // 1000
    level = samples[: len(samples) // step * step].view(-1, step).square().mean(1).sqrt()
    return int((level > level.max() * 10 ** (-db / 20)).nonzero()[-1]) / 1000


def center_hz(samples: Tensor) -> float:
    power = torch.fft.rfft(samples).abs().square().double()
    hz = torch.linspace(0, RATE_HZ / 2, len(power), dtype=torch.float64)
    return float((power * hz).sum() / power.sum())


def strongest_hz(samples: Tensor, low: float, high: float) -> float:
    power = torch.fft.rfft(samples).abs()
    hz = torch.linspace(0, RATE_HZ / 2, len(power))
    inside = (hz > low) & (hz < high)
    return float(hz[inside][power[inside].argmax()])


def test_matters_ring_in_the_order_in_which_the_ear_tells_them_apart() -> None:
    order = ("cloth", "stone", "wood", "glass", "metal")
    rings = [
        np.mean(
            [
                falls_by_s(strike(tape(seed=seed), "blow", MATTERS[name], size=1.0, force=0.7), 30)
                for seed in range(1, 6)
            ]
        )
        for name in order
    ]
    assert rings == sorted(rings)
    assert rings[-1] > 5 * rings[2] > 5 * rings[0]


@given(st.sampled_from(["wood", "metal", "glass", "stone", "blade", "crate"]), st.integers(1, 200))
def test_a_harder_blow_is_brighter_and_louder(matter: str, seed: int) -> None:
    soft, hard = (
        strike(tape(3.0, seed=seed), "blow", MATTERS[matter], size=1.0, force=force) for force in (0.1, 1.0)
    )
    assert center_hz(hard) > center_hz(soft)
    assert float(hard.abs().max()) > 2 * float(soft.abs().max())


@given(st.floats(0.3, 4.0), st.integers(1, 50))
def test_a_larger_body_is_lower(size: float, seed: int) -> None:
    small, large = (
        strike(tape(5.0, seed=seed), "blow", MATTERS["metal"], size=s, force=0.6) for s in (size, 2 * size)
    )
    assert center_hz(large) < center_hz(small)


def test_blows_on_one_body_share_its_modes_in_every_take_and_fall_on_other_spots() -> None:
    first, second = (
        strike(tape(take=take), f"blow/{take}", MATTERS["metal"], size=1.0, force=0.7, body="anvil")
        for take in (0, 3)
    )
    assert strongest_hz(first, 200, 700) == pytest.approx(strongest_hz(second, 200, 700), abs=1.0)
    count = min(len(first), len(second))
    assert float((first[:count] - second[:count]).abs().max()) > 0.1


def test_the_modes_of_a_bar_are_those_of_euler_and_bernoulli() -> None:
    found = ratios(tape(), "bar", 16).tolist()
    for ratio in (1.0, 2.756, 5.404, 8.933):
        assert min(abs(one - ratio) for one in found) < 1e-3


@given(st.sampled_from(["bar", "plate", "shell", "lump"]), st.integers(1, 24), st.integers(0, 1000))
def test_modes_rise_from_one(shape: str, count: int, seed: int) -> None:
    found = ratios(tape(seed=seed), shape, count)
    assert len(found) == min(count, len(found))
    assert float(found[0]) == pytest.approx(1.0, abs=1e-3)
    assert bool((found.diff() >= 0).all())


def test_a_long_contact_leaves_high_modes_alone() -> None:
    hz = torch.tensor([100.0, 1000.0, 8000.0])
    short, long = pushed(hz, 0.0001), pushed(hz, 0.002)
    assert bool((long[1:] < short[1:]).all())
    assert float(short[0]) == pytest.approx(1.0, abs=0.01)


def test_a_tone_dies_by_its_own_time_and_one_that_outlasts_its_tape_is_faded_out() -> None:
    one = torch.ones(1)
    short = rung(tape(), 500 * one, 0.1 * one, one)
    assert falls_by_s(short, 20) == pytest.approx(0.1 * np.log(10), abs=0.012)
    long = rung(tape(), 500 * one, 3 * one, one, longest_s=2.0)
    assert len(long) == 2 * RATE_HZ
    assert float(long[-48:].abs().max()) < 1e-4


def test_a_thing_that_bounces_does_so_ever_sooner_and_softer() -> None:
    blows = bounces(MATTERS["metal"], force=0.8, gap_s=0.3, most=8)
    times = [at_s for at_s, _ in blows]
    gaps = np.diff(times)
    assert len(blows) > 3
    assert np.allclose(gaps[1:] / gaps[:-1], MATTERS["metal"].bounce)
    assert [force for _, force in blows] == sorted((force for _, force in blows), reverse=True)
    assert len(bounces(MATTERS["flesh"], force=0.8, gap_s=0.3, most=8)) == 1


@pytest.mark.parametrize("ground", ["stone", "concrete", "wood"])
def test_a_walker_s_toe_comes_a_tenth_to_a_sixth_of_a_second_behind_the_heel(ground: str) -> None:
    for seed in range(1, 5):
        step = effect("footsteps", seed=seed, ground=ground)
        level = step[: len(step) // 48 * 48].view(-1, 48).square().mean(1)
        toe_ms = 60 + int(level[60:260].argmax())
        assert 80 <= toe_ms <= 190


def test_a_runner_lands_on_the_whole_foot() -> None:
    walked = effect("footsteps", ground="stone", traits={"speed": 0.0})
    run = effect("footsteps", ground="stone", traits={"speed": 1.0})
    assert falls_by_s(run, 12) < 0.8 * falls_by_s(walked, 12)


def share_of(samples: Tensor, low: float, high: float) -> float:
    """Return the share of the power between two frequencies."""
    power = torch.fft.rfft(samples).abs().square().double()
    hz = torch.linspace(0, RATE_HZ / 2, len(power), dtype=torch.float64)
    return float(power[(hz >= low) & (hz < high)].sum() / power.sum())


def test_a_step_on_carpet_is_a_dull_thud() -> None:
    for seed in range(1, 5):
        step = effect("footsteps", seed=seed, ground="carpet")
        assert share_of(step, 0, 300) > 0.65
        assert share_of(step, 2000, RATE_HZ / 2) < 0.01


@pytest.mark.parametrize("move", ["open", "close"])
def test_a_door_of_stone_grinds_low_and_comes_to_rest_with_a_thud(move: str) -> None:
    for seed in range(1, 5):
        made = effect("door", seed=seed, door="heavy", move=move)
        assert share_of(made, 60, 400) > 0.7
        low = torch.fft.rfft(made)
        low[torch.linspace(0, RATE_HZ / 2, len(low)) > 90] = 0
        thud_s = int(torch.fft.irfft(low, len(made)).abs().argmax()) / RATE_HZ
        assert thud_s > 0.6
        assert share_of(made[: round((thud_s - 0.1) * RATE_HZ)], 60, 400) > 0.7


def middle_and_width(samples: Tensor) -> tuple[float, float]:
    """Return the frequency below which half the power lies, and over how many octaves the middle 68% of it."""
    power = torch.fft.rfft(samples * torch.hann_window(len(samples))).abs().square().double().cumsum(0)
    hz = torch.linspace(0, RATE_HZ / 2, len(power), dtype=torch.float64)
    low, middle, high = (
        float(hz[int((power >= share * power[-1]).nonzero()[0])]) for share in (0.16, 0.5, 0.84)
    )
    return middle, float(np.log2(high / low))


def test_a_blade_swung_is_a_thin_band_that_glides_up_and_down_by_an_octave() -> None:
    for seed in range(1, 5):
        made = effect("whoosh", seed=seed, thing="sword")
        pieces = [middle_and_width(piece) for piece in made.split(2048) if len(piece) == 2048]
        middles = [middle for middle, _ in pieces]
        top = int(np.argmax(middles))
        assert pieces[top][1] < 0.6
        assert 0 < top < len(pieces) - 1
        assert min(middles[:top]) < 0.5 * middles[top]
        assert min(middles[top:]) < 0.6 * middles[top]


@given(st.floats(0.0005, 0.03))
def test_a_blast_jumps_up_and_sucks_back_when_its_positive_phase_is_over(positive_s: float) -> None:
    wave = friedlander(tape(), positive_s)
    crossing = int((wave < 0).nonzero()[0]) / RATE_HZ
    assert int(wave.argmax()) <= 8
    assert crossing == pytest.approx(positive_s, abs=1.5 / RATE_HZ)
    assert -0.5 < float(wave.min()) < -0.02


@pytest.mark.parametrize("gun", ["silenced", "shotgun", "cannon"])
def test_a_shot_without_a_sonic_boom_before_it_is_loud_within_half_a_millisecond(gun: str) -> None:
    for seed in range(1, 6):
        level = effect("gunshot", seed=seed, gun=gun).abs()
        risen = (level > 0.9 * level[: RATE_HZ // 100].max()).nonzero()[0]
        begun = (level > 0.1 * level[: RATE_HZ // 100].max()).nonzero()[0]
        assert int(risen - begun) <= 0.0005 * RATE_HZ


def test_a_silencer_takes_the_highs_and_leaves_the_click_of_the_action() -> None:
    for seed in range(1, 5):
        open_shot, made = (effect("gunshot", seed=seed, gun=gun) for gun in ("pistol", "silenced"))
        pft = slice(0, round(0.025 * RATE_HZ))
        assert share_of(made[pft], 4000, RATE_HZ / 2) < 0.5 * share_of(open_shot[pft], 4000, RATE_HZ / 2)
        clicks = made[round(0.028 * RATE_HZ) : round(0.1 * RATE_HZ)]
        assert float(clicks.abs().max()) > 0.25 * float(made.abs().max())


def test_the_bubble_of_a_drop_rings_where_minnaert_has_it() -> None:
    small = effect("drop", traits={"size": 0.0})
    large = effect("drop", traits={"size": 1.0})
    # 1.6 mm and 3.2 mm, give or take a tenth, and what the bubble rises by.
    assert 1700 < strongest_hz(small, 400, 8000) < 2700
    assert 850 < strongest_hz(large, 400, 8000) < 1350


def test_a_bell_has_the_partials_that_founders_tune() -> None:
    made = effect("bell", bell="church", traits={"size": 0.5})[: RATE_HZ * 4]
    hum = strongest_hz(made, 100, 180)
    for ratio in (1.0, 1.183, 1.506, 2.0):
        partial = hum * 2 * ratio
        assert strongest_hz(made, partial * 0.96, partial * 1.04) == pytest.approx(partial, rel=0.01)


def test_a_coin_is_two_notes_a_fourth_or_a_fifth_apart() -> None:
    for seed in range(1, 6):
        made = effect("coin", seed=seed, era="8 bit", item="coin")
        first = strongest_hz(made[: round(0.045 * RATE_HZ)], 700, 1250)
        second = strongest_hz(made[round(0.1 * RATE_HZ) : round(0.2 * RATE_HZ)], 1100, 1900)
        assert second / first == pytest.approx(1.3348, rel=0.03) or second / first == pytest.approx(
            1.4983, rel=0.03
        )


def test_an_old_chip_steps_its_loudness_at_every_picture() -> None:
    old, new = (effect("select", era=era) for era in ("8 bit", "16 bit"))
    peaks = [float(piece.abs().max()) for piece in old[round(0.11 * RATE_HZ) :].split(RATE_HZ // 60)[:-1]]
    assert len({round(peak, 2) for peak in peaks}) <= 16
    assert len(new) > len(old)


def test_a_siren_has_no_power_that_is_not_sound() -> None:
    made = effect("alarm", alarm="siren")
    assert abs(float(made.mean())) < 1e-3 * float(made.abs().max())


@pytest.mark.parametrize("name", EFFECTS)
def test_takes_are_one_thing_and_seeds_are_others(name: str) -> None:
    """The parameters of a thing hardly move from take to take, and span their range from seed to seed."""
    card = find_sound(name)
    takes = [effect(name, take=take) for take in range(3)]
    assert all(
        float((takes[0][:n] - other[:n]).abs().max()) > 0.01
        for other in takes[1:]
        if (n := min(len(takes[0]), len(other)))
    )
    lengths = [len(take) / RATE_HZ for take in takes]
    assert max(lengths) - min(lengths) < max(0.4 * card.seconds, 0.2)


CASES = listening_effects.cases()
EXTREMES = (
    {
        "size": 1.0,
        "intensity": 1.0,
        "speed": 1.0,
        "height": 0.9,
        "length": 1.7,
        "repeats": 6.0,
        "distance": 0.9,
    },
    {"size": 0.0, "intensity": 0.0, "speed": 0.0, "height": 0.1, "length": 0.6, "age": 1.0, "density": 0.1},
)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_effect_bears_every_wish_at_a_low_rate(case) -> None:  # noqa: ANN001
    for traits in EXTREMES:
        part = SoundPart(name=case.parts[0].name, options=case.parts[0].options, traits=traits)
        request = SoundRequest(mode="sfx", parts=(part,))
        made = draw_effect(request, rate_hz=22_050, seed=3, ctx=Context()).samples
        assert bool(torch.isfinite(made).all())
        assert float(made[:, -8:].abs().max()) < 0.01 * float(made.abs().max())


def test_a_distant_sound_is_dull_and_no_longer_than_a_near_one() -> None:
    near, far = (effect("impact", traits={"distance": share}, matter="glass") for share in (0.0, 1.0))
    assert center_hz(far) < 0.5 * center_hz(near)
    assert len(far) < 1.5 * len(near)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_effect_measures_like_the_real_thing(case) -> None:  # noqa: ANN001
    wrong = [
        f"{line} (seed {seed})"
        for seed in range(1, 5)
        for line in listening_effects.outside(
            case.name, listening_effects.figures(listening_effects.played(case, seed))
        )
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_takes_lie_nearer_than_seeds(case) -> None:  # noqa: ANN001
    takes = [listening_effects.played(case, 1, take) for take in range(4)]
    seeds = [listening_effects.played(case, seed) for seed in range(1, 9)]
    assert listening_effects.apart_db(takes) < 1.25 * listening_effects.apart_db(seeds)


def nearest_takes_db(case: listening.Case, seed: int) -> float:
    """Return how far apart the two takes of four lie that are most alike."""
    takes = [listening_effects.played(case, seed, take) for take in range(4)]
    return min(listening_effects.apart_db(list(pair)) for pair in combinations(takes, 2))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.split("/")[0] in ARCADE], ids=lambda case: case.name
)
def test_no_two_takes_of_a_game_sound_are_alike(case) -> None:  # noqa: ANN001
    for seed in range(7, 11):
        assert nearest_takes_db(case, seed) > 0.4


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_two_takes_are_alike(case) -> None:  # noqa: ANN001
    for seed in (1, 2):
        assert nearest_takes_db(case, seed) > 0.4


@pytest.mark.parametrize("name", ["hz", "moved/size", "tune"])
def test_four_takes_are_laid_out_and_not_drawn(name: str) -> None:
    for seed in range(20):
        found = sorted(tape(seed=seed, take=take).apart(name) for take in range(4))
        assert 0.0 in found
        assert -0.5 <= found[0] < found[-1] <= 0.5
        assert min(np.diff(found)) > 0.24


def test_every_expectation_is_of_an_effect_that_there_is() -> None:
    known = {case.name for case in CASES} | {case.name.split("/")[0] for case in CASES}
    assert set(listening_effects.tables()) <= known
