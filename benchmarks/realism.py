"""How real the library's materials are in numbers, beside photographs and scans of the same things.

    python benchmarks/realism.py --images DIR     files named by a prompt: "mossy cliff.jpg", "dirt.albedo.png"

For each picture the material of its name is made at 1024 px, and both are measured at 512: the slope of the power
spectrum of lightness over spatial frequency, the contrast (standard deviation of OKLab lightness), and the color
spread (root mean square distance in OKLab a, b from the mean color). A photograph holds the light that fell on the
thing, so what is made is seen from above under a light too; a scan's base color, NAME.albedo.*, is compared with the
base color. A made figure should lie within the spread of the real ones. Grey pictures have no color spread and are
left out of it. The pictures are the user's own.
"""

from __future__ import annotations

import argparse
import math
import sys
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.formats.read_image import read_image
from assetgen.imaging.color import linear_to_oklab, srgb_to_linear
from assetgen.imaging.preview import render_tiling
from assetgen.specs.material import MaterialSpec

EDGE = 512
SEEDS = (1, 2)
FIGURES = ("slope", "contrast", "spread")
GREY = 0.004


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="folder of photographs named by prompts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for path in sorted(options.images.iterdir()):
        real = figures(read_image(path.read_bytes()).pixels[..., :3])
        prompt, scanned = path.stem.removesuffix(".albedo"), path.stem.endswith(".albedo")
        made = [figures(make(prompt, seed, lit=not scanned)) for seed in SEEDS]
        rows.append((prompt, real, {name: sum(one[name] for one in made) / len(made) for name in FIGURES}))
    print(f"{'':32}" + "".join(f"{f'real {name}':>15}{'made':>9}" for name in FIGURES))
    for name, real, made in rows:
        print(f"{name[:31]:32}" + "".join(f"{real[f]:15.3f}{made[f]:9.3f}" for f in FIGURES))
    return report(rows)


def report(rows: list[tuple[str, dict[str, float], dict[str, float]]]) -> int:
    """Print the spread of the real ones and what of the made ones lies outside; return the exit code."""
    outside = 0
    for figure in FIGURES:
        colored = [row for row in rows if figure != "spread" or row[1]["spread"] > GREY]
        real = [row[1][figure] for row in colored]
        low, high = min(real), max(real)
        out = [f"{name} {made[figure]:.3f}" for name, _, made in colored if not low <= made[figure] <= high]
        outside += len(out)
        print(f"{figure}: real {low:.3f} to {high:.3f}; outside: {', '.join(out) or 'none'}")
    print(f"{len(rows)} pairs, {outside} figures outside")
    return 1 if outside else 0


def make(prompt: str, seed: int, *, lit: bool) -> Tensor:
    """Return a prompt's material seen from above, or its base color alone, (H, W, 3) sRGB."""
    spec = MaterialSpec(asset="realism/one", prompt=prompt, size=(1024, 1024), seed=seed)
    material = load_backend("procedural", kind="material").generate(spec, Context()).value
    if lit:
        return render_tiling(material, size=EDGE, repeat=1).pixels[..., :3]
    assert material.base_color is not None
    return material.base_color.pixels


def figures(pixels: Tensor) -> dict[str, float]:
    """Measure an sRGB picture (H, W, 3)."""
    square = min(pixels.shape[:2])
    planes = pixels[:square, :square].movedim(-1, 0)[None]
    planes = planes.expand(-1, 3, -1, -1)
    linear = srgb_to_linear(torch.nn.functional.interpolate(planes, EDGE, mode="area")[0].movedim(0, -1))
    lab = linear_to_oklab(linear).double()
    lightness, color = lab[..., 0], lab[..., 1:]
    away = (color - color.mean(dim=(0, 1))).square().sum(-1)
    return {
        "slope": spectral_slope(lightness),
        "contrast": float(lightness.std()),
        "spread": float(away.mean().sqrt()),
    }


def spectral_slope(field: Tensor) -> float:
    """Return the slope of log power over log frequency, from 6 to 160 cycles; windowed, as photos do not wrap."""
    window = torch.hann_window(EDGE, periodic=True, dtype=torch.float64)
    spectrum = torch.fft.rfft2((field - field.mean()) * window * window[:, None]).abs().square()
    ky, kx = torch.fft.fftfreq(EDGE, 1 / EDGE)[:, None], torch.fft.rfftfreq(EDGE, 1 / EDGE)[None]
    radius = torch.sqrt(kx * kx + ky * ky)
    edges = torch.logspace(math.log10(6), math.log10(160), 25)
    points = []
    for low, high in pairwise(edges.tolist()):
        ring = (radius >= low) & (radius < high)
        if int(ring.sum()) > 0:
            points.append(
                (math.log(float(radius[ring].mean())), math.log(float(spectrum[ring].mean()) + 1e-12))
            )
    x, y = torch.tensor(points, dtype=torch.float64).T
    return float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


if __name__ == "__main__":
    sys.exit(main())
