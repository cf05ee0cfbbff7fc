"""Print what every procedural operator costs: CPU milliseconds on one thread, and the memory it needs.

A ratio to one addition of two fields of the same size stands beside the time, because it means the same on any
machine. Memory is how far the process grows, in fields of one float per texel, the result included.
Run: python benchmarks/operators.py [--size 1024] [--only cells]
"""

from __future__ import annotations

import argparse
import ctypes
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import blur, blurs, dome, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches, scratches
from assetgen.backends.procedural.surface import Surface, finish

Case = Callable[[], object]


def cases(torus: Torus) -> dict[str, Case]:
    """Return one call of every operator, with the fields it reads already drawn."""
    field, other = fbm(torus, "field", 6), fbm(torus, "other", 9)
    stack = torch.stack([field, other, field])
    bend = warp_field(torus, "bend", 5, 0.02)
    stones = cells(torus, "stones", 12)
    plan = courses(8, 24)
    ramp = Palette.of("#302820", "#706050", "#a09080", "#c0b0a0")
    color = ramp.paint(field)
    return {
        "gradient_noise 8": lambda: gradient_noise(torus, "a", 8),
        "gradient_noise N/4": lambda: gradient_noise(torus, "a", torus.size // 4),
        "fbm, 5 octaves from 4": lambda: fbm(torus, "a", 4),
        "fbm, 6 octaves from 16": lambda: fbm(torus, "a", 16, octaves=6),
        "spectral_noise": lambda: spectral_noise(torus, "a", slope=1.3),
        "grains": lambda: grains(torus, "a", 40),
        "grains, warped": lambda: grains(torus, "a", 40, warp=bend),
        "cells": lambda: cells(torus, "a", 12),
        "cells, warped": lambda: cells(torus, "a", 12, warp=bend),
        "cells, rounded": lambda: cells(torus, "a", 12, roundness=14.0),
        "lay": lambda: lay(torus, plan),
        "lay, warped, round corners": lambda: lay(torus, plan, warp=bend, corner_m=0.01),
        "pick 3 columns": lambda: stones.pick(torch.ones(3, stones.count)),
        "along": stones.along,
        "warp_field": lambda: warp_field(torus, "a", 5, 0.02),
        "fetch": lambda: fetch(torus, field, *bend),
        "fetch 3 planes": lambda: fetch(torus, stack, *bend),
        "fetch_per_piece 3 planes": lambda: fetch_per_piece(torus, stack, stones, "a"),
        "smoothstep": lambda: smoothstep(-0.2, 0.4, field),
        "dome": lambda: dome(stones.edge, 0.02),
        "blur": lambda: blur(torus, field, 0.01),
        "blurs, two": lambda: blurs(torus, field, (0.01, 0.03)),
        "run_down": lambda: run_down(torus, field, 0.2),
        "scratches, 300": lambda: scratches(torus, "a", 300),
        "crack_distance": lambda: crack_distance(torus, "a", 0.2),
        "patches": lambda: patches(torus, "a", 0.3, amount=0.4),
        "paint, 4 stops": lambda: ramp.paint(field),
        "mix colors": lambda: mix(color, color, field),
        **surface_cases(torus, stones, color, field),
    }


def surface_cases(torus: Torus, stones: Elements, color: Tensor, field: Tensor) -> dict[str, Case]:
    """Return the steps that every surface goes through."""
    height_m = dome(stones.edge, 0.03) * 0.02 + field * 0.002
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=field * 0.1 + 0.7, metallic=torus.zeros()
    )
    return {
        "cavity": lambda: surface.cavity(0.01),
        "occlusion": lambda: surface.occlusion(0.05),
        "with_grime": lambda: surface.with_grime(0.5, 0.05),
        "finish": lambda: finish(surface),
    }


def cpu_ms(case: Case, *, repeats: int) -> float:
    """Return the least CPU time of a few runs in milliseconds; least, because neighbours only ever add to it."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        case()
        spent.append(time.process_time() - start)
    return min(spent) * 1000


def peak_bytes(case: Case) -> int:
    """Return how far resident memory rose above its start while a case ran; 0 where Linux does not say."""
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not reset.exists():
        return 0
    ctypes.CDLL(None).malloc_trim(0)  # else memory that earlier cases gave back would serve this one unseen
    reset.write_text("5")
    start = _kibibytes(status, "VmRSS")
    case()
    return max(_kibibytes(status, "VmHWM") - start, 0) * 1024


def _kibibytes(status: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(name))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1024, help="texels along an edge")
    parser.add_argument("--only", default="", help="measure only the operators whose name contains this")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torus = Torus(arguments.size, 7, 2.0)
    one = torch.rand(arguments.size, arguments.size)
    addition = cpu_ms(lambda: [one + one for _ in range(20)], repeats=5) / 20
    field_bytes = one.numel() * 4
    print(f"{arguments.size} x {arguments.size}, one thread; one addition takes {addition:.2f} ms\n")
    print(f"{'operator':30}{'CPU ms':>9}{'additions':>11}{'fields of memory':>18}")
    for name, case in cases(torus).items():
        if arguments.only in name:
            spent = cpu_ms(case, repeats=arguments.repeats)
            fields = peak_bytes(case) / field_bytes
            print(f"{name:30}{spent:9.1f}{spent / addition:11.0f}{fields:18.1f}")


if __name__ == "__main__":
    main()
