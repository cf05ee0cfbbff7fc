"""Compile every block encoder ahead of its first use."""

from __future__ import annotations

import platform
import sys

import numba
import torch

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4
from assetgen.blocks.kernel import sources_digest
from assetgen.media.image import ColorSpace, Image


def warm_up() -> None:
    """Encode one tiny image with every encoder; numba keeps what it compiles for later processes."""
    image = Image(torch.zeros(4, 4, 1), ColorSpace.DATA)
    encode_bc7(image)
    # BC5 runs the same kernel.
    encode_bc4(image)


def compiled_form() -> str:
    """Return what compiled encoders are tied to: sources, compiler, interpreter and processor."""
    return (
        f"{sources_digest():x} numba {numba.__version__} python {sys.version_info[:3]} {platform.machine()}"
    )
