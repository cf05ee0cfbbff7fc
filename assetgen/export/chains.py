"""The mip chains of a material's maps, each made once for all files that hold it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assetgen.export.targets import Channel
from assetgen.imaging.channels import invert, pack_channels
from assetgen.imaging.edges import Edge, Edges, edges_of
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import Extreme, build_extreme_mips, build_mips
from assetgen.imaging.normal_mips import NormalMips, build_normal_mips, build_roughness_mips
from assetgen.media.image import Image, MipChain
from assetgen.media.material import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class MipOptions:
    """How mip levels are made.

    Args:
        kernel: the filter; when None, Kaiser for color and masks, and box for normals and the roughness that
            takes up what they lose.
        edge: how an axis that does not tile goes on beyond its ends.
        height: the extreme that a texel of a height map holds of all below it; their average when None.
    """

    kernel: Filter | None = None
    edge: Edge = Edge.CLAMP
    height: Extreme | None = None

    @classmethod
    def named(cls, *, kernel: str | None, edge: str | None, height: str | None) -> MipOptions:
        """Return the options of the words in a prompt file; None stands for an absent key."""
        return cls(
            kernel=Filter(kernel) if kernel else None,
            edge=Edge(edge) if edge else Edge.CLAMP,
            height=Extreme(height) if height in ("lowest", "highest") else None,
        )

    def edges_of(self, image: Image) -> Edges:
        """Return how an image's axes go on."""
        return edges_of(image.wraps, otherwise=self.edge)


@dataclass(slots=True)
class Chains:
    """The mip chains of a material, built when first asked for; roughness needs what the normals lost.

    Args:
        material: the maps.
        mips: how levels are made.
        build_chain: makes the chain of a map that is neither normals nor roughness with normals instead.
        levels: the most levels of a chain; None for all.
    """

    material: Material
    mips: MipOptions
    build_chain: Callable[[Image], MipChain] | None = None
    levels: int | None = None
    built: dict[str, MipChain] = field(default_factory=dict)
    normals: NormalMips | None = None

    def of(self, content: str | tuple[Channel, ...]) -> MipChain:
        """Return the chain of a map, or of channels packed into one."""
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
            image = self.material.normal
            kernel, edges = self.mips.kernel or Filter.BOX, self.mips.edges_of(image)
            self.normals = build_normal_mips(image, kernel=kernel, edges=edges, max_levels=self.levels)
        return self.normals

    def _map(self, name: str) -> MipChain:
        if name not in self.built:
            self.built[name] = self._built(name, getattr(self.material, name))
        return self.built[name]

    def _built(self, name: str, image: Image) -> MipChain:
        edges, kernel = self.mips.edges_of(image), self.mips.kernel
        if name == "roughness" and self.material.normal is not None:
            normals = self._normal_mips()
            return build_roughness_mips(image, normals, kernel=kernel or Filter.BOX, edges=edges)
        if self.build_chain is not None:
            return self.build_chain(image)
        if name == "height" and self.mips.height is not None:
            return build_extreme_mips(image, self.mips.height, max_levels=self.levels)
        return build_mips(image, kernel=kernel or Filter.KAISER, edges=edges, max_levels=self.levels)

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
