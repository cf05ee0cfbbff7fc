"""A material's maps as the files of a target: mip chains, channel packing, block compression, container.

Work goes file by file and map by map, so a 4096 set never holds more than a few chains at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc4, encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import GenerationError
from assetgen.export.targets import Channel, Encoding, Target, TextureFile
from assetgen.formats.dds import DdsFormat, read_dds, write_dds
from assetgen.formats.png import write_png
from assetgen.imaging.channels import invert, pack_channels
from assetgen.imaging.mips import NormalMips, build_mips, build_normal_mips, build_roughness_mips
from assetgen.imaging.normals import flip_green
from assetgen.media.artifact import Artifact
from assetgen.media.image import ColorSpace, Image, MipChain
from assetgen.media.material import Material

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
    """

    name: str
    sizes: tuple[int, ...]
    quality: Quality = Quality.BALANCED
    mipmaps: bool = True


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
    chains = _Chains(material)
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
            self.normals = build_normal_mips(self.material.normal)
        return self.normals

    def _map(self, name: str) -> MipChain:
        if name not in self.built:
            image = getattr(self.material, name)
            if name == "roughness" and self.material.normal is not None:
                self.built[name] = build_roughness_mips(image, self._normal_mips())
            else:
                self.built[name] = build_mips(image)
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
    top = chain.levels[0]
    is_srgb = top.space is ColorSpace.SRGB
    if file.encoding.is_png:
        data = write_png(top, bits=16 if file.encoding is Encoding.PNG16 else 8)
        container, media_type, count, quality = "png", "image/png", 1, ()
    else:
        levels = chain.levels if options.mipmaps else chain.levels[:1]
        data = _dds(levels, file.encoding, options.quality, ctx)
        container, media_type, count = "dds", "image/vnd-ms.dds", len(levels)
        quality = _read_back(data, top, file.encoding)
    return Artifact(
        role=file.role,
        filename=f"{options.name}_{file.role}{suffix}.{container}",
        format=file.encoding.value + ("_SRGB" if is_srgb and not file.encoding.is_png else ""),
        media_type=media_type,
        data=data,
        width=top.width,
        height=top.height,
        mips=count,
        color_space=top.space.value,
        quality=quality,
    )


def _dds(levels: Sequence[Image], encoding: Encoding, quality: Quality, ctx: Context) -> bytes:
    blocks = []
    for level in levels:
        ctx.check()
        blocks.append(_encode(level, encoding, quality, ctx.threads))
    top = levels[0]
    return write_dds(
        blocks,
        width=top.width,
        height=top.height,
        fmt=_DDS_FORMATS[encoding],
        srgb=top.space is ColorSpace.SRGB,
    )


_DDS_FORMATS = {
    Encoding.BC7: DdsFormat.BC7,
    Encoding.BC5: DdsFormat.BC5,
    Encoding.BC4: DdsFormat.BC4,
    Encoding.RGBA8: DdsFormat.RGBA8,
}
_BLOCKS = {Encoding.BC7: BlockFormat.BC7, Encoding.BC5: BlockFormat.BC5, Encoding.BC4: BlockFormat.BC4}


def _encode(level: Image, encoding: Encoding, quality: Quality, threads: int) -> bytes:
    if encoding is Encoding.BC7:
        return encode_bc7(level, quality=quality, threads=threads)
    if encoding is Encoding.BC5:
        return encode_bc5(level, quality=quality, threads=threads)
    if encoding is Encoding.BC4:
        return encode_bc4(level, quality=quality, threads=threads)
    return _rgba8(level)


def _rgba8(level: Image) -> bytes:
    pixels = level.pixels
    if level.channels < 3:
        pixels = pixels[..., :1].expand(-1, -1, 3)
    if pixels.shape[2] == 3:
        pixels = torch.cat([pixels, torch.ones_like(pixels[..., :1])], dim=2)
    return (pixels.clamp(0, 1) * 255 + 0.5).to(torch.uint8).cpu().contiguous().numpy().tobytes()


def _read_back(data: bytes, source: Image, encoding: Encoding) -> tuple[tuple[str, float], ...]:
    """Read a written DDS with the independent decoder; return how near level 0 came to its source.

    Raises:
        GenerationError: it does not come near at all.
    """
    written = read_dds(data)
    if encoding is Encoding.RGBA8:
        return ()
    decoded = decode_blocks(written.levels[0], _BLOCKS[encoding], width=written.width, height=written.height)
    count = {Encoding.BC5: 2, Encoding.BC4: 1}.get(encoding, source.channels)
    count = min(count, source.channels)
    apart = decoded[..., :count].to(source.pixels.device) - source.pixels[..., :count].clamp(0, 1)
    error = float(apart.square_().mean(dtype=torch.float64))
    psnr_db = 99.0 if error < 1e-10 else -10 * math.log10(error)
    if psnr_db < _LEAST_PSNR_DB:
        raise GenerationError(f"a written {encoding.value} file reads back at {psnr_db:.1f} dB.")
    return (("psnr_db", round(psnr_db, 2)),)
