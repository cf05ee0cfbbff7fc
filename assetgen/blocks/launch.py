"""What running a block kernel over an image takes, whichever compiler makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import numpy as np
import torch

from assetgen.blocks.channels import block_count
from assetgen.blocks.kernel import recording
from assetgen.blocks.lanes import LANES
from assetgen.media.image import Image


@dataclass(frozen=True, slots=True)
class Known:
    """An argument that is settled when the kernel is translated, so that each value has its own machine code."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A kernel and what it is given.

    Args:
        kernel: the Python function; besides `arguments` it takes `first` and `last` (blocks), `s` (working memory)
            and `out` (64-bit words).
        scratch: floats of working memory for one block.
        shape: of `out`: blocks, then, where a block is more than one word, how many.
        arguments: by the name of the parameter: tensors, numbers, tuples of numbers, or `Known` values.
    """

    kernel: FunctionType
    scratch: int
    shape: tuple[int, ...]
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.kernel.__name__


def launch_of(encode: Callable[[Image], object], image: Image) -> Launch:
    """Return the launch with which an encoder of this package would encode an image, wherever its pixels lie.

    The encoder is run on a picture of one texel that is like the image in all else, and its kernel's call written
    down: numbers and settings are taken as they are, the pixels are exchanged for the image's own.

    Raises:
        ValueError: the encoder does anything else than to call one kernel once.
        AssetGenError: what the encoder raises for the image.
    """
    like = replace(image, pixels=torch.zeros(1, 1, image.channels))
    with recording() as calls:
        encode(like)
    if len(calls) != 1:
        raise ValueError(f"an encoder calls {len(calls)} kernels; a launch is one.")
    ((function, values),) = calls
    code = function.__code__
    given = dict(zip(code.co_varnames[: code.co_argcount], values, strict=True))
    scratch, out = given.pop("s"), given.pop("out")
    del given["first"], given["last"]
    columns, rows = block_count(image)
    return Launch(
        kernel=function,
        scratch=len(scratch) // LANES,
        shape=(columns * rows, *out.shape[1:]),
        arguments={name: _argument(value, image) for name, value in given.items()},
    )


def _argument(value: Any, image: Image) -> Any:
    if isinstance(value, np.ndarray):
        if value.shape != (1, 1, image.channels):
            raise ValueError("a kernel reads an array besides the pixels.")
        return image.pixels.detach().contiguous()
    # What follows from an image's form stays open; what follows from the quality is worth code of its own.
    is_open = type(value) is tuple
    return value if is_open else Known(value)
