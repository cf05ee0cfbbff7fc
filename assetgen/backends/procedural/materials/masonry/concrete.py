"""Concrete: cast against sheets or boards, trowelled, or worn down to its stones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cells import grains
from assetgen.backends.procedural.operators.chance import choose
from assetgen.backends.procedural.operators.height import blur, run_down, smoothstep
from assetgen.backends.procedural.operators.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts import boards, courses
from assetgen.backends.procedural.operators.marks import crack_distance, patches
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import mix
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch
from assetgen.backends.procedural.surface import Surface

_FINISHES: Final = ("smooth", "board_formed", "slabs", "rough")
_GREYS: Final = (
    ("#4d4c49", "#676561", "#807e79", "#98958f", "#b2afa8"),  # neutral
    ("#544e45", "#6d665b", "#857e72", "#9d9588", "#b7b0a4"),  # warm, from brown sand
    ("#47494b", "#606264", "#787b7c", "#909293", "#aaabaa"),  # blue, from slag cement
    ("#6d6a63", "#85827a", "#9b9890", "#afaca4", "#c4c1ba"),  # pale, young
)
_PORES: Final = ((0.07, 0.0095, 0.45), (0.032, 0.0048, 0.5))
"""Air bubbles caught at the form, pinholes apart: mean spacing, largest radius in metres, share of places taken."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Form:
    """What the form left behind.

    Args:
        height_m: (N, N) metres.
        seam: (N, N) 0..1 where two sheets or boards met.
        hole: (N, N) 0..1 where a tie went through.
        tone: (N, N) lighter or darker, about -1..1.
        polish: (N, N) how glossy the skin is, about -1..1.
    """

    height_m: Tensor
    seam: Tensor
    hole: Tensor
    tone: Tensor
    polish: Tensor


def concrete(torus: Torus, look: Look) -> Surface:
    """Concrete with its history: how it was cast, what the air and water did, and who mended it."""
    cast = look.option("finish", choose(torus, "finish", _FINISHES))
    clouds = fbm(torus, "clouds", torus.cells_across(0.28), octaves=7, gain=0.58)
    grain = spectral_noise(torus, "grain", slope=0.9, low=90)
    form = _formwork(torus, look, cast, clouds, grain)
    pore_m, pore = _bug_holes(torus, look, cast, grain)
    crack_m, crack = _hairline_cracks(torus, look, grain)
    height_m = form.height_m + (clouds * 0.0009 + grain * 0.00009) * look.relief - pore_m - crack_m
    del pore_m, crack_m  # a large tile counts its planes
    tone = 0.48 + 0.42 * clouds * look["blotches"] + 0.03 * grain + form.tone
    color = look.palette(*choose(torus, "grey", _GREYS)).paint(tone + _laitance(torus, look))
    color = color * (1 - 0.42 * pore - 0.5 * crack - 0.35 * form.hole)
    usual = 0.5 if cast in ("slabs", "smooth") else 0.72
    roughness = look.roughness(usual + 0.2 * look["age"]) - 0.08 * form.polish + 0.06 * clouds
    roughness = mix(roughness + 0.015 * grain.clamp(-2, 2), 0.93, torch.maximum(pore, crack))
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    sources = (form.seam * 0.7 + form.hole + pore * 0.4 + crack).clamp_(0, 1)
    flat = (1 - form.seam) * (1 - form.hole)
    del form, height_m, tone, color, roughness, pore, crack
    surface = _mended(torus, look, surface, flat, clouds)
    surface = _worn_to_stones(torus, look, surface, cast, clouds, grain)
    surface = _water_marks(torus, look, surface, sources)
    return surface.with_grime(0.15 + 0.5 * look["dirt"], 0.012)


def _formwork(torus: Torus, look: Look, cast: str, clouds: Tensor, grain: Tensor) -> _Form:
    if cast == "slabs":
        return _sheets(torus, look, grain)
    if cast == "board_formed":
        return _boards(torus, look, grain)
    if cast == "rough":
        none = torus.zeros()
        lumps = fbm(torus, "rough/lumps", torus.cells_across(0.16), octaves=6, gain=0.55)
        return _Form(height_m=lumps * 0.006 * look.relief, seam=none, hole=none, tone=none, polish=-clouds)
    return _trowelled(torus, look, clouds)


def _sheets(torus: Torus, look: Look, grain: Tensor) -> _Form:
    """Sheets of ply: open joints, four ties to a sheet, and every sheet another shade."""
    across = torus.cells_across(look["sheet_m"])
    down = across * choose(torus, "sheets/rows", (1, 1, 2))
    sheets = lay_by_hand(
        torus,
        courses(across, down, shift=0),
        "sheets",
        gap_m=look["seam_m"],
        shift_m=0.0008,
        rounding_m=0.001,
    )
    pieces = sheets.pieces
    joint = 1 - sheets.cover(torus)
    # Paste leaks out at the joint and dries darker and rougher there.
    leak = smoothstep(0.035, 0.0, pieces.edge + grain * 0.003)
    wide_m, high_m = torus.tile_m / across, torus.tile_m / down
    to_x, to_y = pieces.x.abs() - wide_m / 4, pieces.y.abs() - high_m / 4
    radius_m, texel_m = look["tie_m"] / 2, torus.tile_m / torus.size
    from_tie = torch.sqrt(to_x * to_x + to_y * to_y) + grain * 0.0004
    hole = ((radius_m - from_tie) / max(texel_m, 0.002) + 0.5).clamp_(0, 1)
    bevel = smoothstep(radius_m * 1.45, radius_m, from_tie) - hole
    bulge = torch.cos(pieces.x * (6.2832 / wide_m)) * torch.cos(pieces.y * (6.2832 / high_m)) * 0.0005
    step = pieces.random(torus, "sheets/step", -0.0009, 0.0009)
    height_m = (step + bulge - joint * look["seam_m"] * 0.75 - hole * 0.012 - bevel * 0.0015) * look.relief
    tone = pieces.random(torus, "sheets/tone", -0.1, 0.1) * look["variation"]
    ring = smoothstep(radius_m * 3.2, radius_m, from_tie) * (1 - hole)
    return _Form(
        height_m=height_m,
        seam=joint,
        hole=hole,
        tone=tone - 0.16 * leak - 0.1 * ring - 0.5 * joint,
        polish=pieces.random(torus, "sheets/polish", -1.0, 1.0) - 1.2 * leak,
    )


def _boards(torus: Torus, look: Look, grain: Tensor) -> _Form:
    """Sawn boards: their grain stands in the skin, and thin fins where paste ran between them."""
    rows, length = torus.cells_across(look["board_m"]), 40
    cuts = torus.uniform("boards/cuts", rows)[:, 0]
    breaks = [[int(cut * length / 2), int(cut * length / 2) + length // 2] for cut in cuts.tolist()]
    laid = lay_by_hand(torus, boards(breaks, length=length), "boards", gap_m=0.0, turn=0.0006)
    pieces = laid.pieces
    fibre = _wood_grain(torus, laid)
    wide_m = max(0.0045, 1.2 * torus.tile_m / torus.size)
    fin = smoothstep(wide_m, 0.0, pieces.edge + grain * 0.0006) * (0.0045 / wide_m)
    ragged = 0.35 + 0.65 * smoothstep(-0.3, 0.4, fbm(torus, "boards/fin", torus.cells_across(0.1), octaves=5))
    step = pieces.random(torus, "boards/step", -0.0022, 0.0022)
    cup = pieces.random(torus, "boards/cup", -0.02, 0.02) * pieces.y
    height_m = (step + cup + fibre * look["imprint_m"] + fin * ragged * 0.0022) * look.relief
    return _Form(
        height_m=height_m,
        seam=fin * 0.6,
        hole=torus.zeros(),
        tone=pieces.random_apart(torus, "boards/tone", -0.16, 0.16) * look["variation"]
        - 0.045 * fibre
        - 0.12 * fin,
        polish=0.5 * fibre + pieces.random(torus, "boards/polish", -0.8, 0.8),
    )


def _wood_grain(torus: Torus, laid: Laid) -> Tensor:
    """Return the print of sawn wood, about -1..1: fibres that bend around knots, other ones on every board."""
    fibres = spectral_noise(torus, "fibre", slope=1.1, low=14, high=110, stretch=(16.0, 1.0)).mul_(0.4)
    rings = fbm(torus, "fibre/rings", torus.cells_across(0.5), period_y=torus.cells_across(0.022), octaves=3)
    knots = grains(torus, "knots", torus.cells_across(0.3), jitter=0.9)
    swirl = smoothstep(0.3, 0.04, knots.near) * (knots.random(torus, "knots/share") > 0.55)
    flow = fbm(torus, "fibre/flow", torus.cells_across(0.35), octaves=4) * 0.009 + swirl * 0.012
    shift = torus.uniform("fibre/shift", laid.pieces.count, 2)
    shift_u, shift_v = laid.pieces.pick(shift[:, 0].contiguous()), laid.pieces.pick(shift[:, 1].contiguous())
    print_ = fetch(torus, fibres + rings, shift_u, shift_v + flow)
    knot = smoothstep(0.09, 0.05, knots.near) * (swirl > 0)
    return print_.clamp_(-1.6, 1.6) - 0.9 * knot


def _trowelled(torus: Torus, look: Look, clouds: Tensor) -> _Form:
    """A trowel swept in arcs: they burnish the skin and stand in it as the faintest ridges."""
    sweeps = grains(torus, "trowel", torus.cells_across(0.55), jitter=1.0)
    radius_m = sweeps.near * (torus.tile_m / torus.cells_across(0.55))
    turn = sweeps.random(torus, "trowel/phase") * 6.2832
    arcs = torch.sin((radius_m + clouds * 0.02) * (6.2832 / 0.055) + turn)
    arcs = arcs + 0.6 * torch.sin((radius_m - clouds * 0.03) * (6.2832 / 0.021) + turn * 3)
    held = patches(torus, "trowel/held", 0.25, amount=0.45, soft=0.5) * smoothstep(0.05, 0.2, sweeps.near)
    fade = smoothstep(0.0, 0.08, sweeps.far - sweeps.near)
    arcs = arcs * held * fade
    none = torus.zeros()
    height_m = (arcs * 0.00012 + fbm(torus, "trowel/waves", 5, octaves=3) * 0.003) * look.relief
    return _Form(height_m=height_m, seam=none, hole=none, tone=0.022 * arcs, polish=arcs - 1.2 * clouds)


def _bug_holes(torus: Torus, look: Look, cast: str, grain: Tensor) -> tuple[Tensor, Tensor]:
    """Return how deep air bubbles cut in, metres, and where they are, 0..1: in sizes and loose crowds."""
    crowd = patches(torus, "pores/crowd", 0.3, amount=0.5, soft=0.45)
    crowd = 0.25 + 0.75 * crowd
    texel_m = torus.tile_m / torus.size
    often = look["pores"] * (0.35 if cast in ("smooth", "rough") else 1.0)
    deep_m, where = torus.zeros(), torus.zeros()
    for number, (spacing_m, largest_m, share) in enumerate(_PORES):
        places = grains(torus, f"pores/{number}", torus.cells_across(spacing_m), jitter=0.95)
        size = places.random(torus, f"pores/{number}/size")
        taken = places.random(torus, f"pores/{number}/taken") < share * often
        radius_m = largest_m * (0.25 + 0.75 * size**3) * crowd * taken
        # A hole narrower than a texel spreads over one and grows shallower, so every size shows the same.
        wide_m = radius_m.clamp(min=0.75 * texel_m)
        short_m = wide_m - places.near * spacing_m - grain * (0.06 * largest_m)
        inside = (short_m / max(texel_m, 0.0008) + 0.5).clamp_(0, 1) * (radius_m > 0)
        bowl = (short_m.clamp(min=0) * (2 * wide_m - short_m.clamp(min=0)).clamp_(min=0)).sqrt()
        deep_m = torch.maximum(deep_m, bowl * 0.7 * (radius_m / wide_m) ** 3)
        where = torch.maximum(where, inside * (radius_m / wide_m) ** 2)
    pin = smoothstep(2.6, 3.1, -grain) * crowd * look["pores"]
    return deep_m + pin * 0.0004, torch.maximum(where, pin * 0.8)


def _hairline_cracks(torus: Torus, look: Look, grain: Tensor) -> tuple[Tensor, Tensor]:
    """Return how deep shrinkage cracks are, metres, and where, 0..1: stretches of a wide net, most of it whole."""
    net_m = crack_distance(torus, "cracks", 0.75, wander=0.5)
    open_ = patches(torus, "cracks/open", 0.45, amount=0.04 + 0.4 * look["cracks"], soft=0.12)
    line_m, texel_m = 0.0009, torus.tile_m / torus.size
    wide_m = max(line_m, 0.9 * texel_m)
    line = smoothstep(wide_m, wide_m * 0.3, net_m + grain * 0.0003) * open_
    return line * (0.0012 * line_m / wide_m), line * (line_m / wide_m) ** 0.5


def _laitance(torus: Torus, look: Look) -> Tensor:
    """Return what cement milk does to the tone: pale clouds with a hard edge, and a few dark wet ones."""
    broad = fbm(torus, "laitance/broad", torus.cells_across(0.22), octaves=6, gain=0.55)
    pale, dark = smoothstep(0.1, 0.2, broad), smoothstep(0.2, 0.36, -broad)
    thin = fbm(torus, "laitance/thin", torus.cells_across(0.08), octaves=4, gain=0.6)
    return (0.17 * pale * (0.7 + thin) - 0.17 * dark + 0.10 * thin) * look["blotches"]


def _mended(torus: Torus, look: Look, surface: Surface, flat: Tensor, clouds: Tensor) -> Surface:
    """Let somebody have filled a few bad places with a smoother, lighter mortar."""
    spacing_m = torus.tile_m / torus.cells_across(0.8)
    places = grains(torus, "mends", torus.cells_across(0.8), jitter=0.8)
    size_m = 0.04 + 0.10 * places.random(torus, "mends/size")
    there = places.random(torus, "mends/share") < look["mends"]
    edge = size_m - places.near * spacing_m + clouds * 0.16
    mend = smoothstep(0.0, 0.012, edge) * there * flat
    filler = look.palette("#7b7975", "#918f8a", "#a7a5a0").paint(0.55 + 0.5 * clouds)
    lip_m = surface.height_m * (1 - 0.8 * mend) + mend * 0.0008
    return surface.covered(mend * 0.34, color=filler, roughness=0.62, height_m=lip_m)


def _worn_to_stones(
    torus: Torus, look: Look, surface: Surface, cast: str, clouds: Tensor, grain: Tensor
) -> Surface:
    """Take the skin off where it is worn: sunk paste, and stones that stand in it."""
    amount = 0.55 + 0.4 * look["wear"] if cast == "rough" else 0.2 * look["wear"] ** 2
    gone = patches(torus, "worn", 0.28, amount=amount, soft=0.22)
    spacing_m = torus.tile_m / torus.cells_across(look["stone_m"])
    stones = grains(torus, "stones", torus.cells_across(look["stone_m"]), jitter=1.0)
    size = stones.random(torus, "stones/size")
    ragged = stones.near + clouds * 0.10 + grain * 0.010
    body = (1 - ragged / (0.2 + 0.42 * size)).clamp_(0, 1)
    shown = smoothstep(0.0, 0.3, body) * smoothstep(0.25, 0.6, gone - 0.3 * (1 - size)) * (size > 0.25)
    sunk_m = gone * (0.0022 + 0.0006 * grain.clamp(-2, 2)) * look.relief
    height_m = (
        surface.height_m - sunk_m + shown * smoothstep(0.0, 0.7, body) * (spacing_m * 0.085 * look.relief)
    )
    kind = stones.random(torus, "stones/kind")
    rock = look.palette("#454341", "#6b6762", "#85796a", "#71747a", "#a8a196", tint=0.3)
    paste = surface.color * (1 - gone * (0.14 + 0.05 * grain.clamp(-2, 2)))
    surface = replace(surface, color=paste, roughness=mix(surface.roughness, 0.9, gone))
    color = rock.paint(kind + 0.12 * clouds + 0.03 * grain)
    return surface.covered(shown * 0.8, color=color, roughness=0.6 + 0.2 * kind, height_m=height_m)


def _water_marks(torus: Torus, look: Look, surface: Surface, sources: Tensor) -> Surface:
    """Let water run from joints, ties and holes: dark soft streaks, a few of them pale with lime."""
    gate = fbm(torus, "water/gate", torus.cells_across(0.03), period_y=torus.cells_across(0.5), octaves=4)
    source = blur(torus, sources * smoothstep(0.05, 0.5, gate), 0.0035)
    # Blurring thins a source by what lies beside it; a narrow joint must still feed its streak.
    wet = run_down(torus, (source * 4).clamp_(0, 1), 0.22)
    streaks = spectral_noise(torus, "water/streaks", slope=1.2, low=10, stretch=(1.0, 25.0))
    wet = wet * smoothstep(-0.8, 1.0, streaks) * look["stains"]
    lime = smoothstep(0.2, 0.5, fbm(torus, "water/lime", torus.cells_across(0.4), octaves=2)) * wet
    surface = replace(surface, color=surface.color * (1 - 0.42 * wet + 0.6 * lime))
    return replace(surface, roughness=(surface.roughness + 0.07 * wet - 0.12 * lime).clamp_(0.05, 1))
