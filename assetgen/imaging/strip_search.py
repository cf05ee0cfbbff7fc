"""Where in a picture the strip lies that fits over its seam best, at both of its ends.

Differences are taken by FFT for every place at once on a small copy; the most promising places are compared by what
cutting the strip in there would cost, and the best is followed up to full size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, interpolate

from assetgen.imaging.cuts import cheapest_cut
from assetgen.imaging.strip import Fit, Strip, cutting_cost, row_index, take_strip

SHARE = 1.0 / 6.0
"""The strip's half width, as a share of the edge."""
_STRAIN_COST = 0.3
_BESIDE = 0.5
_DRIFT = 1.0 / 16.0
"""Farthest move along a seam whose ends are open, as a share of the seam."""
_COARSE = 192
_FINEST = 1024
"""Shorter edge up to which all maps are compared; beyond it the place is followed in the first map alone."""
_CANDIDATES = 24
_LIGHT_CELLS = 12
_LIGHT_KEPT = 0.4
"""How much slow light counts where places are compared; the rest can be brought to agree."""


def find_strip(stack: Tensor, weights: Tensor, strip: Strip) -> Fit:
    """Return the strip that fits best: searched on a small copy, then followed up to full size."""
    whole = 1
    while min(stack.shape[:2]) // whole > _FINEST:
        whole *= 2
    detail = _without_slow_light(_smaller(stack, whole)) * weights
    factor = 1
    while min(detail.shape[:2]) // (factor * 2) >= _COARSE:
        factor *= 2
    small = _smaller(detail, factor)
    fit = _search(small, Strip(int(small.shape[1] * SHARE), strip.closed))
    while factor > 1:
        factor //= 2
        finer = Strip(strip.half // (factor * whole), strip.closed)
        fit = _refined(_smaller(detail, factor), fit.times(2), finer, radius=2)
    if whole == 1:
        return fit
    return _refined(stack[..., :3], fit.times(whole), strip, radius=whole)


def _without_slow_light(stack: Tensor) -> Tensor:
    planes = stack.movedim(-1, 0)[None]
    slow = adaptive_avg_pool2d(planes, (_LIGHT_CELLS, _LIGHT_CELLS))
    slow = interpolate(slow, size=planes.shape[-2:], mode="bilinear", align_corners=False)
    return (planes - slow * (1.0 - _LIGHT_KEPT))[0].movedim(0, -1)


def _smaller(stack: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return stack
    planes = [avg_pool2d(plane[None, None], factor)[0, 0] for plane in stack.unbind(-1)]
    return torch.stack(planes, dim=-1)


def _search(detail: Tensor, strip: Strip) -> Fit:
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
        fits.append(Fit((column, shift), (column + strip.width - strip.end + pull, shift + turn)))
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


def _prices(detail: Tensor, around: Tensor, fits: Sequence[Fit], strip: Strip) -> Tensor:
    """Return what cutting a strip in from each of some places would cost, (F,)."""
    apart = torch.stack([(around - take_strip(detail, fit, strip)).square().sum(dim=-1) for fit in fits])
    sides = torch.stack((apart, apart.flip(-1)))  # (2, F, R, width)
    cost = cutting_cost(sides, strip)
    cuts = cheapest_cut(cost, closed=strip.closed).unsqueeze(-1)
    # What lies beside the cut counts too: a cut through an even brick shows nothing, but may make it a long one.
    price = cost.gather(-1, cuts).mean(dim=(0, 2, 3)) + _BESIDE * sides[..., : strip.end].mean(dim=(0, 2, 3))
    pulls = [abs(fit.right[0] - fit.left[0] - strip.width + strip.end) for fit in fits]
    strain = torch.tensor(pulls, device=price.device) / max(strip.stretch, 1)
    return price * (1.0 + _STRAIN_COST * strain)


def _refined(detail: Tensor, fit: Fit, strip: Strip, *, radius: int) -> Fit:
    """Return the fit moved by up to `radius` texels at each end to where it fits best."""
    columns = detail.shape[1]
    ends = (
        detail[:, columns - strip.half : columns - strip.half + strip.end],
        detail[:, strip.half - strip.end : strip.half],
    )
    left = _nearby(detail, ends[0], fit.left, strip, radius=radius)
    right = _nearby(detail, ends[1], fit.right, strip, radius=radius)
    straight = left[0] + strip.width - strip.end
    pull = min(max(right[0] - straight, -strip.stretch - 2), strip.stretch + 2)
    return Fit(left, (min(straight + pull, columns - strip.end), right[1]))


def _nearby(
    detail: Tensor, end: Tensor, place: tuple[int, int], strip: Strip, *, radius: int
) -> tuple[int, int]:
    rows, columns, _ = detail.shape
    width = end.shape[1]
    some = torch.arange(0, rows, max(rows // 512, 1), device=detail.device)
    found = (torch.inf, place)
    for down in range(place[1] - radius, place[1] + radius + 1):
        index = row_index(some + down, rows, strip)
        for column in range(max(place[0] - radius, 0), min(place[0] + radius, columns - width) + 1):
            apart = detail[:, column : column + width].index_select(0, index) - end.index_select(0, some)
            found = min(found, (float(apart.square().mean()), (column, down)))
    column, down = found[1]
    return min(column, columns - width), down
