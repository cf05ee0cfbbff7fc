"""Make the contact sheets in docs/pictures: every material at four seeds, its 3x3 tiling, and the samples.

python scripts/contact_sheets.py             materials and tilings
python scripts/contact_sheets.py --samples   the baked samples, after `assetgen bake samples`
"""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from assetgen.backends.base import load_backend
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.context import Context
from assetgen.formats.jpeg import write_jpeg
from assetgen.imaging.preview import render_sphere, render_tiling
from assetgen.media.image import Image
from assetgen.settings import load_settings
from assetgen.specs.material import MaterialSpec
from assetgen.store.manifest import MANIFEST_SUFFIX, Manifest
from assetgen.store.store import Store

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SEEDS = (1, 2, 3, 4)
LARGEST_BYTES = 480_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--samples", type=Path, nargs="?", const=Path("samples/generated"), help="baked output folder"
    )
    parser.add_argument("--only", action="append", help="one material; may be repeated")
    options = parser.parse_args()
    torch.set_num_threads(1)
    PICTURES.mkdir(parents=True, exist_ok=True)
    if options.samples:
        sheet_of_samples(options.samples)
    else:
        sheets_of_materials(options.only or list(RECIPES))


def sheets_of_materials(names: Sequence[str]) -> None:
    spheres, tilings = [], []
    for name in names:
        for seed in SEEDS:
            prompt = name.replace("_", " ")
            spec = MaterialSpec(asset=f"sheet/{name}", prompt=prompt, size=(1024, 1024), seed=seed)
            material = load_backend("procedural", kind="material").generate(spec, Context()).value
            spheres.append((f"{prompt}, seed {seed}", to_picture(render_sphere(material, size=320))))
            if seed == SEEDS[0]:
                tilings.append((f"{prompt}, 3x3", to_picture(render_tiling(material, size=480, repeat=3))))
    save(grid(spheres, columns=len(SEEDS), edge=320), PICTURES / "materials.jpg")
    save(grid(tilings, columns=4, edge=480), PICTURES / "tilings.jpg")


def sheet_of_samples(folder: Path) -> None:
    """Lay out the lit spheres that a bake kept for its report."""
    settings = load_settings(os.environ)
    cells = []
    with Store.open(settings.cache_dir) as store:
        for path in sorted(folder.rglob(f"*{MANIFEST_SUFFIX}")):
            manifest = Manifest.from_json(path.read_bytes())
            record = store.find(manifest.key)
            if manifest.kind == "material" and isinstance(record, dict):
                picture = Picture.open(io.BytesIO(store.blobs.get(record["previews"]["sphere"])))
                cells.append((manifest.asset, picture.convert("RGB")))
    unique = list(dict(cells).items())
    save(grid(unique[: len(unique) // 5 * 5], columns=5, edge=256), PICTURES / "samples.jpg")


def to_picture(image: Image) -> Picture.Image:
    return Picture.open(io.BytesIO(write_jpeg(image, quality=95))).convert("RGB")


def grid(cells: Sequence[tuple[str, Picture.Image]], *, columns: int, edge: int) -> Picture.Image:
    rows = -(-len(cells) // columns)
    sheet = Picture.new("RGB", (columns * edge, rows * edge), (30, 31, 34))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=max(edge // 22, 11))
    for number, (label, picture) in enumerate(cells):
        left, top = number % columns * edge, number // columns * edge
        sheet.paste(picture.resize((edge, edge), Picture.Resampling.LANCZOS), (left, top))
        pen.text(
            (left + 8, top + 6),
            label,
            fill=(225, 225, 225),
            font=font,
            stroke_width=2,
            stroke_fill=(20, 20, 20),
        )
    return sheet


def save(sheet: Picture.Image, path: Path) -> None:
    """Write a JPEG under the size limit, at the best quality that allows it."""
    for quality in range(90, 40, -4):
        data = io.BytesIO()
        sheet.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if len(data.getvalue()) <= LARGEST_BYTES:
            break
    path.write_bytes(data.getvalue())
    print(f"{path}: {sheet.width}x{sheet.height}, {len(data.getvalue()) // 1000} kB at quality {quality}")


if __name__ == "__main__":
    main()
