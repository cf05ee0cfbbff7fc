"""Compile every block encoder ahead of its first use."""

from __future__ import annotations

import torch

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4
from assetgen.media.image import ColorSpace, Image


def warm_up() -> None:
    """Encode one tiny image with every encoder; numba keeps what it compiles for later processes."""
    image = Image(torch.zeros(4, 4, 1), ColorSpace.DATA)
    encode_bc7(image)
    # BC5 runs the same kernel.
    encode_bc4(image)
