"""Cork: granules pressed to board, or a sheet as it comes off the oak."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface


def cork(torus: Torus, look: Look) -> Surface:
    """Bark that gives under the thumb: warm, dry, full of small dark pits."""
    kind = look.option("kind", "pressed")
    surface = _sheet(torus, look) if kind == "sheet" else _pressed(torus, look)
    # Hands and pins have been at it: crumbs are gone, and what is touched most has darkened.
    worn = patches(torus, "cork/worn", 0.09, amount=0.1 + 0.35 * look["wear"], soft=0.2)
    soiled = smoothstep(0.0, 0.7, fbm(torus, "cork/soiled", torus.cells_across(0.12), octaves=6, gain=0.6))
    dark = surface.color * torch.tensor([0.70, 0.64, 0.60], device=torus.device)[:, None, None]
    surface = surface.covered(
        soiled * 0.6 * look["dirt"],
        color=dark,
        roughness=surface.roughness - 0.14,
        height_m=surface.height_m - worn * 0.0004 * look["wear"],
    )
    return surface.with_grime(0.2 + 0.4 * look["dirt"], 0.004)


def _pressed(torus: Torus, look: Look) -> Surface:
    """Press granules of all shapes together; some are of dark hard bark, and corners have broken out."""
    pieces = _granules(torus, look)
    shared = torch.stack(
        [
            fbm(torus, "granules/lumps", torus.cells_across(0.009), octaves=5, gain=0.6),
            spectral_noise(torus, "granules/fine", slope=0.6, low=60),
        ]
    )
    lumps, fine = fetch_per_piece(torus, shared, pieces, "granules/shift")
    # Some seams are pressed shut, some have stayed open.
    shut = smoothstep(-0.1, 0.35, fbm(torus, "granules/shut", torus.cells_across(0.011), octaves=4))
    seam = smoothstep(0.0007, 0.0, pieces.edge + 0.0003 * lumps) * (0.15 + 0.85 * shut)
    fate = pieces.random(torus, "granules/fate")
    hard = smoothstep(0.05, 0.22, (fate - 0.78) * 2.2 + 0.75 * lumps)
    pit = smoothstep(0.30, 0.45, fbm(torus, "granules/pits", torus.cells_across(0.006), octaves=4, gain=0.6))
    pit = pit * (1 - hard) * smoothstep(0.2, 0.7, shut + 0.3 * seam)
    tone = (
        0.56 + 0.40 * lumps + 0.07 * fine + pieces.random(torus, "granules/tone", -0.24, 0.22) - 0.10 * seam
    )
    color = look.palette("#7c5c3a", "#a27e50", "#bd9968", "#d1b285").paint(tone)
    color = color * pieces.pick(piece_tints(torus, "granules/tint", pieces.count, value=0.08, hue=2.0))
    bark = look.palette("#3f2c1d", "#5d4329", "#7b5b3a", tint=0.6).paint(0.5 + 0.5 * lumps + 0.1 * fine)
    color = mix(color, bark, torch.maximum(hard * 0.85, torch.maximum(pit * 0.7, seam * 0.25)))
    level = pieces.random(torus, "granules/level", -0.00012, 0.00012)
    height_m = level + lumps * 0.00025 + fine * 0.00003 - seam * 0.00020 - pit * 0.0007 + hard * 0.0001
    height_m = height_m + fbm(torus, "cork/waves", 3, octaves=3) * 0.0008
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=look.roughness(0.82) + 0.05 * fine.clamp(-2, 2) - 0.14 * hard + 0.10 * pit,
        metallic=torus.zeros(),
    )


def _granules(torus: Torus, look: Look) -> Elements:
    """Return granules as a mill leaves them: ragged, large ones among crumbs."""
    period = torus.cells_across(look["granule_m"])
    bend = warp_field(torus, "granules/bend", period, 0.5 / period, octaves=3)
    tremble = warp_field(torus, "granules/tremble", 3 * period, 0.16 / period, octaves=2)
    warp = (bend[0] + tremble[0], bend[1] + tremble[1])
    large = cells(torus, "granules/large", period, jitter=1.0, warp=warp)
    small = cells(torus, "granules/small", round(period * 2.1), jitter=1.0, warp=warp)
    crumbled = large.random(torus, "granules/crumbled") < 0.42

    def pick(crumb: Tensor, whole: Tensor) -> Tensor:
        return torch.where(crumbled, crumb, whole)

    return Elements(
        id=pick(small.id + large.count, large.id),
        count=large.count + small.count,
        x=pick(small.x, large.x),
        y=pick(small.y, large.y),
        edge=pick(torch.minimum(small.edge, large.edge), large.edge),
        turned=torch.zeros(large.count + small.count, device=torus.device),
    )


def _sheet(torus: Torus, look: Look) -> Surface:
    """Cut a sheet across the bark: pale years side by side, and the dark channels through which the tree breathed."""
    across = torus.cells_across(0.011)
    bend_x, bend_y = warp_field(torus, "sheet/bend", 6, 0.02, octaves=4)
    warp = (bend_x, bend_y)
    small = grains(torus, "sheet/pores", 2 * across, period_y=across, jitter=1.0, warp=warp)
    large = grains(torus, "sheet/channels", across, period_y=max(across // 4, 2), jitter=1.0, warp=warp)
    lumps = fbm(torus, "sheet/lumps", torus.cells_across(0.03), octaves=6, gain=0.55)
    fine = spectral_noise(torus, "sheet/fine", slope=0.7, low=50)
    streak = spectral_noise(torus, "sheet/streak", slope=1.6, low=4, high=200, stretch=(1.0, 6.0))
    size, grown = small.random(torus, "sheet/size"), large.random(torus, "sheet/grown")
    pore = smoothstep(0.0, 0.10, 0.16 * size - small.near + 0.04 * lumps) * (size > 0.45)
    swarm = smoothstep(0.0, 0.4, lumps + 0.5 * grown - 0.05)
    channel = smoothstep(0.0, 0.08, 0.30 * grown.square() - large.near + 0.10 * lumps) * swarm
    hole = torch.maximum(pore * 0.7, channel)
    rim = smoothstep(-0.20, 0.0, 0.30 * grown.square() - large.near) * (1 - channel) * swarm
    tone = 0.56 + 0.26 * lumps + 0.13 * streak + 0.06 * fine - 0.18 * rim
    color = look.palette("#7d5d3a", "#a27d51", "#bf9a69", "#d3b588").paint(tone)
    dark = look.palette("#3a281a", "#573d27", "#74543a", tint=0.5).paint(0.5 + 0.4 * lumps + 0.15 * fine)
    height_m = lumps * 0.0007 + streak * 0.00015 + fine * 0.00005 - hole * 0.0014
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=mix(color, dark, hole * 0.85),
        roughness=look.roughness(0.80) + 0.05 * fine.clamp(-2, 2) + 0.12 * hole - 0.05 * streak.clamp(-2, 2),
        metallic=torus.zeros(),
    )
