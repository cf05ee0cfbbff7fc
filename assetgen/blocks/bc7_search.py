"""Try the modes of BC7 on sixteen blocks at once and keep, lane by lane, the encoding with the least error.

A lane's choice depends on its own block alone: the loops run on while any lane wants them to, but only
lanes that want a trial themselves may take its result. So the bytes do not depend on which blocks share a
vector.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_fit import fit_subset
from assetgen.blocks.bc7_fit_scalar import fit_scalar
from assetgen.blocks.bc7_metric import rotate_metric, write_metric
from assetgen.blocks.bc7_partitions import (
    estimate_three_subsets,
    estimate_two_subsets,
    prepare_products,
    take_best_partition,
    write_masks,
)
from assetgen.blocks.bc7_refine import refine
from assetgen.blocks.bc7_rotations import estimate_rotations, prepare_rotations, write_rotated
from assetgen.blocks.bc7_scratch import (
    ALL,
    ALONE_WEIGHT,
    BEST,
    BEST_ENDS,
    BEST_INDICES,
    BEST_P,
    BEST_SECOND,
    BEST_SIZE,
    CANDIDATE,
    ERROR,
    FIT_INDICES,
    FIT_P,
    FIT_SIZE,
    FITS,
    FREE,
    KEPT,
    MASKS,
    MODE,
    PARTITION,
    ROTATED,
    ROTATION,
    SELECTOR,
    TEXELS,
    Search,
)
from assetgen.blocks.bc7_tables import ALPHA_BITS, COLOR_BITS, INDEX_BITS, P_BITS, SECOND_INDEX_BITS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LaneMask, Lanes, any_lane, higher, load, lower, select, spread, store


@part
def search_modes(s: np.ndarray, plan: Search) -> None:
    """Find an encoding for each of the sixteen blocks in TEXELS and leave it in BEST."""
    least = most = flat = spread(0.0)
    for c in range(4):
        least = most = load(s, TEXELS + 16 * c)
        for i in range(1, 16):
            least = lower(least, load(s, TEXELS + 16 * c + i))
            most = higher(most, load(s, TEXELS + 16 * c + i))
        flat = higher(flat, most - least)
    # The last channel was alpha. Opaque and clear blocks keep theirs exactly.
    opaque = least >= 255.0
    mixed = (least < 255.0) & (most > 0.0)
    pin = select(opaque, spread(1.0), select(mixed, spread(FREE), spread(0.0)))
    for i in range(16):
        store(s, ALL + i, spread(1.0))
    # Blocks of one color are packed from a table; an error of 0 keeps every trial away from them.
    one_color = flat <= 0.0
    store(s, BEST + ERROR, select(one_color, spread(0.0), spread(1e30)))
    store(s, BEST + MODE, spread(6.0))
    for k in range(2, BEST_SECOND + 16):
        store(s, BEST + k, spread(0.0))
    if plan.weighted > 0:
        write_metric(s)
    for k in range(BEST_SIZE):
        store(s, KEPT + k, load(s, BEST + k))
    _try_one_subset(s, pin, plan)
    _set_aside(s, pin, plan)
    stop = spread(float(plan.stop))
    if plan.rotations > 0 and any_lane(load(s, BEST + ERROR) > stop):
        prepare_rotations(s)
        _try_rotations(s, opaque, stop, 5, 0, plan.rotations, plan)
        _set_aside(s, pin, plan)
        _try_rotations(s, opaque, stop, 4, 0, plan.rotations_fine, plan)
        _set_aside(s, pin, plan)
        _try_rotations(s, opaque, stop, 4, 1, plan.rotations_fine, plan)
        _set_aside(s, pin, plan)
    if plan.two_subsets > 0 and any_lane((load(s, BEST + ERROR) > stop) & (opaque | mixed)):
        prepare_products(s, opaque, plan.weighted)
        _try_two_subsets(s, opaque, mixed, stop, plan)
        _set_aside(s, pin, plan)
    # What may still gain here could so before: its products are there.
    if plan.three_subsets > 0 and any_lane((load(s, BEST + ERROR) > stop) & opaque):
        _try_three_subsets(s, opaque, stop, 2, plan)
        _set_aside(s, pin, plan)
        _try_three_subsets(s, opaque, stop, 0, plan)
        _set_aside(s, pin, plan)
    if plan.slack > 0.0:
        for k in range(BEST_SIZE):
            store(s, BEST + k, load(s, KEPT + k))
    elif plan.refine_rounds + plan.refine_passes > 0:
        wanted = load(s, BEST + ERROR) > stop
        if any_lane(wanted):
            refine(s, wanted, pin, plan)


@part
def _set_aside(s: np.ndarray, pin: Lanes, plan: Search) -> None:
    """Refine what the last mode found and keep it if it is the best so far; leave the next a bar to pass."""
    if plan.slack <= 0.0:
        return
    kept = load(s, KEPT + ERROR)
    wanted = load(s, BEST + ERROR) < kept * plan.slack
    if any_lane(wanted):
        refine(s, wanted, pin, plan)
        better = wanted & (load(s, BEST + ERROR) < kept)
        for k in range(BEST_SIZE):
            store(s, KEPT + k, select(better, load(s, BEST + k), load(s, KEPT + k)))
    store(s, BEST + ERROR, load(s, KEPT + ERROR) * plan.slack)


@part
def _try_one_subset(s: np.ndarray, pin: Lanes, plan: Search) -> None:
    error = fit_subset(s, TEXELS, ALL, FITS, 4, 15, 7, 2, pin, plan.rounds, plan.weighted)
    better = error < load(s, BEST + ERROR)
    _keep(s, better, error, 6, spread(0.0), spread(0.0), 1)


@part
def _try_two_subsets(s: np.ndarray, opaque: LaneMask, mixed: LaneMask, stop: Lanes, plan: Search) -> None:
    estimate_two_subsets(s, select(opaque, spread(1.0 / 49.0), spread(1.0 / 9.0)))
    for turn in range(plan.two_subsets):
        take_best_partition(s)
        best = load(s, BEST + ERROR)
        promising = (load(s, CANDIDATE + 1) * plan.doubt < best) & (best > stop) & (opaque | mixed)
        if not any_lane(promising):
            break
        write_masks(s, 2)
        if any_lane(promising & opaque):
            _try_partition(s, promising & opaque, 1, 2, plan)
            if turn < plan.two_subsets_fine:
                _try_partition(s, promising & opaque, 3, 2, plan)
        if any_lane(promising & mixed):
            _try_partition(s, promising & mixed, 7, 2, plan)


@part
def _try_three_subsets(s: np.ndarray, opaque: LaneMask, stop: Lanes, mode: int, plan: Search) -> None:
    steps = (1 << INDEX_BITS[mode]) - 1
    estimate_three_subsets(s, spread(1.0 / float(steps * steps)), 64 if mode == 2 else 16)
    for _ in range(plan.three_subsets):
        take_best_partition(s)
        best = load(s, BEST + ERROR)
        promising = (load(s, CANDIDATE + 1) * plan.doubt < best) & (best > stop) & opaque
        if not any_lane(promising):
            break
        write_masks(s, 3)
        _try_partition(s, promising, mode, 3, plan)


@part
def _try_partition(s: np.ndarray, wanted: LaneMask, mode: int, subsets: int, plan: Search) -> None:
    """Fit every subset of the CANDIDATE partition; stop as soon as no wanting lane can gain."""
    best = load(s, BEST + ERROR)
    channels = 4 if mode == 7 else 3
    steps = (1 << INDEX_BITS[mode]) - 1
    free = spread(FREE)
    error = spread(0.0)
    for k in range(subsets):
        error += fit_subset(
            s,
            TEXELS,
            MASKS + 16 * k,
            FITS + FIT_SIZE * k,
            channels,
            steps,
            COLOR_BITS[mode],
            P_BITS[mode],
            free,
            plan.rounds,
            plan.weighted,
        )
        if not any_lane(wanted & (error < best)):
            return
    _keep(s, wanted & (error < best), error, mode, load(s, CANDIDATE), spread(0.0), subsets)


@part
def _keep(
    s: np.ndarray, better: LaneMask, error: Lanes, mode: int, partition: Lanes, rotation: Lanes, subsets: int
) -> None:
    """Take the FITS of all subsets as the best encoding in the lanes of `better`."""
    _replace(s, BEST + ERROR, better, error)
    _replace(s, BEST + MODE, better, spread(float(mode)))
    _replace(s, BEST + PARTITION, better, partition)
    _replace(s, BEST + ROTATION, better, rotation)
    _replace(s, BEST + SELECTOR, better, spread(0.0))
    for k in range(subsets):
        fit = FITS + FIT_SIZE * k
        for j in range(8):
            _replace(s, BEST + BEST_ENDS + 8 * k + j, better, load(s, fit + j))
        for j in range(2):
            _replace(s, BEST + BEST_P + 2 * k + j, better, load(s, fit + FIT_P + j))
    for i in range(16):
        index = load(s, FITS + FIT_INDICES + i)
        for k in range(1, subsets):
            inside = load(s, MASKS + 16 * k + i) > 0.5
            index = select(inside, load(s, FITS + FIT_SIZE * k + FIT_INDICES + i), index)
        _replace(s, BEST + BEST_INDICES + i, better, index)


@part
def _replace(s: np.ndarray, k: int, better: LaneMask, value: Lanes) -> None:
    store(s, k, select(better, value, load(s, k)))


@part
def _try_rotations(
    s: np.ndarray, opaque: LaneMask, stop: Lanes, mode: int, selector: int, turns: int, plan: Search
) -> None:
    if turns == 0:
        return
    color_bits = SECOND_INDEX_BITS[mode] if selector == 1 else INDEX_BITS[mode]
    alone_bits = INDEX_BITS[mode] if selector == 1 else SECOND_INDEX_BITS[mode]
    estimate_rotations(s, opaque, _index_noise(color_bits), _index_noise(alone_bits), plan.weighted)
    for _ in range(turns):
        take_best_partition(s)
        best = load(s, BEST + ERROR)
        promising = (load(s, CANDIDATE + 1) * plan.doubt < best) & (best > stop)
        if not any_lane(promising):
            break
        write_rotated(s, load(s, CANDIDATE))
        if plan.weighted > 0:
            rotate_metric(s, load(s, CANDIDATE))
        _try_planes(s, promising, mode, selector, plan)
    if plan.weighted > 0:
        write_metric(s)


@part
def _index_noise(bits: int) -> float:
    """Return what rounding to that many index bits loses, as a share of the variance along the line."""
    steps = float((1 << bits) - 1)
    return 1.0 / (steps * steps)


@part
def _try_planes(s: np.ndarray, wanted: LaneMask, mode: int, selector: int, plan: Search) -> None:
    """Fit color and the channel in alpha's place apart; `selector` 1 gives color the finer indices."""
    best = load(s, BEST + ERROR)
    color_bits = SECOND_INDEX_BITS[mode] if selector == 1 else INDEX_BITS[mode]
    alone_bits = INDEX_BITS[mode] if selector == 1 else SECOND_INDEX_BITS[mode]
    alone = FITS + FIT_SIZE
    free = spread(FREE)
    color_steps, alone_steps = (1 << color_bits) - 1, (1 << alone_bits) - 1
    error = fit_scalar(s, ROTATED + 48, alone, alone_steps, ALPHA_BITS[mode], plan.rounds)
    if plan.weighted > 0:
        error = error * load(s, ALONE_WEIGHT)
    if not any_lane(wanted & (error < best)):
        return
    error += fit_subset(
        s, ROTATED, ALL, FITS, 3, color_steps, COLOR_BITS[mode], 0, free, plan.rounds, plan.weighted
    )
    better = wanted & (error < best)
    if not any_lane(better):
        return
    _keep(s, better, error, mode, spread(0.0), load(s, CANDIDATE), 1)
    _replace(s, BEST + SELECTOR, better, spread(float(selector)))
    _replace(s, BEST + BEST_ENDS + 3, better, load(s, alone))
    _replace(s, BEST + BEST_ENDS + 7, better, load(s, alone + 4))
    for i in range(16):
        _replace(s, BEST + BEST_SECOND + i, better, load(s, alone + FIT_INDICES + i))
