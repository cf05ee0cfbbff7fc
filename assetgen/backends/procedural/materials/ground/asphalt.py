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
from assetgen.backends.procedural.operators.traces.handled import dried_drops
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface


class _State(NamedTuple):
    """How long a road has lain: how bare its stones are, how grey the bitumen, how much is cracked or mended."""

    bare: float
    grey: float
    cracked: float
    mended: float


_STATES = {
    "worn": _State(bare=0.55, grey=0.5, cracked=0.42, mended=0.75),
    "fresh": _State(bare=0.04, grey=0.0, cracked=0.0, mended=0.0),
    "old": _State(bare=0.85, grey=0.95, cracked=0.75, mended=0.9),
}


def asphalt(torus: Torus, look: Look) -> Surface:
    """Traffic rubs the bitumen off the stones; frost cracks it, and people pour tar into the cracks."""
    state = _STATES[look.option("kind", choose(torus, "state", ("worn", "worn", "old")))]
    body = rolled_stones(torus, "mix", look["stone_m"])
    cloud = fbm(torus, "cloud", torus.cells_across(0.22), octaves=5, gain=0.55)
    lane = _lane(torus)
    edge_m = _trench(torus, state)
    new = smoothstep(-0.003, 0.003, edge_m)
    # Wheels bare the stones, the sun bleaches the bitumen; between the tracks it stays dark.
    worn = state.bare * (0.5 + 0.7 * look["wear"] + 0.14 * lane) + 0.4 * state.bare * cloud
    bare = smoothstep(0.3, -0.2, body.own - 1.15 * worn) * (1 - 0.3 * new)
    grey = (state.grey * (0.92 + 0.13 * lane + 0.6 * cloud)).clamp_(0, 1.1) * (1 - 0.25 * new)

    tone = 0.10 + 0.62 * grey + 0.10 * cloud + 0.08 * body.micro
    color = look.palette("#262627", "#363636", "#545250", "#75726d", tint=0.7).paint(tone)
    color = mix(color, _stone_color(torus, look, body), body.stone * bare)
    oil = torch.maximum(
        patches(torus, "oil", 0.2, amount=0.05, soft=0.25),
        dried_drops(torus, "drips", 0.16, share=0.16).mul_(1.6).clamp_(max=1) * (1 - lane),
    )
    oil = oil * look["dirt"]
    roughness = look.roughness(0.74) + 0.14 * grey + 0.05 * body.micro.clamp(-2, 2) - 0.15 * oil
    swell = spectral_noise(torus, "swell", slope=2.4, low=3, high=16)
    surface = Surface(
        torus=torus,
        height_m=(body.height_m * (1 - 0.45 * new) + swell * 0.0016 + new * 0.0022) * look.relief,
        color=color * (1 - 0.45 * oil),
        roughness=roughness + 0.16 * cloud - (0.13 + 0.07 * bare) * body.stone,
        metallic=torus.zeros(),
    )
    surface = _cracked(surface, look, state, edge_m)
    return _marked(surface, look, body).with_grime(0.35 + 0.3 * look["dirt"], 0.01)


def _lane(torus: Torus) -> Tensor:
    """Return where wheels run, 0..1: a track along the road, that strays and fades."""
    across, along = (torus.v, "x") if torus.draw("road", 0.0, 1.0) > 0.5 else (torus.u, "y")
    stray = fbm(torus, "lane/stray", 3, octaves=4, gain=0.5) * 0.09
    away = across - torus.draw(f"lane/{along}", 0.0, 1.0) + stray
    return smoothstep(0.30, 0.05, (away - torch.round(away)).abs())


def _trench(torus: Torus, state: _State) -> Tensor:
    """Return how deep a texel lies in the newer asphalt over a trench across the road, metres, negative outside."""
    place, wide, luck = torus.uniform("trench", 3)[:, 0].tolist()
    if luck > state.mended * 0.55:
        return torus.zeros() - 1
    ragged = fbm(torus, "trench/edge", torus.cells_across(0.12), octaves=5, gain=0.55) * 0.016
    away = (torus.u if torus.draw("road", 0.0, 1.0) > 0.5 else torus.v) - place
    return 0.13 + 0.14 * wide - (away - torch.round(away)).abs() * torus.tile_m + ragged


def _stone_color(torus: Torus, look: Look, body: Aggregate) -> Tensor:
    """A dark rock and a pale one from the same quarry, more of the one or of the other."""
    tone = (body.own * 3.0).frac() * 0.9 + 0.06 * body.micro
    dark = look.palette("#3d3e41", "#54565a", "#6d6f73", "#87888a", tint=0.4).paint(tone)
    pale = look.palette("#69625b", "#8a8279", "#a9a196", "#c5bdb2", tint=0.4).paint(tone)
    share = torus.draw("stones/pale", 0.25, 0.6)
    return mix(dark, pale, smoothstep(share + 0.05, share - 0.05, (body.own * 11.0).frac()))


def _cracked(surface: Surface, look: Look, state: _State, edge_m: Tensor) -> Surface:
    """Open cracks: a few long ones, a net where the ground has given way; the old ones are sealed with tar."""
    torus, new = surface.torus, smoothstep(-0.003, 0.003, edge_m)
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
    tar = smoothstep(0.002, -0.002, long_m - 0.020 - 0.012 * wander) * smoothstep(0.2, 0.4, sealed)
    tar = torch.maximum(tar, smoothstep(0.002, -0.002, edge_m.abs() - 0.010 - 0.022 * wander))
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
