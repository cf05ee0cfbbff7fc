"""A surface while it is being made: one height field in metres, and what it is made of.

A recipe lays the base, layers settle on it one after the other, and `finish` turns the result into a `Material`.
Every map follows from the same height field, so they can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import row_bands
from assetgen.backends.procedural.field.height import blurs
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.oklab import Triple
from assetgen.imaging.color import linear_to_srgb
from assetgen.imaging.normals import encode_normal, normal_from_height
from assetgen.imaging.occlusion import horizon_occlusion
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material

_ALBEDO_FLOOR, _ALBEDO_CEILING = 0.013, 0.86
"""Linear base color of real matter: charcoal and fresh snow (sRGB 30 and 238)."""
_ROUGHNESS_FLOOR = 0.04


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surface:
    """A surface between two steps of its making.

    Args:
        torus: the tile it is drawn on.
        height_m: (N, N) metres above an arbitrary zero.
        color: (3, N, N) linear base color.
        roughness: (N, N) perceptual roughness, 0..1.
        metallic: (N, N) 0..1.
        emissive: (3, N, N) linear emitted light, or None.
        loose: (N, N) how far it gives way underfoot, 0 rock .. 1 snow; None when nobody said.
        opened: (N, N) where it was broken open or something was let in, 0..1, as far as it still shows; or None.
        opened_color: linear color that was asked for what was opened, or None.
        fallen: what fell last and can be swept aside again, or None.
        burns: whether it is of wood, which fire eats into, instead of blackening it.
    """

    torus: Torus
    height_m: Tensor
    color: Tensor
    roughness: Tensor
    metallic: Tensor
    emissive: Tensor | None = None
    loose: Tensor | None = None
    opened: Tensor | None = None
    opened_color: Triple | None = None
    fallen: Fallen | None = None
    burns: bool = False

    def rows(self, rows: slice) -> Surface:
        """Return a band of rows of the surface, for what looks at every texel by itself."""
        return replace(self, **{name: plane[..., rows, :] for name, plane in self.planes().items()})

    def planes(self) -> dict[str, Tensor]:
        """Return every field that there is, by its name."""
        named = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: plane for name, plane in named.items() if isinstance(plane, Tensor)}

    def cavity(self, radius_m: float) -> Tensor:
        """Return how deep a texel lies below its surroundings, about -1..1, relative to the relief there."""
        around, wide = blurs(self.torus, self.height_m, (radius_m, radius_m * 3))
        deviation = (wide - self.height_m).abs_()
        return (around - self.height_m).div_(deviation.amax() * 0.5 + 1e-9).clamp_(-1, 1)

    def level(self) -> Tensor:
        """Return the height as 0 (lowest point of the tile) .. 1 (highest)."""
        low, high = torch.aminmax(self.height_m)
        return (self.height_m - low) / (high - low).clamp(min=1e-9)

    def occlusion(self, radius_m: float) -> Tensor:
        """Return how open a texel is to the sky within a radius, 1 open to 0 closed."""
        low, high = torch.aminmax(self.height_m)
        relief = max(float(high - low), 1e-9)
        return horizon_occlusion(
            (self.height_m - low) / relief,
            relief_m=relief,
            tile_m=self.torus.tile_m,
            radius_m=radius_m,
        )

    def covered(
        self,
        mask: Tensor,
        *,
        color: Tensor,
        roughness: Tensor | float,
        metallic: Tensor | float = 0.0,
        height_m: Tensor | None = None,
        loose: float | None = None,
    ) -> Surface:
        """Return the surface with another matter where the mask (0..1) is set."""
        if loose is None:
            soft = self.loose
        else:
            soft = mask * loose if self.loose is None else mix(self.loose, loose, mask)
        return replace(
            self,
            loose=soft,
            opened=None if self.opened is None else self.opened * (1 - mask),
            height_m=self.height_m if height_m is None else height_m,
            color=mix(self.color, color, mask),
            roughness=mix(self.roughness, roughness, mask),
            metallic=mix(self.metallic, metallic, mask),
        )

    def with_grime(self, strength: float, radius_m: float) -> Surface:
        """Return the surface with hollows darkened by settled dirt, never below 0.6 of the color.

        Dirt is no shadow: it stops well short of the occlusion map, which the engine applies by itself.
        """
        closed = (1 - self.occlusion(radius_m)).clamp_(0, 1)
        dirt = (closed * 1.6).clamp_(0, 1) * (0.4 * strength)
        return replace(self, color=self.color * (1 - dirt), roughness=mix(self.roughness, 0.92, dirt))


@dataclass(frozen=True, slots=True, eq=False)
class Fallen:
    """What lies loosely on a surface, such as snow.

    Args:
        share: (N, N) how much of a texel it covers, 0..1.
        ground: the surface on which it fell.
    """

    share: Tensor
    ground: Surface


def by_rows(surface: Surface, lay: Callable[[Surface, slice], Surface]) -> Surface:
    """Return what is laid on a surface band by band, so that a large tile needs no memory for temporaries.

    Args:
        surface: what lies below.
        lay: from a band of the surface and its rows to the band with something on it; it may look at every texel
            only by itself.
    """
    planes: dict[str, Tensor] = {}
    for rows in row_bands(surface.torus):
        for name, band in lay(surface.rows(rows), rows).planes().items():
            if name not in planes:
                planes[name] = band.new_empty(*band.shape[:-2], surface.torus.size, surface.torus.size)
            planes[name][..., rows, :] = band
    return replace(surface, **planes)


def halved(surface: Surface, torus: Torus) -> Surface:
    """Return a surface at half the texels along each edge: every four averaged, colors in linear light."""

    def mean_of_four(field: Tensor) -> Tensor:
        quads = field.unflatten(-2, (torus.size, 2)).unflatten(-1, (torus.size, 2))  # (..., N, 2, N, 2)
        return (quads[..., 0, :, 0] + quads[..., 0, :, 1] + quads[..., 1, :, 0] + quads[..., 1, :, 1]).mul_(
            0.25
        )

    return Surface(
        torus=torus,
        height_m=mean_of_four(surface.height_m),
        color=mean_of_four(surface.color),
        roughness=mean_of_four(surface.roughness),
        metallic=mean_of_four(surface.metallic),
        emissive=None if surface.emissive is None else mean_of_four(surface.emissive),
        loose=None if surface.loose is None else mean_of_four(surface.loose),
    )


def finish(
    surface: Surface, *, wraps: tuple[bool, bool] = (True, True), normal_strength: float = 1.0
) -> Material:
    """Turn a surface into the maps of a material.

    Normals and occlusion come from the height field in metres, so their strength is physical; it is taken
    at a wide and a narrow radius, which keeps both the gaps between stones and the pits in them.
    """
    torus = surface.torus
    low, high = torch.aminmax(surface.height_m)
    relief_m = max(float(high - low), 1e-6)
    height = (surface.height_m - low) / relief_m
    normal = normal_from_height(height, relief_m=relief_m * normal_strength, tile_m=torus.tile_m, wraps=wraps)
    wide, narrow = surface.occlusion(torus.tile_m * 0.06), surface.occlusion(torus.tile_m * 0.012)
    occlusion = wide.mul_(narrow.sqrt_())

    def data(field: Tensor) -> Image:
        return Image(field.clamp(0, 1)[..., None], ColorSpace.DATA, wraps=wraps)

    def color(planes: Tensor) -> Image:
        pixels = linear_to_srgb(planes).movedim(0, -1).contiguous()
        return Image(pixels, ColorSpace.SRGB, wraps=wraps)

    glow, strength = surface.emissive, 1.0
    if glow is not None:
        strength = max(float(glow.amax()), 1e-6)
        glow = glow / strength
    return Material(
        tile_m=torus.tile_m,
        relief_m=relief_m,
        base_color=color(surface.color.clamp(_ALBEDO_FLOOR, _ALBEDO_CEILING)),
        normal=Image(encode_normal(normal), ColorSpace.DATA, wraps=wraps),
        roughness=data(surface.roughness.clamp(min=_ROUGHNESS_FLOOR)),
        metallic=data(surface.metallic),
        occlusion=data(occlusion),
        height=data(height),
        emissive=None if glow is None else color(glow),
        emissive_strength=strength,
    )
