"""A small picture of what a prompt gives, for the catalog: nothing is kept and nothing is exported."""

from __future__ import annotations

import base64
from typing import Final

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.formats.jpeg import write_jpeg
from assetgen.imaging.preview import render_sphere
from assetgen.project.order import SwatchOrder
from assetgen.specs.material import MaterialSpec

_TEXELS: Final = 512
_QUALITY: Final = 88


def draw_swatch(order: SwatchOrder, ctx: Context) -> dict[str, object]:
    """Return the lit ball of a prompt as {"jpeg": base64}.

    Raises:
        SpecError: the prompt names no material.
        Cancelled: somebody asked to stop.
    """
    spec = MaterialSpec(
        asset="catalog/swatch",
        prompt=order.prompt,
        style=order.style,
        size=(_TEXELS, _TEXELS),
        seed=order.seed,
    )
    material = load_backend("procedural", kind=spec.kind).generate(spec, ctx).value
    picture = write_jpeg(render_sphere(material, size=order.edge), quality=_QUALITY)
    return {"jpeg": base64.b64encode(picture).decode()}
