"""Tangent-space normal maps: from height, to and from their stored form.

Inside assetgen a normal is +Y up ("OpenGL") with row 0 at the top, stored as n * 0.5 + 0.5; engines that want
-Y get it from `flip_green` on the way out.
"""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import pad_edges
from assetgen.media.image import Image

_BAND_TEXELS = 1 << 16


def normal_from_height(
    height: Tensor, *, relief_m: float, tile_m: float, wraps: tuple[bool, bool] = (True, True)
) -> Tensor:
    """Return the unit normals of a height field, +Y up.

    Slopes come from the 3x3 Scharr operator (3, 10, 3) and are rise over run in metres, so that the strength
    does not change with the size in texels. At an edge that does not wrap the field goes straight on.

    Args:
        height: (H, W), 0 lowest, 1 highest.
        relief_m: metres between height 0 and height 1.
        tile_m: metres along the width; texels are square.
        wraps: whether the field continues at its opposite edge, along (x, y).

    Returns:
        (H, W, 3) unit vectors.

    Raises:
        SpecError: the height is not (H, W), or the tile is not larger than 0.
    """
    if height.ndim != 2 or not tile_m > 0:
        raise SpecError(f"normals need a height of (H, W) over a positive tile, not {tuple(height.shape)}.")
    rows, columns = height.shape
    field = _continue_straight(pad_edges(height, margin=(1, 1), wraps=wraps), wraps=wraps)
    scale = relief_m * columns / (tile_m * 32.0)
    normals = height.new_empty(rows, columns, 3)
    # Bands of rows keep the temporaries in cache: 2 to 3 times as fast as whole planes, and lean at 4096.
    step = max(_BAND_TEXELS // columns, 1) if height.device.type == "cpu" else rows
    for top in range(0, rows, step):
        _band_normals(field[top : top + step + 2], scale=scale, out=normals[top : top + step])
    return normals


def encode_normal(normal: Tensor) -> Tensor:
    """Return unit vectors as stored pixels: -1..1 becomes 0..1."""
    return normal * 0.5 + 0.5


def decode_normal(pixels: Tensor) -> Tensor:
    """Return stored pixels as unit vectors (..., 3); one of length 0 becomes flat (0, 0, 1)."""
    vector = pixels[..., :3] * 2.0 - 1.0
    x, y, z = vector.unbind(-1)
    square = x * x + y * y + z * z
    is_null = square < 1e-12
    unit = vector * square.clamp_min(1e-12).rsqrt().unsqueeze(-1)
    unit[..., 2] += is_null.to(unit.dtype)
    return unit


def flip_green(image: Image) -> Image:
    """Return a normal map for the other Y convention (+Y "OpenGL" to -Y "DirectX" and back)."""
    if image.channels < 2:
        raise SpecError("a normal map has at least 2 channels; this image has 1.")
    pixels = image.pixels.clone()
    pixels[..., 1] = 1.0 - pixels[..., 1]
    return image.with_pixels(pixels)


def reconstruct_z(rg: Tensor) -> Tensor:
    """Return (..., 3) stored normals from their red and green channels, as a shader does for BC5."""
    x, y = (rg[..., i] * 2.0 - 1.0 for i in (0, 1))
    z = (1.0 - x * x - y * y).clamp_min(0.0).sqrt()
    return torch.stack((rg[..., 0], rg[..., 1], z * 0.5 + 0.5), dim=-1)


def _continue_straight(padded: Tensor, *, wraps: tuple[bool, bool]) -> Tensor:
    for dim, wrap in ((1, wraps[0]), (0, wraps[1])):
        if wrap or padded.shape[dim] < 4:
            continue
        # The clamped margin would halve the slope of the last row and show as a bright line in the lighting.
        for edge, inner, far in ((0, 1, 2), (-1, -2, -3)):
            line = padded.select(dim, inner) * 2.0 - padded.select(dim, far)
            padded.select(dim, edge).copy_(line)
    return padded


def _band_normals(field: Tensor, *, scale: float, out: Tensor) -> None:
    across = field[:, 2:] - field[:, :-2]  # (h + 2, W) rise over two columns
    down = field[2:] - field[:-2]  # (h, W + 2) rise over two rows
    x = (across[:-2] + across[2:]).mul_(3.0).add_(across[1:-1] * 10.0).mul_(-scale)
    y = (down[:, :-2] + down[:, 2:]).mul_(3.0).add_(down[:, 1:-1] * 10.0).mul_(scale)
    z = (x * x).add_(y * y).add_(1.0).sqrt_().reciprocal_()
    torch.mul(x, z, out=out[..., 0])
    torch.mul(y, z, out=out[..., 1])
    out[..., 2] = z
