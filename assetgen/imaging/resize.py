"""Change an image's size to any other, with filters that know its edges and what its values mean."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from assetgen.errors import SpecError
from assetgen.imaging.edges import Edge, Edges, edges_of, source_positions
from assetgen.imaging.kernels import Filter, weights_around
from assetgen.imaging.light import from_light, to_light
from assetgen.media.image import Image


def resize(
    image: Image, *, width: int, height: int, kernel: Filter = Filter.KAISER, edges: Edges | None = None
) -> Image:
    """Return the image at another size: color averaged as light and by alpha.

    Args:
        image: what to resize.
        width: in texels.
        height: in texels.
        kernel: the filter; an axis that grows is interpolated by it.
        edges: how the axes (x, y) go on; they wrap where the image does, and clamp elsewhere, if not told.

    Raises:
        SpecError: a size below 1.
    """
    if width < 1 or height < 1:
        raise SpecError(f"an image cannot be {width}x{height}; both sizes are at least 1.")
    if (width, height) == (image.width, image.height):
        return image
    across, down = edges or edges_of(image.wraps)
    source = to_light(image)
    light = _resize_axis(source, dim=1, size=height, kernel=kernel, edge=down)
    light = _resize_axis(light, dim=2, size=width, kernel=kernel, edge=across)
    # A kernel with negative lobes overshoots at hard edges; what a texture can hold ends at its own extremes.
    low, high = source.amin(dim=(1, 2), keepdim=True), source.amax(dim=(1, 2), keepdim=True)
    return from_light(torch.clamp(light, low, high), image)


def _resize_axis(light: Tensor, *, dim: int, size: int, kernel: Filter, edge: Edge) -> Tensor:
    length = light.shape[dim]
    if length == size:
        return light
    firsts, weights = _windows(length, size, kernel)
    shape = list(light.shape)
    shape[dim] = size
    result = light.new_zeros(shape)
    view = (1, size, 1) if dim == 1 else (1, 1, size)
    first = torch.tensor(firsts, device=light.device)
    beyond = (min(firsts), max(firsts) + len(weights))
    row_at = source_positions(*beyond, size=length, edge=edge, device=light.device)
    for number, row in enumerate(weights):
        weight = torch.tensor(row, dtype=light.dtype, device=light.device).view(view)
        result.addcmul_(light.index_select(dim, row_at[first - beyond[0] + number]), weight)
    return result


@lru_cache(maxsize=64)
def _windows(length: int, size: int, kernel: Filter) -> tuple[tuple[int, ...], tuple[tuple[float, ...], ...]]:
    """Return the first old row of each new one, and the weights of it and the rows after it, tap by tap."""
    ratio = length / size
    rows = [
        weights_around((i + 0.5) * ratio - 0.5, scale=max(ratio, 1.0), kernel=kernel) for i in range(size)
    ]
    firsts = tuple(min(row) for row in rows)
    taps = max(max(row) - first for row, first in zip(rows, firsts, strict=True)) + 1
    weights = tuple(
        tuple(row.get(first + tap, 0.0) for row, first in zip(rows, firsts, strict=True))
        for tap in range(taps)
    )
    return firsts, weights
