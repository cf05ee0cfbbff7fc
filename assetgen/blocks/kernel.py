"""Compile a kernel once for a machine, and again whenever any source it is made of changes.

numba keys its cache by the time stamp of the file that holds the outermost function, and does not see edits
to the functions that it calls. A kernel here is made by a small factory that closes over a digest of the
whole package's sources; numba counts closed-over values as part of the key.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba import njit, types
from torch import Tensor

from assetgen.errors import AssetGenError
from assetgen.settings import load_settings


@cache
def sources_digest() -> int:
    """Return a number that changes with every edit of a source file in this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:6], "little")


def part(function: Callable[..., Any]) -> Any:
    """Make a function callable from kernels, compiled once for all constants.

    numba would compile it anew for every combination of constant arguments, which doubles the time of a
    first run.
    """
    dispatcher: Any = njit(function)
    resolve = dispatcher.get_call_template

    def resolve_plain(args: tuple[types.Type, ...], kws: dict[str, types.Type]) -> Any:
        plain = tuple(types.unliteral(kind) for kind in args)
        return resolve(plain, {name: types.unliteral(kind) for name, kind in kws.items()})

    dispatcher.get_call_template = resolve_plain
    return dispatcher


@dataclass(slots=True)
class Recording:
    """A kernel's call that was written down instead of being carried out.

    Args:
        function: the kernel's Python function; None before it is called.
        arguments: what it was given.
        tensors: what stands behind its arrays, by their id.
    """

    function: FunctionType | None = None
    arguments: tuple[Any, ...] = ()
    tensors: dict[int, tuple[np.ndarray, Tensor]] = field(default_factory=dict)


class _Recorded(Exception):
    """The call is written down: what would follow it has nothing to work on."""


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recording() -> Generator[Recording, None, None]:
    """Have the next kernel not run in this thread: its call is written down, for another compiler to carry out.

    What follows the call is left out, and `kernel_array` copies nothing.
    """
    kept = Recording()
    token = _recording.set(kept)
    try:
        yield kept
    except _Recorded:
        pass
    finally:
        _recording.reset(token)


def kernel_array(pixels: Tensor) -> np.ndarray:
    """Return a tensor as the C-contiguous float32 array on the CPU that a kernel reads."""
    kept = _recording.get()
    if kept is None:
        return np.require(pixels.detach().cpu().numpy(), np.float32, ["C", "W"])
    stand_in = np.broadcast_to(np.float32(0), pixels.shape)
    kept.tensors[id(stand_in)] = stand_in, pixels.detach().contiguous()
    return stand_in


class Kernel:
    """A compiled function; while `recording`, its call is only written down.

    Args:
        function: the Python source of it.
        compiled: what numba makes of that.
    """

    def __init__(self, function: FunctionType, compiled: Callable[..., None]) -> None:
        self._function, self._compiled = function, compiled

    def __call__(self, *arguments: Any) -> None:
        """Run it, or write the call down."""
        kept = _recording.get()
        if kept is None:
            self._compiled(*arguments)
            return
        kept.function, kept.arguments = self._function, arguments
        raise _Recorded


def compile_kernel(function: FunctionType) -> Kernel:
    """Return the function compiled on first call, without the GIL, cached where a folder can be written.

    numba tries the package's own folder first and the user's cache folder next; where neither can be written (a
    read-only installation, a sandbox without a home) the cache of assetgen is tried, and at last the kernel is
    compiled anew in each process.
    """
    options: dict[str, Any] = {"nogil": True}
    for folder in ("", _own_cache()):
        try:
            with _caching_in(folder):
                return Kernel(function, njit(cache=True, **options)(function))
        except RuntimeError:
            continue
    return Kernel(function, njit(**options)(function))


def _own_cache() -> str:
    try:
        return str(load_settings(os.environ).cache_dir / "kernels" / "numba")
    except AssetGenError:  # whoever needs the settings says what is wrong with them
        return ""


@contextmanager
def _caching_in(folder: str) -> Generator[None, None, None]:
    """Have numba try a folder first; it looks at the setting while a function is prepared, not when it runs."""
    config: Any = numba.config  # its names are made when it is imported
    kept = config.CACHE_DIR
    config.CACHE_DIR = folder or kept
    try:
        yield
    finally:
        config.CACHE_DIR = kept


_CHUNK = 1024
"""Blocks that a thread takes at a time; a multiple of the lanes, so that chunks never share a vector."""


def in_chunks(work: Callable[[int, int], None], count: int, threads: int) -> None:
    """Call `work(first, last)` over 0 .. `count` in fixed pieces, on as many threads as asked for."""
    if threads <= 1 or count <= _CHUNK or _recording.get() is not None:
        work(0, count)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        starts = range(0, count, _CHUNK)
        # Consumed at once, so that an error in a worker is raised here.
        list(pool.map(lambda first: work(first, min(first + _CHUNK, count)), starts))
