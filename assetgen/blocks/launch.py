"""What running a block kernel over an image takes, whichever compiler makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.channels import channel_sources
from assetgen.blocks.quality import Quality
from assetgen.media.image import Image


@dataclass(frozen=True, slots=True)
class Known:
    """An argument that is settled when the kernel is translated, so that each value has its own machine code."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A kernel and what it is given.

    Args:
        name: of the machine code, for people.
        kernel: the Python function; besides `arguments` it takes `first`, `last` (blocks), `s` (scratch of
            `scratch` floats a lane) and `out`, (blocks, words) uint64.
        scratch: floats of working memory for one block.
        words: 64-bit words that a block takes.
        arguments: by the name of the parameter: tensors, numbers, tuples of numbers, or `Known` values.
    """

    name: str
    kernel: FunctionType
    scratch: int
    words: int
    arguments: Mapping[str, Any]


def launch_for(image: Image, fmt: BlockFormat, quality: Quality) -> Launch:
    """Return how an image is encoded by the very kernel that the CPU runs.

    Raises:
        KeyError: no kernel writes that format.
        ImportError: numba is missing, which the kernels' modules need.
    """
    from assetgen.blocks import bc7, bc45

    pixels, wraps = image.pixels.detach().contiguous(), image.wraps
    name = f"{fmt.value} {quality.value}"
    if fmt in (BlockFormat.BC4, BlockFormat.BC5):
        return Launch(
            name=name,
            kernel=source_of(bc45._KERNEL),
            scratch=bc45._SIZE,
            words=fmt.block_bytes // 8,
            arguments={
                "pixels": pixels,
                "sources": (0, 1, 0, 0),
                "wraps": wraps,
                "plan": Known(bc45._SEARCHES[quality]),
            },
        )
    kernels = {BlockFormat.BC7: bc7}
    module = kernels[fmt]
    return Launch(
        name=name,
        kernel=source_of(module._KERNEL),
        scratch=bc7.SIZE,
        words=2,
        arguments={
            "pixels": pixels,
            "sources": channel_sources(image),
            "wraps": wraps,
            "plan": Known(module.SEARCHES[quality]),
        },
    )


def source_of(kernel: Any) -> FunctionType:
    """Return the Python function under a compiled kernel."""
    return getattr(kernel, "py_func", kernel)
