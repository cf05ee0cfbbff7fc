"""What makes workers die with their parent, however it dies, even while they hang in native code.

The end of the pipe ends every worker that still runs Python. For the others the system is asked beforehand: Linux
signals a child whose parent died, and Windows ends whatever belongs to a job when the last handle to it closes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1
_FIRST_TO_GO: Final = "500"
"""When memory runs out the kernel shall take a worker, which costs one task, and not the parent."""

_KILL_ON_CLOSE: Final = 0x2000
_EXTENDED_LIMITS: Final = 9
_MAY_ASSIGN: Final = 0x0101
"""PROCESS_SET_QUOTA and PROCESS_TERMINATE."""


def bind_to_parent() -> None:
    """Have this process killed when its parent dies; called first in a worker.

    On Linux that is the thread of the parent which started the worker, so start workers in one that stays.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # a system without it still has the pipe
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():
        os._exit(1)  # it died before it could be bound to


def bind_child(pid: int) -> None:
    """Have a child killed when this process dies; called in the parent. Does nothing but on Windows."""
    if sys.platform == "win32":
        _assign(pid)


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION of the Windows API."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of the Windows API."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("memory", ctypes.c_size_t * 4),
    )


def _kernel() -> Any:
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (absent elsewhere, which a type checker minds)
    for name in ("CreateJobObjectW", "OpenProcess"):
        getattr(kernel, name).restype = ctypes.c_void_p
    kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p)
    kernel.OpenProcess.argtypes = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
    kernel.SetInformationJobObject.argtypes = (
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_uint32,
    )
    kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
    return kernel


@cache
def _job() -> int | None:
    """Return the job of all workers; its only handle is ours and closes when we die."""
    kernel = _kernel()
    job = kernel.CreateJobObjectW(None, None)
    limits = _ExtendedLimits()
    limits.basic.flags = _KILL_ON_CLOSE
    size = ctypes.sizeof(limits)
    if job and kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size):
        return job
    return None


def _assign(pid: int) -> None:
    job = _job()
    kernel = _kernel()
    process = kernel.OpenProcess(_MAY_ASSIGN, 0, pid) if job else None
    if process:
        kernel.AssignProcessToJobObject(job, process)
        kernel.CloseHandle(process)
