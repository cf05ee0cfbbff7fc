"""Lava: plates of crust that drift apart over the melt, ropes of a cooling skin, or the melt itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.heat import incandescence
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.traces.marks import crack_distance, gas_pits
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Crust:
    """Cooled skin: metres from the melt (negative in it), its height, its tone of about -1..1, its smaller cracks."""

    inside_m: Tensor
    height_m: Tensor
    tone: Tensor
    crack: Tensor


def lava(torus: Torus, look: Look) -> Surface:
    """The skin cools and breaks, and the heat below shows in the cracks, brightest where they are wide."""
    kind = look.option("kind", choose(torus, "kind", ("crust", "crust", "crust", "ropes")))
    lumps = fbm(torus, "lumps", torus.cells_across(0.22), octaves=7, gain=0.52)
    micro = spectral_noise(torus, "micro", slope=0.9, low=80)
    crust = _ropes(torus, look, lumps) if kind == "ropes" else _plates(torus, look, kind, lumps)
    share = 0.1 + 0.5 * look["pores"] + 0.9 * lumps
    pits_m = gas_pits(torus, "pits", 0.034, share=share) + gas_pits(torus, "pores", 0.015, share=share)
    skin_m = crust.height_m - pits_m + micro * 0.0007
    solid = smoothstep(-0.006, 0.006, crust.inside_m)
    flow = fbm(torus, "flow", torus.cells_across(0.35), octaves=5, gain=0.55)
    melt_m = blur(torus, skin_m, 0.08) - 0.040 + flow * 0.008
    height_m = mix(melt_m, skin_m, solid) - crust.crack * 0.012

    worn = convexity(torus, height_m, 0.02).mul_(60).clamp_(-1, 1)
    tone = 0.42 + 0.30 * crust.tone + 0.16 * worn + 0.12 * lumps + 0.05 * micro
    color = look.palette("#262423", "#373432", "#4d4946", "#6a6560", tint=0.8).paint(tone)
    rust = fbm(torus, "rust", torus.cells_across(0.3), octaves=5) + 0.2 * lumps
    rust = smoothstep(0.05, 0.5, rust) * look["rust"]
    color = mix(color, look.palette("#33241f", "#573a2f", "#7a5544", tint=0.5).paint(tone), rust * 0.75)
    is_hot = look.option("glow", "hot") == "hot"
    melt = ("#2b1c16", "#4a2a1c") if is_hot else ("#242221", "#3d3936")
    color = mix(color, look.palette(*melt, tint=0.0).paint(0.5 + flow), 1 - solid)
    rough = look.roughness(0.80) - 0.14 * worn + 0.05 * micro.clamp(-2, 2)
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=mix((0.42 if is_hot else 0.86) + 0.1 * flow, rough, solid),
        metallic=torus.zeros(),
        emissive=incandescence(_heat(torus, look, crust, flow, solid)) if is_hot else None,
    ).with_grime(0.5, 0.04)


def _plates(torus: Torus, look: Look, kind: str, lumps: Tensor) -> _Crust:
    """Break the skin into plates with curled rims, each tilted its own way."""
    size_m, molten = look["plate_m"], kind == "molten"
    period = torus.cells_across(size_m)
    coarse = warp_field(torus, "plates/bend", period, 0.34 / period, octaves=3)
    fine = warp_field(torus, "plates/break", period * 6, 0.05 / period, octaves=4)
    bend = (coarse[0].add_(fine[0]), coarse[1].add_(fine[1]))
    plates = cells(torus, "plates", period, jitter=1.0, warp=bend)
    gap = fbm(torus, "gap", torus.cells_across(0.7), octaves=3)
    apart = (
        plates.random(torus, "plates/apart", 0.1, 2.4)
        if molten
        else plates.random(torus, "plates/apart", 0.6, 1.4)
    )
    wide_m = 0.085 * apart if molten else ((0.012 + 0.045 * gap) * look["open"]).clamp(min=0) * apart
    inside_m = plates.edge - wide_m + (0.004 if molten else -0.0015)
    tilt = plates.x * plates.random(torus, "plates/tilt-x", -0.07, 0.07)
    tilt = tilt + plates.y * plates.random(torus, "plates/tilt-y", -0.07, 0.07)
    rim = torch.exp(inside_m.clamp(min=0) * -32.0)
    folds = fbm(torus, "folds", torus.cells_across(0.16), octaves=5, gain=0.5, shape="ridged")
    broken = (crack_distance(torus, "small", size_m * 0.34, wander=0.5) * (1 / 0.004)).clamp(max=1)
    crack = (1 - broken) * smoothstep(-0.15, 0.25, lumps + 0.6 * look["open"] - 0.35)
    rise_m = plates.random(torus, "plates/rise", -0.012, 0.014) + rim * 0.008
    return _Crust(
        inside_m=inside_m,
        height_m=rise_m + tilt + lumps * 0.018 + folds * 0.007,
        tone=plates.random_apart(torus, "plates/tone", -0.45, 0.45) + folds * 0.3,
        crack=crack,
    )


def _ropes(torus: Torus, look: Look, lumps: Tensor) -> _Crust:
    """Let tongues of lava push over each other, their skin wrinkled into ropes that bow downstream."""
    size_m = look["plate_m"] * 1.35
    period = torus.cells_across(size_m)
    bend = warp_field(torus, "fingers/bend", period, 0.30 / period, octaves=4)
    tongues = cells(torus, "fingers", period, jitter=0.95, roundness=13.0, warp=bend)
    edge = tongues.edge + size_m * 0.06
    turn = torus.draw("downhill", 0.0, 6.283) + tongues.random(torus, "fingers/turn", -0.7, 0.7)
    along = tongues.x * torch.cos(turn) + tongues.y * torch.sin(turn)
    across = tongues.y * torch.cos(turn) - tongues.x * torch.sin(turn)
    bow = across * across * tongues.random(torus, "fingers/bow", 1.6, 3.6) / size_m
    phase = (along + bow + lumps * 0.030) / (size_m * tongues.random(torus, "fingers/rope", 0.075, 0.13))
    rope = torch.cos(phase * 3.1416).abs().clamp(min=1e-4).sqrt()
    strands = torch.cos((phase * 3.1 + across / size_m * 5 + lumps * 3) * 3.1416) * 0.12
    tight = smoothstep(0.0, 0.12, edge) * tongues.random(torus, "fingers/tight", 0.15, 1.0)
    body = smoothstep(-0.01, 0.20, edge)
    crease = smoothstep(0.22, 0.05, rope) * tight
    where = fbm(torus, "open", torus.cells_across(0.7), octaves=3)
    open_m = 0.030 * look["open"] * smoothstep(-0.45, 0.5, where + 0.2 * look["heat"])
    return _Crust(
        inside_m=edge - open_m,
        height_m=body * tongues.random(torus, "fingers/rise", 0.035, 0.06)
        + (rope + strands) * tight * 0.020
        + lumps * 0.010,
        tone=tongues.random_apart(torus, "fingers/tone", -0.25, 0.25) + 0.3 * (rope - 0.6) * tight,
        crack=crease * smoothstep(0.1, 0.5, lumps + 0.5 * look["open"]) * 0.5,
    )


def _heat(torus: Torus, look: Look, crust: _Crust, flow: Tensor, solid: Tensor) -> Tensor:
    """Return how hot it is, 0..1: the melt under its thin skins, the lips of the cracks, the small cracks dimly."""
    life = 0.80 + 0.35 * fbm(torus, "life", torus.cells_across(0.6), octaves=3)
    bend = warp_field(torus, "skins/bend", torus.cells_across(0.5), 0.05, octaves=3)
    skins = fetch(
        torus, fbm(torus, "skins", torus.cells_across(0.16), octaves=5, gain=0.6, shape="ridged"), *bend
    )
    # Wide melt grows a skin of its own, drawn out by the flow; a narrow crack stays bright.
    skin = smoothstep(-0.5, 0.35, skins + 0.5 * flow) * smoothstep(-0.02, -0.09, crust.inside_m)
    melt = (0.88 + 0.14 * smoothstep(0.0, -0.03, crust.inside_m) - 0.50 * skin) * (1 - solid)
    lip = (
        torch.exp(crust.inside_m.clamp(min=0) * -70.0)
        * 0.42
        * solid
        * blur(torus, 1 - solid, 0.03).mul_(3).clamp_(0, 1)
    )
    small = crust.crack * (0.30 + 0.3 * flow.clamp(min=0))
    return torch.maximum(torch.maximum(melt, lip), small) * life * (0.6 + 0.45 * look["heat"])
