from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest

from assetgen.blocks.kernel import compile_kernel, in_chunks, part
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
from assetgen.blocks.warm_up import warm_up


@part
def every_operation(s: np.ndarray) -> None:
    a, b = load(s, 0), load(s, 1)
    store(s, 2, floor(a + b * 2.0) - 1.0 / b)
    store(s, 3, select((a < b) & (b > 0.0), lower(a, b), higher(a, spread(0.5))))
    store(s, 4, square_root(a * a) / b)
    store(s, 5, spread(1.0 if any_lane(a > 1e9) else 2.0))


def test_lanes_compute_what_numpy_computes() -> None:
    s = allocate(6)
    assert s.ctypes.data % 64 == 0
    rng = np.random.default_rng(0)
    s[: 2 * LANES] = rng.normal(0, 10, 2 * LANES).astype(np.float32)
    every_operation(s)
    v = s.reshape(6, LANES)
    a, b = v[0], v[1]
    one = np.float32(1)
    assert np.array_equal(v[2], np.floor(a + b * np.float32(2)) - one / b)
    expected = np.where((a < b) & (b > 0), np.minimum(a, b), np.maximum(a, np.float32(0.5)))
    assert np.array_equal(v[3], expected)
    assert np.array_equal(v[4], np.abs(a) / b)
    assert (v[5] == 2).all()


def test_a_function_with_constants_is_compiled_once() -> None:
    @part
    def inner(s: np.ndarray, k: int) -> None:
        s[k] = k

    @part
    def outer(s: np.ndarray) -> None:
        inner(s, 0)
        inner(s, 1)
        inner(s, 2)

    s = np.zeros(3, np.float32)
    outer(s)
    assert s.tolist() == [0, 1, 2]
    assert len(inner.signatures) == 1


def test_a_kernel_works_where_no_cache_can_be_kept() -> None:
    # numba finds no file behind a function made from a string, as in a frozen application.
    names: dict[str, Callable[[np.ndarray], None]] = {}
    exec(compile("def fill(s):\n    s[0] = 7\n", "<nowhere>", "exec"), names)
    s = np.zeros(1, np.float32)
    compile_kernel(names["fill"])(s)
    assert s[0] == 7


def test_where_the_package_cannot_be_written_the_own_cache_keeps_kernels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def njit(**options: object) -> Callable[[object], object]:
        folder = numba.config.CACHE_DIR  # type: ignore[attr-defined]
        if options.get("cache") and not folder:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: (folder, options)

    monkeypatch.setenv("ASSETGEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr("assetgen.blocks.kernel.njit", njit)
    compiled: object = compile_kernel(njit)._compiled  # type: ignore[arg-type]
    assert compiled == (str(tmp_path / "kernels" / "numba"), {"cache": True, "nogil": True})
    assert numba.config.CACHE_DIR == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_chunks_cover_everything_once(threads: int) -> None:
    hits = np.zeros(5000, int)

    def work(first: int, last: int) -> None:
        hits[first:last] += 1

    in_chunks(work, 5000, threads)
    assert (hits == 1).all()


def test_an_error_in_a_thread_reaches_the_caller() -> None:
    def work(first: int, last: int) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        in_chunks(work, 5000, 2)


def test_warming_up_twice_is_harmless() -> None:
    warm_up()
    warm_up()
