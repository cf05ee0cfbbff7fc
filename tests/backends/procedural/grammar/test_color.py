"""Shades and mixtures of colors in OKLab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.backends.procedural.grammar.color import Shade, apply_shade, encode_srgb, mix, parse_hex
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.errors import SpecError

CHANNEL = st.floats(0.0, 1.0)
RED = ColorWord("red", (0.9, 0.1, 0.1))
GREY = ColorWord("grey", (0.5, 0.5, 0.5))


def test_hex_codes_have_three_or_six_digits() -> None:
    assert parse_hex("#ff0080") == (1.0, 0.0, 128 / 255)
    assert parse_hex("#f08") == parse_hex("#ff0088")


@given(CHANNEL, CHANNEL, CHANNEL)
def test_an_empty_shade_changes_nothing(red: float, green: float, blue: float) -> None:
    color = ColorWord("any", (red, green, blue))
    if max(color.srgb) > 0.05:
        assert apply_shade(color, Shade(), name="any").srgb == pytest.approx(color.srgb, abs=2e-4)


@given(CHANNEL, CHANNEL, CHANNEL, st.floats(-1, 1), st.floats(0, 3))
def test_a_shaded_color_stays_a_color(
    red: float, green: float, blue: float, light: float, chroma: float
) -> None:
    apply_shade(ColorWord("any", (red, green, blue)), Shade(light, chroma, 0.1), name="x", strength=2.0)


def test_lighter_is_lighter_and_muted_is_greyer() -> None:
    assert sum(apply_shade(GREY, Shade(lightness=0.1), name="x").srgb) > sum(GREY.srgb)
    muted = apply_shade(RED, Shade(chroma=0.5), name="x").srgb
    assert max(muted) - min(muted) < max(RED.srgb) - min(RED.srgb)


def test_a_mixture_lies_between() -> None:
    middle = mix(RED, GREY, share=0.5, name="x").srgb
    assert RED.srgb[1] < middle[1] < GREY.srgb[1]
    assert mix(RED, GREY, share=0.0, name="x").srgb == pytest.approx(RED.srgb, abs=1e-4)


def test_the_transfer_of_srgb_meets_known_values() -> None:
    assert encode_srgb((0.0, 0.214041, 1.0)) == pytest.approx((0.0, 0.5, 1.0), abs=1e-5)


def test_a_color_outside_its_range_is_refused() -> None:
    with pytest.raises(SpecError, match=r"within 0\.\.1"):
        ColorWord("bad", (1.2, 0.0, 0.0))
