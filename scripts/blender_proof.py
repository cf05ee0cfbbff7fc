"""Renders a generated material in Blender's Cycles from a fresh install, beside our own preview of the same files.

    python scripts/blender_proof.py --python PATH_OF_A_PYTHON_WITH_BPY --out docs/pictures/blender_render.jpg

The extension is built, installed into an empty Blender, and asked by its operator for a material on a ball, a plane
and a cube. Cycles renders them under the very light of our studio, baked into a panorama, and what it sees goes
through the tone curve of our preview. What is left is the difference between path tracing displaced geometry and
our preview; its mean over what is seen of the object is printed, in steps of 255.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Picture
from PIL import ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))

from assetgen.formats.read_image import read_image
from assetgen.imaging import preview, studio
from assetgen.imaging.color import linear_to_srgb
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material
from scripts.build_blender_extension import build
from tests.engine_plugins.blender.blenders import command_file, environment

SCENE = Path(__file__).with_name("blender_proof_scene.py")
PROMPT = "old mossy cobblestone with gold veins"
EDGE, SIZE = 480, 1024
_ROWS = 512
_WALL = (34, 34, 37)


def panorama(key: tuple[float, float, float]) -> np.ndarray:
    """Return the studio's light from everywhere (rows from below, columns, 3) as Blender unrolls a sphere.

    The key light is made as strong as the preview has it on matte surfaces: there it is a formula of its own, and
    brighter than the box that mirrors show.
    """
    v, u = torch.meshgrid(
        (torch.arange(_ROWS) + 0.5) / _ROWS, (torch.arange(2 * _ROWS) + 0.5) / (2 * _ROWS), indexing="ij"
    )
    around, above = -(u - 0.5) * 2.0 * math.pi, (v - 0.5) * math.pi
    x, y, z = above.cos() * around.cos(), above.cos() * around.sin(), above.sin()
    ours = torch.stack((x, z, -y)).reshape(3, -1)  # Blender's z is up, and its y goes away from the camera
    mirror = torch.full((ours.shape[1],), 0.02)
    without, box = (studio.environment(ours, mirror, key=key, key_visible=share) for share in (0.0, 1.0))
    box = box - without
    facing = sum(axis * part for axis, part in zip(ours, studio.unit(key), strict=True)).clamp_min(0.0)
    patch = above.cos().reshape(-1) * (math.pi / _ROWS) ** 2
    reached = (box * facing * patch).sum(dim=1) / math.pi
    scale = float((torch.tensor(studio._KEY_IRRADIANCE) / reached).mean())
    light = without + box * scale
    return light.reshape(3, _ROWS, 2 * _ROWS).permute(1, 2, 0).contiguous().numpy()


def material_of(told: dict[str, Any]) -> Material:
    """Return a material from the very files that Blender shows."""
    maps = {role: read_image(Path(path).read_bytes()) for role, path in told["files"].items()}
    packed = maps["orm"].pixels

    def data(pixels: torch.Tensor) -> Image:
        return Image(pixels.contiguous(), ColorSpace.DATA)

    return Material(
        tile_m=told["tile_m"],
        relief_m=told["relief_m"],
        base_color=Image(maps["albedo"].pixels[..., :3].contiguous(), ColorSpace.SRGB),
        normal=data(maps["normal"].pixels[..., :3]),
        occlusion=data(packed[..., 0:1]),
        roughness=data(packed[..., 1:2]),
        metallic=data(packed[..., 2:3]),
        height=data(maps["height"].pixels[..., :1]),
    )


def developed(path: Path, *, exposure: float = 1.0) -> tuple[Picture.Image, np.ndarray]:
    """Return what Cycles saw through our tone curve, and where it saw the object."""
    seen = np.load(path)[::-1].copy()  # Blender's rows start below
    light = torch.from_numpy(seen[..., :3]).permute(2, 0, 1).reshape(3, -1) * exposure
    shown = linear_to_srgb(studio.tone_map(light)).reshape(3, *seen.shape[:2]).permute(1, 2, 0)
    picture = Picture.fromarray((shown.clamp(0, 1) * 255).round().byte().numpy())
    wall = Picture.new("RGB", picture.size, _WALL)
    cover = Picture.fromarray((seen[..., 3].clip(0, 1) * 255).round().astype(np.uint8))
    return Picture.composite(picture, wall, cover), seen[..., 3] > 0.99


def difference_picture(one: Picture.Image, other: Picture.Image, where: np.ndarray) -> Picture.Image:
    """Return where two pictures differ, four times as bright as it is."""
    a, b = (np.asarray(picture.convert("RGB"), dtype=float) for picture in (one, other))
    return Picture.fromarray((np.abs(a - b) * 4.0 * where[..., None]).clip(0, 255).astype(np.uint8))


def difference(one: Picture.Image, other: Picture.Image, where: np.ndarray) -> float:
    """Return the mean difference of two pictures over a region, in steps of 255."""
    a, b = (np.asarray(picture.convert("RGB"), dtype=float) for picture in (one, other))
    return float(np.abs(a - b).mean(axis=2)[where].mean())


def to_picture(image: Image) -> Picture.Image:
    """Return an image as a picture to save."""
    return Picture.fromarray((image.pixels.clamp(0, 1) * 255).round().byte().numpy())


def sheet(cells: list[tuple[str, Picture.Image]], columns: int) -> Picture.Image:
    """Return pictures in rows, each with its words."""
    rows = math.ceil(len(cells) / columns)
    page = Picture.new("RGB", (columns * EDGE, rows * (EDGE + 26)), (24, 24, 24))
    draw = ImageDraw.Draw(page)
    for number, (words, picture) in enumerate(cells):
        x, y = number % columns * EDGE, number // columns * (EDGE + 26)
        page.paste(picture.resize((EDGE, EDGE)), (x, y + 26))
        draw.text((x + 8, y + 7), words, fill=(225, 225, 225))
    return page


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", required=True, help="a Python that has bpy")
    parser.add_argument("--out", type=Path, default=Path("build/blender_render.jpg"))
    parser.add_argument("--prompt", default=PROMPT)
    parser.add_argument("--samples", type=int, default=96)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        command, environ = command_file(folder), environment(folder)
        np.save(folder / "ball_light.npy", panorama(studio.KEY.direction))
        np.save(folder / "plane_light.npy", panorama(preview._LOW_KEY))
        wishes = {"prompt": options.prompt, "size": SIZE, "edge": EDGE, "samples": options.samples}
        wishes |= {
            "package": str(build(folder / "assetgen.zip")),
            "command": str(command),
            "folder": str(folder),
        }
        words = [options.python, str(SCENE), json.dumps(wishes)]
        try:
            subprocess.run(words, env=environ, cwd=folder, check=True)
        finally:
            subprocess.run([str(command), "serve", "--stop"], env=environ, check=False)
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        ours = material_of(told)
        ball, on_ball = developed(folder / "ball.npy")
        plane, on_plane = developed(folder / "plane.npy", exposure=preview._GROUND_EXPOSURE)
        cube, _ = developed(folder / "cube.npy")
        our_ball = to_picture(preview.render_sphere(ours, size=EDGE))
        our_plane = to_picture(preview.render_plane(ours, size=EDGE))
        of_ball, of_plane = difference(ball, our_ball, on_ball), difference(plane, our_plane, on_plane)
    apart = difference_picture(ball, our_ball, on_ball)
    cells = [
        ("Blender, Cycles: ball", ball),
        ("Blender, Cycles: plane", plane),
        ("Blender, Cycles: cube of 2 m", cube),
        ("our preview: ball", our_ball),
        ("our preview: plane", our_plane),
        (f"mean difference of 255: ball {of_ball:.1f}, plane {of_plane:.1f}; the ball's, times 4", apart),
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet(cells, 3).save(options.out, quality=76, optimize=True)
    print(f"{options.out}: mean difference of the ball {of_ball:.2f}, of the plane {of_plane:.2f}, of 255")


if __name__ == "__main__":
    main()
