"""What shows below the face of clear matter such as ice, resin or crystal: sheets of fracture and discs of gas."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.living.foliage import oval
from assetgen.backends.procedural.operators.piled.leaves import drift, lay_shapes, throw
from assetgen.backends.procedural.operators.traces.marks import faults


def fracture_sheets(
    torus: Torus,
    name: str,
    count: int,
    *,
    lean_m: tuple[float, float],
    wander_m: float,
    ragged: Tensor,
    line_m: float = 0.0016,
) -> tuple[Tensor, Tensor]:
    """Return how white fractures are that lean away below their line, and the lines themselves, (N, N) each, 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        lean_m: over how many metres a sheet fades beside its line, least and most.
        wander_m: how far a line strays from straight.
        ragged: (N, N) noise of about -1..1 that frays the sheets.
        line_m: half the width of a line.
    """
    soft = max(torus.tile_m / torus.size, 0.002)
    white, lines = torus.zeros(), torus.zeros()
    for number, (away_m, there) in enumerate(faults(torus, name, count, wander_m=wander_m)):
        reach_m = torus.draw(f"{name}/{number}", *lean_m)
        sheet = torch.exp(away_m.clamp(min=0) * (-1 / reach_m)) * (away_m > 0)
        white = torch.maximum(white, sheet * there * (0.42 + 0.5 * ragged).clamp(0, 1))
        lines = torch.maximum(lines, groove(away_m, line_m, soft) * there)
    return white, lines


def gas_discs(torus: Torus, name: str, per_m2: float, *, size_m: tuple[float, float]) -> Tensor:
    """Return how white flat bubbles are, (N, N), 0..1: pale at the rim, in swarms, the small ones commoner.

    Args:
        torus: the tile.
        name: the random stream.
        per_m2: bubbles on a square metre, were there no room between the swarms.
        size_m: least and largest.
    """
    count = max(round(per_m2 * torus.tile_m**2), 1)
    gas = throw(torus, name, count, length_m=(size_m[1], size_m[1]), slim=(0.82, 1.0), lift_m=(0.0, 1.0))
    share = size_m[0] / size_m[1]
    size = share + (1 - share) * gas.own.square() * gas.own
    gas = replace(gas, half_m=gas.half_m * size, half_width_m=gas.half_width_m * size)
    swarm = drift(torus, f"{name}/swarms", gas.x, gas.y, 5) + 0.5 * drift(
        torus, f"{name}/swarm", gas.x, gas.y, 16
    )
    gas = gas.kept(swarm + gas.own * 0.2 > 0.1)
    white = torus.zeros()
    for one in lay_shapes(torus, gas, (oval,)):
        out, glint = torch.hypot(one.x, one.y), torch.hypot(one.x - 0.3, one.y - 0.3)
        disc = 0.30 + 0.55 * smoothstep(0.55, 0.95, out) + 0.2 * smoothstep(0.5, 0.0, glint)
        white = torch.maximum(white, disc * one.cover * (0.35 + 0.65 * one.pick(gas.lift_m)))
    return white
