"""The kernel language means in C what it means under numba."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from assetgen.blocks.cuda_kernel import translate_kernel
from assetgen.blocks.cuda_values import Untranslatable
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import (
    LANES,
    allocate,
    any_lane,
    floor,
    higher,
    load,
    lower,
    select,
    spread,
    square_root,
    store,
)
from assetgen.blocks.launch import Known, Launch
from tests.blocks.c_compiler import needs_compiler, run_in_c

BLOCKS = 7
WIDTHS = (3, 5, 9)
TABLE = np.array([[4, -7, 300], [11, 0, -1]], np.int64)
WORDS = np.array([1 << 63, 3, 0xFFFF_FFFF_FFFF], np.uint64)


class Settings(NamedTuple):
    rounds: int
    scale: float
    is_fine: bool


def launch_of(kernel: Any, **arguments: Any) -> Launch:
    function = getattr(kernel, "py_func", kernel)
    return Launch(kernel=function, scratch=8, shape=(BLOCKS, 4), arguments=arguments)


def by_numba(kernel: Any, *arguments: Any) -> bytes:
    out = np.zeros((BLOCKS, 4), np.uint64)
    kernel(0, BLOCKS, allocate(8), out, *arguments)
    return out.tobytes()


@part
def whole_numbers(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    for block in range(first, last):
        signed = (block - 3) * 5
        out[block, 0] = np.uint64(np.int64(signed // 4 + 100)) | np.uint64(signed % 4) << np.uint64(40)
        word = WORDS[block % 3] ^ ~np.uint64(block)
        out[block, 1] = (word >> np.uint64(3)) + word * np.uint64(7)
        total = 0
        for i in range(10, 0, -3):
            total += i << 2
        for i in range(2):
            total += TABLE[i, block % 3]
        total -= TABLE[1, 0]
        out[block, 2] = np.uint64(total + min(block, 3) - max(4, block, 2) + abs(signed))
        out[block, 3] = np.uint64(-1 if block & 1 else WIDTHS[block % 3])


@part
def fractions(first: int, last: int, s: np.ndarray, out: np.ndarray, scale: float) -> None:
    for block in range(first, last):
        share = 1.0 / 3.0
        grown = 0.0
        whole = 0
        for i in range(block):
            grown += float(i) * share + scale
            whole += int(grown)
        s[0] = grown * 1e3
        s[1] = s[0] / 7.0
        s[2] = s[0] * s[1] + s[1]
        s[2] -= s[1]
        out[block, 0] = np.uint64(np.int64(s[1] * 1e6))
        out[block, 1] = np.uint64(np.int64(grown * 1e12))
        out[block, 2] = np.uint64(np.int64(s[2]))
        out[block, 3] = np.uint64(whole + (1 if s[0] > s[1] and s[0] != 0.0 else 2))


@part
def lanes_of_one(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    for start in range(first, last, LANES):
        for lane in range(LANES):
            s[lane] = float(min(start + lane, last - 1)) * 0.75 - 2.0
        x = load(s, 0)
        nothing = spread(-1.0)
        steps = floor(x * x) / (higher(x, spread(0.5)) + 1.0)
        root = square_root(steps * steps + 2.0)
        kept = select((x < 0.0) | (x >= 3), nothing, lower(root, 8.0 - x))
        store(s, 1, kept if any_lane(kept > -1.0) else nothing)
        flat = out.ravel()
        for lane in range(min(LANES, last - start)):
            value = s[LANES + lane]
            out[start + lane, 0] = np.uint64(np.int64(value * 1e7) + 10**9)
            out[start + lane, 1] = np.uint64(int(value > 0.0) + 2)
            flat[(start + lane) * 4 + 2] = flat[np.uint64(start + lane) * np.uint64(4)] + np.uint64(lane * 0)
            out[start + lane, 3] = np.uint64(7)


@part
def pair(n: int) -> tuple[int, float]:
    if n > 3:
        return n, 0.5
    return -n, 1.5


@part
def fill(s: np.ndarray, at: int, value: float = 2.0) -> bool:
    s[at] = value
    return value > 1.0


@part
def ways(
    first: int, last: int, s: np.ndarray, out: np.ndarray, settings: Settings, flags: tuple[bool, bool]
) -> None:
    for block in range(first, last):
        one, half = pair(block)
        one, other = block, one
        total = 0
        while True:
            total += 1
            if total > 5:
                break
            if total % 2 == 0:
                continue
            other += total
        for step in (2, 9):
            total += step * settings.rounds
        # Only where the left side is true is the right side called.
        s[3] = 0.0
        if block > 2 and fill(s, 3):
            total += 100
        if block == 1 or not fill(s, 3, value=0.25):
            total += 1000
        chosen = int(s[3] * 4.0) if settings.is_fine else 77
        if flags[0] and not flags[1]:
            chosen += 5
        out[block, 0] = np.uint64(total)
        out[block, 1] = np.uint64(other + 50)
        out[block, 2] = np.uint64(chosen)
        out[block, 3] = np.uint64(int(half * settings.scale * 10.0) + (0 <= block < 3))


@needs_compiler
def test_a_vector_of_sixteen_lanes_is_sixteen_vectors_of_one(tmp_path: Path) -> None:
    expected = by_numba(lanes_of_one)
    assert run_in_c(launch_of(lanes_of_one), tmp_path) == expected


@needs_compiler
def test_whole_numbers(tmp_path: Path) -> None:
    expected = by_numba(whole_numbers)
    assert run_in_c(launch_of(whole_numbers), tmp_path) == expected


@needs_compiler
@pytest.mark.parametrize("given", [lambda x: x, Known])
def test_fractions_given_and_known(tmp_path: Path, given: Callable[[float], Any]) -> None:
    expected = by_numba(fractions, 0.1)
    launch = launch_of(fractions, scale=given(0.1))
    assert run_in_c(launch, tmp_path) == expected


@needs_compiler
@pytest.mark.parametrize("is_fine", [True, False])
def test_ways_through_a_function(tmp_path: Path, is_fine: bool) -> None:
    settings, flags = Settings(3, 1.25, is_fine), (True, False)
    expected = by_numba(ways, settings, flags)
    launch = launch_of(ways, settings=Known(settings), flags=flags)
    assert run_in_c(launch, tmp_path) == expected


def uses_a_list(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    names = [1, 2]
    out[first, 0] = np.uint64(len(names))


def mixes_signs(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    out[first, 0] = np.uint64(first) + last


def calls_a_library(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    out[first, 0] = np.sum(s)


def changes_its_mind(first: int, last: int, s: np.ndarray, out: np.ndarray) -> None:
    x = (1, 2)
    if first > 2:
        x = 0.5  # type: ignore[assignment]
    out[first, 0] = np.uint64(x)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (uses_a_list, "has no CUDA form"),
        (mixes_signs, "uint64 meets int"),
        (calls_a_library, "calls something that has no CUDA form"),
        (changes_its_mind, "both"),
    ],
)
def test_what_has_no_cuda_form_is_refused_with_its_place(kernel: Any, words: str) -> None:
    with pytest.raises(Untranslatable, match=words) as caught:
        translate_kernel(launch_of(kernel))
    assert "test_cuda_language:" in str(caught.value)
