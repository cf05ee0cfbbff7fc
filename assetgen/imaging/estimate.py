"""What a color picture alone tells about a surface: its height, its roughness, and the light that fell on it.

Nothing of this is in the picture for certain. Height follows the rule that hollows are darker, band by band: coarse
bands count for more, since what is wider is deeper, and what is wider than a quarter of the picture counts as light.
Where light is known to have come from one side, lightness is slope along that side instead and is integrated. Over
25 scanned sets lightness was the best single sign of height in every band (mean correlation with the true slopes
0.22, by set from -0.1 to 0.9), and saturation added nothing that held for all; darker and busier places were rougher.

Sources: Ottosson's OKLab lightness; Pentland, "Linear Shape from Shading", IJCV 1990.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from assetgen.errors import SpecError
from assetgen.imaging.color import linear_to_oklab, linear_to_srgb, luminance, srgb_to_linear
from assetgen.imaging.normals import decode_normal
from assetgen.media.image import AlphaMode, ColorSpace, Image

LIGHTS = {"top": (0.0, -1.0), "bottom": (0.0, 1.0), "left": (-1.0, 0.0), "right": (1.0, 0.0)}
"""Where light came from: towards it in texels, x to the right and y down."""
LARGEST_RELIEF = 0.08
"""As a share of the width."""

Response = Callable[[Tensor, Tensor, tuple[int, int]], Tensor]
"""Takes waves per texel along x and y, and (width, height); gives what each wave is multiplied by."""

_COARSEST = 4.0
"""Waves per picture below which lightness is taken for light."""
_FINEST = 2.0
"""Texels of a wave below which there is grain and compression noise alone."""
_SLOPE_PER_CONTRAST = 2.4
_SHADING = 3.0
"""How much more slopes count that were read from shading than those that were guessed from darkness."""
_LIGHT_GRID = 128
_LIGHT_WAVES = 1.6
_BAND_TEXELS = 1 << 18
_SAMPLES = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class HeightEstimate:
    """A guessed height field.

    Args:
        height: (H, W), 0 lowest, 1 highest.
        relief: height difference between 0 and 1, as a share of the picture's width.
    """

    height: Tensor
    relief: float


def remove_illumination(color: Image, *, strength: float = 1.0) -> Image:
    """Return a picture without its slow changes of brightness, at the same mean luminance.

    Args:
        color: SRGB, three channels or four with alpha.
        strength: 0 leaves it alone, 1 levels waves that are longer than half of the picture.
    """
    if color.space is not ColorSpace.SRGB or color.channels < 3:
        raise SpecError("light is taken out of sRGB color alone.")
    grid = (min(color.height, _LIGHT_GRID), min(color.width, _LIGHT_GRID))
    light = _planes(color)
    coarse = adaptive_avg_pool2d(luminance(light, axis=0)[None, None], grid)[0, 0]
    level = coarse.clamp_min(1e-4).log()
    slow = _filtered(level, wraps=color.wraps, response=_slow_light)
    gain = torch.exp((slow.mean() - slow) * strength)[None, None]
    gain = interpolate(gain, size=(color.height, color.width), mode="bicubic", align_corners=False)[0, 0]
    before = float(luminance(light, axis=0).mean())
    light *= gain
    light *= before / max(float(luminance(light, axis=0).mean()), 1e-6)
    rgb = linear_to_srgb(light).clamp_(0.0, 1.0).movedim(0, -1).contiguous()
    if color.alpha is AlphaMode.NONE:
        return color.with_pixels(rgb)
    return color.with_pixels(torch.cat((rgb, color.pixels[..., 3:]), dim=-1))


def estimate_height(
    color: Image, *, detail: float = 0.5, invert: bool = False, light: str | None = None
) -> HeightEstimate:
    """Return a height field that would look like a picture.

    Args:
        color: SRGB; what is transparent counts by its color.
        detail: 0 large shapes alone, 1 as much relief in the finest grain as its contrast suggests.
        invert: dark is high instead of deep.
        light: where light came from when the picture was taken, one of LIGHTS; None for even light.
    """
    lightness = _lightness(color)
    contrast = float((lightness - _slow_part(lightness, color.wraps)).std())
    if contrast < 1e-5:
        return HeightEstimate(torch.full_like(lightness, 0.5), 0.0)
    power = 1.2 * (1.0 - detail)
    height = _filtered(lightness, wraps=color.wraps, response=lambda x, y, size: _bands(x, y, size, power))
    if invert:
        height = -height
    if light is not None:
        toward = LIGHTS[light]
        shaped = _filtered(
            lightness, wraps=color.wraps, response=lambda x, y, size: _integrated(x, y, size, toward)
        )
        height = height / _slope(height) + shaped * (_SHADING / _slope(shaped))
    height = _within_unit(height)
    steepness = _slope(height) * color.width  # per width of the picture
    relief = min(_SLOPE_PER_CONTRAST * contrast / max(steepness, 1e-6), LARGEST_RELIEF)
    return HeightEstimate(height, relief)


def height_from_normal(normal: Image) -> HeightEstimate:
    """Return the height field whose slopes are nearest to those of a normal map (+Y up, stored)."""
    x, y, z = decode_normal(normal.pixels).unbind(-1)
    z = z.clamp_min(0.05)
    across, down = -x / z, y / z  # rise per texel to the right and downwards
    height = _with_slopes(across - across.mean(), down - down.mean(), wraps=normal.wraps)
    low, high = float(height.min()), float(height.max())
    if high - low < 1e-6:
        return HeightEstimate(torch.full_like(height, 0.5), 0.0)
    return HeightEstimate((height - low) / (high - low), min((high - low) / normal.width, LARGEST_RELIEF))


def estimate_roughness(
    color: Image, *, limits: tuple[float, float] | None = None, is_metal: bool = False
) -> Image:
    """Return a roughness map: darker and busier places are rougher, even bright ones smoother.

    Args:
        color: SRGB.
        limits: (smoothest, roughest); without them a busy picture lies about 0.75 and an even one about 0.5.
        is_metal: without limits, bare metal lies lower by 0.2.
    """
    lightness = _lightness(color)
    fine = lightness - _filtered(lightness, wraps=color.wraps, response=_soft(16.0))
    busy = _filtered(fine.abs(), wraps=color.wraps, response=_soft(24.0)).clamp_min(0.0)
    level = lightness - _slow_part(lightness, color.wraps)
    contrast = float(fine.std())
    rough = busy / max(float(busy.std()), 1e-4) * 0.5 - level / max(float(level.std()), 1e-4)
    rough = torch.tanh(rough / 2.5)
    if limits is None:
        middle = min(0.48 + 5.0 * contrast, 0.78) - (0.2 if is_metal else 0.0)
        reach = 0.22 if contrast > 1e-3 else 0.0
        limits = (middle - reach, middle + reach)
        unit = rough * 0.5 + 0.5
    else:
        unit = _within_unit(rough)
    pixels = (limits[0] + (limits[1] - limits[0]) * unit).clamp(0.0, 1.0)
    return Image(pixels.unsqueeze(-1).contiguous(), ColorSpace.DATA, wraps=color.wraps)


def _planes(color: Image) -> Tensor:
    """Return (3, H, W) linear light."""
    return srgb_to_linear(color.pixels[..., :3].movedim(-1, 0).contiguous())


def _lightness(color: Image) -> Tensor:
    """Return (H, W) OKLab lightness, a band of rows at a time."""
    result = torch.empty(color.height, color.width, device=color.pixels.device)
    step = max(_BAND_TEXELS // color.width, 1)
    for top in range(0, color.height, step):
        light = srgb_to_linear(color.pixels[top : top + step, :, :3].movedim(-1, 0).contiguous())
        result[top : top + step] = linear_to_oklab(light, axis=0)[0]
    return result


def _filtered(field: Tensor, *, wraps: tuple[bool, bool], response: Response) -> Tensor:
    """Return a field under a frequency response; axes that do not wrap are mirrored, so that no edge rings.

    Args:
        field: (H, W).
        wraps: along (x, y).
        response: of each wave.
    """
    rows, columns = field.shape
    whole = field
    if not wraps[0]:
        whole = torch.cat((whole, whole.flip(1)), dim=1)
    if not wraps[1]:
        whole = torch.cat((whole, whole.flip(0)), dim=0)
    x = torch.fft.rfftfreq(whole.shape[1], device=field.device)[None, :]
    y = torch.fft.fftfreq(whole.shape[0], device=field.device)[:, None]
    spectrum = torch.fft.rfft2(whole) * response(x, y, (columns, rows))
    return torch.fft.irfft2(spectrum, s=whole.shape)[:rows, :columns].contiguous()


def _with_slopes(across: Tensor, down: Tensor, *, wraps: tuple[bool, bool]) -> Tensor:
    """Return the field of least squares for given slopes (Frankot, Chellappa, PAMI 1988); its mean is 0."""
    rows, columns = across.shape
    for dim, wrap in ((1, wraps[0]), (0, wraps[1])):
        if not wrap:  # a mirrored slope changes sign across the mirror
            signs = (-1.0, 1.0) if dim == 1 else (1.0, -1.0)
            across, down = (
                torch.cat((slope, slope.flip(dim) * sign), dim=dim)
                for slope, sign in zip((across, down), signs, strict=True)
            )
    x = 2.0 * math.pi * torch.fft.rfftfreq(across.shape[1], device=across.device)[None, :]
    y = 2.0 * math.pi * torch.fft.fftfreq(across.shape[0], device=across.device)[:, None]
    spectrum = torch.fft.rfft2(across) * (-1j * x) + torch.fft.rfft2(down) * (-1j * y)
    spectrum /= _square(x, y).clamp_min(1e-12)
    spectrum[0, 0] = 0.0
    return torch.fft.irfft2(spectrum, s=across.shape)[:rows, :columns].contiguous()


def _slow_light(x: Tensor, y: Tensor, size: tuple[int, int]) -> Tensor:
    waves = (x * size[0]).square() + (y * size[1]).square()
    return torch.exp(-0.5 * waves / _LIGHT_WAVES**2)


def _slow_part(field: Tensor, wraps: tuple[bool, bool]) -> Tensor:
    return _filtered(
        field,
        wraps=wraps,
        response=lambda x, y, size: torch.exp(-_square(x, y) * min(size) ** 2 / _COARSEST**2),
    )


def _soft(texels: float) -> Response:
    return lambda x, y, size: torch.exp(-_square(x, y) * texels**2)


def _square(x: Tensor, y: Tensor) -> Tensor:
    return x * x + y * y


def _window(x: Tensor, y: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the part of the spectrum that says something about relief."""
    square = _square(x, y)
    fine = torch.exp(-square * 0.5 * _FINEST**2)
    return fine * (1.0 - torch.exp(-square * min(size) ** 2 / _COARSEST**2))


def _bands(x: Tensor, y: Tensor, size: tuple[int, int], power: float) -> Tensor:
    wave = _square(x, y).clamp_min(1e-12).sqrt()
    return _window(x, y, size) * wave.pow(-power)


def _integrated(x: Tensor, y: Tensor, size: tuple[int, int], toward: tuple[float, float]) -> Tensor:
    """Return what makes a height of a slope towards the light; across it little is known, and little made."""
    along = 2.0 * math.pi * (x * toward[0] + y * toward[1])
    whole = (2.0 * math.pi) ** 2 * _square(x, y)
    return 1j * along / (along.square() + 0.1 * whole).clamp_min(1e-12) * _window(x, y, size)


def _slope(height: Tensor) -> float:
    """Return the root mean square slope in height per texel."""
    across = (height[:, 1:] - height[:, :-1]).square().mean()
    down = (height[1:] - height[:-1]).square().mean()
    return max(float((across + down).sqrt()), 1e-12)


def _within_unit(field: Tensor) -> Tensor:
    """Return a field brought to 0..1, its rare extremes bent in rather than cut off."""
    flat = field.flatten()
    some = flat[:: max(flat.numel() // _SAMPLES, 1)].sort().values
    low, middle, high = (float(some[int(p * (some.numel() - 1))]) for p in (0.005, 0.5, 0.995))
    reach = max(high - middle, middle - low, 1e-9)
    bent = torch.tanh((field - middle) / reach * 1.2)
    bent -= bent.min()
    return bent / bent.max().clamp_min(1e-9)
