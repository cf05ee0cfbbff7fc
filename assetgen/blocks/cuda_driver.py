"""Load machine code into a CUDA device and start it on torch's current stream, by the driver's C interface."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import torch

from assetgen.blocks.cuda_kernel import ENTRY

THREADS: Final = 64
"""In a CUDA block: a BC7 kernel takes some 230 registers a thread, of which a multiprocessor has 65536."""


_OUT_OF_MEMORY: Final = 2


class CudaFailure(Exception):
    """The driver refused; the message has its words.

    Args:
        message: what for.
        code: the driver's number for it.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.is_out_of_memory = code == _OUT_OF_MEMORY


class LoadedKernel:
    """Machine code on one device.

    Args:
        code: a cubin made for it.
        device: a CUDA device.

    Raises:
        CudaFailure: the driver does not take it.
    """

    def __init__(self, code: bytes, device: torch.device) -> None:
        self._device = device
        with torch.cuda.device(device):
            _use_context(device)
            self._module, self._function = ctypes.c_void_p(), ctypes.c_void_p()
            _check(_driver().cuModuleLoadData(ctypes.byref(self._module), code))
            _check(_driver().cuModuleGetFunction(ctypes.byref(self._function), self._module, ENTRY.encode()))

    def start(self, arguments: Sequence[Any], count: int) -> None:
        """Start one thread for each of `count` blocks; returns before they are done.

        Raises:
            CudaFailure: the driver refuses, for want of memory for instance.
        """
        full = [*arguments, ctypes.c_int64(count)]
        addresses = (ctypes.c_void_p * len(full))(*(ctypes.addressof(argument) for argument in full))
        with torch.cuda.device(self._device):
            _use_context(self._device)
            stream = ctypes.c_void_p(torch.cuda.current_stream(self._device).cuda_stream)
            grid = -(-count // THREADS)
            _check(
                _driver().cuLaunchKernel(
                    self._function, grid, 1, 1, THREADS, 1, 1, 0, stream, addresses, None
                )
            )


def _use_context(device: torch.device) -> None:
    """Make the context that torch uses current in this thread."""
    current = ctypes.c_void_p()
    _check(_driver().cuCtxGetCurrent(ctypes.byref(current)))
    if current.value is None:
        torch.empty(1, device=device)  # torch makes it when first needed
        number = ctypes.c_int()
        _check(_driver().cuDeviceGet(ctypes.byref(number), device.index or 0))
        _check(_driver().cuDevicePrimaryCtxRetain(ctypes.byref(current), number))
        _check(_driver().cuCtxSetCurrent(current))


def _check(failure: int) -> None:
    if failure:
        words = ctypes.c_char_p()
        _driver().cuGetErrorString(failure, ctypes.byref(words))
        raise CudaFailure(f"the CUDA driver says: {(words.value or b'error').decode()} ({failure})", failure)


@cache
def _driver() -> Any:
    try:
        return ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError as error:
        raise CudaFailure(f"there is no CUDA driver ({error})") from error
