"""How much memory making takes: workers at once are limited by it, and what cannot fit is refused beforehand."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from assetgen.errors import GenerationError
from assetgen.project.order import BuildOrder

_WORKER_GIB: Final = 0.5
_GIB_AT_4096: Final = 3.2
"""Peak of a 4096 set over the bare worker, the largest of all materials as measured."""
_USABLE: Final = 0.8


def estimate_gib(document: Mapping[str, Any]) -> float:
    """Return the peak memory that making an asset takes, from its spec as JSON."""
    size = document.get("size") or (1024, 1024)
    return _WORKER_GIB + _GIB_AT_4096 * size[0] * size[1] / 4096**2


def jobs_that_fit(jobs: int, largest_gib: float, *, machine_gib: float | None) -> int:
    """Return how many workers may run at once so that each could make the largest asset; at least 1."""
    if machine_gib is None:
        return jobs
    return max(1, min(jobs, int(machine_gib * _USABLE / largest_gib)))


def refuse_too_large(order: BuildOrder) -> None:
    """Raise when this machine has not the memory to carry out an order.

    Raises:
        GenerationError: with what it needs and what there is.
    """
    needed, there = estimate_gib(order.plan.scanned.document), machine_gib()
    if there is not None and needed > there:
        raise GenerationError(
            f"it needs about {needed:.0f} GiB of memory and this machine has {there:.0f}; write a smaller size."
        )


def machine_gib() -> float | None:
    """Return the physical memory of this machine, or None where the system does not tell."""
    if sys.platform == "win32":
        return _windows_gib()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (ValueError, OSError):
        return None


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        ("total", ctypes.c_ulonglong),
        *((f"other{n}", ctypes.c_ulonglong) for n in range(6)),
    )


def _windows_gib() -> float | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (absent elsewhere, which a type checker minds)
    return status.total / 2**30 if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
