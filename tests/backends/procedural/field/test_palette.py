from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.field.palette import (
    Palette,
    flat_color,
    hex_to_srgb,
    linear_to_oklab,
    mix,
    oklab_to_linear,
    piece_tints,
    pigment,
    srgb_to_linear,
)
from assetgen.backends.procedural.field.torus import Torus

COLORS = st.tuples(*[st.floats(0, 1)] * 3)


def lightness(color: tuple[float, float, float]) -> float:
    return linear_to_oklab(color)[0]


def test_hex_colors_are_read_as_srgb() -> None:
    assert hex_to_srgb("#ff8000") == (1.0, 128 / 255, 0.0)
    assert srgb_to_linear((0.0, 0.5, 1.0)) == pytest.approx((0.0, 0.21404, 1.0), abs=1e-5)


@given(color=COLORS)
def test_oklab_and_back_is_the_same_color(color: tuple[float, float, float]) -> None:
    assert oklab_to_linear(linear_to_oklab(color)) == pytest.approx(color, abs=1e-5)


def test_white_has_no_chroma_in_oklab() -> None:
    assert linear_to_oklab((1.0, 1.0, 1.0)) == pytest.approx((1, 0, 0), abs=1e-5)


def test_a_ramp_passes_through_its_stops_and_is_clamped_beyond() -> None:
    ramp = Palette.of("#102030", "#a08060", "#ffffff")
    painted = ramp.paint(torch.tensor([[-1.0, 0.0, 0.5, 1.0, 2.0]]))[:, 0].T
    for row, (_, color) in zip(painted, [ramp.stops[i] for i in (0, 0, 1, 2, 2)], strict=True):
        assert row.tolist() == pytest.approx(color, abs=1e-5)


def test_a_ramp_of_one_color_is_flat() -> None:
    painted = Palette.of("#808080").paint(torch.rand(4, 4, generator=torch.Generator().manual_seed(1)))
    assert float(painted.amax()) == float(painted.amin())


@given(color=COLORS, brightness=st.floats(-1, 1))
def test_brightness_moves_the_lightness_its_way(color: tuple[float, float, float], brightness: float) -> None:
    ramp = Palette(((0.0, color),))
    change = lightness(ramp.adjusted(brightness=brightness).stops[0][1]) - lightness(color)
    # Clipping to the gamut may pull a very bright or very colorful color back a little.
    assert change * brightness >= -0.08
    if brightness < -0.1 and lightness(color) > 0.2:
        assert change < 0


def test_saturation_reaches_from_grey_to_vivid_and_warmth_turns_to_yellow() -> None:
    ramp = Palette.of("#7a6a55")
    chroma = [
        sum(c * c for c in linear_to_oklab(ramp.adjusted(saturation=s).stops[0][1])[1:])
        for s in (-1.0, 0.0, 1.0)
    ]
    assert chroma[0] < 0.05 * chroma[1] < chroma[1] < chroma[2]
    cool, warm = (linear_to_oklab(ramp.adjusted(warmth=w).stops[0][1])[2] for w in (-1.0, 1.0))
    assert cool < warm


@given(srgb=st.tuples(*[st.floats(0.05, 0.95)] * 3))
def test_a_tinted_ramp_keeps_its_order_of_light_and_dark(srgb: tuple[float, float, float]) -> None:
    tinted = Palette.of("#454340", "#807b71", "#aca599").tinted(srgb)
    levels = [lightness(color) for _, color in tinted.stops]
    assert levels[0] <= levels[1] + 0.02
    assert levels[1] <= levels[2] + 0.02


def test_a_tint_takes_the_hue_asked_for_and_strength_nought_changes_nothing() -> None:
    ramp = Palette.of("#454340", "#807b71", "#aca599")
    red, green, blue = ramp.tinted((0.8, 0.1, 0.1)).middle()
    assert red > 2 * green
    assert red > 2 * blue
    for (_, before), (_, after) in zip(ramp.stops, ramp.tinted((0.8, 0.1, 0.1), 0.0).stops, strict=True):
        assert after == pytest.approx(before, abs=1e-5)


def test_mix_blends_fields_colors_and_numbers() -> None:
    torus = Torus(16, 1, 1.0)
    mask = torch.full((16, 16), 0.25)
    assert float(mix(torus.zeros(), 1.0, mask)[3, 3]) == 0.25
    color = mix(torch.zeros(3, 16, 16), flat_color(torus, (1.0, 0.5, 0.0)), mask)
    assert color[:, 0, 0].tolist() == [0.25, 0.125, 0.0]


def test_tints_are_small_and_differ_between_pieces() -> None:
    tints = piece_tints(Torus(16, 1, 1.0), "t", 500, value=0.15, hue=4.0, warmth=0.05)
    assert tints.shape == (3, 500)
    assert 0.75 < float(tints.min()) < 0.9
    assert 1.1 < float(tints.max()) < 1.3
    assert tints.mean(1).tolist() == pytest.approx([1, 1, 1], abs=0.02)
    still = piece_tints(Torus(16, 1, 1.0), "t", 5, value=0.0, hue=0.0, warmth=0.0)
    assert torch.equal(still, torch.ones(3, 5))


@given(COLORS, st.sampled_from([0.1, 0.14]))
def test_a_pigment_is_a_color_of_bounded_chroma_and_no_lighter_than_its_name(
    srgb: tuple[float, float, float], most_chroma: float
) -> None:
    named, real = (linear_to_oklab(srgb_to_linear(c)) for c in (srgb, pigment(srgb, most_chroma=most_chroma)))
    assert math.hypot(real[1], real[2]) <= most_chroma + 0.002
    assert real[0] <= named[0] + 0.01


@pytest.mark.parametrize("grey", [0.0, 0.2, 0.5, 1.0])
def test_a_grey_is_a_pigment_as_it_is(grey: float) -> None:
    assert pigment((grey, grey, grey), most_chroma=0.1) == pytest.approx((grey, grey, grey), abs=0.01)
