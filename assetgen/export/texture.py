"""A material's maps as the files of a target: mip chains, channel packing, block compression, container.

Work goes file by file and map by map, so a 4096 set never holds more than a few chains at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch

from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import GenerationError
from assetgen.export.containers import CONTAINERS, Encoded
from assetgen.export.image_files import ImageFile, write_image_file
from assetgen.export.targets import Channel, Target, TextureFile
from assetgen.export.texels import alpha_of, decode_texels, encode_texels, stored_image
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Texture, flat_texture
from assetgen.imaging.channels import invert, pack_channels
from assetgen.imaging.mips import build_mips
from assetgen.imaging.normal_mips import NormalMips, build_normal_mips, build_roughness_mips
from assetgen.imaging.normals import flip_green
from assetgen.media.artifact import Artifact
from assetgen.media.image import ColorSpace, Image, MipChain
from assetgen.media.material import Material
from assetgen.specs.picture_formats import LOSSY_QUALITY

_LEAST_PSNR_DB = 15.0
"""Below this a compressed level no longer resembles its source: the encoder or the container is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How a set is written.

    Args:
        name: the asset's name, which begins every file name.
        sizes: longer edges of the sets to write, largest first.
        quality: effort of block compression.
        mipmaps: whether containers that can hold mips get all of them.
        lossy_quality: of JPEG, WebP, AVIF and JPEG XL, 1 to 100.
        build_chain: makes the chain of a map that is neither normals nor roughness with normals.
        levels: the most levels of a chain; None for all.
    """

    name: str
    sizes: tuple[int, ...]
    quality: Quality = Quality.BALANCED
    mipmaps: bool = True
    lossy_quality: int = LOSSY_QUALITY
    build_chain: Callable[[Image], MipChain] = build_mips
    levels: int | None = None


def export_material(
    material: Material, target: Target, options: ExportOptions, ctx: Context
) -> Iterator[Artifact]:
    """Yield the files of a material for one target, in the target's order.

    Raises:
        SpecError: a size that is not in the mip chain of the maps.
        GenerationError: a written file does not read back as what was written.
        Cancelled: somebody asked to stop.
    """
    files = [file for file in target.files if _is_present(material, file)]
    chains = _Chains(material, options)
    for number, file in enumerate(files):
        ctx.progress(number, len(files), f"encoding {file.role}")
        chain = chains.of(file.content)
        if file.content == "normal" and target.normal_y_down:
            chain = MipChain(tuple(flip_green(level) for level in chain.levels))
        for size in options.sizes:
            yield _write(file, _from_size(chain, size), options, size, ctx)
        chains.release(file.content)


def _is_present(material: Material, file: TextureFile) -> bool:
    if isinstance(file.content, str):
        return getattr(material, file.content) is not None
    return any(
        getattr(material, "roughness" if channel == "smoothness" else channel) is not None
        for channel in file.content
        if isinstance(channel, str)
    )


@dataclass(slots=True)
class _Chains:
    """The mip chains of a material, built when first asked for; roughness needs what the normals lost."""

    material: Material
    options: ExportOptions
    built: dict[str, MipChain] = field(default_factory=dict)
    normals: NormalMips | None = None

    def of(self, content: str | tuple[Channel, ...]) -> MipChain:
        if isinstance(content, tuple):
            return self._packed(content)
        if content == "normal":
            return self._normal_mips().chain
        return self._map(content)

    def release(self, content: str | tuple[Channel, ...]) -> None:
        """Forget the chains that only this file needed."""
        if isinstance(content, str):
            self.built.pop(content, None)

    def _normal_mips(self) -> NormalMips:
        if self.normals is None:
            assert self.material.normal is not None
            self.normals = build_normal_mips(self.material.normal, max_levels=self.options.levels)
        return self.normals

    def _map(self, name: str) -> MipChain:
        if name not in self.built:
            image = getattr(self.material, name)
            if name == "roughness" and self.material.normal is not None:
                self.built[name] = build_roughness_mips(image, self._normal_mips())
            else:
                self.built[name] = self.options.build_chain(image)
        return self.built[name]

    def _packed(self, channels: tuple[Channel, ...]) -> MipChain:
        planes = [self._channel(channel) for channel in channels]
        length = max(len(plane) for plane in planes if isinstance(plane, tuple))
        levels = []
        for level in range(length):
            parts = [plane[level] if isinstance(plane, tuple) else plane for plane in planes]
            levels.append(pack_channels(*parts))
        return MipChain(tuple(levels))

    def _channel(self, channel: Channel) -> tuple[Image, ...] | float:
        """Return a channel's levels, or its constant where the material has no such map."""
        if not isinstance(channel, str):
            return float(channel)
        name = "roughness" if channel == "smoothness" else channel
        if getattr(self.material, name) is None:
            material = self.material
            factors = {"roughness": material.roughness_factor, "metallic": material.metallic_factor}
            factor = factors.get(name, 1.0)
            return 1 - factor if channel == "smoothness" else factor
        levels = self._map(name).levels
        if channel == "smoothness":
            return tuple(invert(level) for level in levels)
        return levels


def _from_size(chain: MipChain, size: int) -> MipChain:
    """Return the part of a chain that starts with the level whose longer edge is `size`."""
    for number, level in enumerate(chain.levels):
        if max(level.width, level.height) == size:
            return MipChain(chain.levels[number:])
    raise GenerationError(f"no mip level is {size} texels long; the largest is {chain.levels[0].width}.")


def _write(file: TextureFile, chain: MipChain, options: ExportOptions, size: int, ctx: Context) -> Artifact:
    suffix = f"_{size}" if len(options.sizes) > 1 else ""
    stem, top = f"{options.name}_{file.role}{suffix}", chain.levels[0]
    if isinstance(file.form, ImageFile):
        written = write_image_file(file.form, top, quality=options.lossy_quality, metadata=ctx.origin)
        return Artifact(
            role=file.role,
            filename=f"{stem}.{written.row.suffix}",
            format=written.row.label,
            media_type=written.row.media_type,
            data=written.data,
            width=top.width,
            height=top.height,
            mips=1,
            color_space=written.stored.space.value,
            quality=written.quality,
            fallback=written.fallback,
        )
    levels = chain.levels if options.mipmaps else chain.levels[:1]
    texture = _encode(levels, file.form.encoding, options.quality, ctx)
    container = CONTAINERS[file.form.container]
    data = container.write(texture, ctx.origin.pairs() if ctx.origin else {})
    return Artifact(
        role=file.role,
        filename=f"{stem}.{container.extension}",
        format=texture.shape.label,
        media_type=container.media_type,
        data=data,
        width=top.width,
        height=top.height,
        mips=len(levels),
        color_space=stored_image(top, file.form.encoding).space.value,
        quality=_read_back(data, file.form, top),
    )


def _encode(levels: Sequence[Image], encoding: TexelFormat, quality: Quality, ctx: Context) -> Texture:
    texels = []
    for level in levels:
        ctx.check()
        texels.append(encode_texels(level, encoding, quality=quality, threads=ctx.threads))
    top = levels[0]
    return flat_texture(
        texels,
        fmt=encoding,
        width=top.width,
        height=top.height,
        srgb=encoding.has_srgb and top.space is ColorSpace.SRGB,
        alpha=alpha_of(top, encoding),
    )


def _read_back(data: bytes, form: Encoded, source: Image) -> tuple[tuple[str, float], ...]:
    """Read a written file with the independent decoder; return how near level 0 came to its source.

    Raises:
        GenerationError: it does not come near at all.
    """
    written = CONTAINERS[form.container].read(data)
    if not form.encoding.is_blocks:
        return ()
    source = stored_image(source, form.encoding)
    decoded = decode_texels(
        written.levels[0], form.encoding, width=written.shape.width, height=written.shape.height
    ).to(source.pixels.device)
    expected = source.pixels if form.encoding.is_float else source.pixels.clamp(0, 1)
    count = min(decoded.shape[2], source.channels)
    if form.encoding is TexelFormat.BC1:
        # Where a texel is clear its color is not kept, and soft alpha never was.
        count = min(count, 3)
        expected = torch.where(decoded[..., 3:] > 0, expected, 0.0)
    peak = max(1.0, float(expected.max()))
    apart = (decoded[..., :count] - expected[..., :count]) / peak
    error = float(apart.square_().mean(dtype=torch.float64))
    psnr_db = 99.0 if error < 1e-10 else -10 * math.log10(error)
    if psnr_db < _LEAST_PSNR_DB:
        raise GenerationError(f"a written {form.encoding.value} file reads back at {psnr_db:.1f} dB.")
    return (("psnr_db", round(psnr_db, 2)),)
