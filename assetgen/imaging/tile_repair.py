"""A picture that does not tile made to: a strip of its own inside is laid over the seam, cut in where nobody looks.

The strip comes from where both of its sides fit the two sides of the seam best, moved along the seam and stretched
by a few percent if that brings joints and courses together. Its slow changes of light are brought to those around
it, it is cut in along the least visible lines, and what steps are left there are joined in the gradients. Nothing
is blended, so nothing is blurred, and two thirds of the picture along each axis are not touched at all. All maps of
a surface are cut alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, interpolate

from assetgen.errors import SpecError
from assetgen.imaging.cuts import cheapest_cut, join_light
from assetgen.media.image import Image

SHARE = 1.0 / 6.0
"""The strip's half width, as a share of the edge."""
SMALLEST_EDGE = 48
_OVERLAP = 0.6
"""Share of each half in which the cut may run; there the strip lies exactly as it fits best."""
_STRETCH = 0.3
"""How much of the rest, in the strip's middle, may be stretched or squeezed away."""
_STRAIN_COST = 0.3
_BESIDE = 0.5
_DRIFT = 1.0 / 16.0
"""Farthest move along a seam whose ends are open, as a share of the seam."""
_COARSE = 192
_CANDIDATES = 24
_LIGHT_CELLS = 12
_LIGHT_KEPT = 0.4
"""How much slow light counts where places are compared; the rest can be brought to agree."""
_LIGHT_WAVES = 1.5
"""Waves along the seam up to which the strip's light is brought to that around it."""
_JOIN = 0.02
"""Reach of the joined light, as a share of the edge."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where the strip's two ends come from: their first column and how far down, left end and right end."""

    left: tuple[int, int]
    right: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Strip:
    """The shape of a strip: half its width, how wide each end is, and whether the rows are a ring."""

    half: int
    closed: bool

    @property
    def width(self) -> int:
        return 2 * self.half

    @property
    def end(self) -> int:
        return max(int(self.half * _OVERLAP), 4)

    @property
    def middle(self) -> int:
        return self.width - 2 * self.end

    @property
    def stretch(self) -> int:
        return int(self.middle * _STRETCH)


def make_tileable(images: Sequence[Image], *, axes: tuple[bool, bool]) -> tuple[Image, ...]:
    """Return the maps of a surface without seams across some axes; they then wrap there.

    Args:
        images: maps of one size, the one that is looked at first; `wraps` says along which axes they tile already.
        axes: along which of (x, y) the seam is to go.

    Raises:
        SpecError: maps of different sizes, or smaller than 48 texels along such an axis.
    """
    sizes = {(image.width, image.height) for image in images}
    if len(sizes) != 1:
        raise SpecError(f"maps that are cut together have one size, not {sorted(sizes)}.")
    width, height = sizes.pop()
    if (axes[0] and width < SMALLEST_EDGE) or (axes[1] and height < SMALLEST_EDGE):
        raise SpecError(
            f"a picture of {width}x{height} is too small to mend its seams; give one of {SMALLEST_EDGE} or more."
        )
    wraps = images[0].wraps
    stack = torch.cat([image.pixels for image in images], dim=-1)  # (H, W, sum of C)
    weights = torch.cat([_weights(image) for image in images])
    if axes[0]:
        stack = _close(stack, weights, closed=wraps[1] and not axes[1])
    if axes[1]:
        turned = _close(stack.transpose(0, 1).contiguous(), weights, closed=wraps[0] or axes[0])
        stack = turned.transpose(0, 1)
    done = (wraps[0] or axes[0], wraps[1] or axes[1])
    parts = stack.clamp(0.0, 1.0).split([image.channels for image in images], dim=-1)
    return tuple(
        Image(part.contiguous(), image.space, image.alpha, done)
        for part, image in zip(parts, images, strict=True)
    )


def _weights(image: Image) -> Tensor:
    """Return how much each channel counts: every map alike, whatever its contrast."""
    spread = float(image.pixels.std())
    return torch.full(
        (image.channels,), 1.0 / max(spread, 0.02) / image.channels**0.5, device=image.pixels.device
    )


def _close(stack: Tensor, weights: Tensor, *, closed: bool) -> Tensor:
    """Return (R, N, C) that goes on from its last column to its first.

    Args:
        stack: (R, N, C).
        weights: (C,) of the channels where pictures are compared.
        closed: whether the last row meets the first.
    """
    columns = stack.shape[1]
    strip = _Strip(int(columns * SHARE), closed)
    fit = _find(_without_slow_light(stack) * weights, strip)
    rolled = stack.roll(strip.half, 1)
    around = rolled[:, : strip.width]  # (R, width, C), the seam in its middle
    laid = _take(stack, fit, strip)
    laid = laid + _light_between(around - laid, strip)
    is_laid = _cut_in(((around - laid) * weights).square().sum(dim=-1), strip)
    joined = join_light(around, laid, is_laid, reach=max(columns * _JOIN, 2.0), closed=closed)
    rolled[:, : strip.width] = torch.where(is_laid.unsqueeze(-1), laid, around) + joined * _fade(strip, stack)
    return rolled.roll(-strip.half, 1)


def _without_slow_light(stack: Tensor) -> Tensor:
    planes = stack.movedim(-1, 0)[None]
    slow = adaptive_avg_pool2d(planes, (_LIGHT_CELLS, _LIGHT_CELLS))
    slow = interpolate(slow, size=planes.shape[-2:], mode="bilinear", align_corners=False)
    return (planes - slow * (1.0 - _LIGHT_KEPT))[0].movedim(0, -1)


def _find(detail: Tensor, strip: _Strip) -> _Fit:
    """Return the strip that fits best: searched on a small copy, then followed up to full size."""
    factor = 1
    while min(detail.shape[:2]) // (factor * 2) >= _COARSE:
        factor *= 2
    small = _smaller(detail, factor)
    fit = _search(small, _Strip(int(small.shape[1] * SHARE), strip.closed))
    while factor > 1:
        factor //= 2
        small = _smaller(detail, factor)
        finer = _Strip(strip.half // factor, strip.closed)
        fit = _refined(small, _Fit(*((2 * c, 2 * d) for c, d in (fit.left, fit.right))), finer)
    return fit


def _smaller(detail: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return detail
    return avg_pool2d(detail.movedim(-1, 0)[None], factor)[0].movedim(0, -1)


def _search(detail: Tensor, strip: _Strip) -> _Fit:
    """Return the best of the most promising places, by what cutting the strip in would cost."""
    rows, columns, _ = detail.shape
    around = detail.roll(strip.half, 1)[:, : strip.width]
    drift = 0 if strip.closed else max(int(rows * _DRIFT), 1)
    left = _misfit(detail, around[:, : strip.end], drift=drift)
    right = _misfit(detail, around[:, -strip.end :], drift=drift)
    count = columns - strip.width + 1
    best = torch.full_like(left[:, :count], torch.inf)
    pulls = torch.zeros((2, *best.shape), dtype=torch.int64, device=best.device)
    slack = min(drift, 3) if drift else 2
    for pull in range(-strip.stretch, strip.stretch + 1):
        first = strip.width - strip.end + pull
        shown = range(max(0, -first), min(count, columns - strip.end + 1 - first))
        for turn in range(-slack, slack + 1):
            strain = (
                1.0 + _STRAIN_COST * (abs(pull) / max(strip.stretch, 1) + abs(turn) / max(slack, 1)) / 2.0
            )
            moved = right.roll(-turn, 0) if strip.closed else _shifted(right, turn)
            total = (
                left[:, shown.start : shown.stop] + moved[:, first + shown.start : first + shown.stop]
            ) * strain
            part = best[:, shown.start : shown.stop]
            better = total < part
            part[better] = total[better]
            for number, value in enumerate((pull, turn)):
                pulls[number, :, shown.start : shown.stop][better] = value
    fits = []
    for _ in range(_CANDIDATES):
        place = int(best.argmin())
        down, column = divmod(place, count)
        if not torch.isfinite(best[down, column]):
            break
        pull, turn = (int(pulls[n, down, column]) for n in (0, 1))
        shift = down if strip.closed else down - drift
        fits.append(_Fit((column, shift), (column + strip.width - strip.end + pull, shift + turn)))
        near = strip.end // 3 + 1
        best[max(down - near, 0) : down + near + 1, max(column - near, 0) : column + near + 1] = torch.inf
    return fits[int(_prices(detail, around, fits, strip).argmin())]


def _shifted(values: Tensor, turn: int) -> Tensor:
    moved = values.roll(-turn, 0)
    if turn > 0:
        moved[-turn:] = torch.inf
    elif turn < 0:
        moved[:-turn] = torch.inf
    return moved


def _misfit(detail: Tensor, end: Tensor, *, drift: int) -> Tensor:
    """Return the mean squared difference of a strip's end and each place of the picture.

    Args:
        detail: (R, N, C).
        end: (R, E, C).
        drift: how far up and down to try; 0 tries every row of a ring.

    Returns:
        (2 drift + 1, N - E + 1), or (R, N - E + 1) of a ring: rows down from -drift, or from 0.
    """
    rows, columns, _ = detail.shape
    full = torch.zeros_like(detail)
    mask = torch.zeros_like(detail[..., 0])
    inner = slice(drift, rows - drift)
    full[inner, : end.shape[1]] = end[inner]
    mask[inner, : end.shape[1]] = 1.0
    spectrum = (torch.fft.rfft2(full, dim=(0, 1)).conj() * torch.fft.rfft2(detail, dim=(0, 1))).sum(dim=-1)
    power = torch.fft.rfft2(mask).conj() * torch.fft.rfft2(detail.square().sum(dim=-1))
    misfit = torch.fft.irfft2(power - 2.0 * spectrum, s=(rows, columns)) + full.square().sum()
    misfit = (misfit / mask.sum()).clamp_min(0.0)[:, : columns - end.shape[1] + 1]
    return misfit if drift == 0 else misfit.roll(drift, 0)[: 2 * drift + 1]


def _prices(detail: Tensor, around: Tensor, fits: Sequence[_Fit], strip: _Strip) -> Tensor:
    """Return what cutting a strip in from each of some places would cost, (F,)."""
    apart = torch.stack([(around - _take(detail, fit, strip)).square().sum(dim=-1) for fit in fits])
    sides = torch.stack((apart, apart.flip(-1)))  # (2, F, R, width)
    cost = _cost_of(sides, strip)
    cuts = cheapest_cut(cost, closed=strip.closed).unsqueeze(-1)
    # What lies beside the cut counts too: a cut through an even brick shows nothing, but may make it a long one.
    price = cost.gather(-1, cuts).mean(dim=(0, 2, 3)) + _BESIDE * sides[..., : strip.end].mean(dim=(0, 2, 3))
    pulls = [abs(fit.right[0] - fit.left[0] - strip.width + strip.end) for fit in fits]
    strain = torch.tensor(pulls, device=price.device) / max(strip.stretch, 1)
    return price * (1.0 + _STRAIN_COST * strain)


def _refined(detail: Tensor, fit: _Fit, strip: _Strip) -> _Fit:
    """Return the fit moved by up to two texels at each end to where it fits best."""
    columns = detail.shape[1]
    around = detail.roll(strip.half, 1)[:, : strip.width]
    left = _nearby(detail, around[:, : strip.end], fit.left, strip)
    right = _nearby(detail, around[:, -strip.end :], fit.right, strip)
    straight = left[0] + strip.width - strip.end
    pull = min(max(right[0] - straight, -strip.stretch - 2), strip.stretch + 2)
    return _Fit(left, (min(straight + pull, columns - strip.end), right[1]))


def _nearby(detail: Tensor, end: Tensor, place: tuple[int, int], strip: _Strip) -> tuple[int, int]:
    rows, columns, _ = detail.shape
    width = end.shape[1]
    some = torch.arange(0, rows, max(rows // 512, 1), device=detail.device)
    found = (torch.inf, place)
    for down in range(place[1] - 2, place[1] + 3):
        index = _row_index(some + down, rows, strip)
        for column in range(max(place[0] - 2, 0), min(place[0] + 2, columns - width) + 1):
            apart = detail[:, column : column + width].index_select(0, index) - end.index_select(0, some)
            found = min(found, (float(apart.square().mean()), (column, down)))
    column, down = found[1]
    return min(column, columns - width), down


def _row_index(row: Tensor, rows: int, strip: _Strip) -> Tensor:
    """Return rows beyond the picture as those of the ring, or as their mirror images."""
    if strip.closed:
        return row.remainder(rows)
    return (rows - 1 - (row.remainder(2 * rows) - rows + 0.5).abs().add(-0.5)).long().clamp(0, rows - 1)


def _take(stack: Tensor, fit: _Fit, strip: _Strip) -> Tensor:
    """Return the strip (R, width, C): ends texel for texel, the middle stretched to reach between."""
    rows, columns, _ = stack.shape
    device = stack.device
    place = torch.arange(strip.width, device=device, dtype=torch.float64)
    along = ((place - strip.end + 1) / (strip.middle + 1)).clamp(0.0, 1.0)
    straight = fit.left[0] + strip.width - strip.end
    column = fit.left[0] + place + along * (fit.right[0] - straight)
    down = fit.left[1] + along * (fit.right[1] - fit.left[1])
    index, weight = _taps(column)
    wide = torch.zeros(rows, strip.width, stack.shape[2], dtype=stack.dtype, device=device)
    for k in range(4):
        at = index[:, k].clamp(0, columns - 1)
        wide += stack.index_select(1, at) * weight[:, k, None].to(stack.dtype)
    if float((down - down.round()).abs().max()) == 0.0 and fit.left[1] == fit.right[1]:
        row = torch.arange(rows, device=device) + fit.left[1]
        return wide.index_select(0, _row_index(row, rows, strip))
    index, weight = _taps(down)
    result = torch.zeros_like(wide)
    row = torch.arange(rows, device=device)[:, None]
    for k in range(4):
        at = _row_index(row + index[None, :, k], rows, strip).unsqueeze(-1).expand_as(wide)
        result += wide.gather(0, at) * weight[None, :, k, None].to(stack.dtype)
    return result


def _taps(position: Tensor) -> tuple[Tensor, Tensor]:
    """Return four texels around each position and their Catmull-Rom weights."""
    first = position.floor()
    t = (position - first)[:, None]
    index = first.long()[:, None] + torch.arange(-1, 3, device=position.device)
    weight = torch.cat(
        (
            ((2.0 - t) * t - 1.0) * t,
            (3.0 * t - 5.0) * t * t + 2.0,
            ((4.0 - 3.0 * t) * t + 1.0) * t,
            (t - 1.0) * t * t,
        ),
        dim=1,
    )
    return index, weight * 0.5


def _light_between(apart: Tensor, strip: _Strip) -> Tensor:
    """Return the slow difference of light at the two ends, passing from one to the other over the strip."""
    rows = apart.shape[0]
    ends = torch.stack((apart[:, : strip.end].mean(dim=1), apart[:, -strip.end :].mean(dim=1)))  # (2, R, C)
    ring = ends if strip.closed else torch.cat((ends, ends.flip(1)), dim=1)
    wave = torch.fft.rfftfreq(ring.shape[1], device=apart.device) * rows
    low = torch.exp(-0.5 * (wave / _LIGHT_WAVES) ** 2)
    slow = torch.fft.irfft(torch.fft.rfft(ring, dim=1) * low[None, :, None], n=ring.shape[1], dim=1)[:, :rows]
    place = torch.arange(strip.width, device=apart.device, dtype=apart.dtype)
    along = ((place - strip.end / 2.0) / (strip.width - strip.end)).clamp(0.0, 1.0)[None, :, None]
    return torch.lerp(slow[0].unsqueeze(1), slow[1].unsqueeze(1), along)


def _cut_in(apart: Tensor, strip: _Strip) -> Tensor:
    """Return where the strip is to be seen, (R, width) bool: between the cheapest cuts through its two ends."""
    place = torch.arange(strip.width, device=apart.device)
    cuts = [cheapest_cut(_cost_of(side, strip), closed=strip.closed) for side in (apart, apart.flip(1))]
    return (place > cuts[0][:, None]) & (place.flip(0) > cuts[1][:, None])


def _cost_of(apart: Tensor, strip: _Strip) -> Tensor:
    end = apart[..., : strip.end]
    return end[..., :-1] + end[..., 1:]


def _fade(strip: _Strip, like: Tensor) -> Tensor:
    place = torch.arange(strip.width, device=like.device, dtype=like.dtype)
    edge = torch.minimum(place, place.flip(0)) / (strip.end / 4.0)
    return edge.clamp(0.0, 1.0)[None, :, None]
