"""Compile a kernel once for a machine, and again whenever any source it is made of changes.

numba keys its cache by the time stamp of the file that holds the outermost function, and does not see edits
to the functions that it calls. A kernel here is made by a small factory that closes over a digest of the
whole package's sources; numba counts closed-over values as part of the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit, types


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


def compile_kernel(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function compiled on first call, without the GIL, cached where a folder can be written.

    numba tries the package's own folder first and the user's cache folder next; where neither can be
    written (a frozen application, a sandbox) the kernel is compiled anew in each process.
    """
    options: dict[str, Any] = {"nogil": True}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)


_CHUNK = 1024
"""Blocks that a thread takes at a time; a multiple of the lanes, so that chunks never share a vector."""


def in_chunks(work: Callable[[int, int], None], count: int, threads: int) -> None:
    """Call `work(first, last)` over 0 .. `count` in fixed pieces, on as many threads as asked for."""
    if threads <= 1 or count <= _CHUNK:
        work(0, count)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        starts = range(0, count, _CHUNK)
        # Consumed at once, so that an error in a worker is raised here.
        list(pool.map(lambda first: work(first, min(first + _CHUNK, count)), starts))
