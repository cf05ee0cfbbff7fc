"""Makes the documentation's pictures of the Blender panel from those that the window test took.

ASSETGEN_TEST_PICTURES=build/panel pytest -m slow tests/engine_plugins/blender/test_in_a_window.py
python scripts/blender_pictures.py build/panel docs/pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

STATES = {
    "typing": "while you type",
    "running": "while it is made",
    "kept": "variants",
    "broken": "a broken prompt file",
    "away": "the daemon was killed",
}
LEFT, RIGHT, TOP, BOTTOM = 968, 1188, 84, 832
"""Where the sidebar is in a window of 1440 x 900."""
_HEAD = 26


def strip(folder: Path) -> Image.Image:
    """Return the sidebar in its states, side by side."""
    width, height = RIGHT - LEFT, BOTTOM - TOP
    page = Image.new("RGB", (len(STATES) * (width + 8) - 8, height + _HEAD), (24, 24, 24))
    draw = ImageDraw.Draw(page)
    for number, (name, words) in enumerate(STATES.items()):
        x = number * (width + 8)
        with Image.open(folder / f"{name}.png") as shot:
            page.paste(shot.convert("RGB").crop((LEFT, TOP, RIGHT, BOTTOM)), (x, _HEAD))
        draw.text((x + 6, 7), words, fill=(225, 225, 225))
    return page


def main() -> None:
    """Run the command line."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    strip(source).save(out / "blender_panel.jpg", quality=90)
    with Image.open(source / "done.png") as shot:
        shot.convert("RGB").save(out / "blender_window.jpg", quality=88)
    for name in ("blender_panel", "blender_window"):
        path = out / f"{name}.jpg"
        print(path, f"{path.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
