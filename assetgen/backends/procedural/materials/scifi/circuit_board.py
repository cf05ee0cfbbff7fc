"""A circuit board: traces under solder mask, tinned pads, vias, chips and small parts, dust and flux on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.designs.decals import numerals
from assetgen.backends.procedural.operators.layouts.panels import half_extents, split, within
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from assetgen.backends.procedural.operators.metal.circuit import Circuit, lay_out
from assetgen.backends.procedural.operators.traces.handled import hairlines, smears
from assetgen.backends.procedural.surface import Surface

_MASKS: Final = {
    "green": ("#17402b", "#1f5537", "#33704d"),
    "blue": ("#173250", "#21456e", "#35608a"),
    "black": ("#282a2c", "#35383b", "#4a4e51"),
    "red": ("#4f2020", "#6b2c2b", "#87423f"),
}
"""Solder mask over bare board, over the copper plane, and over a trace."""
_SMALL: Final = ("#2b2c2e", "#8d7658", "#3a3f46", "#a08a6c")
"""Resistors are black, capacitors tan."""
_GLOW: Final = ("#7fe3ff", "#7fe3ff", "#8dffb4", "#ffb45e")


def circuit_board(torus: Torus, look: Look) -> Surface:
    """A board as it comes out of a machine that was used: soldered, printed, dusty, a little scratched."""
    circuit = lay_out(torus, "board", look["pitch_m"], chips=int(look["chips"]), traces=look["traces"])
    rough = fbm(torus, "rough", torus.cells_across(0.02), octaves=6, gain=0.6)
    trace, metal = within(torus, circuit.trace), within(torus, torch.maximum(circuit.pad, circuit.via))
    surface = _masked(torus, look, circuit, trace, rough)
    surface = _printed(torus, surface, rough)
    tin = Palette.of("#b7b6b0", "#c9c7c0", "#dad8d1").paint(0.6 + rough - 0.3 * look["age"])
    domed = surface.height_m + metal * 0.00014
    dull = 0.24 + 0.22 * look["age"] + rough * 0.12
    surface = surface.covered(metal, color=tin, roughness=dull, metallic=1.0, height_m=domed)
    bore = within(torus, circuit.hole)
    dark, sunk = flat_color(torus, (0.018, 0.019, 0.018)), surface.height_m - bore * 0.0004
    surface = surface.covered(bore, color=dark, roughness=0.7, height_m=sunk)
    surface = _populated(torus, look, surface, circuit, rough)
    surface = _dusty(look, surface, rough)
    return _powered(torus, look, surface, circuit, trace)


def _masked(torus: Torus, look: Look, circuit: Circuit, trace: Tensor, rough: Tensor) -> Surface:
    """Etch the copper and cover it with mask, which shows it as a paler tone and a low step."""
    weave = spectral_noise(torus, "weave", slope=0.4, low=120)
    # Copper is poured over whole areas, each a net of its own, with a gap to the next.
    pours = lay(torus, split(torus, "pours", 9, sizes=((4, 3), (3, 4), (2, 3), (5, 2), (2, 2))))
    plane = within(torus, pours.edge - 0.0003) * (pours.random(torus, "pours/here") < 0.6).float()
    cleared = torch.maximum(circuit.trace, torch.maximum(circuit.via, circuit.pad)) + 0.00022
    copper = torch.maximum(trace, plane * 0.5 * (1 - within(torus, cleared)))
    if look.color is None:
        ramp = look.palette(*_MASKS[look.option("mask", "green")], most_chroma=PAINTED)
    else:
        ramp = look.paint(Palette.of("#1f5537"))
    scuffs = hairlines(torus, "scuffs", 500 + 6000 * look["wear"], length_m=(0.002, 0.03), wide_m=0.00012)
    flux = smears(torus, "flux", 0.025)
    return Surface(
        torus=torus,
        height_m=copper * 0.00006 + weave * 0.000002 + rough * 0.00002,
        color=ramp.paint(0.08 + copper * 0.80 + rough * 0.10 + weave * 0.02) * (1 + scuffs * 0.4),
        roughness=look.roughness(0.30) + rough * 0.06 + scuffs * 0.25 + flux * 0.16 - trace * 0.05,
        metallic=torus.zeros(),
    )


def _printed(torus: Torus, surface: Surface, rough: Tensor) -> Surface:
    """Print part numbers in white, here and there."""
    plan = courses(torus.cells_across(0.013), torus.cells_across(0.009), shift=1)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    text = numerals(torus, "print", pieces, half, high_m=0.0017, inset_m=0.002)
    here = text * (pieces.random(torus, "print/here") < 0.4).float() * smoothstep(0.4, 0.0, rough)
    white = Palette.of("#b3b2aa", "#cfcec7").paint(0.5 + rough)
    return surface.covered(here * 0.9, color=white, roughness=0.55)


def _populated(torus: Torus, look: Look, surface: Surface, circuit: Circuit, rough: Tensor) -> Surface:
    """Set the parts: chips stand off their pads and carry a dot and a laser mark; small parts have metal caps."""
    is_chip = (circuit.kinds == 0).float()
    margin = is_chip * 0.00075 + 0.00010
    reach_x, reach_y = circuit.pick(circuit.half[0] - margin), circuit.pick(circuit.half[1] - margin)
    inside = torch.minimum(reach_x - circuit.x.abs(), reach_y - circuit.y.abs())
    body = within(torus, inside) * (circuit.part >= 0).float()
    chip, small = body * circuit.pick(is_chip), body * circuit.pick(1 - is_chip)
    lying = circuit.pick((circuit.kinds == 1).float()) > 0.5
    caps = (
        within(torus, 0.0005 - torch.where(lying, reach_x - circuit.x.abs(), reach_y - circuit.y.abs()))
        * small
    )
    own = torus.uniform("parts/own", circuit.kinds.numel(), 2)
    bevel = smoothstep(0.0, 0.00035, inside)
    grain = spectral_noise(torus, "epoxy", slope=0.4, low=100)
    rise = bevel * (chip * circuit.pick(own[:, 0] * 0.0006 + 0.0008) + small * 0.0005)
    dot = (
        within(torus, 0.0005 - torch.hypot(circuit.x + reach_x - 0.0014, circuit.y + reach_y - 0.0014)) * chip
    )
    rows = torch.cos(circuit.y * (6.2831853 / 0.0016)) * (circuit.x.abs() < reach_x * 0.55).float()
    letters = smoothstep(0.2, 0.9, rows) * (spectral_noise(torus, "letters", slope=0.0, low=90) > 0.2).float()
    mark = letters * chip * (circuit.y.abs() < reach_y * 0.4).float() * 0.5
    epoxy = look.palette("#2a2b2d", "#353638", "#424345", tint=0.0).paint(0.4 + rough + grain * 0.08)
    epoxy = epoxy * (1 + mark * 1.6)
    tan = torch.tensor([Palette.of(color).middle() for color in _SMALL], device=torus.device).T  # (3, colors)
    chosen = (own[:, 1] * len(_SMALL)).to(torch.int64)
    surface = surface.covered(
        chip,
        color=epoxy,
        roughness=0.50 + grain * 0.03 + rough * 0.08 - mark * 0.1,
        height_m=surface.height_m + rise - dot * 0.00015,
    )
    tints = torch.stack([circuit.pick(row[chosen]) for row in tan])
    surface = surface.covered(
        small, color=tints, roughness=0.42 + rough * 0.1, height_m=surface.height_m + rise * small
    )
    return surface.covered(
        caps, color=Palette.of("#bcbab4", "#d0cec8").paint(0.5 + rough), roughness=0.34, metallic=1.0
    )


def _dusty(look: Look, surface: Surface, rough: Tensor) -> Surface:
    """Let dust settle beside what stands up, and in clouds."""
    grain = spectral_noise(surface.torus, "dust/grain", slope=0.5, low=80)
    low = surface.cavity(0.0012).clamp(min=0)
    lies = smoothstep(0.15, 0.9, low * 0.9 + rough * 0.5 + grain * 0.05) * (0.05 + 0.55 * look["dirt"])
    dust = Palette.of("#57534b", "#78736a", "#979186").paint(0.5 + rough * 0.4 + grain * 0.07)
    return surface.covered(lies, color=dust, roughness=0.9)


def _powered(torus: Torus, look: Look, surface: Surface, circuit: Circuit, trace: Tensor) -> Surface:
    """Let current glow in the traces, when it is asked for."""
    if look.option("power", "off") == "off":
        return surface
    open_board = trace * (circuit.part < 0).float()
    color = flat_color(torus, look.light(choose(torus, "glow", _GLOW)))
    pulse = smoothstep(-0.25, 0.35, fbm(torus, "pulse", torus.cells_across(0.03), octaves=3)) * 0.8 + 0.2
    halo = blur(torus, open_board, 0.0006) * (1 - open_board) * 0.3
    surface = surface.covered(open_board * 0.6, color=color * 0.5 + 0.15, roughness=0.3)
    return replace(surface, emissive=(open_board * 2.6 * pulse + halo * pulse) * color)
