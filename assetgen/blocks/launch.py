"""What running a block kernel over an image takes, whichever compiler makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from assetgen.blocks.kernel import Recording, recording
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

    The encoder runs up to its kernel's call, which is written down: what it does to the pixels before is done where
    they are, and nothing is copied.

    Raises:
        ValueError: the encoder calls no kernel, or gives it other arrays than what `kernel_array` returned.
        AssetGenError: what the encoder raises for the image.
    """
    with recording() as kept:
        encode(image)
    if kept.function is None:
        raise ValueError("an encoder calls no kernel.")
    code = kept.function.__code__
    given = dict(zip(code.co_varnames[: code.co_argcount], kept.arguments, strict=True))
    scratch, out = given.pop("s"), given.pop("out")
    del given["first"], given["last"]
    return Launch(
        kernel=kept.function,
        scratch=len(scratch) // LANES,
        shape=out.shape,
        arguments={name: _argument(value, kept) for name, value in given.items()},
    )


def _argument(value: Any, kept: Recording) -> Any:
    if isinstance(value, np.ndarray):
        if id(value) not in kept.tensors:
            raise ValueError("a kernel reads an array that is no tensor.")
        return kept.tensors[id(value)][1]
    # What follows from an image's form stays open; what follows from the quality is worth code of its own.
    is_open = type(value) is tuple
    return value if is_open else Known(value)
