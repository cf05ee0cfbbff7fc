"""A PBR material in the metallic-roughness model of glTF 2.0, with its physical size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assetgen.errors import SpecError
from assetgen.media.image import ColorSpace, Image

MAP_SPACES: dict[str, tuple[int, ColorSpace]] = {
    "base_color": (3, ColorSpace.SRGB),
    "normal": (3, ColorSpace.DATA),
    "roughness": (1, ColorSpace.DATA),
    "metallic": (1, ColorSpace.DATA),
    "occlusion": (1, ColorSpace.DATA),
    "height": (1, ColorSpace.DATA),
    "emissive": (3, ColorSpace.SRGB),
}
"""Each map's channels and color space, in the order in which sheets and manifests list them."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Material:
    """The maps of one surface; an absent map means its factor alone.

    Args:
        base_color: (H, W, 3) sRGB, or (H, W, 4) with straight or cutout alpha.
        normal: tangent-space normal, n * 0.5 + 0.5, +Y up.
        roughness: perceptual roughness, 0 mirror to 1 matte.
        metallic: 0 dielectric, 1 metal.
        occlusion: 1 open to the sky, 0 closed.
        height: 0 lowest, 1 highest; `relief_m` gives the distance between them.
        emissive: sRGB color of emitted light, scaled by `emissive_strength`.
        tile_m: edge length of one tile in metres.
        relief_m: height difference between 0 and 1 in metres.

    Raises:
        SpecError: maps of different sizes, wrong channel counts or spaces, or a size that is not positive.
    """

    tile_m: float
    relief_m: float
    base_color: Image | None = None
    normal: Image | None = None
    roughness: Image | None = None
    metallic: Image | None = None
    occlusion: Image | None = None
    height: Image | None = None
    emissive: Image | None = None
    roughness_factor: float = 1.0
    metallic_factor: float = 0.0
    emissive_strength: float = 1.0

    def __post_init__(self) -> None:
        if not self.tile_m > 0 or not self.relief_m >= 0:
            raise SpecError(f"a material of {self.tile_m} m with {self.relief_m} m relief cannot exist.")
        sizes = {(image.width, image.height) for _, image in self.maps()}
        if len(sizes) > 1:
            raise SpecError(f"the maps of a material have one size, not {sorted(sizes)}.")
        for role, image in self.maps():
            channels, space = MAP_SPACES[role]
            allowed = {channels, 4} if role == "base_color" else {channels}
            if image.channels not in allowed or image.space is not space:
                raise SpecError(
                    f"{role} is {channels} channels of {space.value}, "
                    f"not {image.channels} of {image.space.value}."
                )

    def maps(self) -> Iterator[tuple[str, Image]]:
        """Yield (role, image) for every map that is present, in the order of MAP_SPACES."""
        for role in MAP_SPACES:
            image = getattr(self, role)
            if image is not None:
                yield role, image
