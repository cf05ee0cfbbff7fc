"""Half the size by a polyphase filter: one step of a mip chain, over planes of light in bands of rows.

A band is decoded, filtered down and then across while it lies in cache, so that the full light of level 0 is
never in memory. Every value is the same sum in the same order however many threads or bands there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

from assetgen.imaging.edges import Edge, Edges, source_positions
from assetgen.imaging.kernels import Filter, Taps, halving_taps
from assetgen.imaging.light import read_light
from assetgen.media.image import Image

_BAND_VALUES = 1 << 18
_HELD_BY = 4
"""Texels nearest to a new one, along an even axis, whose range it keeps where a kernel must not ring."""


Weights = list[float] | Tensor
"""A weight a tap, or (taps, ...) where they differ along the axis."""


class Light(Protocol):
    """Rows of light, given from top to bottom."""

    shape: torch.Size
    """(C, H, W)."""
    device: torch.device

    def take(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop`, which may lie beyond the ends, (C, stop - start, W)."""
        ...


class LightInMemory:
    """Light that was computed, (C, H, W), any range.

    Args:
        light: the rows.
        edge: how they go on beyond the first and the last.
    """

    def __init__(self, light: Tensor, edge: Edge) -> None:
        self._light, self._edge = light, edge
        self.shape, self.device = light.shape, light.device

    def take(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop`: a view, unless they lie beyond the ends."""
        rows = self.shape[1]
        if start >= 0 and stop <= rows:
            return self._light[:, start:stop]
        position = source_positions(start, stop, size=rows, edge=self._edge, device=self.device)
        return self._light.index_select(1, position)


class LightOfImage:
    """Light that is decoded from an image where it is asked for; what was asked for last is kept.

    Args:
        image: what to read.
        edge: how its rows go on beyond the first and the last.
    """

    def __init__(self, image: Image, edge: Edge) -> None:
        self._image, self._edge = image, edge
        self.shape = torch.Size((image.channels, image.height, image.width))
        self.device = image.pixels.device
        self._kept = torch.empty((image.channels, 0, image.width), device=self.device)
        self._start = self._stop = 0
        self._is_cached = self.device.type == "cpu"

    def take(self, start: int, stop: int) -> Tensor:
        """Return rows `start` to `stop`: a view that holds until the next call."""
        known = self._stop - start if self._start <= start <= self._stop <= stop else 0
        before = self._kept[:, start - self._start :][:, :known].clone() if known else None
        self._start, self._stop = start, stop
        if self._kept.shape[1] < stop - start:
            self._kept = torch.empty((self.shape[0], stop - start, self.shape[2]), device=self.device)
        if before is not None:
            self._kept[:, :known] = before
        for at, first, last in self._runs(start + known, stop):
            read_light(self._image, first, last, out=self._kept[:, at - start : at - start + last - first])
        return self._kept[:, : stop - start]

    def _runs(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Yield (position, first, last) for unbroken runs of the image's rows that stand at `start` to `stop`."""
        rows = self.shape[1]
        inner = range(max(start, 0), min(stop, rows))
        step = max(_BAND_VALUES // 4 // (self.shape[0] * self.shape[2]), 1) if self._is_cached else rows
        for row in inner[::step]:
            yield row, row, min(row + step, inner.stop)
        beyond = source_positions(start, stop, size=rows, edge=self._edge, device=torch.device("cpu"))
        for position, row in enumerate(beyond.tolist(), start):
            if position not in inner:
                yield position, row, row + 1


def halve(light: Light, *, kernel: Filter, edges: Edges, may_ring: bool) -> Tensor:
    """Return light at half its size, (C, H / 2, W / 2), rounded down and at least 1; arguments as below."""
    half = torch.empty(half_shape(light), device=light.device)
    for top, bottom, band in halved_bands(light, kernel=kernel, edges=edges, may_ring=may_ring):
        half[:, top:bottom] = band
    return half


def half_shape(light: Light) -> tuple[int, int, int]:
    """Return (C, H, W) of the light at half its size."""
    channels, rows, columns = light.shape
    return channels, max(rows // 2, 1), max(columns // 2, 1)


def halved_bands(
    light: Light, *, kernel: Filter, edges: Edges, may_ring: bool
) -> Iterator[tuple[int, int, Tensor]]:
    """Yield light at half its size in bands: first row, last row + 1, and the rows, which hold until the next.

    Args:
        light: what to halve.
        kernel: the filter along axes longer than 1.
        edges: how the axes (x, y) go on beyond their ends.
        may_ring: whether a kernel with negative weights may leave the range of the nearest texels.
    """
    channels, rows, columns = light.shape
    _, height, width = half_shape(light)
    down = halving_taps(rows, kernel) if rows > 1 else None
    across = halving_taps(columns, kernel) if columns > 1 else None
    is_cached = light.device.type == "cpu"
    count = min(max(_BAND_VALUES // (columns * channels), 1), height) if is_cached else height
    desk = _Desk(channels, count, columns, light.device, may_ring=may_ring)
    for top in range(0, height, count):
        bottom = min(top + count, height)
        tall = light.take(0, 1) if down is None else _rows(light, down, top, bottom, desk)
        yield top, bottom, tall if across is None else _columns(tall, across, edges[0], desk, width)


class _Desk:
    """Memory that every band is worked out in, and whether kernels may ring."""

    def __init__(
        self, channels: int, rows: int, columns: int, device: torch.device, *, may_ring: bool
    ) -> None:
        self.may_ring = may_ring
        self._tall, self._wide, self._low, self._high = (
            torch.empty((channels, rows, columns), device=device) for _ in range(4)
        )

    def rows(self, taps: list[Tensor], weights: Weights) -> Tensor:
        """Return the weighted sum of rows."""
        return self._weigh(taps, weights, out=_part(self._tall, taps[0]))

    def columns(self, taps: list[Tensor], weights: Weights) -> Tensor:
        """Return the weighted sum of columns; what `rows` returned stays."""
        return self._weigh(taps, weights, out=_part(self._wide, taps[0]))

    def _weigh(self, taps: list[Tensor], weights: Weights, *, out: Tensor) -> Tensor:
        """Write the weighted sum of taps, the nearest first, kept within their range unless it may ring."""
        torch.mul(taps[0], weights[0], out=out)
        for tap, weight in zip(taps[1:], weights[1:], strict=True):
            if isinstance(weight, Tensor):
                out.addcmul_(tap, weight)
            else:
                out.add_(tap, alpha=weight)
        if self.may_ring or len(taps) < _HELD_BY:
            return out
        # On an odd axis new texels slide over five old ones.
        near = taps[: _HELD_BY + isinstance(weights, Tensor)]
        low, high = _part(self._low, out), _part(self._high, out)
        torch.minimum(near[0], near[1], out=low)
        torch.maximum(near[0], near[1], out=high)
        for tap in near[2:]:
            torch.minimum(low, tap, out=low)
            torch.maximum(high, tap, out=high)
        return torch.clamp(out, low, high, out=out)


def _part(memory: Tensor, like: Tensor) -> Tensor:
    """Return as many rows and columns of some memory as `like` has."""
    return memory[:, : like.shape[1], : like.shape[2]]


def _rows(light: Light, taps: Taps, top: int, bottom: int, desk: _Desk) -> Tensor:
    first, last = min(taps.offsets), max(taps.offsets)
    block = light.take(2 * top + first, 2 * bottom - 1 + last)
    length = 2 * (bottom - top) - 1
    slices = [block[:, o - first : o - first + length : 2] for o in taps.offsets]
    weights = _spread(taps, light.device)
    return desk.rows(slices, weights[:, top:bottom, None] if isinstance(weights, Tensor) else weights)


def _columns(light: Tensor, taps: Taps, edge: Edge, desk: _Desk, width: int) -> Tensor:
    columns = light.shape[2]
    before = -min(taps.offsets) + min(taps.offsets) % 2  # even, so that lanes stay lanes
    after = max(max(taps.offsets) - columns % 2, 0)
    left, right = (
        light.index_select(2, source_positions(*ends, size=columns, edge=edge, device=light.device))
        for ends in ((-before, 0), (columns, columns + after))
    )
    # Even and odd columns apart lie in unbroken rows, which vector code reads faster than every second texel.
    lanes = [
        torch.cat((left[..., k::2], light[..., k::2], right[..., (k + columns) % 2 :: 2]), dim=2)
        for k in (0, 1)
    ]
    slices = [lanes[o % 2].narrow(2, (before + o) // 2, width) for o in taps.offsets]
    return desk.columns(slices, _spread(taps, light.device))


def _spread(taps: Taps, device: torch.device) -> Weights:
    """Return a weight a tap, or (taps, new texels) where they differ along the axis."""
    if all(len(row) == 1 for row in taps.weights):
        return [row[0] for row in taps.weights]
    return _as_tensor(taps, device)


@lru_cache(maxsize=64)
def _as_tensor(taps: Taps, device: torch.device) -> Tensor:
    return torch.tensor(taps.weights, dtype=torch.float32, device=device)
