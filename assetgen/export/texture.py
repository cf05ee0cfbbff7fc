"""A material's maps as the files of a target: mip chains, channel packing, block compression, container.

Work goes file by file and map by map, so a 4096 set never holds more than a few chains at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import GenerationError
from assetgen.export.chains import Chains, MipOptions
from assetgen.export.containers import CONTAINERS
from assetgen.export.figures import measure_texture
from assetgen.export.image_files import ImageFile, write_image_file
from assetgen.export.targets import Target, TextureFile
from assetgen.export.texels import alpha_of, encode_texels, stored_image
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Texture, flat_texture
from assetgen.imaging.normals import flip_green
from assetgen.media.artifact import Artifact
from assetgen.media.image import ColorSpace, Image, MipChain
from assetgen.media.material import Material
from assetgen.specs.picture_formats import LOSSY_QUALITY


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How a set is written.

    Args:
        name: the asset's name, which begins every file name.
        sizes: longer edges of the sets to write, largest first.
        quality: effort of block compression.
        mipmaps: whether containers that can hold mips get all of them.
        mips: how mip levels are made.
        lossy_quality: of JPEG, WebP, AVIF and JPEG XL, 1 to 100.
        build_chain: makes the chain of a map that is neither normals nor roughness with normals, in place of
            what `mips` says.
        levels: the most levels of a chain; None for all.
    """

    name: str
    sizes: tuple[int, ...]
    quality: Quality = Quality.BALANCED
    mipmaps: bool = True
    mips: MipOptions = field(default_factory=MipOptions)
    lossy_quality: int = LOSSY_QUALITY
    build_chain: Callable[[Image], MipChain] | None = None
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
    chains = Chains(material, options.mips, build_chain=options.build_chain, levels=options.levels)
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
        quality=measure_texture(
            container.read(data), levels, file.form.encoding, is_normal=file.content == "normal"
        ),
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
