"""Driftwood: timber that the sea has worn to its hard grain, silvered, split and drilled by worms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove, growth_rings
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.piled.strands import strands
from assetgen.backends.procedural.surface import Surface

_WOODS: Final = (
    ("#524a42", "#7b736a", "#a29b91", "#c4beb4"),  # silver
    ("#4b4036", "#75675a", "#9c8f80", "#bfb4a5"),  # dun
    ("#5a5148", "#8c8173", "#b5aa99", "#d3cab9"),  # bone
)
"""Four stops from the hollows to the bleached crests."""


@dataclass(frozen=True, slots=True, eq=False)
class _Wood:
    """The grain of one great piece.

    Args:
        flow_m: (N, N) metres across the grain, in a frame that bends round knots.
        late: (N, N) hard late wood, 0..1.
        knot: (N, N) knots, 0..1.
        fibre: (N, N) fine streaks, deviation 1.
        streak: (N, N) broad streaks, deviation 1.
    """

    flow_m: Tensor
    late: Tensor
    knot: Tensor
    fibre: Tensor
    streak: Tensor


def driftwood(torus: Torus, look: Look) -> Surface:
    """One old trunk or beam: soft wood gone from between the rings, knots left proud, everything rounded."""
    wood = _grain(torus, look)
    crack = _cracks(torus, look, wood)
    hole, tunnel = _worms(torus, look, wood)
    swell = fbm(torus, "drift/swell", 2, period_y=4, octaves=3, gain=0.4)
    gone = 0.55 + 0.45 * smoothstep(-0.4, 0.5, fbm(torus, "drift/gone", 4, period_y=6, octaves=4))
    deep_m = look["deep_m"] * gone
    height_m = wood.late * deep_m + wood.fibre * (0.09 * deep_m) + wood.streak * (0.14 * deep_m)
    height_m = height_m + swell * 0.014 + wood.knot * (0.004 + deep_m)
    # Only the knots keep their ends: cracks, holes and tunnels cut into everything.
    cut_m = torch.maximum(crack * 0.010, torch.maximum(hole * 0.006, tunnel * 0.003))
    height_m = height_m - cut_m

    crest = convexity(torus, height_m, 0.006).mul_(180).clamp_(-1, 1)
    tone = 0.50 + 0.20 * crest + 0.10 * wood.streak + 0.11 * wood.fibre - 0.10 * wood.late + 0.22 * swell
    color = look.palette(*choose(torus, "drift/wood", _WOODS)).paint(tone)
    # What the sea has not reached yet is still brown.
    warm = look.palette("#5b432f", "#86684b", "#ab8b69", tint=0.7).paint(tone)
    patch = fbm(torus, "drift/warm", 3, period_y=5, octaves=5, gain=0.55) + 0.10 * wood.streak
    color = mix(color, warm, smoothstep(0.15, 0.6, patch + 0.5 - 0.8 * look["age"]) * 0.75)
    heart = look.palette("#4a3a2d", "#6e5a48", "#8b7966", tint=0.5).paint(1.1 - wood.late)
    color = mix(color, heart, wood.knot * 0.7)
    dark = look.palette("#2b241e", "#463b31", tint=0.2).paint(0.5 + 0.15 * wood.fibre)
    inside = torch.maximum(torch.maximum(crack, hole), tunnel * 0.6)
    roughness = (
        look.roughness(0.80) - 0.10 * crest.clamp(min=0) + 0.05 * wood.fibre.clamp(-2, 2) - 0.1 * wood.knot
    )
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=mix(color, dark, inside * 0.9),
        roughness=mix(roughness, 0.95, inside),
        metallic=torus.zeros(),
    )
    salt = look.palette("#c9c4ba", tint=0.0).paint(tone)
    bloom = smoothstep(0.1, 0.6, -crest + 0.3 * wood.fibre + patch) * look["salt"] * 0.4
    return surface.covered(bloom * (1 - inside), color=salt, roughness=0.95).with_grime(
        0.2 + 0.6 * look["dirt"], 0.02
    )


def _grain(torus: Torus, look: Look) -> _Wood:
    """Bend the grain as the trunk grew, press it round its knots, and count its years across."""
    bends = fbm(torus, "drift/bends", 1, period_y=3, octaves=3, gain=0.45) * 0.07
    bends = bends + fbm(torus, "drift/ripple", 5, period_y=9, octaves=4, gain=0.5) * 0.012
    places = scatter(torus, "drift/knots", 3, period_y=4, jitter=0.85)
    alive = (places.random(torus, "drift/knot-alive") < look["knots"]).float()
    radius = places.random(torus, "drift/knot-radius", 0.012, 0.034)
    x, y = places.x, places.y + 0.4 * bends
    near = torch.exp(-((x / (radius * 3.6)).square() + (y / (radius * 1.9)).square())) * alive
    lumps = fbm(torus, "drift/lumps", torus.cells_across(0.05), octaves=4)
    reach = torch.hypot(x * 0.8, y) / radius + 0.25 * lumps
    knot = smoothstep(1.1, 0.7, reach) * alive
    flow_m = torus.v * torus.tile_m + bends - y * near * 0.9
    # A whole number of years across the tile; good and bad ones come in waves.
    years = flow_m * (torus.cells_across(look["ring_m"]) / torus.tile_m)
    years = years + fbm(torus, "drift/years", 1, period_y=14, octaves=2) * 1.6
    streak = spectral_noise(torus, "drift/streak", slope=1.6, low=6, high=260, stretch=(10.0, 1.0))
    fibre = spectral_noise(torus, "drift/fibre", slope=0.7, low=40, stretch=(16.0, 1.0))
    fibre, streak = fetch(
        torus, torch.stack([fibre, streak]), torus.zeros(), (flow_m / torus.tile_m) - torus.v
    )
    late = growth_rings(years + 0.07 * streak, hardness=1.4)
    own = growth_rings(reach * radius / 0.005 + lumps, hardness=1.5)
    return _Wood(flow_m=flow_m, late=mix(late, 0.4 + 0.6 * own, knot), knot=knot, fibre=fibre, streak=streak)


def _cracks(torus: Torus, look: Look, wood: _Wood) -> Tensor:
    """Return long splits that open and close along the grain, 0..1."""
    lines = 2 * torus.cells_across(0.14)
    place = wood.flow_m * (lines / torus.tile_m)
    number = torch.remainder(torch.floor(place), lines).to(torch.int64)
    table = torus.uniform("drift/cracks", lines, 2)
    own, aside = (torch.index_select(part, 0, number.reshape(-1)).view(number.shape) for part in table.T)
    run = fbm(torus, "drift/crack-run", 3, period_y=lines, octaves=3)
    run = fetch(torus, run, torus.zeros(), own - torus.v)
    away_m = (place - torch.floor(place) - 0.3 - 0.4 * aside) * (torus.tile_m / lines) + 0.0012 * wood.streak
    half_m = smoothstep(0.0, 0.5, run + 0.55 * look["cracks"] - 0.25) * 0.0035
    return groove(away_m, half_m, max(torus.tile_m / torus.size, 0.0010)) * (1 - 0.8 * wood.knot)


def _worms(torus: Torus, look: Look, wood: _Wood) -> tuple[Tensor, Tensor]:
    """Return the round holes of worms, in swarms, and the tunnels that the sea has opened, 0..1."""
    swarm = fbm(torus, "worms/swarm", 3, octaves=4) + 0.55 * look["worms"] - 0.42
    places = scatter(torus, "worms/holes", torus.cells_across(0.017), jitter=0.9)
    radius = places.random(torus, "worms/radius", 0.0012, 0.0034)
    there = smoothstep(0.0, 0.25, swarm + places.random(torus, "worms/there", -0.25, 0.2))
    soft = torus.tile_m / torus.size
    hole = (
        smoothstep(0.6 * soft + 0.0003, -0.6 * soft - 0.0003, torch.hypot(places.x * 0.8, places.y) - radius)
        * there
    )
    count = int(4 + 26 * look["worms"])
    paths = strands(torus, "worms/paths", count, length_m=(0.02, 0.11), reach_m=0.006, bend=1.6)
    width = paths.random(torus, "worms/path-width", 0.0012, 0.0026)
    return hole, smoothstep(0.0008 + 0.5 * soft, -0.5 * soft, paths.distance - width) * (1 - wood.knot)
