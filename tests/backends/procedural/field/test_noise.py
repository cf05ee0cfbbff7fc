from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from tests.backends.procedural.periodic import correlation, shrink


def gradient_noise_by_texel(torus: Torus, name: str, nx: int, ny: int) -> Tensor:
    """Perlin's noise as the paper tells it: four gradients around each texel, faded into each other."""
    angles = (torus.uniform(name, nx * ny)[:, 0].view(ny, nx).double() * 2 * math.pi).tolist()
    rows = []
    for v in torus.v[:, 0].tolist():
        row = []
        for u in torus.u[0].tolist():
            x, y = u * nx, v * ny
            left, top = math.floor(x), math.floor(y)
            total = 0.0
            for line in (top, top + 1):
                for column in (left, left + 1):
                    dx, dy = x - column, y - line
                    angle = angles[line % ny][column % nx]
                    ramp = math.cos(angle) * dx + math.sin(angle) * dy
                    total += fade(abs(dx)) * fade(abs(dy)) * ramp
            row.append(total * math.sqrt(2))
        rows.append(row)
    return torch.tensor(rows)


def fade(t: float) -> float:
    """The weight of a lattice point at a distance of t cells: 1 there, 0 at its neighbours."""
    return 1 - t**3 * (t * (t * 6 - 15) + 10)


def radial_power(field: Tensor) -> Tensor:
    """Mean power of each whole frequency 0..N/2-1, (N/2,)."""
    size = field.shape[0]
    power = torch.fft.fft2(field).abs() ** 2 / size**4
    k = torch.fft.fftfreq(size, 1 / size)
    ring = torch.sqrt(k[:, None] ** 2 + k[None] ** 2).round().long().reshape(-1)
    total = torch.zeros(size * 2).index_add(0, ring, power.reshape(-1).float())
    count = torch.zeros(size * 2).index_add(0, ring, torch.ones(size * size))
    return (total / count.clamp(min=1))[: size // 2]


@given(
    nx=st.integers(1, 9),
    ny=st.integers(1, 9),
    seed=st.integers(0, 999),
    origin=st.tuples(*[st.integers(0, 40)] * 2),
)
def test_gradient_noise_is_perlins_texel_by_texel(
    nx: int, ny: int, seed: int, origin: tuple[int, int]
) -> None:
    torus = Torus(18, seed, 1.0, origin)
    twin = gradient_noise_by_texel(torus, "n", nx, ny)
    assert float((gradient_noise(torus, "n", nx, ny) - twin).abs().max()) < 2e-5


def test_gradient_noise_keeps_its_range() -> None:
    noise = gradient_noise(Torus(256, 3, 1.0), "n", 32)
    assert -1.05 < float(noise.min()) < -0.7
    assert 0.7 < float(noise.max()) < 1.05
    assert abs(float(noise.mean())) < 0.05


def test_gradient_noise_vanishes_on_its_lattice() -> None:
    # 16 cells on 48 texels: the centre of every third texel is half a texel from a lattice point's column.
    noise = gradient_noise(Torus(2048, 3, 1.0), "n", 4)
    assert float(noise[::512, ::512].abs().max()) < 0.005


@pytest.mark.parametrize("shape", ["smooth", "ridged", "billow"])
def test_fbm_stays_about_minus_one_to_one(shape: str) -> None:
    field = fbm(Torus(256, 4, 1.0), "n", 3, octaves=7, shape=shape)
    assert float(field.abs().max()) < 1.2
    assert float(field.std()) > 0.1


def test_fbm_is_the_sum_of_its_octaves() -> None:
    torus = Torus(64, 4, 1.0)
    by_hand = sum(
        (gradient_noise(torus, f"n/{i}", 3 * 2**i, 2 * 2**i) * 0.6**i for i in range(1, 3)),
        gradient_noise(torus, "n/0", 3, 2),
    )
    field = fbm(torus, "n", 3, period_y=2, octaves=3, gain=0.6)
    assert torch.allclose(field, by_hand / (1 + 0.6 + 0.36), atol=1e-6)


@pytest.mark.parametrize("shape", ["smooth", "ridged", "billow"])
def test_fbm_is_the_same_picture_at_every_size(shape: str) -> None:
    large = fbm(Torus(1024, 4, 1.0), "n", 4, octaves=6, shape=shape)
    for size in (256, 512):
        small = fbm(Torus(size, 4, 1.0), "n", 4, octaves=6, shape=shape)
        assert correlation(small, shrink(large, 1024 // size)) > 0.995
        assert float((small - shrink(large, 1024 // size)).abs().mean()) < 0.02


def test_octaves_beyond_nyquist_are_left_out_without_changing_the_rest() -> None:
    torus = Torus(32, 4, 1.0)
    few, many = (fbm(torus, "n", 8, octaves=n, gain=0.5) for n in (2, 9))
    norm_of_two, norm_of_nine = 1.5, 2 - 0.5**8
    assert torch.allclose(few * norm_of_two, many * norm_of_nine, atol=1e-6)


@pytest.mark.parametrize("stretch", [(1.0, 1.0), (1.0, 8.0), (8.0, 1.0), (0.3, 1.0)])
@pytest.mark.parametrize("slope", [0.0, 1.3, 2.5])
def test_spectral_noise_has_a_deviation_of_one(slope: float, stretch: tuple[float, float]) -> None:
    drawn = [
        spectral_noise(Torus(128, seed, 1.0), "n", slope=slope, low=9, high=60, stretch=stretch)
        for seed in range(8)
    ]
    # A streak holds few frequencies, so that one drawing scatters by a quarter; eight together do not.
    deviation = math.sqrt(sum(float(field.var()) for field in drawn) / 8)
    assert deviation == pytest.approx(1, abs=0.02 if slope == 0 else 0.1)


def test_spectral_noise_has_no_direction_of_its_own() -> None:
    across = along = 0.0
    for seed in range(60):
        field = spectral_noise(Torus(32, seed, 1.0), "n", slope=2.0, low=1, high=1)
        across += float(field.mean(0).var())
        along += float(field.mean(1).var())
    assert across == pytest.approx(along, rel=0.5)  # a forgotten half of one column shows as a factor of 2


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_power_of_spectral_noise_falls_with_its_slope(slope: float) -> None:
    power = sum(radial_power(spectral_noise(Torus(256, s, 1.0), "n", slope=slope)) for s in range(4))
    assert isinstance(power, Tensor)
    k = torch.arange(8, 100)
    design = torch.stack([torch.log(k.float()), torch.ones(len(k))], dim=1)
    fitted = torch.linalg.lstsq(design, torch.log(power[8:100])[:, None]).solution[0, 0]
    # Power of one frequency falls by one more than that of a ring, which holds ever more frequencies.
    assert float(fitted) == pytest.approx(-(slope + 1), abs=0.1)


def test_spectral_noise_holds_only_the_frequencies_asked_for() -> None:
    power = radial_power(spectral_noise(Torus(128, 1, 1.0), "n", slope=1.0, low=10, high=20))
    outside = float(power[:9].sum() + power[22:].sum())
    assert outside < 1e-6 * float(power.sum())


def test_a_larger_tile_of_spectral_noise_only_adds_detail() -> None:
    large = spectral_noise(Torus(512, 1, 1.0), "n", slope=2.0)
    small = spectral_noise(Torus(128, 1, 1.0), "n", slope=2.0)
    spectrum = torch.fft.fft2(large)
    k = torch.fft.fftfreq(512, 1 / 512).abs()
    kept = torch.fft.ifft2(spectrum * ((k[:, None] <= 40) & (k[None] <= 40))).real
    k_small = torch.fft.fftfreq(128, 1 / 128).abs()
    same = torch.fft.ifft2(torch.fft.fft2(small) * ((k_small[:, None] <= 40) & (k_small[None] <= 40))).real
    # Sampled at texel corners instead of centres, the two lie 1.5 large texels apart and agree to 0.996 only.
    assert correlation(shrink(kept, 4), same) > 0.999


def test_stretched_noise_runs_along_y() -> None:
    field = spectral_noise(Torus(256, 1, 1.0), "n", slope=2.0, low=4, stretch=(1.0, 8.0))
    across = float((field - torch.roll(field, 1, 1)).square().mean())
    along = float((field - torch.roll(field, 1, 0)).square().mean())
    assert across > 10 * along
    assert float(field.std()) == pytest.approx(1, abs=0.2)
