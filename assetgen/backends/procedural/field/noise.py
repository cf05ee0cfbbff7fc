"""Stationary noise on the torus: gradient noise and its sums, and spectral noise for fine detail.

Lattice periods are whole numbers of cells per tile, so every octave closes on itself. Octaves beyond the Nyquist
limit are left out, which keeps one seed the same picture at every size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import row_bands
from assetgen.backends.procedural.field.steady import power
from assetgen.backends.procedural.field.torus import Torus, hash_uniform

_SPECTRAL_LIMIT = 512
"""Highest frequency of spectral noise in cycles per tile; the same at every size, so that amplitudes are too."""

_FEWEST_PATCHES = 6


def gradient_noise(torus: Torus, name: str, period: int, period_y: int | None = None) -> Tensor:
    """Return Perlin's gradient noise, (N, N), about -1..1, with `period` cells along the tile.

    A regular lattice makes the interpolation separable: rows of gradients are drawn out along x once per lattice
    line, and every row of texels blends the two lines around it. Measured 20 times faster than gathering four
    gradients per texel; as matrix products it costs up to 8 times more where periods are high, and a library may
    split their sums among its threads. Source: K. Perlin, Improving Noise, SIGGRAPH 2002.
    """
    nx, ny = period, period_y or period
    angle = torus.uniform(name, nx * ny)[:, 0].view(ny, nx) * (2 * math.pi)
    across, down = _lattice_lines(torus.u[0], nx), _lattice_lines(torus.v[:, 0], ny)
    # (ny, N) on every lattice line: the slopes along x, and the share of a slope along y.
    along_x, along_y = torch.zeros(2, ny, torus.size, device=torus.device)
    for line in across:
        along_x.addcmul_(torch.cos(angle).index_select(1, line.index), line.slope)
        along_y.addcmul_(torch.sin(angle).index_select(1, line.index), line.weight)
    result = torch.empty(torus.size, torus.size, device=torus.device)
    for rows in row_bands(torus):
        band = torch.zeros_like(result[rows])
        for line in down:
            index = line.index[rows]
            band.addcmul_(along_x.index_select(0, index), line.weight[rows, None])
            band.addcmul_(along_y.index_select(0, index), line.slope[rows, None])
        torch.mul(band, math.sqrt(2.0), out=result[rows])
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One of the two lattice lines around every texel of an axis.

    Args:
        index: (N,) number of the line.
        weight: (N,) its share in the blend.
        slope: (N,) its share times the distance to it in cells.
    """

    index: Tensor
    weight: Tensor
    slope: Tensor


def _lattice_lines(position: Tensor, period: int) -> tuple[_Line, _Line]:
    cell = position * period
    low = torch.floor(cell)
    fraction = cell - low
    fade = fraction * fraction * fraction * (fraction * (fraction * 6 - 15) + 10)
    index = low.to(torch.int64)
    return (
        _Line(index % period, 1 - fade, (1 - fade) * fraction),
        _Line((index + 1) % period, fade, fade * (fraction - 1)),
    )


def fbm(
    torus: Torus,
    name: str,
    period: int,
    *,
    octaves: int = 5,
    gain: float = 0.5,
    period_y: int | None = None,
    shape: str = "smooth",
) -> Tensor:
    """Return fractal noise, (N, N), about -1..1: octaves of doubling frequency and falling amplitude.

    Args:
        torus: the tile.
        name: the random stream.
        period: cells along x in the first octave; `period_y` along y when it differs.
        octaves: how many octaves at most; those above Nyquist are left out.
        gain: amplitude of each octave relative to the one before.
        shape: "smooth", "ridged" (sharp crests) or "billow" (round lumps, sharp valleys).
    """
    nx, ny = period, period_y or period
    total = torus.zeros()
    amplitude, norm = 1.0, 0.0
    for octave in range(octaves):
        norm += amplitude
        if max(nx, ny) <= torus.size // 2:
            layer = gradient_noise(torus, f"{name}/{octave}", nx, ny)
            total.add_(_shaped(layer, shape), alpha=amplitude)
        amplitude, nx, ny = amplitude * gain, nx * 2, ny * 2
    return total.div_(norm)


def patchwork(torus: Torus, name: str, size_m: float, *, octaves: int = 5, gain: float = 0.5) -> Tensor:
    """Return fractal noise for what comes in patches of about `size_m`, (N, N), about -1..1.

    On a small tile they are smaller: two or three patches to a tile would show as a pattern over a wall.
    """
    return fbm(torus, name, max(torus.cells_across(size_m), _FEWEST_PATCHES), octaves=octaves, gain=gain)


def _shaped(layer: Tensor, shape: str) -> Tensor:
    if shape == "ridged":
        crest = (1 - layer.abs() * 1.4).clamp_(min=0)
        return crest.square_().mul_(2).sub_(1)
    if shape == "billow":
        return layer.abs_().mul_(2).sub_(0.5)
    return layer


def spectral_noise(
    torus: Torus,
    name: str,
    *,
    slope: float,
    low: int = 1,
    high: int = _SPECTRAL_LIMIT,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Tensor:
    """Return Gaussian noise with power falling as frequency^-slope, (N, N), standard deviation about 1.

    Every frequency's phase is hashed from the frequency itself, so a larger tile only adds detail. The deviation
    is normalised by the spectrum, never by the texels: a reduction would depend on the thread count.

    Args:
        torus: the tile.
        name: the random stream.
        slope: spectral slope; 0 white, 1 grainy, 2 cloudy, 3 smooth hills.
        low: lowest frequency in cycles per tile.
        high: highest frequency, at most 512.
        stretch: frequencies along (x, y) are multiplied by this before the slope applies; (1, 8) draws streaks
            along y eight times as long as wide.
    """
    size = torus.size
    top = min(high, _SPECTRAL_LIMIT)
    reach = min(top, size // 2 - 1)
    ky = torch.arange(-reach, reach + 1, device=torus.device, dtype=torch.int64)[:, None]
    kx = torch.arange(0, reach + 1, device=torus.device, dtype=torch.int64)[None, :]
    index = (ky + 4096) * 8192 + kx
    radius = torch.sqrt((kx * stretch[0]).float() ** 2 + (ky * stretch[1]).float() ** 2)
    energy = _energy(radius, slope, low, top)
    seed = torus.stream(name)
    rayleigh = -torch.log(hash_uniform(index, seed) + 1e-7)
    scroll = ((kx * torus.origin[0] + ky * torus.origin[1]) % size).float() / size
    # The transform samples texels at their corners; half a texel of phase moves it to their centres.
    scroll = scroll + (kx + ky).float() * (0.5 / size)
    phase = (hash_uniform(index, seed ^ 0x5851F42D) + scroll) * (2 * math.pi)
    spectrum = torch.zeros(size, size // 2 + 1, dtype=torch.complex64, device=torus.device)
    # Of the column kx = 0 the transform keeps the real part, half of its power: the factor 2 makes up for it.
    energy[:, 0] *= 2
    spectrum[ky[:, 0] % size, : reach + 1] = torch.polar(torch.sqrt(energy * rayleigh), phase)
    scale = size * size / math.sqrt(_expected_power(slope, low, top, stretch))
    return torch.fft.irfft2(spectrum, s=(size, size)).mul_(scale)


def _energy(radius: Tensor, slope: float, low: int, top: int) -> Tensor:
    inside = (radius >= low) & (radius <= top)
    return torch.where(inside, power(radius.clamp(min=1e-3), -(slope + 1)), 0.0)


@lru_cache(maxsize=256)
def _expected_power(slope: float, low: int, top: int, stretch: tuple[float, float]) -> float:
    """Sum the power of every frequency up to `top`, also of those that a small tile cannot show."""
    k = torch.arange(top + 1, dtype=torch.float64)
    radius = torch.sqrt((k * stretch[0]) ** 2 + (k[:, None] * stretch[1]) ** 2)
    mirrored = torch.where(k > 0, 2.0, 1.0)  # one quadrant stands for all four
    columns = (_energy(radius, slope, low, top) * mirrored * mirrored[:, None]).sum(0)
    return max(math.fsum(columns.tolist()), 1e-30)
