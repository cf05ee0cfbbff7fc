"""Asphalt: crushed stone in bitumen, rolled black and fresh, worn grey, or old with cracks, tar and patches."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.earth.aggregate import Aggregate, rolled_stones
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface


class _State(NamedTuple):
    """How long a road has lain: how bare its stones are, how grey the bitumen, how much is cracked or mended."""

    bare: float
    grey: float
    cracked: float
    mended: float


_STATES = {
    "worn": _State(bare=0.55, grey=0.5, cracked=0.15, mended=0.35),
    "fresh": _State(bare=0.04, grey=0.0, cracked=0.0, mended=0.0),
    "old": _State(bare=0.85, grey=0.95, cracked=0.75, mended=0.8),
}


def asphalt(torus: Torus, look: Look) -> Surface:
    """Traffic rubs the bitumen off the stones; frost cracks it, and people pour tar into the cracks."""
    state = _STATES[look.option("kind", choose(torus, "state", ("worn", "worn", "old")))]
    body = rolled_stones(torus, "mix", look["stone_m"])
    cloud = fbm(torus, "cloud", torus.cells_across(0.22), octaves=5, gain=0.55)
    new = _patch(torus, state)
    bare = smoothstep(
        0.75,
        0.25,
        body.own + (0.08 + 0.35 * state.bare) * cloud - 1.1 * state.bare * (0.6 + 0.6 * look["wear"]) + 0.45,
    )
    bare, grey = bare * (1 - 0.8 * new), state.grey * (1 - 0.5 * new)

    tone = 0.22 + 0.42 * grey + 0.20 * cloud + 0.10 * body.micro
    color = look.palette("#29292a", "#3a3a3a", "#51504e", "#696764", tint=0.7).paint(tone)
    color = mix(color, _stone_color(look, body), body.stone * bare)
    oil = patches(torus, "oil", 0.2, amount=0.05, soft=0.25) * look["dirt"]
    roughness = look.roughness(0.74) + 0.14 * grey + 0.05 * body.micro.clamp(-2, 2) - 0.15 * oil
    swell = spectral_noise(torus, "swell", slope=2.4, low=3, high=16)
    surface = Surface(
        torus=torus,
        height_m=(body.height_m * (1 - 0.45 * new) + swell * 0.0016 + new * 0.0022) * look.relief,
        color=color * (1 - 0.35 * oil),
        roughness=roughness + 0.16 * cloud - (0.13 + 0.07 * bare) * body.stone,
        metallic=torus.zeros(),
    )
    surface = _cracked(surface, look, state, cloud, new)
    return _marked(surface, look, body).with_grime(0.35 + 0.3 * look["dirt"], 0.01)


def _patch(torus: Torus, state: _State) -> Tensor:
    """Return where a mended rectangle of newer asphalt lies, 0..1."""
    u0, v0, wide, tall, luck = torus.uniform("patch", 5)[:, 0].tolist()
    if luck > state.mended * 0.6:
        return torus.zeros()
    ragged = fbm(torus, "patch/edge", torus.cells_across(0.06), octaves=4) * 0.006
    x, y = torus.u - u0, torus.v - v0
    inside_x = (0.06 + 0.09 * wide - (x - torch.round(x)).abs()) * torus.tile_m
    inside_y = (0.06 + 0.11 * tall - (y - torch.round(y)).abs()) * torus.tile_m
    inside = torch.minimum(inside_x.expand_as(ragged), inside_y.expand_as(ragged)) + ragged
    return smoothstep(-0.003, 0.003, inside)


def _stone_color(look: Look, body: Aggregate) -> Tensor:
    tone = (body.own * 3.0).frac() * 0.9 + 0.06 * body.micro
    grey = look.palette("#4c4c4c", "#6e6d6b", "#8f8d89", "#b3b1ab", tint=0.4).paint(tone)
    warm = look.palette("#514942", "#73675b", "#938474", "#b0a393", tint=0.4).paint(tone)
    return mix(grey, warm, smoothstep(0.62, 0.75, (body.own * 11.0).frac()))


def _cracked(surface: Surface, look: Look, state: _State, cloud: Tensor, new: Tensor) -> Surface:
    """Open cracks: a few long ones, a net where the ground has given way; the old ones are sealed with tar."""
    torus = surface.torus
    soft = max(torus.tile_m / torus.size, 0.002)
    amount = min(state.cracked * (0.5 + 0.8 * look["cracks"]), 1.0)
    if amount <= 0:
        return surface
    long_m, net_m = (
        crack_distance(torus, "long", 0.85, wander=0.55),
        crack_distance(torus, "net", 0.11, wander=0.5),
    )
    open_here = smoothstep(-0.25, 0.2, fbm(torus, "long/where", 5, octaves=3) + amount - 0.45) * (1 - new)
    tired = smoothstep(0.0, 0.25, fbm(torus, "tired", 5, octaves=3) + 0.6 * amount - 0.52) * (1 - new)
    crack = torch.maximum(groove(long_m, 0.0030 * open_here, soft), groove(net_m, 0.0018 * tired, soft))
    sealed = smoothstep(0.1, -0.1, fbm(torus, "sealed", 4, octaves=2)) * state.mended * open_here
    wander = fbm(torus, "tar", torus.cells_across(0.05), octaves=4)
    tar = smoothstep(0.002, -0.002, long_m - 0.019 - 0.008 * wander) * smoothstep(0.3, 0.5, sealed)
    crumbled = smoothstep(0.012, 0.0, long_m) * open_here * (1 - tar)
    down_m = crack * 0.006 * (1 - tar) + crumbled * 0.0015 * (1 + wander)
    surface = replace(
        surface, height_m=surface.height_m - down_m, color=surface.color * (1 - 0.55 * crack * (1 - tar))
    )
    tar_m = mix(surface.height_m, surface.height_m.clamp(min=0.0004) * 0.3 + 0.0012, tar)
    black = look.palette("#252526", "#353434", tint=0.0).paint(0.5 + wander)
    return surface.covered(tar, color=black, roughness=0.34 + 0.12 * wander, height_m=tar_m)


def _marked(surface: Surface, look: Look, body: Aggregate) -> Surface:
    """Paint a line along the road; traffic takes it off the crests first."""
    paint = look.option("marking", "none")
    if paint == "none":
        return surface
    torus = surface.torus
    across = torus.v if torus.draw("road", 0.0, 1.0) > 0.5 else torus.u
    away = across - torus.draw("line", 0.3, 0.7)
    line = band(torus, ((away - torch.round(away)) * torus.tile_m).expand_as(body.own), 0.06, soft_m=0.004)
    worn = fbm(torus, "line/worn", torus.cells_across(0.12), octaves=6, gain=0.6) + 0.35 * (body.own - 0.5)
    line = line * smoothstep(-0.1, 0.25, worn + 0.75 - 1.1 * look["wear"])
    stops = ("#a7a59c", "#c9c7bf", "#d8d6ce") if paint == "white" else ("#94712a", "#b88f35", "#c9a34d")
    color = look.palette(*stops, tint=0.0, most_chroma=PAINTED).paint(0.5 + 0.5 * worn)
    return surface.covered(line, color=color, roughness=0.6, height_m=surface.height_m + line * 0.0006)
