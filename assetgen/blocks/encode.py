"""The one door to every block encoder."""

from __future__ import annotations

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.device import Way, choose_way, encode_by_cuda, encode_by_torch, kernels, note_fallback
from assetgen.blocks.quality import Quality
from assetgen.errors import SpecError
from assetgen.media.image import Image


def encode_blocks(
    image: Image, fmt: BlockFormat, *, quality: Quality = Quality.BALANCED, threads: int = 1
) -> bytes:
    """Return the image as blocks of that format, row by row, `fmt.size_bytes` in all.

    Pixels on an NVIDIA card are encoded there, by the same kernel and into the same bytes, and only the blocks
    are copied. Where that cannot be, something else is taken and `noted_fallbacks` (device.py) is told.

    Args:
        image: values 0..1, or any for BC6H; others are clamped to what the format holds. Sizes that are no
            multiple of 4 are filled up from the opposite edge along axes that wrap, and by repeating the edge
            along the others.
        fmt: how to write them.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.

    Raises:
        SpecError: the image has fewer channels than the format needs.
        BackendUnavailable: numba is missing, and nothing else writes this format.
    """
    way, note = choose_way(image.pixels.device, fmt, quality)
    if note:
        note_fallback(note)
    if way is Way.CUDA:
        blocks = encode_by_cuda(image, fmt, quality)
        if blocks is not None:
            return blocks.cpu().numpy().tobytes()
    if way is Way.TORCH:
        return encode_by_torch(image, fmt, quality).cpu().numpy().tobytes()
    encoder = kernels().get(fmt)
    if encoder is None:
        raise SpecError(f"no encoder writes {fmt.value}; use one of {[f.value for f in kernels()]}.")
    return encoder(image, quality=quality, threads=threads)
