"""How near encoded texels come to what they were made from, level by level, and what they cost.

Figures are measured on texels read back by other code than wrote them. Every name holds for level 0; with
`_mip3` behind it, for level 3.

    psnr_db           over the channels that the encoding keeps, values 0..1; 99 where nothing was lost
    angle_mean_deg    between encoded and true normals, of normal maps
    angle_p99_deg     99 % of them are nearer than that, to a hundredth of a degree
    coverage          share of texels that pass the alpha test at 0.5, of cut-out alpha
    seam              of level 0: the worse axis' seam ratio as encoded, of a map that wraps
    gpu_bytes         of all levels, in memory of a GPU
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from assetgen.errors import GenerationError
from assetgen.export.texels import decode_texels, stored_image
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Texture
from assetgen.imaging.alpha import covered_share
from assetgen.imaging.mips import DEFAULT_CUTOFF
from assetgen.imaging.normals import decode_normal, reconstruct_z
from assetgen.imaging.tiling import seam_ratio
from assetgen.media.image import AlphaMode, Image

LEAST_PSNR_DB = 15.0
"""Below this an encoded level no longer resembles its source: the encoder or the container is broken."""
_SMALLEST_JUDGED = 16
"""Texels along the longer edge; what a few blocks of a smaller level hold of it is chance."""
_BINS_PER_DEGREE = 100

Figures = tuple[tuple[str, float], ...]


def measure_texture(
    texture: Texture, levels: Sequence[Image], encoding: TexelFormat, *, is_normal: bool
) -> Figures:
    """Return the figures of a texture that was read back.

    Args:
        texture: what the file holds.
        levels: what it was encoded from, level 0 the largest.
        encoding: how.
        is_normal: whether it holds the normals of a surface.

    Raises:
        GenerationError: a level does not come near its source at all.
    """
    figures: dict[str, float] = {}
    for number, (texels, level) in enumerate(zip(texture.levels, levels, strict=True)):
        source = stored_image(level, encoding)
        decoded = decode_texels(texels, encoding, width=level.width, height=level.height)
        decoded = decoded.to(source.pixels.device)
        behind = f"_mip{number}" if number else ""
        for name, figure in _level_figures(decoded, source, encoding, is_normal=is_normal):
            figures[name + behind] = round(figure, 4)
        is_judged = max(level.width, level.height) >= _SMALLEST_JUDGED or number == 0
        if is_judged and figures[f"psnr_db{behind}"] < LEAST_PSNR_DB:
            raise GenerationError(
                f"level {number} of a written {encoding.value} file reads back at "
                f"{figures[f'psnr_db{behind}']:.1f} dB; the file is not fit for use."
            )
        if number == 0 and any(level.wraps):
            figures["seam"] = round(_seam(decoded, level), 4)
    figures["gpu_bytes"] = float(sum(len(texels) for texels in texture.levels))
    return tuple(figures.items())


def psnr_db(error: float) -> float:
    """Return the peak signal-to-noise ratio of a mean square error over values 0..1; at most 99."""
    return 99.0 if error < 1e-10 else 0.0 - 10.0 * math.log10(error)


def angles_deg(one: Tensor, other: Tensor) -> Tensor:
    """Return the angles between unit vectors (..., 3), exact for small ones too."""
    return (one - other).norm(dim=-1).mul_(0.5).clamp_max_(1.0).asin_().mul_(2.0 * 180.0 / math.pi)


def _level_figures(
    decoded: Tensor, source: Image, encoding: TexelFormat, *, is_normal: bool
) -> Iterator[tuple[str, float]]:
    yield "psnr_db", round(psnr_db(_square_error(decoded, source, encoding)), 2)
    if is_normal and source.channels == 3:
        encoded = reconstruct_z(decoded) if decoded.shape[2] == 2 else decoded[..., :3]
        angles = angles_deg(decode_normal(encoded), decode_normal(source.pixels)).flatten()
        yield "angle_mean_deg", float(angles.mean(dtype=torch.float64))
        yield "angle_p99_deg", _percentile(angles, 0.99)
    if source.alpha is AlphaMode.CUTOUT and decoded.shape[2] == 4:
        yield "coverage", covered_share(decoded[..., 3], DEFAULT_CUTOFF)


def _square_error(decoded: Tensor, source: Image, encoding: TexelFormat) -> float:
    expected = source.pixels if encoding.is_float else source.pixels.clamp(0, 1)
    count = min(decoded.shape[2], source.channels)
    if encoding is TexelFormat.BC1:
        # Where a texel is clear its color is not kept, and soft alpha never was.
        count = min(count, 3)
        expected = torch.where(decoded[..., 3:] > 0, expected, 0.0)
    peak = max(1.0, float(expected.max()))
    apart = (decoded[..., :count] - expected[..., :count]) / peak
    return float(apart.square_().mean(dtype=torch.float64))


def _percentile(angles: Tensor, place: float) -> float:
    """Return the upper edge of the bin below which `place` of all angles lie: counted, so always the same."""
    count = (angles * _BINS_PER_DEGREE).to(torch.int64).bincount().cumsum(0)
    return (int((count < place * angles.numel()).sum()) + 1) / _BINS_PER_DEGREE


def _seam(decoded: Tensor, level: Image) -> float:
    ratio = seam_ratio(decoded[..., : min(decoded.shape[2], level.channels)])
    return max(ratio.x if level.wraps[0] else 0.0, ratio.y if level.wraps[1] else 0.0)
