"""Run block kernels on a CUDA device: machine code from the disk where it was made before, pixels never copied back.

The first use on a machine compiles for some seconds a kernel; `warm_up.py` does that ahead. What is compiled is
kept by the digest of its source, the compiler's version and the card's architecture.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import torch
from torch import Tensor

from assetgen.blocks.cuda_driver import LoadedKernel
from assetgen.blocks.cuda_kernel import CudaKernel, packed, translate_kernel
from assetgen.blocks.kernel import sources_digest
from assetgen.blocks.launch import Known, Launch
from assetgen.blocks.nvrtc import OPTIONS, compile_cuda, nvrtc_version

_LOCK: Final = Lock()
_loaded: dict[tuple[str, int], LoadedKernel] = {}
_translated: dict[Hashable, CudaKernel] = {}


def encode_on_cuda(launch: Launch, device: torch.device, *, cache_dir: Path | None) -> Tensor:
    """Return the blocks as (blocks, bytes) uint8 on the device; the work may still be going on there.

    Args:
        launch: the kernel, its tensors on that device.
        device: a CUDA device.
        cache_dir: where machine code is kept; None compiles anew in each process.

    Raises:
        Untranslatable: the kernel has no CUDA form.
        NvrtcMissing: there is no compiler for it here.
        CudaFailure: the driver refuses.
    """
    kernel = ready_kernel(launch, device, cache_dir=cache_dir)
    out = torch.empty(launch.shape, dtype=torch.int64, device=device)
    blocks = launch.shape[0]
    kernel.start(packed(launch, out), blocks)
    return out.reshape(blocks, -1).view(torch.uint8)


def ready_kernel(launch: Launch, device: torch.device, *, cache_dir: Path | None) -> LoadedKernel:
    """Return a launch's kernel on a device, compiled once a machine and loaded once a process."""
    index = device.index if device.index is not None else torch.cuda.current_device()
    with _LOCK:
        kernel = translated(launch)
        found = _loaded.get((kernel.digest, index))
        if found is None:
            major, minor = torch.cuda.get_device_capability(device)
            code = machine_code(kernel, f"sm_{major}{minor}", cache_dir=cache_dir)
            found = _loaded[kernel.digest, index] = LoadedKernel(code, torch.device("cuda", index))
        return found


def translated(launch: Launch) -> CudaKernel:
    """Return a launch's kernel in CUDA C, translated once a process."""
    known = tuple(value for value in launch.arguments.values() if isinstance(value, Known))
    key = (launch.kernel, known, len(launch.shape))
    if key not in _translated:
        _translated[key] = translate_kernel(launch)
    return _translated[key]


def machine_code(kernel: CudaKernel, architecture: str, *, cache_dir: Path | None) -> bytes:
    """Return a kernel's machine code: from the cache, or compiled and put there if it can be written.

    Raises:
        NvrtcMissing: there is no compiler for that architecture here.
    """
    path = code_path(kernel, architecture, cache_dir=cache_dir)
    kept = _read(path) if path is not None else None
    if kept is not None:
        return kept
    code, _ = compile_cuda(kernel.source, architecture)
    if path is not None:
        _keep(path, code)
    return code


def code_path(kernel: CudaKernel, architecture: str, *, cache_dir: Path | None) -> Path | None:
    """Return where a kernel's machine code is kept."""
    if cache_dir is None:
        return None
    made_by = f"{nvrtc_version()} {OPTIONS} {kernel.digest}"
    name = (
        f"{kernel.name.replace(' ', '-')}-{architecture}-{hashlib.sha256(made_by.encode()).hexdigest()[:32]}"
    )
    return cache_dir / "kernels" / f"{name}.cubin"


def _read(path: Path) -> bytes | None:
    """Return kept code; None where there is none, or where it is not what was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    code = data[:-32]
    return code if hashlib.sha256(code).digest() == data[-32:] else None


def _keep(path: Path, code: bytes) -> None:
    """Write code with its hash behind it, whole or not at all; a folder that cannot be written costs only time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(code + hashlib.sha256(code).digest())
        Path(name).replace(path)
    except OSError:
        return


@cache
def cuda_form() -> str:
    """Return what kept machine code is tied to, besides the card: the kernels' sources and the compiler."""
    return f"{sources_digest():x} nvrtc {nvrtc_version()}"
