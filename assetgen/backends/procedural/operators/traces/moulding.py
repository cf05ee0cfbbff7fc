"""What a mould leaves on what came out of it: a seam, the gate and the flow from it, rings of ejector pins."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.layouts.panels import band


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MouldMarks:
    """The marks of a mould.

    Args:
        seam: (N, N) 0..1 the line where its halves met.
        pins: (N, N) 0..1 the rings and faces of ejector pins.
        gate: (N, N) 0..1 the stub of the gate where it was cut off.
        flow: (N, N) about -1..1 waves and streaks in which the melt ran away from the gate, 0 far from it.
    """

    seam: Tensor
    pins: Tensor
    gate: Tensor
    flow: Tensor


def mould_marks(torus: Torus, name: str, *, seam_m: float, pin_m: float, wave_m: float) -> MouldMarks:
    """Return the marks of one mould, whose seam runs down the tile.

    Args:
        torus: the tile.
        name: the random stream.
        seam_m: width of the seam.
        pin_m: radius of an ejector pin.
        wave_m: from one wave of the flow to the next.
    """
    place = torus.u - torus.draw(f"{name}/seam", 0.1, 0.9)
    sway = fbm(torus, f"{name}/sway", 4, octaves=4) * (0.5 * seam_m)
    seam = band(torus, (place - torch.round(place)) * torus.tile_m + sway, seam_m * 0.5, soft_m=seam_m)
    seam = seam * (0.75 + 0.5 * fbm(torus, f"{name}/pressed", 5, octaves=4))

    spots = scatter(torus, f"{name}/pins", 2, jitter=0.6)
    reach = torch.hypot(spots.x, spots.y)
    ring = band(torus, reach - pin_m, pin_m * 0.07, soft_m=pin_m * 0.07)
    face = 0.4 * smoothstep(pin_m * 1.03, pin_m * 0.95, reach)
    pins = (ring + face).clamp_(0, 1) * (spots.random(torus, f"{name}/here") < 0.6)

    x, y = torus.u - torus.draw(f"{name}/gate-x", 0.2, 0.8), torus.v - torus.draw(f"{name}/gate-y", 0.2, 0.8)
    x, y = (x - torch.round(x)) * torus.tile_m, (y - torch.round(y)) * torus.tile_m
    x, y = x.expand(torus.size, torus.size), y.expand(torus.size, torus.size)
    away = torch.hypot(x, y)
    bend = fbm(torus, f"{name}/flow", torus.cells_across(wave_m * 5), octaves=4, gain=0.5)
    angle, phase = angle_of(y, x), torus.draw(f"{name}/phase", 0.0, 6.28)
    streaks = torch.sin(angle * 17 + bend * 6 + phase) * 0.5 + torch.sin(angle * 41 - bend * 9) * 0.5
    waves = torch.sin(away * (6.2831853 / wave_m) + bend * 7 + streaks * 0.5)
    fades = smoothstep(torus.tile_m * 0.44, 0.0, away)
    flow = (0.6 * waves + 0.6 * streaks * smoothstep(0.3 * wave_m, 2.5 * wave_m, away)) * fades
    stub = smoothstep(pin_m * 0.5, pin_m * 0.38, away + bend * (0.15 * pin_m))
    return MouldMarks(seam=seam.clamp(0, 1), pins=pins, gate=stub, flow=flow * (1 - stub))


def cloth_print(torus: Torus, name: str, pitch_m: float) -> Tensor:
    """Return the print of the cloth in which a sheet was cured, (N, N), about -1..1; none where texels are too wide.

    Args:
        torus: the tile.
        name: the random stream.
        pitch_m: from one knuckle of the cloth to the next.
    """
    count = torus.cells_across(pitch_m)
    fine = min(max(0.4 * torus.size / count - 0.6, 0.0), 1.0)
    start = torus.uniform(f"{name}/start", 2)[:, 0].tolist()
    stray = fbm(torus, f"{name}/stray", torus.cells_across(pitch_m * 15), octaves=3) * 0.35
    across = torch.sin((torus.u + start[0]) * (6.2831853 * count) + stray)
    return (across * torch.sin((torus.v + start[1]) * (6.2831853 * count) - stray)).mul_(fine)
