"""Tree bark: the ridges of an oak, the plates of a pine, the paper of a birch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cells import cells, grains
from assetgen.backends.procedural.operators.height import blur, convexity, smoothstep
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import warp_field
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Relief:
    """Bark before it has color.

    Args:
        height_m: (N, N) metres.
        top: (N, N) 0 in the depth of a furrow, 1 on the crests.
        fresh: (N, N) where weather has not yet greyed the bark, 0..1.
        tone: (N, N) light and dark of the bark's own, about -1..1.
        grain: (N, N) fine texture, deviation 1.
    """

    height_m: Tensor
    top: Tensor
    fresh: Tensor
    tone: Tensor
    grain: Tensor


def bark(torus: Torus, look: Look) -> Surface:
    """The bark of a standing trunk: split by growth, greyed on its crests, still warm in its depths."""
    species = look.option("species", "oak")
    if species == "birch":
        return _birch(torus, look)
    relief = _rubbed(torus, look, _pine(torus, look) if species == "pine" else _oak(torus, look))
    color = _pine_color(look, relief) if species == "pine" else _oak_color(look, relief)
    crest = convexity(torus, relief.height_m, 0.003).mul_(420).clamp_(-1, 1)
    color = color * (1 + 0.16 * crest) * (1 + 0.07 * relief.grain.clamp(-2, 2))
    roughness = (
        look.roughness(0.83) - 0.07 * relief.top + 0.035 * relief.grain.clamp(-2, 2) + 0.10 * relief.tone
    )
    surface = Surface(
        torus=torus,
        height_m=relief.height_m * look.relief,
        color=color,
        roughness=roughness + 0.06 * (1 - relief.fresh),
        metallic=torus.zeros(),
    )
    return _overgrown(surface, look, relief).with_grime(0.3 + 0.6 * look["dirt"], 0.03)


def _rubbed(torus: Torus, look: Look, relief: _Relief) -> _Relief:
    """Rub the crests off where animals and ropes have worn the trunk; what is bared is warm again."""
    place = fbm(torus, "bark/rubbed", 6, octaves=5, gain=0.55) + 0.04 * relief.grain
    rubbed = smoothstep(0.45, 0.7, place + 0.62 * look["wear"]) * smoothstep(0.5, 0.9, relief.top)
    return replace(
        relief,
        height_m=relief.height_m - rubbed * (0.16 * look["depth_m"]),
        fresh=torch.maximum(relief.fresh, 0.75 * rubbed),
        tone=relief.tone * (1 - 0.4 * rubbed),
    )


def _ramp(look: Look, *colors: str, tint: float = 1.0) -> Palette:
    """Return a ramp in the tone of this tree: no two trunks in a wood are of one color."""
    return look.palette(*colors, tint=tint).adjusted(brightness=look["tone"], warmth=look["warmth"])


def _oak(torus: Torus, look: Look) -> _Relief:
    """Split the bark into long ridges that part and join again, and break their tops across."""
    ridge_m = look["ridge_m"]
    nx, ny = torus.cells_across(ridge_m), torus.cells_across(ridge_m * 4.2)
    bend = warp_field(torus, "oak/bend", 5, 0.35 / nx, octaves=3)
    tremble = warp_field(torus, "oak/tremble", nx * 2, 0.10 / nx, octaves=3)
    warp = (bend[0] + tremble[0], bend[1] + tremble[1])
    ridges = cells(torus, "oak/ridges", nx, period_y=ny, jitter=1.0, warp=warp)
    fibre = spectral_noise(torus, "oak/fibre", slope=1.1, low=12, stretch=(1.0, 4.5))
    lumps = fbm(torus, "oak/lumps", nx, period_y=max(nx // 3, 1), octaves=6, gain=0.55)
    across = ridges.edge / (torus.tile_m / nx * 0.5) + lumps * 0.13
    # Where a furrow all but closes, two ridges run together: that is what braids them.
    open_ = 0.01 + 0.28 * fbm(torus, "oak/open", nx // 2, period_y=ny, octaves=3)
    body = smoothstep(0.0, 0.46, across - open_)
    rise = ridges.random(torus, "oak/rise", 0.72, 1.0)
    plates = grains(
        torus, "oak/plates", int(nx * 1.3), period_y=ny * 5, warp=(warp[0] + lumps * 0.01, warp[1])
    )
    split = smoothstep(0.16, 0.02, plates.far - plates.near + 0.03 * fibre)
    step = plates.random(torus, "oak/step") - 0.5
    depth = look["depth_m"]
    strands = fbm(torus, "oak/strands", nx * 3, period_y=ny, octaves=3, shape="ridged")
    height = (
        body * rise
        + 0.08 * strands * (1 - body)
        + 0.16 * lumps * (0.3 + body)
        + (0.10 * step - 0.20 * split) * body
    )
    height = _terraced(height + 0.012 * fibre, steps=7, share=0.6)
    flaked = smoothstep(0.30, 0.42, step + 0.05 * fibre) * smoothstep(0.4, 0.8, body)
    return _Relief(
        height_m=height * depth + fibre * 0.0002,
        top=body * (0.7 + 0.3 * rise),
        fresh=torch.maximum(smoothstep(0.75, 0.15, body), 0.6 * flaked),
        tone=lumps * 0.8 + step * 0.5,
        grain=fibre,
    )


def _terraced(height: Tensor, *, steps: int, share: float, brink: float = 0.6) -> Tensor:
    """Return a height of about 0..1 whose slopes show the layers that bark is made of.

    Args:
        height: (N, N) smooth height.
        steps: layers from 0 to 1.
        share: 0 leaves the slope smooth, 1 makes full steps of it.
        brink: how much of a layer's width its rim takes; small is steep.
    """
    scaled = height * steps
    whole = torch.floor(scaled)
    inside = scaled - whole
    return height + (whole + smoothstep(0.55 - brink / 2, 0.55 + brink / 2, inside) - scaled) * (
        share / steps
    )


def _oak_color(look: Look, relief: _Relief) -> Tensor:
    old = _ramp(look, "#4a443c", "#6b645a", "#857d71", "#9b9385").paint(
        0.45 + 0.30 * relief.tone + 0.35 * (relief.top - 0.6) + 0.05 * relief.grain
    )
    warm = _ramp(look, "#2e241e", "#46362a", "#63503f", "#7d6a58").paint(
        0.35 + 0.30 * relief.tone + 0.5 * relief.top + 0.06 * relief.grain
    )
    return mix(old, warm, relief.fresh * (0.95 - 0.25 * look["age"]))


def _pine(torus: Torus, look: Look) -> _Relief:
    """Lay thin flakes on plates that deep furrows keep apart."""
    plate_m = look["ridge_m"] * 2.0
    nx, ny = torus.cells_across(plate_m), torus.cells_across(plate_m * 2.3)
    bend = warp_field(torus, "pine/bend", nx, 0.26 / nx, octaves=4)
    plates = cells(torus, "pine/plates", nx, period_y=ny, jitter=0.95, warp=bend)
    grain = spectral_noise(torus, "pine/grain", slope=1.2, low=20, stretch=(1.0, 1.6))
    lumps = fbm(torus, "pine/lumps", nx * 2, octaves=5, gain=0.5)
    across = plates.edge / (torus.tile_m / nx * 0.5) + lumps * 0.09
    open_ = 0.01 + 0.20 * fbm(torus, "pine/open", nx, period_y=ny, octaves=3)
    body = smoothstep(0.0, 0.22, across - open_)
    layers = _terraced((across - open_).clamp(0, 0.9) + 0.12 * lumps, steps=7, share=0.95, brink=0.25)
    height, tone, fresh = 0.40 * body + 0.42 * layers, lumps * 0.2, smoothstep(0.9, 0.1, body)
    for number, size in enumerate((0.75, 0.45)):
        level, own, rim = _flakes(torus, f"pine/flakes-{number}", plate_m * size)
        height = height + (0.17 - 0.05 * number) * level * (0.2 + 0.8 * body)
        tone = tone + (own - 0.5) * (0.8 - 0.25 * number) - 0.25 * (1 - rim)
        # What has just lost its flake shows the warm bark beneath.
        fresh = torch.maximum(fresh, smoothstep(0.45, 0.25, level) * (0.85 - 0.3 * number) * own)
    return _Relief(
        height_m=height * look["depth_m"] + grain * 0.00022, top=body, fresh=fresh, tone=tone, grain=grain
    )


def _flakes(torus: Torus, name: str, size_m: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return a layer of flakes like pieces of a jigsaw: how high each lies, a tone of its own, and 0 at its rim."""
    period = torus.cells_across(size_m)
    warp = warp_field(torus, f"{name}/warp", int(period * 1.6), 0.55 / period, octaves=2)
    flakes = grains(torus, name, period, period_y=max(int(period * 0.6), 1), jitter=1.0, warp=warp)
    rim = smoothstep(0.0, 0.10, flakes.far - flakes.near)
    level = flakes.random(torus, f"{name}/level")
    # Old flakes lift at their rims.
    curl = smoothstep(0.35, 0.05, flakes.far - flakes.near) * 0.22
    return level * (0.8 + 0.2 * rim + curl), flakes.random(torus, f"{name}/tone"), rim


def _pine_color(look: Look, relief: _Relief) -> Tensor:
    old = _ramp(look, "#55493f", "#75675b", "#8e8073", "#a59789").paint(
        0.42 + 0.32 * relief.tone + 0.06 * relief.grain
    )
    warm = _ramp(look, "#33241c", "#5a3d2e", "#7d5844", "#98745d").paint(
        0.02 + 0.25 * relief.tone + 0.62 * relief.top + 0.06 * relief.grain
    )
    return mix(old, warm, (0.18 + 0.82 * relief.fresh) * (1 - 0.3 * look["age"]))


def _overgrown(surface: Surface, look: Look, relief: _Relief) -> Surface:
    """Let lichen fleck the crests and a breath of algae green the sheltered side."""
    torus = surface.torus
    algae = smoothstep(0.05, 0.7, fbm(torus, "bark/algae", 3, octaves=6, gain=0.6) + 0.25 * relief.tone)
    green = _ramp(look, "#4d5236", "#6a6d4c", tint=0.0).paint(relief.top)
    color = mix(surface.color, green, algae * (0.10 + 0.25 * look["age"]) * (0.4 + 0.6 * relief.top))
    warp = warp_field(torus, "lichen/warp", 24, 0.012)
    spots = grains(torus, "lichen", torus.cells_across(0.045), jitter=1.0, warp=warp)
    size = spots.random(torus, "lichen/size")
    place = fbm(torus, "lichen/place", 5, octaves=4)
    reach = 0.42 * (size - 0.75 + 0.25 * look["age"] + 0.5 * place).clamp(0, 1) - spots.near
    crust = smoothstep(-0.02, 0.05, reach + 0.035 * relief.grain) * smoothstep(0.45, 0.8, relief.top)
    pale = _ramp(look, "#7f8672", "#a5aa95", "#b9bda9", tint=0.15).paint(
        0.5 + 0.25 * relief.grain + 0.5 * relief.tone
    )
    return replace(surface, color=color).covered(
        crust * 0.75, color=pale, roughness=0.93, height_m=surface.height_m + crust * 0.0005
    )


def _birch(torus: Torus, look: Look) -> Surface:
    """Wrap the trunk in white paper with breathing slits, peeling strips and black scars."""
    wrinkle = spectral_noise(torus, "birch/wrinkle", slope=1.3, low=14, stretch=(7.0, 1.0))
    lumps = fbm(torus, "birch/lumps", 3, period_y=5, octaves=6, gain=0.5)
    slit = _lenticels(torus, wrinkle)
    scar, torn = _scars(torus, look, wrinkle)
    under, lip, strip = _peels(torus, look, wrinkle)
    depth = look["depth_m"]
    height = lumps * 0.36 * depth + wrinkle * 0.00013 + slit * 0.0006 - under * 0.0011 + lip * 0.0030
    height = height + scar * (torn * 0.45 - 0.12) * depth
    shade = 0.56 + 0.42 * lumps + 0.10 * wrinkle + strip
    color = _ramp(look, "#7c766e", "#a39c93", "#bcb6ac", "#cdc8be").paint(shade)
    fresh = _ramp(look, "#9a7d66", "#b0937c", "#c0a995", tint=0.4).paint(0.5 + 0.2 * wrinkle + 0.5 * lumps)
    color = mix(color, fresh, under * 0.75)
    color = color * (1 - 0.25 * (lip * under))
    dark = _ramp(look, "#3a332d", "#574c42", tint=0.2).paint(0.4 + 0.3 * wrinkle)
    color = mix(color, dark, slit * 0.85)
    stain = smoothstep(0.0, 1.0, blur(torus, scar, 0.012, 0.006) * 1.6)
    color = mix(color, _ramp(look, "#6d655c", tint=0.3).paint(shade), stain * 0.55)
    black = _ramp(look, "#2a2623", "#443d37", "#6a6057", tint=0.0).paint(0.3 + 0.5 * torn + 0.08 * wrinkle)
    color = mix(color, black, scar)
    roughness = look.roughness(0.56) + 0.05 * wrinkle.clamp(-2, 2) + 0.12 * lumps + 0.14 * under
    roughness = mix(mix(roughness, 0.82, slit), 0.92, scar)
    surface = Surface(
        torus=torus, height_m=height * look.relief, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.02)


def _lenticels(torus: Torus, wrinkle: Tensor) -> Tensor:
    """Return the horizontal slits through which the bark breathes, 0..1: many short ones, few long ones."""
    slits = torus.zeros()
    crowd = fbm(torus, "birch/crowd", 2, period_y=5, octaves=5, gain=0.6)
    sizes = ((0.23, 0.0125, 0.78), (0.085, 0.0072, 0.62), (0.03, 0.0048, 0.45))
    for number, (width_m, height_m, share) in enumerate(sizes):
        name = f"birch/slits-{number}"
        found = grains(
            torus, name, torus.cells_across(width_m), period_y=torus.cells_across(height_m), jitter=1.0
        )
        size = found.random(torus, f"{name}/size")
        reach = 0.10 + 0.28 * size.square() - found.near + 0.03 * wrinkle
        there = smoothstep(share, share + 0.12, size + 0.45 * crowd)
        slits = torch.maximum(slits, smoothstep(0.0, 0.16, reach) * there * (0.35 + 0.65 * size))
    return slits


def _scars(torus: Torus, look: Look, wrinkle: Tensor) -> tuple[Tensor, Tensor]:
    """Return where branches have left black scars, 0..1, and how torn the bark is in them, 0..1.

    Each is an eye under a brow: the trunk has grown, and drawn the fold above the branch into a wide angle.
    """
    places = cells(torus, "birch/scars", 3, period_y=4, jitter=0.9)
    torn = fbm(torus, "birch/torn", 26, octaves=5, gain=0.6, shape="ridged", period_y=18) * 0.5 + 0.5
    bend_x, bend_y = warp_field(torus, "birch/scar-bend", 6, 0.022, octaves=5)
    rough = 0.0025 * wrinkle + 0.010 * (torn - 0.5)
    alive = places.random(torus, "birch/scar-alive") < 0.12 + 0.45 * look["age"]
    width = places.random(torus, "birch/scar-width", 0.022, 0.095) * alive + 1e-4
    slant = places.random(torus, "birch/scar-slant", 0.15, 0.55)
    x, y = (places.x + bend_x).abs(), places.y + bend_y
    share = x / width
    brow = (1 - share.square()) * (0.05 * width + 0.004) - (y - slant * x + 0.20 * width).abs()
    squat = places.random(torus, "birch/scar-squat", 0.5, 1.1)
    eye = places.random(torus, "birch/scar-eye", 0.10, 0.36) * width
    eye = eye - torch.sqrt((x * squat).square() + (y - 0.22 * width).square())
    reach = torch.maximum(brow, eye) + rough * smoothstep(1.2, 0.8, share)
    return smoothstep(-0.0005, 0.0035, reach) * alive, torn


def _peels(torus: Torus, look: Look, wrinkle: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where the outer paper is gone, 0..1, its curled lip, 0..1, and a tone of its own for every strip."""
    sheet = fbm(torus, "birch/sheet", 2, period_y=9, octaves=6, gain=0.5) + 0.007 * wrinkle
    limit = 0.42 - 0.22 * look["wear"]
    under = smoothstep(limit, limit + 0.02, sheet)
    lip = smoothstep(limit - 0.07, limit - 0.005, sheet) * (1 - under)
    torn = smoothstep(0.1, 0.5, fbm(torus, "birch/lip", 6, octaves=4) + 0.35)
    return under, lip * torn, lip * 0.14
