"""The photo studio that previews are taken in: lights, reflection model and tone curve.

A warm soft box high on the left is the key light; a cool sky, two rim strips and a dim floor surround it. All
of it is written as smooth functions of direction, so that a rough surface sees it blurred to its roughness.
Vectors and colors are planar, (3, N): x right, y up, z towards the camera; colors are linear light.

Sources: Walter et al., "Microfacet Models for Refraction", EGSR 2007 (GGX); Heitz, "Understanding the
Masking-Shadowing Function", JCGT 2014 (height-correlated Smith); Karis, "Physically Based Shading on
Mobile", 2014 (reflected share of an environment); Jimenez et al., "Practical Realtime Strategies for Accurate
Indirect Occlusion", 2016; Lagarde, de Rousiers, "Moving Frostbite to PBR", 2014 (specular occlusion);
Khronos, "PBR Neutral Tone Mapper", 2024.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class SoftBox:
    """A rectangular light at infinity: its direction, half width and height as tangents, and its radiance."""

    direction: tuple[float, float, float]
    half_width: float
    half_height: float
    radiance: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """What is seen at N points: planar color, unit normal, and one value a point of the rest."""

    base_color: Tensor  # (3, N) linear
    normal: Tensor  # (3, N) unit, in the studio's axes
    roughness: Tensor  # (N,)
    metallic: Tensor  # (N,)
    occlusion: Tensor  # (N,)
    key_visible: Tensor  # (N,) 0 in the relief's own shadow, 1 lit


KEY = SoftBox((-0.55, 0.62, 0.56), 0.42, 0.42, (6.6, 6.2, 5.6))
_KEY_IRRADIANCE = (1.78, 1.66, 1.47)
_STRIPS = (
    SoftBox((0.93, 0.16, -0.02), 0.16, 0.95, (2.6, 2.8, 3.2)),
    SoftBox((-0.90, 0.10, -0.42), 0.12, 0.80, (1.5, 1.6, 1.75)),
    SoftBox((0.42, 0.05, 0.90), 0.10, 0.55, (0.45, 0.46, 0.50)),
    SoftBox((-0.30, 0.74, -0.66), 0.34, 0.22, (1.25, 1.22, 1.2)),
)
_ZENITH = (0.57, 0.58, 0.62)
_HORIZON = (0.42, 0.42, 0.425)
_FLOOR = (0.130, 0.113, 0.098)
_RIM_IRRADIANCE = (0.42, 0.47, 0.56)


def unit(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the vector at length 1."""
    length = math.sqrt(sum(c * c for c in vector))
    return vector[0] / length, vector[1] / length, vector[2] / length


def shade(surface: Surface, view: Tensor, *, key: tuple[float, float, float] = KEY.direction) -> Tensor:
    """Return the light (3, N) that leaves each point towards the camera.

    Args:
        surface: the N points.
        view: (3, N) or (3, 1) unit vectors from the point to the camera.
        key: where the key light stands; the rest of the studio stays where it is.
    """
    light = unit(key)
    normal, rough = surface.normal, surface.roughness.clamp(0.045, 1.0)
    n_v = _dot(normal, view).clamp_min_(0.02)
    f0 = surface.base_color.sub(0.04).mul_(surface.metallic).add_(0.04)
    diffuse_color = surface.base_color * (1.0 - surface.metallic)

    n_l = (normal[0] * light[0] + normal[1] * light[1] + normal[2] * light[2]).clamp_min_(0.0)
    direct = n_l * surface.key_visible
    sky = _sky_irradiance(normal)
    bounce = _bounced_occlusion(surface.occlusion, diffuse_color)
    result = sky.mul_(bounce).add_(_color(_KEY_IRRADIANCE, like=direct) * direct).mul_(diffuse_color)

    share_f0, share_white = _reflected_share(rough, n_v)
    mirror = normal * (2.0 * n_v) - view
    seen = environment(mirror, rough, key=light, key_visible=surface.key_visible)
    open_share = _specular_occlusion(n_v, surface.occlusion, rough)
    result.add_(seen.mul_((f0 * share_f0).add_(share_white)).mul_(open_share))
    return result.add_(_highlight(normal, view, light, rough, f0, n_v, n_l, direct))


def environment(
    direction: Tensor,
    roughness: Tensor,
    *,
    key: tuple[float, float, float],
    key_visible: Tensor | float = 1.0,
) -> Tensor:
    """Return the studio's light (3, N) from `direction`, blurred as a surface of `roughness` mirrors it."""
    blur = roughness * roughness
    width = blur * 0.9 + 0.16
    height = direction[1] + direction[0] * 0.12
    above = torch.erf((height + 0.02) / width).mul_(0.5).add_(0.5)
    high = torch.erf((height - 0.45) / (width + 0.35)).mul_(0.5).add_(0.5)
    floor, horizon, zenith = (_color(c, like=above) for c in (_FLOOR, _HORIZON, _ZENITH))
    light = torch.lerp(torch.lerp(floor, horizon, above), zenith, high)
    box = SoftBox(key, KEY.half_width, KEY.half_height, KEY.radiance)
    light.add_(_soft_box(box, direction, blur).mul_(key_visible))
    for strip in _STRIPS:
        light.add_(_soft_box(strip, direction, blur))
    return light


def tone_map(light: Tensor) -> Tensor:
    """Return display-linear color 0..1 for light (3, N), hue and the colors below white kept as they are."""
    low = light.amin(dim=0)
    color = light - torch.where(low < 0.08, low - 6.25 * low * low, 0.04)
    start, soft = 0.76, 0.24
    peak = color.amax(dim=0)
    squeezed = 1.0 - soft * soft / (peak.clamp_min(start) + (soft - start))
    pressed = torch.where(peak > start, squeezed, peak)
    color = color * (pressed / peak.clamp_min(1e-6))
    whiten = 1.0 - 1.0 / (0.15 * (peak - pressed) + 1.0)
    return torch.lerp(color, pressed.expand_as(color), whiten.expand_as(color)).clamp_(0.0, 1.0)


def _color(values: tuple[float, float, float], *, like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).view(3, 1)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _sky_irradiance(normal: Tensor) -> Tensor:
    up = normal[1] * 0.5 + 0.5
    ground, sky = _color(_FLOOR, like=up), _color(_ZENITH, like=up)
    light = torch.lerp(ground * 1.2, sky * 0.66, up * up * (3.0 - 2.0 * up))
    rim = (normal[0] * 0.93 + normal[1] * 0.16).clamp_min_(0.0)
    return light.add_(_color(_RIM_IRRADIANCE, like=up) * rim)


def _bounced_occlusion(occlusion: Tensor, color: Tensor) -> Tensor:
    # Light colors bounce light into their own hollows: a cubic fit per channel of what occlusion leaves over.
    a, b, c = color * 2.0404 - 0.3324, color * -4.7951 + 0.6417, color * 2.7552 + 0.6903
    return torch.maximum(a.mul_(occlusion).add_(b).mul_(occlusion).add_(c).mul_(occlusion), occlusion)


def _specular_occlusion(n_v: Tensor, occlusion: Tensor, roughness: Tensor) -> Tensor:
    return ((n_v + occlusion) ** torch.exp2(roughness * -16.0 - 1.0) - 1.0 + occlusion).clamp_(0.0, 1.0)


def _reflected_share(roughness: Tensor, n_v: Tensor) -> tuple[Tensor, Tensor]:
    """Return what an even environment gives back as (share of F0, share of white)."""
    r0, r1 = 1.0 - roughness, roughness * -0.0275 + 0.0425
    a004 = torch.minimum(r0 * r0, torch.exp2(n_v * -9.28)).mul_(r0).add_(r1)
    return a004 * -1.04 + (roughness * -0.572 + 1.04), a004 * 1.04 + (roughness * 0.022 - 0.04)


def _soft_box(box: SoftBox, direction: Tensor, blur: Tensor) -> Tensor:
    """Return the box convolved with a Gaussian of the lobe's width, in the plane that faces the box."""
    z = unit(box.direction)
    x = unit((z[2], 0.0, -z[0]))
    y = (z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0])
    ahead, right, up = (direction[0] * a[0] + direction[1] * a[1] + direction[2] * a[2] for a in (z, x, y))
    near = ahead.clamp_min(0.05)
    spread = 1.0 / (blur * 1.1 + 0.035)
    shape = _band(right / near, box.half_width, spread) * _band(up / near, box.half_height, spread)
    shape = shape * (ahead * 4.0).clamp_(0.0, 1.0)
    return _color(box.radiance, like=shape) * shape


def _band(position: Tensor, half: float, spread: Tensor) -> Tensor:
    return torch.erf((position + half) * spread).sub_(torch.erf((position - half) * spread)).mul_(0.5)


def _highlight(
    normal: Tensor,
    view: Tensor,
    light: tuple[float, float, float],
    roughness: Tensor,
    f0: Tensor,
    n_v: Tensor,
    n_l: Tensor,
    direct: Tensor,
) -> Tensor:
    """Return the key light's glint by GGX with correlated Smith shadowing and Schlick's Fresnel."""
    half = view + _color(light, like=normal)
    half = half / half.square().sum(dim=0).clamp_min(1e-8).sqrt()
    n_h, v_h = _dot(normal, half).clamp_(0.0, 1.0), _dot(view, half).clamp_(0.0, 1.0)
    # Polished surfaces mirror the soft box itself; the glint is for those too rough to show its shape.
    alpha = (roughness * roughness).clamp_min(0.06)
    a2 = alpha * alpha
    spread = a2 / (((a2 - 1.0) * n_h * n_h + 1.0).square() * math.pi)
    masked = n_l * (n_v * n_v * (1.0 - a2) + a2).sqrt() + n_v * (n_l * n_l * (1.0 - a2) + a2).sqrt()
    strength = spread * 0.5 / masked.clamp_min(1e-4) * direct * (roughness * 2.0 - 0.3).clamp(0.0, 1.0)
    grazing = (1.0 - v_h) ** 5
    fresnel = f0 * (1.0 - grazing) + grazing
    return fresnel.mul_(strength).mul_(_color(_KEY_IRRADIANCE, like=strength) * 0.9)
