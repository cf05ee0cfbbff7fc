"""Drawings of operators/traces."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.traces import handled
from assetgen.backends.procedural.operators.traces.handled import (
    dents,
    dried_drops,
    fingerprints,
    hand_marks,
    smears,
)
from assetgen.backends.procedural.operators.traces.lichen import crusts, thalli, with_lichen
from assetgen.backends.procedural.operators.traces.marks import (
    crack_distance,
    faults,
    gas_pits,
    patches,
    scratches,
)
from assetgen.backends.procedural.operators.traces.moulding import cloth_print, mould_marks
from assetgen.backends.procedural.operators.traces.run_off import run_off, run_up
from assetgen.backends.procedural.operators.traces.splatter import splatter
from assetgen.backends.procedural.operators.traces.tracks import Tracks, footprints, tyre_ruts
from assetgen.backends.procedural.operators.traces.weather import (
    dust_on_ledges,
    flakes,
    hairline_cracks,
    rain_streaks,
    tide_marks,
)
from tests.backends.procedural.drawings.shared import RAMP, Drawing, surface


def _splatter(torus: Torus) -> Tensor:
    drops = splatter(torus, "a", 0.2, share=0.6)
    return torch.stack([drops.thick, drops.rim])


def _run_off(torus: Torus) -> Tensor:
    return torch.stack(run_off(torus, "a", smoothstep(0.2, 0.3, fbm(torus, "b", 3)), 0.2))


def _handled(torus: Torus) -> Tensor:
    return torch.stack(
        [
            handled.hairlines(torus, "a", 40, length_m=(0.02, 0.2), wide_m=0.01),
            dents(torus, "b", 0.1, share=0.5),
            smears(torus, "c", 0.4),
            fingerprints(torus, "d", share=0.5),
            hand_marks(torus, "e", share=0.6),
            dried_drops(torus, "f", 0.2, share=0.5),
        ]
    )


def _moulding(torus: Torus) -> Tensor:
    marks = mould_marks(torus, "a", seam_m=0.02, pin_m=0.05, wave_m=0.08)
    return torch.stack([marks.seam, marks.pins, marks.gate, marks.flow, cloth_print(torus, "b", 0.2)])


def _tracks(tracks: Tracks) -> Tensor:
    return torch.stack([tracks.pressed, tracks.rim, tracks.tread])


def _lichen(torus: Torus) -> Tensor:
    crust = crusts(torus, "a", 0.3, 0.7)
    grown = with_lichen(surface(torus), "c", 0.3, 0.6, fbm(torus, "b", 9), RAMP)
    return torch.stack([crust.cover, crust.tone, crust.kind, *grown.color, grown.roughness])


def _thalli(torus: Torus) -> Tensor:
    likes, reach = fbm(torus, "likes", 3), 1 + 0.4 * fbm(torus, "reach", 20)
    found = thalli(torus, "a", 0.2, 0.8, likes=likes, reach=reach)
    shown = found.cover > 0
    return torch.stack([found.cover, *(part * shown for part in (found.radius_m, found.age, found.own))])


DRAWINGS: dict[str, Drawing] = {
    "lichen": _lichen,
    "thalli": _thalli,
    "splatter": _splatter,
    "run off": _run_off,
    "run up": lambda t: run_up(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "gas pits": lambda t: gas_pits(t, "a", 0.1, share=0.6),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "footprints": lambda t: _tracks(footprints(t, "a", 2)),
    "tyre ruts": lambda t: _tracks(tyre_ruts(t, "a")),
    "faults": lambda t: torch.cat(
        [torch.stack([d.abs() * s, s]) for d, s in faults(t, "a", 2, wander_m=0.1)]
    ),
    "rain streaks": lambda t: rain_streaks(t, "a"),
    "hairline cracks": lambda t: hairline_cracks(t, "a", 0.4, share=0.5),
    "tide marks": lambda t: torch.stack(tide_marks(t, "a", 0.5, amount=0.5)),
    "flakes off a wall": lambda t: torch.stack(flakes(t, "a", 0.4, amount=0.2)),
    "dust on ledges": lambda t: dust_on_ledges(t, fbm(t, "a", 3) * 0.05, 0.02),
    "handled": _handled,
    "moulding": _moulding,
}
