"""What this machine can compute on, for `assetgen doctor`."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from assetgen.formats.codecs import available_codecs


def describe_machine(device: torch.device) -> dict[str, object]:
    """Return processor, GPU and library facts as plain JSON; `device` is the one that would be used."""
    gpus = []
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            facts = torch.cuda.get_device_properties(index)
            gpus.append({"name": facts.name, "memory_gib": round(facts.total_memory / 2**30, 1)})
    return {
        "device": str(device),
        "cores": os.cpu_count() or 1,
        "machine": platform.machine(),
        "torch": torch.__version__,
        "torch_cuda": torch.version.cuda,
        "numba": _version("numba"),
        "gpus": gpus,
        "pictures": available_codecs(),
        "mps": torch.backends.mps.is_available(),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
