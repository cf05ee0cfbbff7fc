"""Concrete cast against sawn boards."""

from __future__ import annotations

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import boards
from assetgen.backends.procedural.operators.masonry.cement import Form, Skin, cast, mix_cement
from assetgen.backends.procedural.surface import Surface


def board_formed_concrete(torus: Torus, look: Look) -> Surface:
    """Concrete that shows the boards it was cast against: grain, knots, and fins where paste ran between them."""
    skin = mix_cement(torus)
    direction = look.option("direction", choose(torus, "direction", ("horizontal", "horizontal", "vertical")))
    form = _boards(torus, look, skin, standing=direction == "vertical")
    return cast(torus, look, form, skin, roughness=0.72)


def _boards(torus: Torus, look: Look, skin: Skin, *, standing: bool) -> Form:
    rows, length = torus.cells_across(look["board_m"]), 40
    cuts = torus.uniform("boards/cuts", rows)[:, 0]
    breaks = [[int(cut * length / 2), int(cut * length / 2) + length // 2] for cut in cuts.tolist()]
    plan = boards(breaks, length=length, standing=standing)
    pieces = lay_by_hand(torus, plan, "boards", gap_m=0.0, turn=0.0006).pieces
    fibre, knot = _wood_grain(torus, pieces, standing=standing)
    wide_m = max(0.0045, 1.2 * torus.tile_m / torus.size)
    fin = smoothstep(wide_m, 0.0, pieces.edge + skin.grain * 0.0006) * (0.0045 / wide_m)
    ragged = 0.35 + 0.65 * smoothstep(-0.3, 0.4, fbm(torus, "boards/fin", torus.cells_across(0.1), octaves=5))
    # A fin breaks off where something knocked against it.
    kept = smoothstep(0.9 * look["wear"] - 0.15, 0.9 * look["wear"] + 0.1, 0.5 + skin.clouds)
    step = pieces.random(torus, "boards/step", -0.0026, 0.0026)
    cup = pieces.random(torus, "boards/cup", -0.02, 0.02) * pieces.across()
    print_m = (fibre - 0.8 * knot) * look["imprint_m"] * pieces.random(torus, "boards/rough", 0.5, 1.4)
    return Form(
        height_m=(step + cup + print_m + fin * ragged * kept * 0.0026) * look.relief,
        seam=fin * 0.6,
        hole=torus.zeros(),
        tone=pieces.random_apart(torus, "boards/tone", -0.17, 0.17) * look["variation"]
        - 0.05 * fibre
        - 0.07 * knot
        - 0.12 * fin,
        polish=0.5 * fibre + pieces.random(torus, "boards/polish", -0.8, 0.8),
    )


def _wood_grain(torus: Torus, pieces: Elements, *, standing: bool) -> tuple[Tensor, Tensor]:
    """Return the print of sawn wood, about -1..1, its fibres bent around knots, and the knots, 0..1."""
    long, thin = (1.0, 16.0) if standing else (16.0, 1.0)
    fibres = spectral_noise(torus, "fibre", slope=1.1, low=14, high=110, stretch=(long, thin)).mul_(0.45)
    along, across = torus.cells_across(0.5), torus.cells_across(0.022)
    period = (across, along) if standing else (along, across)
    rings = fbm(torus, "fibre/rings", period[0], period_y=period[1], octaves=3)
    knots = grains(torus, "knots", torus.cells_across(0.3), jitter=0.9)
    swirl = smoothstep(0.3, 0.04, knots.near) * (knots.random(torus, "knots/share") > 0.55)
    flow = fbm(torus, "fibre/flow", torus.cells_across(0.35), octaves=4) * 0.009 + swirl * 0.012
    shift = torus.uniform("fibre/shift", pieces.count, 2).T.contiguous()
    shift_u, shift_v = pieces.pick(shift[0]), pieces.pick(shift[1])
    bent = (shift_u + flow, shift_v) if standing else (shift_u, shift_v + flow)
    print_ = fetch(torus, fibres + rings, *bent)
    return print_.clamp_(-1.6, 1.6), smoothstep(0.09, 0.05, knots.near) * (swirl > 0)
