"""The pictures that a report and an editor show of an asset; kept in the store, never published with it."""

from __future__ import annotations

from assetgen.formats.png import write_png
from assetgen.imaging.preview import render_plane, render_sphere
from assetgen.media.image import Image
from assetgen.media.material import Material

_SIZE = 384


def render_previews(material: Material) -> dict[str, bytes]:
    """Return PNG files by name: "sphere" and "plane" for a material, "flat" for a single map."""
    if material.base_color is None or material.normal is None:
        return {"flat": write_png(_flat(material))}
    return {
        "sphere": write_png(render_sphere(material, size=_SIZE)),
        "plane": write_png(render_plane(material, size=_SIZE)),
    }


def _flat(material: Material) -> Image:
    """Return the first map at preview size, by taking every n-th texel."""
    image = next(image for _, image in material.maps())
    step = max(1, max(image.width, image.height) // _SIZE)
    return image.with_pixels(image.pixels[::step, ::step].contiguous())
