"""An energy grid: lines of light under smoked glass, bright where a pulse runs, with nodes at their crossings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand, lay_hexagons
from assetgen.backends.procedural.operators.layouts.panels import band, split
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.traces.handled import fingerprints, hairlines, smears
from assetgen.backends.procedural.surface import Surface

_LIGHTS: Final = ("#63d8ff", "#63d8ff", "#7dffd0", "#c48bff", "#ffae57", "#ff6a8a")
_GLASS: Final = ("#26292c", "#30343a", "#3b4048")


def energy_grid(torus: Torus, look: Look) -> Surface:
    """A wall of energy behind glass: some cells charged, some dark, a wave passing through."""
    cells, line = _cells(torus, look)
    rough = fbm(torus, "rough", torus.cells_across(0.12), octaves=6, gain=0.6)
    touched = smears(torus, "smears", 0.2) * 0.6 + fingerprints(torus, "fingers", share=0.25) * 0.4
    lines = hairlines(torus, "lines", 40 + 400 * look["wear"], length_m=(0.01, 0.15), wide_m=0.0007)
    waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=20)
    height_m = (waves * 0.0002 - line * 0.0012 - lines * 0.00004) * look.relief
    own = cells.random_apart(torus, "cells/tone", -0.5, 0.5)
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=look.palette(*_GLASS, tint=0.08).paint(0.5 + own * 0.5 + rough * 0.4),
        roughness=look.roughness(0.13) + touched * 0.28 * look["smudges"] + lines * 0.3 + own * 0.02,
        metallic=torus.zeros(),
    )
    light, inside = _charged(torus, look, cells, line, rough)
    color = flat_color(torus, look.light(choose(torus, "light", _LIGHTS), second=False))
    lens = surface.covered(line * 0.8, color=color * 0.45 + 0.12, roughness=0.3)
    white = light.clamp(0, 1).square() * 0.35  # the core of a line burns out to white
    return replace(lens, emissive=(light * 2.8 + inside) * (color + (1 - color) * white))


def _cells(torus: Torus, look: Look) -> tuple[Elements, Tensor]:
    """Return the cells of the grid and the lines between them, 0..1."""
    pattern = look.option("pattern", choose(torus, "pattern", ("hex", "square", "blocks")))
    half_m = look["line_m"] / 2
    if pattern == "hex":
        cells = lay_hexagons(torus, look["cell_m"], "charges", gap_m=0.0).pieces
    elif pattern == "square":
        count = torus.cells_across(look["cell_m"])
        cells = lay_by_hand(torus, courses(count, count, shift=0), "charges", gap_m=0.0).pieces
    else:
        units = min(torus.cells_across(look["cell_m"] * 0.5), 48)
        sizes = ((4, 2), (2, 4), (2, 2), (1, 2), (2, 1), (3, 3))
        plan = split(torus, "blocks", units, sizes=sizes)
        cells = lay_by_hand(torus, plan, "charges", gap_m=0.0).pieces
    return cells, band(torus, cells.edge, half_m, soft_m=0.001)


def _charged(torus: Torus, look: Look, cells: Elements, line: Tensor, rough: Tensor) -> tuple[Tensor, Tensor]:
    """Return the light of the lines and, fainter, of the charge within the cells."""
    wave = smoothstep(-0.30, 0.45, fbm(torus, "wave", torus.cells_across(0.34), octaves=3))
    drawn = cells.random(torus, "cells/charge")
    strength = (0.30 + 0.70 * wave) * (0.55 + 0.45 * drawn)
    full = (drawn < look["charged"]).float()
    rim = torch.exp(-cells.edge.clamp(min=0) * (1 / (look["cell_m"] * 0.10)))
    scan = 0.75 + 0.25 * torch.cos(cells.y * (6.2831853 / (look["cell_m"] * 0.085)))
    inside = full * (0.05 + 0.32 * rim * scan + 0.06 * (rough + 0.5).clamp(min=0)) * (0.3 + 0.7 * wave)
    halo = blur(torus, line, look["line_m"] * 1.5) * 0.55
    return torch.maximum(line, halo * 0.5) * strength, inside + halo * 0.15 * strength
