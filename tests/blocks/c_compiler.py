"""Runs translated kernels on the CPU: the C text that CUDA would get, compiled by whatever C++ compiler is here."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from assetgen.blocks.cuda_kernel import ENTRY, packed, translate_kernel
from assetgen.blocks.launch import Launch

COMPILER = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")

needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler here")


def run_in_c(launch: Launch, folder: Path, *, optimise: int = 1) -> bytes:
    """Return the blocks that the translated kernel writes. No contraction: CUDA is told the same."""
    assert COMPILER is not None
    kernel = translate_kernel(launch)
    # A library that was loaded once from a path is not loaded again.
    text, library = folder / f"{kernel.digest}.cpp", folder / f"{kernel.digest}.so"
    if not library.exists():
        text.write_text(kernel.source, encoding="utf-8")
        flags = [f"-O{optimise}", "-std=c++17", "-ffp-contract=off", "-shared", "-fPIC", "-w"]
        subprocess.run([COMPILER, *flags, str(text), "-o", str(library)], check=True)
    out = np.zeros(launch.shape, np.uint64)
    arguments = packed(launch, out)
    addresses = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(argument) for argument in arguments))
    getattr(ctypes.CDLL(str(library)), ENTRY)(addresses, ctypes.c_longlong(len(out)))
    return out.astype("<u8", copy=False).tobytes()
