"""Compile block kernels ahead of their first use: for this processor by numba, for NVIDIA cards by NVRTC."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.device import kernels
from assetgen.blocks.quality import Quality
from assetgen.media.image import ColorSpace, Image

USUAL: Final = (BlockFormat.BC7, BlockFormat.BC5, BlockFormat.BC4)
"""What targets ask for; these come first."""


@dataclass(frozen=True, slots=True)
class Readied:
    """A kernel that is ready.

    Args:
        kernel: the format, and for a card the quality, each of which has machine code of its own.
        machine: what it runs on, such as "x86_64" or "sm_90".
        seconds: how long that took.
        was_compiled: False when it lay on the disk already.
    """

    kernel: str
    machine: str
    seconds: float
    was_compiled: bool


@dataclass(frozen=True, slots=True)
class MachineCode:
    """A kernel for one machine.

    Args:
        fmt: the format.
        quality: None for the CPU, where one machine code serves all.
        architecture: of a card, "sm_90", or empty for the CPU.
    """

    fmt: BlockFormat
    quality: Quality | None = None
    architecture: str = ""

    @property
    def name(self) -> str:
        """What it is, for people."""
        return self.fmt.value + (f" {self.quality.value}" if self.quality else "")

    @property
    def machine(self) -> str:
        """What it runs on, for people."""
        return self.architecture or platform.machine()


def codes_for(
    device: torch.device,
    formats: Sequence[BlockFormat] | None = None,
    *,
    qualities: Sequence[Quality] = tuple(Quality),
) -> list[MachineCode]:
    """Return the kernels that encode on a device, the usual formats and `BALANCED` first.

    Args:
        device: an NVIDIA card, or anything else for the CPU.
        formats: all when absent.
        qualities: those that matter on a card.
    """
    known = [fmt for fmt in (*USUAL, *(fmt for fmt in BlockFormat if fmt not in USUAL)) if fmt in kernels()]
    wanted = [fmt for fmt in known if formats is None or fmt in formats]
    if device.type == "cuda" and torch.version.hip is None:
        major, minor = torch.cuda.get_device_capability(device)
        return codes_for_card(f"sm_{major}{minor}", wanted, qualities=qualities)
    return [MachineCode(fmt) for fmt in wanted]


def codes_for_card(
    architecture: str,
    formats: Sequence[BlockFormat] | None = None,
    *,
    qualities: Sequence[Quality] = tuple(Quality),
) -> list[MachineCode]:
    """Return the kernels of a card, which need not be in this machine."""
    ordered = sorted(qualities, key=lambda quality: quality is not Quality.BALANCED)
    wanted = formats if formats is not None else [code.fmt for code in codes_for(torch.device("cpu"))]
    return [MachineCode(fmt, quality, architecture) for quality in ordered for fmt in wanted]


def ready_code(code: MachineCode, *, cache_dir: Path) -> Readied:
    """Compile a kernel unless that was done before; it is kept for later processes where a folder can be written.

    Raises:
        Untranslatable: it has no CUDA form.
        NvrtcMissing: there is no compiler for that card here.
        CompileError: the compiler refuses it.
    """
    began = time.monotonic()
    was_compiled = _ready_for_card(code, cache_dir) if code.architecture else _ready_on_cpu(code)
    return Readied(code.name, code.machine, time.monotonic() - began, was_compiled)


def warm_up() -> None:
    """Have this process ready for every format on the CPU."""
    for code in codes_for(torch.device("cpu")):
        _ready_on_cpu(code)


def _ready_on_cpu(code: MachineCode) -> bool:
    from numba.core import event

    with event.install_recorder("numba:compile") as compiled:
        kernels()[code.fmt](_tiny(), quality=Quality.FAST, threads=1)
    return bool(compiled.buffer)


def _ready_for_card(code: MachineCode, cache_dir: Path) -> bool:
    from assetgen.blocks.cuda_encode import code_path, machine_code, translated
    from assetgen.blocks.launch import launch_of

    assert code.quality is not None
    launch = launch_of(partial(kernels()[code.fmt], quality=code.quality, threads=1), _tiny())
    source = translated(launch)
    path = code_path(source, code.architecture, cache_dir=cache_dir)
    was_there = path is not None and path.is_file()
    machine_code(source, code.architecture, cache_dir=cache_dir)
    return not was_there


def _tiny() -> Image:
    return Image(torch.zeros(4, 4, 4), ColorSpace.DATA)


def compiled_form() -> str:
    """Return what compiled encoders are tied to: sources, compilers, interpreter and processor."""
    try:
        import numba

        from assetgen.blocks.kernel import sources_digest
    except ImportError:
        return "without numba"
    return (
        f"{sources_digest():x} numba {numba.__version__} python {sys.version_info[:3]} {platform.machine()}"
    )
