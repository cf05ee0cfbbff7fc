"""Existing art made a material: edges checked and mended, maps brought to one size, what is missing estimated.

Given maps are kept as they are but for size, seams and what the file asks for. Nothing happens in silence: the report
says what was found and done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assetgen.context import Context
from assetgen.errors import SpecError
from assetgen.imaging.alpha import bleed_color
from assetgen.imaging.estimate import (
    estimate_height,
    estimate_roughness,
    height_from_normal,
    remove_illumination,
)
from assetgen.imaging.normals import decode_normal, encode_normal, normal_from_height
from assetgen.imaging.occlusion import horizon_occlusion
from assetgen.imaging.resize import resize
from assetgen.imaging.tile_check import TileCheck, check_tiling, has_transparency
from assetgen.imaging.tile_repair import SMALLEST_EDGE, make_tileable
from assetgen.imaging.tiling import repetition
from assetgen.kinds.sources import read_sources
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import MAP_SPACES, Material
from assetgen.specs.base import LARGEST_SIZE, SMALLEST_SIZE
from assetgen.specs.finish import Finish

_DEFAULT_TILE_M = 2.0
_DEFAULT_RELIEF_SHARE = 0.02
"""Relief assumed for a given height map of unknown depth, as a share of the tile: 4 cm over 2 m."""
_OCCLUSION_RADIUS_SHARE = 0.06
_CALM = 0.15
"""Share of brightness in the longest waves up to which light is left in a color."""
_ENLARGED = 1.1
"""Enlarging by more than that is told as a loss of sharpness."""
_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOptions:
    """How pictures are finished.

    Args:
        size: (width, height) in texels; None takes the nearest powers of two.
        tile: along which of (x, y) the result repeats.
        allow_npot: keep a size that is no power of two.
        tile_m: edge length in metres; 2 when unknown.
        normal_strength: factor on the relief where normals are derived.
        roughness: limits of an estimated roughness; None leaves them to the picture.
        metallic: of the whole surface, where no picture says it.
        wanted: maps of `Material` worth estimating.
        finish: the rest, as in prompt files.
    """

    size: tuple[int, int] | None = None
    tile: tuple[bool, bool] = (True, True)
    allow_npot: bool = False
    tile_m: float | None = None
    normal_strength: float = 1.0
    roughness: tuple[float, float] | None = None
    metallic: float = 0.0
    wanted: frozenset[str] = frozenset(MAP_SPACES)
    finish: Finish = field(default_factory=Finish)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Finished:
    """A material made of pictures.

    Args:
        value: the material.
        report: what was found and done, as JSON: `size`, `source_size`, `tile` by axis, `maps` by name ("given",
            "estimated", "derived"), and `said`, sentences for the artist.
        warnings: sentences about what the artist should look at.
    """

    value: Material
    report: Mapping[str, object]
    warnings: tuple[str, ...] = ()


def finish_sources(sources: Mapping[str, bytes], options: FinishOptions, ctx: Context) -> Finished:
    """Return the material that some pictures make.

    Args:
        sources: bytes of each picture by role.
        options: how.
        ctx: device, progress, cancel.

    Raises:
        FormatError: bytes that are no picture.
        SpecError: a picture without the channels of its role, or too small to mend.
        Cancelled: somebody asked to stop.
    """
    ctx.progress(0, _STEPS, "reading sources")
    maps = read_sources(sources, normal_y_down=options.finish.normal_y == "directx")
    if "base_color" in maps:
        maps["base_color"] = _without_idle_alpha(maps["base_color"])
    work = _Work(options, {name: _on_device(image, ctx) for name, image in maps.items()})
    ctx.progress(1, _STEPS, "checking edges")
    work.check()
    work.fit_size()
    work.level_light()
    ctx.progress(2, _STEPS, "mending seams")
    work.mend()
    ctx.progress(3, _STEPS, "estimating maps")
    work.estimate()
    ctx.progress(4, _STEPS, "deriving maps")
    return work.finished()


def longer_edge(material: Material) -> int:
    """Return the longer edge of a material's maps in texels."""
    image = next(image for _, image in material.maps())
    return max(image.width, image.height)


def _without_idle_alpha(color: Image) -> Image:
    """Return a color without its alpha where that covers everything, as painters save it without a thought."""
    if color.channels < 4 or bool((color.pixels[..., 3] < 1.0).any()):
        return color
    return Image(color.pixels[..., :3].contiguous(), color.space)


def _on_device(image: Image, ctx: Context) -> Image:
    return image.with_pixels(image.pixels.to(ctx.device))


@dataclass(slots=True)
class _Work:
    """Pictures on their way to a material, and what is to be said about it."""

    options: FinishOptions
    maps: dict[str, Image]
    said: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    how: dict[str, str] = field(default_factory=dict)
    checked: TileCheck | None = None
    mended: tuple[bool, bool] = (False, False)
    source_size: tuple[int, int] = (0, 0)
    relief: float | None = None

    def check(self) -> None:
        """See along which axes the pictures tile."""
        self.how = {name: "given" for name in self.maps}
        first = next(iter(self.maps.values()))
        self.source_size = (first.width, first.height)
        self.checked = check_tiling(list(self.maps.values()))

    def fit_size(self) -> None:
        """Bring every map to one size; an axis wraps from here on when it is to tile and does."""
        size = self.options.size or self._own_size()
        assert self.checked is not None
        wraps = _both(self.options.tile, self.checked.tiles)
        for name, image in self.maps.items():
            image = Image(image.pixels, image.space, image.alpha, wraps)
            self.maps[name] = resize(image, width=size[0], height=size[1])
        if size != self.source_size:
            self.said.append(f"resized from {_by(self.source_size)} to {_by(size)}")
        if any(_ENLARGED * own < edge for own, edge in zip(self.source_size, size, strict=True)):
            self.warnings.append(
                f"the picture was enlarged from {_by(self.source_size)} to {_by(size)}, which adds no detail; "
                "write a smaller size, or give a larger picture."
            )

    def level_light(self) -> None:
        """Take slow light out of a color: when asked to, or of a photograph alone that would show it as a pattern."""
        color, strength = self.maps.get("base_color"), self.options.finish.delight
        if color is None or strength == 0.0:
            return
        if strength is not None:
            self.said.append(f"slow light taken out of the color by {strength:.0%}")
        else:
            # A color that tiles, or comes with maps of its own, is somebody's finished work.
            share = repetition(color) if len(self.maps) == 1 and any(self._to_mend()) else 0.0
            if share <= _CALM:
                return
            strength = 1.0
            self.said.append(
                f"slow light taken out of the color: {share:.0%} of its brightness lay in one or two waves"
            )
        self.maps["base_color"] = remove_illumination(color, strength=strength)

    def mend(self) -> None:
        """Mend the seams that may not be there; afterwards every map wraps where the file says so."""
        self.mended = self._to_mend()
        if any(self.mended):
            images = make_tileable(list(self.maps.values()), axes=self.mended)
            self.maps = dict(zip(self.maps, images, strict=True))
        self.said.insert(0, self._tiling())
        for name, image in self.maps.items():
            self.maps[name] = Image(image.pixels, image.space, image.alpha, self.options.tile)
        if "normal" in self.maps:  # filters and cuts shorten vectors
            normal = self.maps["normal"]
            self.maps["normal"] = normal.with_pixels(encode_normal(decode_normal(normal.pixels)))

    def _to_mend(self) -> tuple[bool, bool]:
        """Return the axes along which a seam is to be mended."""
        assert self.checked is not None
        repair, tile = self.options.finish.repair, self.options.tile
        if repair == "always":
            return tile
        is_left = repair == "never" or self._flaw() != ""
        return (False, False) if is_left else _both(tile, _neither(self.checked.tiles))

    def estimate(self) -> None:
        """Estimate height and roughness where they are wanted and can be had."""
        options, color = self.options, self.maps.get("base_color")
        if color is not None and color.channels == 4:
            color = self.maps["base_color"] = bleed_color(color)
        if not options.finish.estimate:
            return
        if "height" not in self.maps and options.wanted & {"height", "normal", "occlusion"}:
            found = None
            if "normal" in self.maps:
                found = height_from_normal(self.maps["normal"])
            elif color is not None:
                finish = options.finish
                found = estimate_height(color, detail=finish.detail, invert=finish.invert, light=finish.light)
            if found is not None:
                self.relief = found.relief
                self._add("height", Image(found.height.unsqueeze(-1), ColorSpace.DATA, wraps=options.tile))
        if "roughness" not in self.maps and color is not None and "roughness" in options.wanted:
            is_metal = options.metallic > 0.5
            self._add("roughness", estimate_roughness(color, limits=options.roughness, is_metal=is_metal))

    def finished(self) -> Finished:
        """Derive normals and occlusion from the height, and put everything together."""
        tile_m = self.options.tile_m or _DEFAULT_TILE_M
        relief_m = self.options.finish.relief
        if relief_m is None:
            share = _DEFAULT_RELIEF_SHARE if self.relief is None else self.relief
            relief_m = tile_m * share if "height" in self.maps else 0.0
        if "height" in self.maps:
            self._derive(tile_m=tile_m, relief_m=relief_m)
        if guessed := [name for name, how in self.how.items() if how == "estimated"]:
            self.said.append(f"estimated: {', '.join(map(_words, guessed))}")
        if derived := [name for name, how in self.how.items() if how == "derived"]:
            self.said.append(f"derived from the height: {', '.join(map(_words, derived))}")
        material = Material(tile_m=tile_m, relief_m=relief_m, metallic_factor=self.options.metallic)
        return Finished(
            value=replace(material, **self.maps), report=self._report(), warnings=tuple(self.warnings)
        )

    def _derive(self, *, tile_m: float, relief_m: float) -> None:
        height, wraps = self.maps["height"].pixels[..., 0], self.options.tile
        relief_m *= self.options.normal_strength
        if "normal" not in self.maps and "normal" in self.options.wanted:
            normal = normal_from_height(height, relief_m=relief_m, tile_m=tile_m, wraps=wraps)
            self._add("normal", Image(encode_normal(normal), ColorSpace.DATA, wraps=wraps), how="derived")
        if "occlusion" not in self.maps and "occlusion" in self.options.wanted:
            radius_m = tile_m * _OCCLUSION_RADIUS_SHARE
            closed = horizon_occlusion(
                height, relief_m=relief_m, tile_m=tile_m, radius_m=radius_m, wraps=wraps
            )
            occlusion = Image(closed.clamp(0, 1)[..., None], ColorSpace.DATA, wraps=wraps)
            self._add("occlusion", occlusion, how="derived")

    def _add(self, name: str, image: Image, *, how: str = "estimated") -> None:
        self.maps[name], self.how[name] = image, how

    def _own_size(self) -> tuple[int, int]:
        if self.options.allow_npot:
            return self.source_size
        return _nearest(self.source_size[0]), _nearest(self.source_size[1])

    def _flaw(self) -> str:
        """Return why seams had better not be mended, or nothing."""
        color = self.maps.get("base_color")
        if color is not None and has_transparency(color):
            return "the picture is a cut-out with transparent parts"
        if min(self._first.width, self._first.height) < SMALLEST_EDGE:
            return f"the picture is smaller than {SMALLEST_EDGE} texels"
        return ""

    @property
    def _first(self) -> Image:
        return next(iter(self.maps.values()))

    def _tiling(self) -> str:
        """Return in words how the edges met, and what was done about it."""
        assert self.checked is not None
        parts = []
        for axis, check, mended in zip("xy", (self.checked.x, self.checked.y), self.mended, strict=True):
            if check.tiles:
                parts.append(f"tiles along {axis}" + (", mended anyway" if mended else ""))
                continue
            why = (
                f"edges differ {check.seam:.1f} times as much as its strong lines"
                if check.seam >= check.step
                else f"light jumps {check.step:.1f} times as far as inside"
            )
            parts.append(f"does not tile along {axis} ({why}), " + ("mended" if mended else "left so"))
        flaw = self._flaw() if any(self.options.tile) and not all(self.checked.tiles) else ""
        return "; ".join(parts) + (f": {flaw}" if flaw and not any(self.mended) else "")

    def _report(self) -> dict[str, object]:
        assert self.checked is not None
        after = check_tiling([self.maps[name] for name, how in self.how.items() if how == "given"])
        tile = {
            axis: {
                "tiles": before.tiles,
                "seam": round(before.seam, 3),
                "step": round(before.step, 3),
                "mended": mended,
                "seam_after": round(now.seam, 3),
            }
            for axis, before, now, mended in zip(
                "xy", (self.checked.x, self.checked.y), (after.x, after.y), self.mended, strict=True
            )
        }
        return {
            "source_size": list(self.source_size),
            "size": [self._first.width, self._first.height],
            "tile": tile,
            "maps": dict(self.how),
            "said": list(self.said),
        }


def _nearest(edge: int) -> int:
    """Return the nearest power of two by ratio, within what maps may measure."""
    if edge & (edge - 1) == 0:
        return edge
    return min(max(1 << round(math.log2(edge)), SMALLEST_SIZE), LARGEST_SIZE)


def _both(first: tuple[bool, bool], second: tuple[bool, bool]) -> tuple[bool, bool]:
    return first[0] and second[0], first[1] and second[1]


def _neither(axes: tuple[bool, bool]) -> tuple[bool, bool]:
    return not axes[0], not axes[1]


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def no_map(role: str, sources: Mapping[str, bytes]) -> SpecError:
    """Return the error for a role that no source can give."""
    return SpecError(
        f"no {role} can be had from a source that is {', '.join(sources)}; "
        f'write source = {{ {role} = "..." }}, or another role.'
    )
