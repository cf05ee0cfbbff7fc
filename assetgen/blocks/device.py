"""Where an image is encoded: on the NVIDIA card that holds it, by torch on another device, or by numba on the CPU."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.quality import Quality
from assetgen.blocks.torch_bc7 import encode_bc7_by_torch
from assetgen.blocks.torch_bc45 import encode_bc45_by_torch
from assetgen.errors import AssetGenError, BackendUnavailable, SpecError
from assetgen.media.image import Image
from assetgen.settings import load_settings

if TYPE_CHECKING:
    from assetgen.blocks.encoders import Encoder

_BY_TORCH: Final = (BlockFormat.BC4, BlockFormat.BC5, BlockFormat.BC7)
_broken: dict[BlockFormat, str] = {}
"""Formats that the card turned out not to encode in this process, and why."""
_notes: ContextVar[dict[str, None] | None] = ContextVar("notes", default=None)


class Way(Enum):
    """Who encodes."""

    CUDA = "the kernels on the card"
    TORCH = "torch, where the pixels are"
    CPU = "the kernels on the CPU"


@contextmanager
def noted_fallbacks() -> Generator[dict[str, None], None, None]:
    """Collect, as keys, what had to be encoded in another way than was asked for, as sentences for a manifest."""
    notes: dict[str, None] = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note_fallback(note: str) -> None:
    """Tell whoever collects."""
    notes = _notes.get()
    if notes is not None:
        notes[note] = None


def choose_way(device: torch.device, fmt: BlockFormat, quality: Quality) -> tuple[Way, str]:
    """Return who encodes an image on a device, and a note if that is not what one would expect.

    Devices without a kernel use torch only for FAST previews: its BC7 knows one mode, and a bake is worth the copy
    to the CPU.
    """
    name = fmt.value.upper()
    if not kernels():
        return Way.TORCH, (
            f"{name} was encoded by torch alone{_less(fmt)}: numba is missing; install it for this Python."
        )
    if device.type == "cpu":
        return Way.CPU, ""
    if device.type == "cuda" and torch.version.hip is None:
        if fmt not in _broken:
            return Way.CUDA, ""
        return Way.CPU, f"{name} was encoded on the CPU: {_broken[fmt]}"
    if quality is Quality.FAST and fmt in _BY_TORCH:
        return Way.TORCH, f"{name} was encoded by torch{_less(fmt)}: no kernel runs on this device."
    return Way.CPU, f"{name} was encoded on the CPU: no kernel runs on this device."


def _less(fmt: BlockFormat) -> str:
    return " in one mode" if fmt is BlockFormat.BC7 else ""


def encode_by_cuda(image: Image, fmt: BlockFormat, quality: Quality) -> Tensor | None:
    """Return the blocks, (blocks, bytes) uint8 on the card; None, noted, where the card cannot.

    Raises:
        SpecError: the image has fewer channels than the format needs.
    """
    from assetgen.blocks.cuda_driver import CudaFailure
    from assetgen.blocks.cuda_encode import encode_on_cuda
    from assetgen.blocks.cuda_values import Untranslatable
    from assetgen.blocks.launch import launch_of
    from assetgen.blocks.nvrtc import CompileError, NvrtcMissing

    encoder = kernels().get(fmt)
    if encoder is None:
        return None
    try:
        launch = launch_of(partial(encoder, quality=quality, threads=1), image)
        return encode_on_cuda(launch, image.pixels.device, cache_dir=kernel_cache())
    except (Untranslatable, NvrtcMissing, CompileError) as error:
        _broken[fmt] = str(error)
    except CudaFailure as error:
        if not error.is_out_of_memory:
            _broken[fmt] = str(error)
        note_fallback(f"{fmt.value.upper()} was encoded on the CPU: {error}")
        return None
    except torch.OutOfMemoryError:
        note_fallback(f"{fmt.value.upper()} was encoded on the CPU: the card's memory is full.")
        return None
    note_fallback(choose_way(image.pixels.device, fmt, quality)[1])
    return None


def encode_by_torch(image: Image, fmt: BlockFormat, quality: Quality) -> Tensor:
    """Return the blocks, (blocks, bytes) uint8 where the image is.

    Raises:
        SpecError: the image has fewer channels than the format needs.
        BackendUnavailable: torch alone does not write this format.
    """
    if fmt is BlockFormat.BC7:
        return encode_bc7_by_torch(image, quality=quality)
    if fmt not in _BY_TORCH:
        raise BackendUnavailable(
            f"{fmt.value.upper()} needs numba, which is missing; install it for this Python."
        )
    planes = 2 if fmt is BlockFormat.BC5 else 1
    if image.channels < planes:
        raise SpecError("BC5 holds two channels and the image has one; encode it as BC4.")
    return encode_bc45_by_torch(image, planes=planes, quality=quality)


@cache
def kernels() -> Mapping[BlockFormat, Encoder]:
    """Return the encoders that run on the CPU; none where numba is missing or does not know this Python."""
    try:
        from assetgen.blocks.encoders import ENCODERS
    except ImportError:
        return {}
    return ENCODERS


@cache
def kernel_cache() -> Path | None:
    """Return where compiled kernels are kept; None, for nowhere, where the settings are broken."""
    try:
        return load_settings(os.environ).cache_dir
    except AssetGenError:
        return None
