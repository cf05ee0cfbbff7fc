"""Make the contact sheets in docs/pictures: the catalog by category, layers, styles, the best dozen, the samples.

python scripts/contact_sheets.py                  everything but the samples
python scripts/contact_sheets.py --only stone     one category, or layers, styles or dozen
python scripts/contact_sheets.py --samples        the baked samples, after `assetgen bake samples`
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
from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.context import Context
from assetgen.formats.jpeg import write_jpeg
from assetgen.imaging.preview import render_plane, render_sphere
from assetgen.media.image import Image
from assetgen.settings import load_settings
from assetgen.specs.material import MaterialSpec
from assetgen.store.manifest import MANIFEST_SUFFIX, Manifest
from assetgen.store.store import Store

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
LARGEST_BYTES = 480_000
EDGE = 256
DOZEN = (
    "mossy cobblestone with puddles",
    "brick wall half covered with cracked white plaster",
    "calacatta marble",
    "old barrel roof tiles",
    "autumn forest floor",
    "lava",
    "herringbone oak parquet",
    "copper with patina",
    "hull panels",
    "cable knit wool",
    "dragon scales",
    "purple crystal",
)
"""What README shows."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--samples", type=Path, nargs="?", const=Path("samples/generated"), help="baked output folder"
    )
    parser.add_argument("--only", action="append", help="one sheet; may be repeated")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the sheets")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.samples:
        sheet_of_samples(options.samples, options.out)
        return
    for name, cells in sheets().items():
        if options.only is None or name in options.only:
            make_sheet(cells, options.out / f"{name}.jpg", options.device)


def sheets() -> dict[str, list[tuple[str, str, str | None]]]:
    """Return (label, prompt, style) of every picture of every sheet."""
    catalog = load_catalog()
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    for card in catalog.materials.values():
        name = card.name.replace("_", " ")
        found.setdefault(card.category, []).append((name, name, None))
    found["layers"] = [(card.example, card.example, None) for card in catalog.layers.values()]
    found["styles"] = [
        (f"{base}, {style.replace('_', ' ')}", base, style)
        for base in ("cobblestone", "brick", "wood planks")
        for style in catalog.styles
    ]
    found["dozen"] = [(prompt, prompt, None) for prompt in DOZEN]
    return found


def make_sheet(cells: Sequence[tuple[str, str, str | None]], path: Path, device: str) -> None:
    """Draw a ball and a plane under a low light of every prompt; the dozen are balls alone, larger."""
    drawn = []
    is_dozen = path.stem == "dozen"
    for label, prompt, style in cells:
        spec = MaterialSpec(asset="sheet/one", prompt=prompt, style=style, size=(1024, 1024), seed=1)
        made = load_backend("procedural", kind="material").generate(
            spec, Context(device=torch.device(device))
        )
        drawn.append((label, to_picture(render_sphere(made.value, size=EDGE * (2 if is_dozen else 1)))))
        if not is_dozen:
            drawn.append(("", to_picture(render_plane(made.value, size=EDGE))))
    save(grid(drawn, columns=4 if is_dozen else 6, edge=320 if is_dozen else EDGE), path)


def sheet_of_samples(folder: Path, out: Path) -> None:
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
    save(grid(unique[: len(unique) // 5 * 5], columns=5, edge=256), out / "samples.jpg")


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
