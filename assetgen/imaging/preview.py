"""Pictures of a material: on a ball, on a plane under a low light, and as many tiles from above.

Everything is drawn at twice the size and averaged down. Maps are first averaged down to about one texel a
sample, and what detail that takes from the normals comes back as roughness, so that small pictures stay calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample, interpolate, pad

from assetgen.imaging.color import linear_to_srgb, srgb_to_linear
from assetgen.imaging.normals import decode_normal, normal_from_height
from assetgen.imaging.studio import KEY, Surface, shade, tone_map, unit
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

_OVER = 2
"""Samples per pixel along each axis."""
_MARGIN = 1.13
"""Half the picture's edge in radii of the ball."""
_LOW_KEY = (-0.80, 0.42, -0.30)
"""The key light over a plane: low, so that relief throws shadows."""
_GROUND_EXPOSURE = 1.2
"""A low light gives flat ground less than it gives a ball."""
_DISTANCE = 3.2
_MARCH = 12
_SHADOW = 8
_RUN = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class _Maps:
    """A material's maps as planes with one texel of wrapped margin, ready for bilinear fetches."""

    planes: (
        Tensor  # (1, 11, H + 2, W + 2) linear base color, normal, roughness, metallic, occlusion, emissive
    )
    height: Tensor  # (1, 1, H + 2, W + 2)
    relief: float  # metres per metre of tile


def render_sphere(material: Material, *, size: int = 512, repeat: tuple[int, int] = (4, 2)) -> Image:
    """Return an sRGB picture (size, size, 3) of the material on a ball with a relief silhouette.

    Args:
        material: any maps; absent ones count as their factor.
        size: edge of the picture in pixels.
        repeat: tiles around the ball and from pole to pole.
    """
    samples_per_tile = size * _OVER / (2.0 * _MARGIN) * 2.0 * math.pi / repeat[0]
    maps = _prepare(material, samples_per_tile=samples_per_tile)
    swell = maps.relief * 2.0 * math.pi / repeat[0]  # relief in radii
    x, y, coverage, depth = _ball_hits(maps, size=size, repeat=repeat, swell=swell)
    inside = coverage > 0.0
    position = torch.stack((x[inside], y[inside], depth[inside]))
    parts = [_shade_ball(part, maps, repeat=repeat) for part in _parts(position)]
    canvas = _backdrop(x, y)
    canvas[:, inside] = torch.lerp(canvas[:, inside], torch.cat(parts, dim=1), coverage[inside])
    return _develop(canvas)


def render_plane(
    material: Material,
    *,
    size: int = 512,
    repeat: int = 1,
    light: tuple[float, float, float] = _LOW_KEY,
) -> Image:
    """Return an sRGB picture (size, size, 3) of the material as ground, seen at an angle.

    Args:
        material: any maps; absent ones count as their factor.
        size: edge of the picture in pixels.
        repeat: tiles across the middle of the picture.
        light: direction to the key light; x right, y up out of the plane, z towards the camera.
    """
    return _render_ground(material, size=size, repeat=repeat, pitch=math.radians(50.0), light=light)


def render_tiling(material: Material, *, size: int = 512, repeat: int = 3) -> Image:
    """Return an sRGB picture (size, size, 3) of `repeat` x `repeat` tiles from straight above."""
    return _render_ground(material, size=size, repeat=repeat, pitch=math.radians(90.0), light=_LOW_KEY)


def _prepare(material: Material, *, samples_per_tile: float) -> _Maps:
    first = next((image for _, image in material.maps()), None)
    rows, columns = (first.height, first.width) if first is not None else (4, 4)
    device = first.pixels.device if first is not None else torch.device("cpu")

    def plane(image: Image | None, absent: float) -> Tensor:
        if image is None:
            return torch.full((1, rows, columns), absent, device=device)
        return image.pixels.movedim(2, 0)

    def color(image: Image | None, absent: float) -> Tensor:
        if image is None:
            return torch.full((3, rows, columns), absent, device=device)
        return srgb_to_linear(image.pixels[..., :3]).movedim(2, 0)

    height = plane(material.height, 0.5)
    if material.normal is not None:
        normal = decode_normal(material.normal.pixels)
    else:
        normal = normal_from_height(height[0], relief_m=material.relief_m, tile_m=material.tile_m)
    emitted = color(material.emissive, 0.0) * material.emissive_strength
    stack = torch.cat(
        (
            color(material.base_color, 0.5),
            normal.movedim(2, 0),
            plane(material.roughness, material.roughness_factor),
            plane(material.metallic, material.metallic_factor),
            plane(material.occlusion, 1.0),
            emitted,
            height,
        )
    )[None]
    while min(stack.shape[2:]) >= 2 * samples_per_tile and min(stack.shape[2:]) >= 8:
        stack = avg_pool2d(stack, 2)
    stack = _roughen(stack)
    wrapped = pad(stack, (1, 1, 1, 1), mode="circular")
    return _Maps(wrapped[:, :-1], wrapped[:, -1:].contiguous(), material.relief_m / material.tile_m)


def _roughen(stack: Tensor) -> Tensor:
    length = stack[:, 3:6].square().sum(dim=1).sqrt().clamp(0.2, 1.0)
    lost = (2.0 * (1.0 - length) / length).clamp_max(0.3)
    stack[:, 6] = (stack[:, 6].clamp(0.0, 1.0) ** 4 + lost).sqrt().sqrt().clamp_max(1.0)
    return stack


def _fetch(planes: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Return (C, N) bilinear samples at tile coordinates u right, v down, wrapping."""
    rows, columns = planes.shape[2] - 2, planes.shape[3] - 2
    x = ((u - u.floor()) * columns + 1.0).mul_(2.0 / (columns + 2)).sub_(1.0)
    y = ((v - v.floor()) * rows + 1.0).mul_(2.0 / (rows + 2)).sub_(1.0)
    grid = torch.stack((x, y), dim=-1).view(1, 1, -1, 2)
    return grid_sample(planes, grid, mode="bilinear", padding_mode="border", align_corners=False)[0, :, 0]


def _parts(points: Tensor) -> tuple[Tensor, ...]:
    # Short runs of points stay in cache through all of the shading: twice as fast as whole planes.
    return points.split(_RUN if points.device.type == "cpu" else points.shape[1], dim=1)


def _light(
    texels: Tensor, normal: Tensor, view: Tensor, visible: Tensor, *, key: tuple[float, float, float]
) -> Tensor:
    surface = Surface(texels[:3], normal, texels[6], texels[7], texels[8], visible)
    return shade(surface, view, key=key).add_(texels[9:12])


def _unit(vector: Tensor) -> Tensor:
    return vector / vector.square().sum(dim=0).clamp_min(1e-12).sqrt()


def _along(direction: tuple[float, float, float], axis: Tensor) -> Tensor:
    return axis[0] * direction[0] + axis[1] * direction[1] + axis[2] * direction[2]


def _shade_ball(position: Tensor, maps: _Maps, *, repeat: tuple[int, int]) -> Tensor:
    """Return display-linear color (3, N) for points of the relief, seen from z."""
    outward = _unit(position)
    x, y, z = outward
    u, v = _ball_uv(x, y, z, repeat=repeat)
    ring = (x * x + z * z).sqrt().clamp_min(1e-4)
    tangent = torch.stack((z / ring, torch.zeros_like(x), -x / ring))
    up = torch.stack((-y * x / ring, ring, -y * z / ring))
    light = unit(KEY.direction)
    visible = _self_shadow(maps, u, v, [_along(light, axis) for axis in (tangent, up, outward)])
    texels = _fetch(maps.planes, u, v)
    normal = _unit(tangent * texels[3] + up * texels[4] + outward * texels[5])
    view = torch.tensor([[0.0], [0.0], [1.0]], device=u.device)
    return tone_map(_light(texels, normal, view, visible, key=KEY.direction))


def _ball_hits(
    maps: _Maps, *, size: int, repeat: tuple[int, int], swell: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return x, y, coverage and depth (planes of samples) where rays meet the ball's relief.

    The relief is searched at one ray a pixel and the depth, which is smooth, spread to the samples.
    """
    x, y = _grid(size, device=maps.planes.device)
    outer = 1.0 + 0.5 * swell
    near = x * x + y * y < outer * outer
    rays = torch.stack((x[near], y[near]))
    pixel = 2.0 * _MARGIN / size
    found = [_march_ball(part, maps, repeat=repeat, swell=swell, pixel=pixel) for part in _parts(rays)]
    planes = torch.zeros(2, size, size, device=x.device)
    planes[:, near] = torch.cat(found, dim=1)
    coverage, depth = interpolate(
        planes[None], scale_factor=float(_OVER), mode="bilinear", align_corners=False
    )[0]
    x, y = _grid(size * _OVER, device=x.device)
    return x, y, coverage, depth


def _march_ball(rays: Tensor, maps: _Maps, *, repeat: tuple[int, int], swell: float, pixel: float) -> Tensor:
    """Return (2, N): coverage and depth of the first crossing of rays (2, N) that come in along -z."""
    x, y = rays
    r2 = x * x + y * y
    outer, inner = 1.0 + 0.5 * swell, 1.0 - 0.5 * swell
    start = (outer * outer - r2).clamp_min(0.0).sqrt()
    stop = (inner * inner - r2).clamp_min(0.0).sqrt()
    depth, closest = stop.clone(), torch.full_like(x, 9.0)
    before, found = torch.full_like(x, 9.0), torch.zeros_like(x, dtype=torch.bool)
    for k in range(1, _MARCH + 1):
        z = torch.lerp(start, stop, k / _MARCH)
        length = (r2 + z * z).sqrt()
        u, v = _ball_uv(x / length, y / length, z / length, repeat=repeat)
        above = length - inner - swell * _fetch(maps.height, u, v)[0]
        crossed = (above <= 0.0) & ~found
        back = (above / (above - before).clamp_max(-1e-6)).clamp(0.0, 1.0)
        depth = torch.where(crossed, z + back * (start - stop) / _MARCH, depth)
        found |= crossed
        closest = torch.minimum(closest, above)
        before = above
    return torch.stack((torch.where(found, 1.0, (0.5 - closest / pixel).clamp(0.0, 1.0)), depth))


def _grid(size: int, *, device: torch.device) -> tuple[Tensor, Tensor]:
    step = (torch.arange(size, dtype=torch.float32, device=device) + 0.5) * (2.0 * _MARGIN / size) - _MARGIN
    return step[None, :].expand(size, size), -step[:, None].expand(size, size)


def _ball_uv(x: Tensor, y: Tensor, z: Tensor, *, repeat: tuple[int, int]) -> tuple[Tensor, Tensor]:
    u = torch.atan2(x, z).mul_(repeat[0] / (2.0 * math.pi)).add_(0.5 * repeat[0])
    return u, torch.asin(y.clamp(-1.0, 1.0)).mul_(-repeat[1] / math.pi).add_(0.5 * repeat[1])


def _self_shadow(maps: _Maps, u: Tensor, v: Tensor, light: list[Tensor]) -> Tensor:
    """Return 1 where the relief leaves the key light free, 0 behind something higher, soft in between."""
    if maps.relief <= 0.0:
        return torch.ones_like(u)
    base = _fetch(maps.height, u, v)[0]
    slope = 1.0 / light[2].clamp_min(0.15)
    right, down = light[0] * slope * maps.relief, -light[1] * slope * maps.relief
    hidden = torch.zeros_like(u)
    for k in range(1, _SHADOW + 1):
        rise = 0.45 * (k / _SHADOW) ** 1.5
        there = _fetch(maps.height, u + right * rise, v + down * rise)[0]
        # Higher obstacles and nearer ones hide more: the penumbra of a light that is not a point.
        hidden = torch.maximum(hidden, (there - base - rise) / (0.25 * rise + 0.03))
    return 1.0 - hidden.clamp_(0.0, 1.0)


def _backdrop(x: Tensor, y: Tensor) -> Tensor:
    """Return a dark neutral wall (3, H, W), lit behind the ball and with its soft shadow below."""
    glow = torch.exp(-((x + 0.25) ** 2 + (y - 0.2) ** 2) * 0.55)
    shadow = torch.exp(-((x - 0.22) ** 2 * 1.6 + (y + 1.02) ** 2 * 26.0)) * 0.75
    level = (0.010 + 0.040 * glow) * (1.0 - shadow)
    return level * torch.tensor([0.98, 1.0, 1.05], device=x.device).view(3, 1, 1)


def _develop(canvas: Tensor) -> Image:
    small = avg_pool2d(canvas[None], _OVER)[0]
    pixels = linear_to_srgb(small.clamp(0.0, 1.0)).clamp(0.0, 1.0).movedim(0, 2).contiguous()
    return Image(pixels, ColorSpace.SRGB)


def _render_ground(
    material: Material, *, size: int, repeat: int, pitch: float, light: tuple[float, float, float]
) -> Image:
    samples = size * _OVER
    maps = _prepare(material, samples_per_tile=samples / repeat)
    x, y = _grid(samples, device=maps.planes.device)
    screen = torch.stack((x.reshape(-1), y.reshape(-1))) / _MARGIN
    parts = [_shade_ground(p, maps, repeat=repeat, pitch=pitch, light=light) for p in _parts(screen)]
    return _develop(torch.cat(parts, dim=1).view(3, samples, samples))


def _shade_ground(
    screen: Tensor, maps: _Maps, *, repeat: int, pitch: float, light: tuple[float, float, float]
) -> Tensor:
    x, y = screen
    sine, cosine = math.sin(pitch), math.cos(pitch)
    # The camera looks at the middle of the ground from _DISTANCE half widths away, and as long a lens.
    ahead = _unit(torch.stack((x, y * cosine - _DISTANCE * sine, y * -sine - _DISTANCE * cosine)))
    reach = _DISTANCE * sine / -ahead[1]
    u = ahead[0] * reach * (0.5 * repeat)
    v = (ahead[2] * reach + _DISTANCE * cosine) * (0.5 * repeat)
    u, v = _parallax(maps, u, v, ahead)
    key = unit(light)
    flat = torch.ones_like(u)
    visible = _self_shadow(maps, u, v, [flat * key[0], flat * -key[2], flat * key[1]])
    texels = _fetch(maps.planes, u, v)
    # Texture right is x; texture up goes away from the camera; the plane faces y.
    normal = _unit(torch.stack((texels[3], texels[5], -texels[4])))
    color = tone_map(_light(texels, normal, -ahead, visible, key=light).mul_(_GROUND_EXPOSURE))
    return color.mul_(1.0 - 0.22 * ((x * x + y * y) * 0.5).clamp(0.0, 1.0) ** 1.5)


def _parallax(maps: _Maps, u: Tensor, v: Tensor, ahead: Tensor) -> tuple[Tensor, Tensor]:
    """Return tile coordinates where each ray, going down through the relief, first meets it."""
    if maps.relief <= 0.0 or float(ahead[1].max()) > -0.2:
        return u, v
    right, down = (ahead[i] / -ahead[1] * maps.relief for i in (0, 2))
    level, previous = torch.ones_like(u), torch.zeros_like(u)
    result = torch.zeros_like(u)
    found = torch.zeros_like(u, dtype=torch.bool)
    for k in range(1, _MARCH + 1):
        level = 1.0 - k / _MARCH
        gap = level - _fetch(maps.height, u + right * (0.5 - level), v + down * (0.5 - level))[0]
        crossed = (gap <= 0.0) & ~found
        back = (gap / (gap - previous).clamp_max(-1e-6)).clamp(0.0, 1.0)
        result = torch.where(crossed, level + back / _MARCH, result)
        found |= crossed
        previous = gap
    return u + right * (0.5 - result), v + down * (0.5 - result)
