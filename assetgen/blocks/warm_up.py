"""Compile every block encoder ahead of its first use."""

from __future__ import annotations

import platform
import sys

import numba
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.kernel import sources_digest
from assetgen.media.image import ColorSpace, Image


def warm_up() -> None:
    """Encode one tiny image with every encoder; numba keeps what it compiles for later processes."""
    image = Image(torch.zeros(4, 4, 2), ColorSpace.DATA)
    for fmt in BlockFormat:
        encode_blocks(image, fmt)


def compiled_form() -> str:
    """Return what compiled encoders are tied to: sources, compiler, interpreter and processor."""
    return (
        f"{sources_digest():x} numba {numba.__version__} python {sys.version_info[:3]} {platform.machine()}"
    )
