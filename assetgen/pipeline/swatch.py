"""A small picture of what a prompt gives, and a taste of a sound, for the catalog: nothing is kept or exported."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Final

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.dsp.master import PROFILES, master
from assetgen.formats.jpeg import write_jpeg
from assetgen.formats.sound_clip import write_clip
from assetgen.imaging.preview import render_sphere
from assetgen.imaging.sound_picture import draw_sound
from assetgen.project.order import SwatchOrder
from assetgen.specs.audio import AudioSpec
from assetgen.specs.material import MaterialSpec

_ASSET: Final = "catalog/swatch"
_TEXELS: Final = 512
_CLIP_S: Final = 5.0
_QUALITY: Final = 88


def draw_swatch(order: SwatchOrder, ctx: Context) -> dict[str, object]:
    """Return the lit ball of a prompt as {"jpeg": base64}; of a sound its spectrogram, and its clip as "ogg".

    Raises:
        SpecError: the prompt names no material, or no sound of that mode.
        Cancelled: somebody asked to stop.
    """
    if order.mode:
        return _draw_sound(order, ctx)
    spec = MaterialSpec(
        asset=_ASSET, prompt=order.prompt, style=order.style, size=(_TEXELS, _TEXELS), seed=order.seed
    )
    material = load_backend("procedural", kind=spec.kind).generate(spec, ctx).value
    return {"jpeg": _base64(write_jpeg(render_sphere(material, size=order.edge), quality=_QUALITY))}


def _draw_sound(order: SwatchOrder, ctx: Context) -> dict[str, object]:
    spec = AudioSpec(
        asset=_ASSET,
        prompt=order.prompt,
        mode=order.mode,
        seed=order.seed,
        seconds=_CLIP_S if order.mode == "ambience" else None,
        bars=2 if order.mode == "music" else None,
        takes=1 if order.mode == "sfx" else None,
    )
    sounds = load_backend("procedural", kind=spec.kind).generate(spec, ctx).value
    profile = {"ambience": "game_ambience", "music": "game_music", "sfx": "sfx"}[order.mode]
    clip = master(replace(sounds.takes[0], stems={}), PROFILES[profile]).clip
    picture = write_jpeg(draw_sound(clip, width=order.edge, height=order.edge), quality=_QUALITY)
    return {"jpeg": _base64(picture), "ogg": _base64(write_clip(clip, longest_s=_CLIP_S))}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
