"""Draw a material as a buyer would look at it: ball, plane under a low light, 3x3 tiles, a close-up, four seeds.

    python scripts/review_sheet.py granite marble            one sheet a material, in build/review
    python scripts/review_sheet.py --prompt "mossy granite"  any prompt
    python scripts/review_sheet.py --quick slate             512 px and two seeds, while drawing on it
    python scripts/review_sheet.py --size 4096 --device cuda granite

The close-up shows texels one to one. What each seed costs and what is implausible about it is printed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image as Picture

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.imaging.preview import render_plane, render_sphere, render_tiling
from assetgen.imaging.quality import check_plausible, measure_material
from assetgen.media.image import Image
from assetgen.media.material import Material
from assetgen.specs.material import MaterialSpec
from scripts.contact_sheets import grid, to_picture

EDGE = 400


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="materials of the catalog")
    parser.add_argument("--prompt", action="append", default=[], help="any prompt; may be repeated")
    parser.add_argument("--style", help="a style over it")
    parser.add_argument("--size", type=int, default=1024, help="texels along an edge (1024)")
    parser.add_argument("--seeds", type=int, default=4, help="how many seeds (4)")
    parser.add_argument("--quick", action="store_true", help="512 px and two seeds")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=Path("build/review"), help="folder of the sheets")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    size, seeds = (512, 2) if options.quick else (options.size, options.seeds)
    for prompt in (*(name.replace("_", " ") for name in options.names), *options.prompt):
        sheet = review(
            prompt, size=size, seeds=range(1, seeds + 1), device=options.device, style=options.style
        )
        path = options.out / f"{prompt.replace(' ', '_')[:60]}.png"
        sheet.save(path)
        print(path, flush=True)


def review(
    prompt: str, *, size: int, seeds: Sequence[int], device: str = "cpu", style: str | None = None
) -> Picture.Image:
    """Return the sheet of one prompt; print what it costs and what is implausible."""
    cells = []
    for seed in seeds:
        material, seconds = make(prompt, size=size, seed=seed, device=device, style=style)
        told = check_plausible(measure_material(material))
        print(f"{prompt}, seed {seed}: {seconds:.2f} s; {'; '.join(told) or 'plausible'}", flush=True)
        if seed == seeds[0]:
            views = (
                ("ball", render_sphere(material, size=EDGE)),
                ("low light", render_plane(material, size=EDGE)),
                ("3x3 tiles", render_tiling(material, size=EDGE, repeat=3)),
                (f"texels of {size}", close_up(material)),
            )
            cells += [(f"{prompt}: {name}", to_picture(view)) for name, view in views]
        else:
            cells.append((f"seed {seed}", to_picture(render_sphere(material, size=EDGE))))
            cells.append((f"seed {seed}", to_picture(render_plane(material, size=EDGE))))
    return grid(cells, columns=5 if len(cells) > 6 else 3, edge=EDGE)


def make(
    prompt: str, *, size: int, seed: int, device: str = "cpu", style: str | None = None
) -> tuple[Material, float]:
    """Return a finished material on the CPU and the seconds that its maps took."""
    spec = MaterialSpec(asset="review/sheet", prompt=prompt, size=(size, size), seed=seed, style=style)
    backend = load_backend("procedural", kind="material")
    started = time.process_time() if device == "cpu" else time.perf_counter()
    material = backend.generate(spec, Context(device=torch.device(device))).value
    if device != "cpu":
        torch.cuda.synchronize()
    seconds = (time.process_time() if device == "cpu" else time.perf_counter()) - started
    return material, seconds


def close_up(material: Material) -> Image:
    """Return EDGE x EDGE texels one to one from above, under the low light."""
    maps = {  # rolled, because the picture shows a tile around its corner
        role: image.with_pixels(image.pixels[:EDGE, :EDGE].roll((EDGE // 2, EDGE // 2), (0, 1)))
        for role, image in material.maps()
    }
    full = next(image.width for _, image in material.maps())
    return render_tiling(
        replace(material, **maps, tile_m=material.tile_m * min(EDGE / full, 1.0)), size=EDGE, repeat=1
    )


if __name__ == "__main__":
    main()
