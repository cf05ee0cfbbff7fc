"""Draw what finishing makes of pictures: the tile before and after, its maps, and the surface under light.

python scripts/finish_sheet.py wall.jpg meadow.png --out build/finish     one sheet a picture
python scripts/finish_sheet.py wall.jpg --size 1024 --light top           as `finish.light` would have it
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from assetgen.context import Context
from assetgen.formats.read_image import read_image
from assetgen.imaging.preview import render_plane, render_sphere, render_tiling
from assetgen.imaging.quality import check_plausible, measure_material
from assetgen.imaging.resize import resize
from assetgen.kinds.finishing import FinishOptions, finish_sources
from assetgen.media.image import ColorSpace, Image
from assetgen.specs.finish import LIGHTS, REPAIRS, Finish
from scripts.contact_sheets import grid, to_picture

EDGE = 400


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--size", type=int, default=1024, help="texels along an edge (1024)")
    parser.add_argument("--light", choices=LIGHTS)
    parser.add_argument("--repair", choices=REPAIRS, default="auto")
    parser.add_argument("--detail", type=float, default=0.5)
    parser.add_argument("--out", type=Path, default=Path("build/finish"), help="folder of the sheets")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.pictures:
        finish = Finish(light=options.light, repair=options.repair, detail=options.detail)
        started = time.process_time()
        done = finish_sources(
            {"albedo": path.read_bytes()},
            FinishOptions(size=(options.size, options.size), finish=finish),
            Context(),
        )
        seconds = time.process_time() - started
        said = [*done.report["said"], *done.warnings, *check_plausible(measure_material(done.value))]  # type: ignore[misc]
        print(f"{path.name}: {seconds:.1f} s; " + "; ".join(said), flush=True)
        material = done.value
        before = _square(read_image(path.read_bytes()))
        views = [
            ("picture, 2x2", _twice(before)),
            *((f"finished, 2x2: {n}", _twice(i)) for n, i in material.maps() if n == "base_color"),
            ("ball", render_sphere(material, size=EDGE)),
            ("low light", render_plane(material, size=EDGE)),
            ("3x3 tiles", render_tiling(material, size=EDGE, repeat=3)),
            *((name, _shown(image)) for name, image in material.maps() if name != "base_color"),
        ]
        sheet = grid([(name, to_picture(view)) for name, view in views], columns=5, edge=EDGE)
        sheet.save(options.out / f"{path.stem.replace(' ', '_')}.png")


def _square(image: Image) -> Image:
    pixels = image.pixels[..., :3] if image.channels >= 3 else image.pixels[..., :1].expand(-1, -1, 3)
    return resize(Image(pixels.contiguous(), ColorSpace.SRGB), width=EDGE, height=EDGE)


def _shown(image: Image) -> Image:
    small = resize(image, width=EDGE, height=EDGE)
    pixels = small.pixels if small.channels == 3 else small.pixels[..., :1].expand(-1, -1, 3).contiguous()
    return Image(pixels, ColorSpace.SRGB)


def _twice(image: Image) -> Image:
    small = resize(image, width=EDGE // 2, height=EDGE // 2)
    return Image(small.pixels[..., :3].repeat(2, 2, 1), ColorSpace.SRGB)


if __name__ == "__main__":
    main()
