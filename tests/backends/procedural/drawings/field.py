"""Drawings of fields."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import edges, faces, ledges, proud, slope
from assetgen.backends.procedural.field.heat import incandescence
from assetgen.backends.procedural.field.height import (
    blur,
    blurs,
    convexity,
    faces_up,
    run_down,
    smoothstep,
)
from assetgen.backends.procedural.field.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice, fetch, fetch_at, fetch_at_points
from tests.backends.procedural.drawings.shared import RAMP, Drawing, bend, finished, surface


def _at_points(torus: Torus) -> Tensor:
    # The tile's values at a few places, spread over all texels alike.
    x, y = torus.uniform("places", 9, 2).T
    values = fetch_at_points(torus, fbm(torus, "a", 3), x, y)
    return values[:, None, None].expand(-1, torus.size, torus.size)


def _exposure(torus: Torus) -> Tensor:
    height_m = surface(torus).height_m
    fields = (slope(torus, height_m), ledges(torus, height_m), faces(torus, height_m))
    return torch.stack([*fields, proud(torus, height_m, 0.1), edges(torus, height_m, 0.1)])


DRAWINGS: dict[str, Drawing] = {
    "gradient noise": lambda t: gradient_noise(t, "a", 7, 5),
    "fine gradient noise": lambda t: gradient_noise(t, "a", t.size // 2, 2),
    "fbm": lambda t: fbm(t, "a", 3),
    "ridged fbm": lambda t: fbm(t, "a", 3, shape="ridged", period_y=5),
    "billowing fbm": lambda t: fbm(t, "a", 3, shape="billow"),
    "spectral noise": lambda t: spectral_noise(t, "a", slope=1.3),
    "streaks": lambda t: spectral_noise(t, "a", slope=2.0, low=2, stretch=(1.0, 8.0)),
    "sway and tremble": lambda t: torch.stack(bent_twice(t, "a", (0.5, 0.1), (0.1, 0.02))),
    "fetch": lambda t: fetch(t, fbm(t, "a", 3), *bend(t)),
    "fetch at": lambda t: fetch_at(t, fbm(t, "a", 3), fbm(t, "b", 2) * 0.5, fbm(t, "c", 2) * 0.5),
    "fetch at points": _at_points,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "exposure": _exposure,
    "faces up": lambda t: faces_up(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "incandescence": lambda t: incandescence(fbm(t, "a", 3) + 0.5),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
