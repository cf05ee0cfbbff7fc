"""The picture of a sound shows when it is loud and how high it is, whatever its length."""

from __future__ import annotations

import math

import pytest
import torch

from assetgen.imaging.sound_picture import draw_sound
from assetgen.media.audio import AudioClip
from assetgen.media.image import ColorSpace
from tests.dsp.sounds import RATE_HZ, noise, sine

WIDTH, HEIGHT = 160, 120
GROUND = torch.tensor((0.055, 0.065, 0.085))


def drawn(samples: torch.Tensor, *, rate_hz: int = RATE_HZ) -> torch.Tensor:
    picture = draw_sound(AudioClip(samples=samples, sample_rate_hz=rate_hz), width=WIDTH, height=HEIGHT)
    assert picture.space is ColorSpace.SRGB
    assert picture.pixels.shape == (HEIGHT, WIDTH, 3)
    assert 0 <= float(picture.pixels.min()) <= float(picture.pixels.max()) <= 1
    return picture.pixels


def wave(pixels: torch.Tensor) -> torch.Tensor:
    """Return which pixels of the upper third are not ground."""
    return ((pixels[: HEIGHT // 3 - 2] - GROUND).abs().amax(-1) > 0.01).double()


def row_of(hz: float, rate_hz: int) -> float:
    """Return the row of a frequency: logarithmic, 30 Hz at the bottom, 0.48 of the rate at the top."""
    lower = HEIGHT - HEIGHT // 3
    return HEIGHT // 3 + lower * (1 - math.log(hz / 30.0) / math.log(0.48 * rate_hz / 30.0))


@pytest.mark.parametrize("hz", [200.0, 1000.0, 5000.0])
@pytest.mark.parametrize("rate_hz", [22_050, 48_000])
def test_a_tone_is_a_bright_line_at_its_height(hz: float, rate_hz: int) -> None:
    light = drawn(sine(hz, rate_hz, rate_hz=rate_hz), rate_hz=rate_hz)[HEIGHT // 3 :].sum(-1).mean(1)
    assert HEIGHT // 3 + int(light.argmax()) == pytest.approx(row_of(hz, rate_hz), abs=3)


def test_the_waveform_is_as_tall_as_the_sound_is_loud_and_where_it_is() -> None:
    sound = torch.cat([torch.zeros(1, RATE_HZ), sine(440.0, RATE_HZ) * 0.5], dim=1)
    tall = wave(drawn(sound)).mean(0)
    assert float(tall[: WIDTH // 2 - 1].max()) == 0
    assert float(tall[WIDTH // 2 + 1 :].min()) == pytest.approx(0.5, abs=0.06)


def test_the_middle_of_the_waveform_is_brighter() -> None:
    pixels = drawn(noise(RATE_HZ) * 3)[: HEIGHT // 3 - 2]
    assert float(pixels[HEIGHT // 6 - 1].mean()) > float(pixels[HEIGHT // 6 - 9].mean())


def test_silence_is_dark_and_flat() -> None:
    pixels = drawn(torch.zeros(2, RATE_HZ))
    assert float(wave(pixels).mean()) == 0
    assert torch.allclose(pixels[HEIGHT // 3 :], GROUND.expand(HEIGHT - HEIGHT // 3, WIDTH, 3), atol=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 63, WIDTH - 1, 511, 4095, 4096, 4097])
def test_a_short_sound_can_be_shown(frames: int) -> None:
    drawn(torch.full((2, frames), 0.3))


def test_a_sound_of_more_frames_than_single_floats_count_can_be_shown() -> None:
    drawn(torch.zeros(1, 1).expand(1, (1 << 24) + 3))
