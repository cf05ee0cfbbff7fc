"""Wood: planks of a floor or a wall."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.chance import choose
from assetgen.backends.procedural.operators.height import dome, smoothstep
from assetgen.backends.procedural.operators.layouts import Plan, lay
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import mix, piece_tints
from assetgen.backends.procedural.operators.rings import groove
from assetgen.backends.procedural.operators.timber import Boards, Grain, Knots, Species, cut_grain, grow_knots
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece
from assetgen.backends.procedural.surface import Surface

_SPECIES: Final = {
    "pine": Species(
        colors=("#b89e79", "#a68660", "#826141", "#61452f"),
        ring_m=0.0066,
        hardness=3.2,
        contrast=1.0,
        pores=0.2,
    ),
    "larch": Species(
        colors=("#b18d6a", "#997453", "#765239", "#563a29"),
        ring_m=0.0054,
        hardness=2.6,
        contrast=0.95,
        pores=0.25,
    ),
    "oak": Species(
        colors=("#ad9677", "#937b5b", "#745d44", "#564434"),
        ring_m=0.0050,
        hardness=1.8,
        contrast=0.75,
        pores=1.0,
    ),
    "walnut": Species(
        colors=("#876a51", "#6d523c", "#513a2b", "#3d2b21"),
        ring_m=0.0058,
        hardness=1.6,
        contrast=0.7,
        pores=0.7,
    ),
    "birch": Species(
        colors=("#cdb58e", "#bb9f77", "#a28460", "#84674a"),
        ring_m=0.0046,
        hardness=1.5,
        contrast=0.4,
        pores=0.15,
    ),
    "ash": Species(
        colors=("#c8b593", "#b09a77", "#8f7857", "#6f5b43"),
        ring_m=0.0058,
        hardness=2.4,
        contrast=0.9,
        pores=0.9,
    ),
    "cherry": Species(
        colors=("#a8714f", "#8f5a3e", "#74452f", "#583424"),
        ring_m=0.0048,
        hardness=1.6,
        contrast=0.5,
        pores=0.25,
    ),
    "mahogany": Species(
        colors=("#875239", "#6f3f2b", "#573021", "#42251b"),
        ring_m=0.0070,
        hardness=1.3,
        contrast=0.4,
        pores=0.8,
    ),
    "teak": Species(
        colors=("#a5794f", "#8a603b", "#6c482c", "#503524"),
        ring_m=0.0056,
        hardness=1.9,
        contrast=0.75,
        pores=0.7,
    ),
    "cedar": Species(
        colors=("#b27b57", "#965e41", "#77472f", "#593526"),
        ring_m=0.0040,
        hardness=2.8,
        contrast=0.8,
        pores=0.1,
    ),
    "ebony": Species(
        colors=("#4f4138", "#40342d", "#342a25", "#2b231f"),
        ring_m=0.0044,
        hardness=1.4,
        contrast=0.5,
        pores=0.5,
    ),
}
_COMMON_SPECIES: Final = ("pine", "larch", "oak", "walnut")
"""What the seed chooses among."""
_PAINTS: Final = ("#b9b4a6", "#7d8a7a", "#6f8791", "#7c3a31", "#a8976f", "#4f5c58")
"""Chalk, sage, duck egg, barn red, straw, bottle green: paints that people give to boards."""
_ROW_UNITS, _LENGTH_UNITS, _TRIES = 6, 60, 6


def wood_planks(torus: Torus, look: Look) -> Surface:
    """Boards cut from different places of different logs, nailed down and lived with."""
    if look.option("direction", "horizontal") == "vertical":
        return _turned(torus, look)
    species = _SPECIES[look.option("species", choose(torus, "species", _COMMON_SPECIES))]
    boards = _lay_boards(torus, look)
    knots = grow_knots(torus, boards, share=0.5 * look["knots"], radius_m=(0.008, 0.025))
    grain = cut_grain(torus, boards, knots, species)
    cracks = _cracks(torus, look, boards, grain)
    gap = _gap(torus, look, boards, grain)
    height_m = _height(torus, look, boards, knots, grain, cracks) - gap * (look["gap_depth_m"] * look.relief)
    finish = look.option("finish", "raw")
    # A color asked for is that of the paint; the wood below keeps its own.
    bare = replace(look, color=None) if finish == "painted" else look
    color = _wood_color(torus, bare, species, boards, knots, grain)
    roughness = (
        look.roughness(0.74) - 0.13 * grain.late + 0.035 * grain.fibre.clamp(-2, 2) + 0.1 * look["age"]
    )
    roughness = roughness - 0.08 * knots.body + boards.pick(torus, "boards/roughness", -0.06, 0.06)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    if finish == "painted":
        surface = _painted(surface, look, boards, grain, knots)
    if finish == "varnished":
        surface = _varnished(surface, look, boards, grain)
    return _dirty(_nailed(surface, look, boards), look, gap, cracks)


def _turned(torus: Torus, look: Look) -> Surface:
    """Standing boards are lying ones on a tile turned over its diagonal."""
    options = {**look.options, "direction": "horizontal"}
    lying = wood_planks(replace(torus, origin=torus.origin[::-1]), replace(look, options=options))

    def turn(field: Tensor) -> Tensor:
        return field.mT.contiguous()

    return replace(
        lying,
        torus=torus,
        height_m=turn(lying.height_m),
        color=turn(lying.color),
        roughness=turn(lying.roughness),
        metallic=turn(lying.metallic),
    )


def _lay_boards(torus: Torus, look: Look) -> Boards:
    rows = max(torus.cells_across(look["board_m"]), 2)
    spread = round(look["mixed_widths"] * 2)
    widths = [
        _ROW_UNITS + int(share * (2 * spread + 1)) - spread
        for share in torus.uniform("boards/width", rows)[:, 0].tolist()
    ]
    pieces, top = [], 0
    for width, cuts in zip(widths, _cuts(torus, look, rows), strict=True):
        ends = [*cuts[1:], cuts[0] + _LENGTH_UNITS]
        pieces += [(cut, top, end - cut, width) for cut, end in zip(cuts, ends, strict=True)]
        top += width
    plan = Plan(columns=_LENGTH_UNITS, rows=top, pieces=tuple(pieces))
    laid = lay(torus, plan)
    half = torch.tensor([(p[2] / (2 * _LENGTH_UNITS), p[3] / (2 * top)) for p in pieces]) * torus.tile_m
    half = half.to(torus.device)
    return Boards(
        pieces=laid,
        along=laid.x,
        across=laid.y,
        to_end=laid.pick(half[:, 0].contiguous()) - laid.x.abs(),
        half_width=laid.pick(half[:, 1].contiguous()),
    )


def _cuts(torus: Torus, look: Look, rows: int) -> list[list[int]]:
    """Return where the boards of each row end, in units: as far from the joints of the last two rows as may be."""
    draws = torus.uniform("boards/cuts", rows * _TRIES, 3).tolist()
    chosen: list[list[int]] = []
    for row in range(rows):
        near = [cut for other in (*chosen[-2:], *(chosen[:1] if row == rows - 1 else ())) for cut in other]

        def clearance(cuts: list[int], near: list[int] = near) -> int:
            apart = [
                abs((a - b + _LENGTH_UNITS // 2) % _LENGTH_UNITS - _LENGTH_UNITS // 2)
                for a in cuts
                for b in near
            ]
            return min(apart, default=0)

        candidates = []
        for first, second, _ in draws[row * _TRIES : (row + 1) * _TRIES]:
            cuts = (
                [first, first + 0.36 + 0.28 * second]
                if draws[row * _TRIES][2] > look["long_boards"]
                else [first]
            )
            candidates.append(sorted(int(cut * _LENGTH_UNITS) % _LENGTH_UNITS for cut in cuts))
        chosen.append(max(candidates, key=clearance))
    return chosen


def _cracks(torus: Torus, look: Look, boards: Boards, grain: Grain) -> Tensor:
    """Return splits that run in from the ends and checks in the faces of dry old boards, 0..1."""
    age, soft = look["age"], max(torus.tile_m / torus.size, 0.0008)
    open_m = torus.zeros()
    for number in range(2):
        name = f"splits/{number}"
        length = boards.pick_by_end(torus, f"{name}/length", -0.25, 0.28) * (0.25 + age)
        place = boards.pick_by_end(torus, f"{name}/place", -0.75, 0.75) * boards.half_width
        taper = (1 - boards.to_end / length.clamp(min=1e-3)).clamp_(0, 1).sqrt_()
        split = groove(grain.flow - place + grain.streak * 0.0006, taper * 0.0011, soft)
        open_m = torch.maximum(open_m, split * (taper > 0))
    check = spectral_noise(torus, "checks", slope=1.2, low=14, high=200, stretch=(22.0, 1.0))
    check = fetch_per_piece(torus, check, boards.pieces, "checks/shift")
    dry = smoothstep(0.35, 0.9, grain.streak * 0.3 + age + boards.pick(torus, "checks/dry", -0.5, 0.3))
    lines = smoothstep(0.13, 0.02, (check - 0.9).abs()) * smoothstep(0.2, 0.8, grain.streak)
    return torch.maximum(open_m, lines * dry * 0.7)


def _height(torus: Torus, look: Look, boards: Boards, knots: Knots, grain: Grain, cracks: Tensor) -> Tensor:
    """Return metres: boards cup, rise and round off; soft wood wears away between the rings."""
    relief, age = look.relief, look["age"]
    cup = boards.pick(torus, "boards/cup", -0.0009, 0.0014) * (boards.across / boards.half_width).square_()
    level = boards.pick(torus, "boards/level", -0.0008, 0.0008)
    tilt = boards.pick(torus, "boards/tilt", -0.008, 0.008) * boards.across
    worn = 0.00012 + 0.00055 * age
    face = grain.late * worn + grain.fibre * (worn * 0.16) + knots.body * (worn * (0.6 + knots.rings * 0.4))
    face = face - knots.rim * 0.0006 - grain.pores * 0.00012 - cracks * (0.0008 + 0.0016 * age)
    face = face + _saw_marks(torus, look, boards) * 0.00005
    bevel = 0.0025 + 0.003 * look["wear"]
    edge = (boards.pieces.edge - look["gap_m"] * 0.5 + grain.streak * 0.0003).clamp_(min=0)
    # A shoulder narrower than a texel spreads over one and grows shallower, so every size shows the same.
    wide = max(bevel, 1.5 * torus.tile_m / torus.size)
    shoulder = (dome(edge, wide) - 1) * (0.35 * bevel * bevel / wide)
    board_m = (cup + level + tilt) * (0.5 + age) + face + shoulder
    return board_m * relief


def _saw_marks(torus: Torus, look: Look, boards: Boards) -> Tensor:
    """Return the faint arcs of a circular saw, -1..1, gone where feet have been and where texels are too wide."""
    pitch = boards.pick(torus, "saw/pitch", 0.008, 0.013)
    bow = boards.pick(torus, "saw/bow", -1.6, 1.6)
    patch = fbm(torus, "saw/patch", torus.cells_across(0.2), period_y=torus.cells_across(0.07), octaves=4)
    way = boards.along + bow * boards.across.square() + patch * 0.006
    wave = torch.sin(way * (6.2832 / pitch))
    seen = smoothstep(0.3, 0.9, boards.pick(torus, "saw/seen", -0.6, 0.8) + patch * 0.8 - 0.4 * look["wear"])
    return wave * seen * smoothstep(0.45, 0.2, torus.tile_m / torus.size / pitch)


def _gap(torus: Torus, look: Look, boards: Boards, grain: Grain) -> Tensor:
    """Return the joints, 0..1: no board is quite straight, none quite as wide as the next."""
    texel_m = torus.tile_m / torus.size
    skew = boards.pick(torus, "gap/skew", -0.0016, 0.0016) * boards.along * boards.across.sign()
    half_m = look["gap_m"] * 0.5 * boards.pick(torus, "gap/width", 0.6, 1.5) + skew
    splinter = grain.streak * 0.00025 + look["wear"] * 0.0006 * smoothstep(
        0.8, 2.2, grain.streak + 0.5 * grain.fibre
    )
    return groove(boards.pieces.edge, (half_m + splinter).clamp_(min=0.0008), max(texel_m, 0.0012))


def _wood_color(
    torus: Torus, look: Look, species: Species, boards: Boards, knots: Knots, grain: Grain
) -> Tensor:
    tone = 0.12 + (0.62 * species.contrast) * grain.late + 0.07 * grain.streak + 0.05 * grain.fibre
    tone = (
        tone
        + 0.10 * grain.years
        + boards.pieces.random_apart(torus, "boards/tone", -0.12, 0.16)
        + 0.22 * knots.shade
    )
    color = look.palette(*species.colors).paint(tone)
    color = color * boards.pieces.pick(
        piece_tints(torus, "boards/tint", boards.pieces.count, value=0.03, hue=3.0, warmth=0.05)
    )
    knot = look.palette("#93663f", "#6b4529", "#3a2418", tint=0.7).paint(knots.rings)
    color = mix(color, knot, knots.body * 0.9)
    color = color * (1 - 0.72 * knots.rim) * (1 - 0.38 * species.pores * grain.pores)
    # Sun and rain take the color out of wood, first from the soft parts.
    grey = smoothstep(
        0.22, 0.85, look["age"] + 0.10 * grain.streak + boards.pieces.random_apart(torus, "grey", -0.15, 0.15)
    )
    silver = look.palette("#96938d", "#7a766f", "#57534d", tint=0.35).paint(tone + 0.1)
    color = mix(color, silver, grey * 0.93 * (1 - 0.4 * knots.body))
    damp_end = smoothstep(0.035, 0.0, boards.to_end + grain.streak * 0.006)
    return color * (1 - 0.28 * damp_end)


def _varnished(surface: Surface, look: Look, boards: Boards, grain: Grain) -> Surface:
    """Deepen the wood under a clear coat that feet wear dull along the middle of things."""
    torus = surface.torus
    color = surface.color * (0.62 + 0.38 * surface.color.sqrt())
    scuffed = smoothstep(0.1, 0.7, fbm(torus, "varnish/scuffs", torus.cells_across(0.5), octaves=5))
    worn = (scuffed * look["wear"] + 0.12 * look["wear"] * grain.fibre.clamp(-1, 2)).clamp_(0, 1)
    coat = look.roughness(0.27) + 0.05 * grain.late + boards.pick(torus, "varnish/coat", -0.03, 0.05)
    return replace(surface, color=mix(color, surface.color, worn * 0.5), roughness=mix(coat, 0.58, worn))


def _painted(surface: Surface, look: Look, boards: Boards, grain: Grain, knots: Knots) -> Surface:
    """Cover the boards with paint, gone from edges and ends first and then along the grain."""
    torus = surface.torus
    paint = _PAINTS[int(torus.draw("paint", 0, len(_PAINTS) - 1e-3))]
    flake = spectral_noise(torus, "paint/flakes", slope=1.5, low=4, high=220, stretch=(3.5, 1.0))
    exposed = smoothstep(0.020, 0.0, boards.pieces.edge) * 0.9 + smoothstep(0.05, 0.0, boards.to_end) * 0.6
    loss = 0.55 * flake + 0.35 * grain.streak + exposed + 0.35 * (grain.late - 0.3) + 0.5 * knots.body
    limit = 2.6 - 2.2 * (0.35 * look["wear"] + 0.65 * look["age"])
    bare = smoothstep(limit - 0.05, limit + 0.05, loss)
    primer = smoothstep(limit - 0.20, limit - 0.10, loss + 0.10 * grain.fibre + 0.12 * grain.streak - 0.08)
    thin = smoothstep(limit - 1.1, limit, loss)
    faded = fbm(torus, "paint/faded", torus.cells_across(0.4), octaves=6, gain=0.6)
    tone = (
        0.5 + 0.30 * faded + 0.09 * grain.streak + boards.pick(torus, "paint/tone", -0.25, 0.25) - 0.25 * thin
    )
    ramp = look.palette(paint, most_chroma=PAINTED)
    color = mix(ramp.adjusted(brightness=-0.35).paint(tone), ramp.adjusted(brightness=0.05).paint(tone), tone)
    color = mix(color, look.palette("#a8a294", tint=0.2).paint(tone), primer * 0.5)
    film = 1 - bare
    height_m = surface.height_m + film * (0.0004 - 0.0001 * primer - 0.00008 * grain.late)
    coat = look.roughness(0.46) + 0.22 * thin + 0.10 * faded + 0.03 * grain.fibre.clamp(-2, 2)
    # Wood that has lain under paint and then in the rain is dark and dull.
    surface = replace(surface, color=surface.color * (0.74 - 0.12 * thin))
    return surface.covered(film, color=color, roughness=coat, height_m=height_m)


def _nailed(surface: Surface, look: Look, boards: Boards) -> Surface:
    """Drive two nails into either end of every board; old ones stain the wood below them."""
    torus = surface.torus
    shift_s = boards.pick_by_end(torus, "nails/s", 0.022, 0.034)
    shift_t = boards.pick_by_end(torus, "nails/t", 0.48, 0.60) * boards.half_width
    ds, dt = boards.to_end - shift_s, boards.across.abs() - shift_t
    soft = max(torus.tile_m / torus.size, 0.001) * 0.75
    reach = torch.hypot(ds, dt)
    head = smoothstep(0.0034 + soft, 0.0034 - soft, reach)
    dent = smoothstep(0.008, 0.002, reach)
    stain = torch.exp(-(torch.hypot(ds * 0.35, dt) / 0.009).square_()) * (0.2 + 0.6 * look["age"])
    color = surface.color * (1 - stain * torch.tensor([0.45, 0.60, 0.70], device=torus.device)[:, None, None])
    iron = look.palette("#4a4039", "#5f4636", tint=0.0).paint(boards.pick_by_end(torus, "nails/rust", 0, 1))
    stained = replace(surface, color=color, height_m=surface.height_m - dent * 0.0005)
    return stained.covered(head, color=iron, roughness=0.55 + 0.25 * look["age"])


def _dirty(surface: Surface, look: Look, gap: Tensor, cracks: Tensor) -> Surface:
    """Let dust and soot settle in joints and cracks, and be trodden into the boards in places."""
    torus = surface.torus
    trodden = smoothstep(0.0, 0.8, fbm(torus, "soil", torus.cells_across(0.2), octaves=6, gain=0.6))
    soil = torch.tensor([0.30, 0.34, 0.38], device=torus.device)[:, None, None] * (look["dirt"] * trodden)
    surface = replace(
        surface, color=surface.color * (1 - soil), roughness=mix(surface.roughness, 0.85, trodden * 0.25)
    )
    dark = torch.maximum(gap, cracks * 0.8)
    color = look.palette("#2b241d", tint=0.0).paint(dark)
    surface = surface.covered(dark * 0.92, color=color, roughness=0.95)
    return surface.with_grime(0.2 + 0.8 * look["dirt"], 0.02)
