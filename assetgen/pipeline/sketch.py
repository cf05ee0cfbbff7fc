"""A picture of what is about to be made, long before it is made: the same recipe at a quarter of the edge or less.

Recipes measure in metres of the tile, so a small one looks like a large one from afar.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Final

from assetgen.context import Context
from assetgen.errors import AssetGenError, Cancelled
from assetgen.formats.jpeg import write_jpeg
from assetgen.kinds.base import Kind
from assetgen.kinds.table import KINDS
from assetgen.media.picture import Picture
from assetgen.pipeline.previews import render_face
from assetgen.specs.base import Spec
from assetgen.specs.material import MaterialSpec
from assetgen.specs.texture import TextureSpec

EDGE: Final = 256
"""Of the sketch, its maps and its picture alike."""

_QUICK: Final = ("procedural",)
"""Backends that draw a small asset so much faster than a large one that a sketch is worth it."""
_LOG = logging.getLogger("assetgen.pipeline")


def is_worth_sketching(spec: Spec) -> bool:
    """Tell whether a sketch is there long before the asset: it is generated, quickly, and larger than a sketch."""
    if spec.source or spec.backend not in _QUICK or not isinstance(spec, MaterialSpec | TextureSpec):
        return False
    return spec.size is not None and max(spec.size) > EDGE


def draw_sketch(spec: Spec, kind: Kind[Any], ctx: Context) -> Picture | None:
    """Return the picture of a smaller twin of an asset, or None when it cannot be drawn: see the log.

    Raises:
        Cancelled: somebody asked to stop.
    """
    ctx.progress(0, 1, "sketching")
    silent = Context(device=ctx.device, is_cancelled=ctx.is_cancelled, threads=ctx.threads)
    try:
        made = kind.make(_smaller(spec), {}, silent)
        face = render_face(made.value, size=EDGE)
        return Picture(data=write_jpeg(face), width=face.width, height=face.height, is_coarse=True)
    except Cancelled:
        raise
    except AssetGenError as error:
        _LOG.debug("%s has no sketch: %s", spec.asset, error)  # the build is going to say it aloud
    except Exception:  # a sketch is worth nothing beside the asset itself
        _LOG.warning("%s has no sketch", spec.asset, exc_info=True)
    return None


def rehearse(ctx: Context) -> None:
    """Draw a tiny sketch for nobody: what is loaded and set up on first use is there when a real one is due."""
    spec = MaterialSpec(asset="rehearsal", prompt="mossy cobblestone", size=(64, 64))
    draw_sketch(spec, KINDS[spec.kind], ctx)


def _smaller(spec: Spec) -> Spec:
    small = (min(EDGE, getattr(spec, "size", (EDGE,))[0]),) * 2
    if isinstance(spec, MaterialSpec):
        # Sizes to export, which a sketch is not, may be larger than it.
        return replace(spec, size=small, export=replace(spec.export, sizes=()))
    assert isinstance(spec, TextureSpec)
    return replace(spec, size=small)
