"""Boards as a saw cuts them from logs: growth rings, knots, fibres and pores, another cut for every board.

A log is a set of nested, slightly conical and wavy growth rings round its pith. A board is a plane through it: close
to the bark it shows arches ("cathedrals"), through the pith straight lines, and everything between. So the picture of
the grain is never drawn; it is the distance to the pith, seen on that plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.field.numbered import chance_of
from assetgen.backends.procedural.field.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.field.rings import growth_rings
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch

_KNOTS_PER_BOARD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """How a wood grows and what it looks like.

    Args:
        colors: '#rrggbb' stops from early to late wood.
        ring_m: a year's growth in metres.
        hardness: how late and abruptly latewood comes, see `growth_rings`.
        contrast: how far latewood differs, 0..1.
        pores: how visible pores are, 0..1.
    """

    colors: tuple[str, ...]
    ring_m: float
    hardness: float
    contrast: float
    pores: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Boards:
    """Boards seen from every texel; most operators take them to lie along x.

    Args:
        pieces: which board.
        along: (N, N) metres along the board from its middle.
        across: (N, N) metres across from its middle.
        to_end: (N, N) metres to its nearer end.
        half_width: (N, N) half of its width in metres.
    """

    pieces: Elements
    along: Tensor
    across: Tensor
    to_end: Tensor
    half_width: Tensor

    def pick(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give every board one uniform number, spread over the texels."""
        return self.pieces.random(torus, name, low, high)

    def pick_by_end(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give either end of every board one uniform number, spread over its half."""
        end = self.pieces.id * 2 + (self.along > 0)
        return chance_of(torus, name, end, self.pieces.count * 2, low, high)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Knots:
    """Branches cut through.

    Args:
        body: (N, N) 1 in a knot, 0 outside.
        rings: (N, N) its own rings, 0 pale to 1 dark.
        rim: (N, N) the dark bark around it, 0..1.
        shade: (N, N) darker wood around it, 0..1.
        aside: (N, N) metres across by which the grain is pushed out of its way.
    """

    body: Tensor
    rings: Tensor
    rim: Tensor
    shade: Tensor
    aside: Tensor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Grain:
    """The face of the boards.

    Args:
        late: (N, N) latewood, 0..1.
        years: (N, N) slow change from year to year and from heart to sap, about -1..1.
        fibre: (N, N) fine streaks, deviation 1.
        streak: (N, N) broad streaks, deviation 1.
        pores: (N, N) open pores, 0..1.
        flow: (N, N) metres across the board in the wood's own frame, which bends round knots.
    """

    late: Tensor
    years: Tensor
    fibre: Tensor
    streak: Tensor
    pores: Tensor
    flow: Tensor


def grow_knots(torus: Torus, boards: Boards, *, share: float, radius_m: tuple[float, float]) -> Knots:
    """Return the knots: none on most boards, one or two on the others.

    Args:
        torus: the tile.
        boards: the boards.
        share: how many of the places for a knot (two on every board) are taken, 0..1.
        radius_m: smallest and largest radius; small ones are commoner.
    """
    wobble = fbm(torus, "knot/wobble", torus.cells_across(0.03), octaves=3)
    body, rings, rim, shade, aside = (torus.zeros() for _ in range(5))
    for number in range(_KNOTS_PER_BOARD):
        name = f"knot/{number}"
        pieces = boards.pieces
        table = torus.uniform(name, pieces.count, 6)
        radius = radius_m[0] + (radius_m[1] - radius_m[0]) * table[:, 0] ** 2
        radius = pieces.pick(torch.where(table[:, 1] < share, radius, torch.full_like(radius, 1e-4)))
        # The two places lie in different halves of the board, so that knots never run into each other.
        centre = (table[:, 2] * 0.30 + 0.08) * (1 - 2 * number)
        length = (boards.to_end + boards.along.abs()) * 2
        ds = boards.along - pieces.pick(centre) * length
        dt = boards.across - pieces.pick(table[:, 3] - 0.5) * 1.2 * boards.half_width
        oval = pieces.pick(0.65 + 0.3 * table[:, 4])
        reach = torch.sqrt((ds * oval).square_() + dt * dt)
        distance = reach / radius + wobble * 0.22
        near = torch.exp(-((ds / (radius * 3.4)).square_() + (dt / (radius * 1.9)).square_()))
        body = torch.maximum(body, smoothstep(1.0, 0.86, distance))
        own = growth_rings((distance * radius) * (1 / 0.0032) + wobble, hardness=1.6)
        # Drying opens a crack or two from the heart of a knot.
        star = torch.cos(angle_of(dt, ds) + pieces.pick(table[:, 5] * 6.283) + wobble * 1.5).abs()
        star = smoothstep(0.955, 0.995, star) * smoothstep(0.85, 0.2, distance)
        rings = torch.where(distance < 1.1, own * 0.5 + 0.12 + 0.34 * (1 - distance) + 0.6 * star, rings)
        bark = pieces.pick(0.35 + 0.65 * table[:, 5]) * smoothstep(-0.5, 0.3, wobble + 0.3)
        rim = torch.maximum(rim, bark * smoothstep(0.78, 0.95, distance) * smoothstep(1.16, 1.0, distance))
        shade = torch.maximum(shade, near)
        aside = aside - dt * near * 0.93
    return Knots(body=body, rings=rings, rim=rim, shade=shade, aside=aside)


def cut_grain(
    torus: Torus,
    boards: Boards,
    knots: Knots | None,
    species: Species,
    *,
    scale: float = 1.0,
    any_way: bool = False,
) -> Grain:
    """Return the grain on the face of every board, each a different cut.

    Args:
        torus: the tile.
        boards: the boards.
        knots: the knots that it has to bend around; clear wood has none.
        species: what grows.
        scale: factor on the width of a year.
        any_way: boards lie in any direction, so that fibres are drawn out in each board's own frame, not along x.
    """
    knots = knots or _no_knots(torus)
    flow = boards.across + knots.aside
    shift_u = boards.pick(torus, "grain/shift-u", 0.0, 1.0)
    shift_v = boards.pick(torus, "grain/shift-v", 0.0, 1.0)
    if any_way:
        shift_u = shift_u + boards.along * (1 / torus.tile_m) - torus.u
        shift_v = shift_v + boards.across * (1 / torus.tile_m) - torus.v
    wave, sway = fetch(torus, _waves(torus), shift_u, shift_v)
    radius = _distance_to_pith(torus, boards, flow, wave, sway)
    ring_m = species.ring_m * scale * boards.pick(torus, "grain/ring", 0.75, 1.3)
    years = radius / ring_m + knots.shade * 0.8
    phase = boards.pick(torus, "grain/phase", 0.0, 6.283)
    # Good and bad years: rings of uneven width, and bands of darker ones.
    years = years + 0.34 * torch.sin(years * 0.83 + phase) + 0.22 * torch.sin(years * 2.1 + phase * 3)
    late = growth_rings(years, hardness=species.hardness)
    bands = torch.sin(years * 0.41 + phase * 2) * 0.6 + torch.sin(years * 0.17 + phase) * 0.4
    along_flow = shift_v + (knots.aside + wave * 0.004) * (1 / torus.tile_m)
    fibre, streak, pores = fetch(torus, _fibres(torus), shift_u, along_flow)
    late = (late * (0.82 + 0.18 * bands) + fibre * 0.035).clamp_(0, 1)
    # Pores sit where the wood grew fast, in early wood.
    return Grain(
        late=late,
        years=bands,
        fibre=fibre,
        streak=streak,
        pores=pores * (1 - 0.75 * late),
        flow=flow + wave * 0.004,
    )


def _no_knots(torus: Torus) -> Knots:
    none = torch.zeros(1, 1, device=torus.device)
    return Knots(body=none, rings=none, rim=none, shade=none, aside=none)


def wood_tone(torus: Torus, boards: Boards, knots: Knots | None, grain: Grain, species: Species) -> Tensor:
    """Return the light and dark of the boards, (N, N), 0 pale to 1 dark; each has its own."""
    tone = 0.12 + (0.62 * species.contrast) * grain.late + 0.07 * grain.streak + 0.05 * grain.fibre
    tone = tone + 0.10 * grain.years + boards.pieces.random_apart(torus, "boards/tone", -0.12, 0.16)
    return tone if knots is None else tone + 0.22 * knots.shade


def wood_color(
    torus: Torus,
    boards: Boards,
    knots: Knots | None,
    grain: Grain,
    species: Species,
    *,
    ramp: Palette,
    knot: Palette | None = None,
) -> Tensor:
    """Return the linear color of planed boards, (3, N, N).

    Args:
        torus: the tile.
        boards: the boards.
        knots: their knots, colored by the ramp `knot`; None for clear wood.
        grain: their grain.
        species: what grew.
        ramp: from early to late wood.
        knot: from the pale to the dark rings of a knot.
    """
    color = ramp.paint(wood_tone(torus, boards, knots, grain, species))
    color = color * boards.pieces.pick(
        piece_tints(torus, "boards/tint", boards.pieces.count, value=0.03, hue=3.0, warmth=0.05)
    )
    if knots is not None and knot is not None:
        color = mix(color, knot.paint(knots.rings), knots.body * 0.9)
        color = color * (1 - 0.72 * knots.rim)
    return color * (1 - 0.38 * species.pores * grain.pores)


def _distance_to_pith(torus: Torus, boards: Boards, flow: Tensor, wave: Tensor, sway: Tensor) -> Tensor:
    """Return metres from the pith on the plane of each board; taper along the log makes the arches."""
    cut = boards.pick(torus, "grain/cut", 0.0, 1.0)
    flat = smoothstep(0.9, 0.5, cut)
    depth = boards.pick(torus, "grain/depth", 0.02, 0.055) * (0.35 + 0.65 * flat)
    side = boards.pick(torus, "grain/side", -1.0, 1.0)
    aside = side * boards.half_width * 0.55 + side.sign() * (1 - flat) * 0.16
    taper = boards.pick(torus, "grain/taper", -1.0, 1.0)
    taper = (taper + taper.sign() * 0.6) * (0.008 + 0.05 * flat)
    x = flow + aside + sway * (0.004 + 0.012 * flat)
    y = depth + wave * (0.002 + 0.010 * flat)
    return torch.sqrt(x * x + y * y) - taper * boards.along + wave * 0.0012


def _waves(torus: Torus) -> Tensor:
    """Return the slow bends of a trunk, long along x: two fields, about -1..1."""
    nx, ny = torus.cells_across(0.35), torus.cells_across(0.12)
    return torch.stack(
        [fbm(torus, f"grain/wave-{axis}", nx, period_y=ny, octaves=4, gain=0.42) for axis in ("a", "b")]
    )


def _fibres(torus: Torus) -> Tensor:
    """Return fibres, broad streaks and pores, drawn out along x."""
    fibre = spectral_noise(torus, "grain/fibre", slope=0.7, low=36, stretch=(16.0, 1.0))
    streak = spectral_noise(torus, "grain/streak", slope=1.6, low=8, stretch=(14.0, 1.0))
    pore = gradient_noise(torus, "grain/pores", torus.cells_across(0.018), torus.cells_across(0.0026))
    return torch.stack([fibre, streak, smoothstep(0.3, 0.6, pore)])
