"""The scene of `blender_proof.py`, played inside Blender (bpy); knows the installed extension alone."""

from __future__ import annotations

import importlib
import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np

WISH = json.loads(sys.argv[-1])
FOLDER = Path(WISH["folder"])
MODULE = "bl_ext.user_default.assetgen"


def surface(name: str, points: np.ndarray, uvs: np.ndarray) -> bpy.types.Object:
    """Return a smooth mesh of a grid of points (rows, columns, 3) with UVs (rows, columns, 2)."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    faces = np.stack((index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]), axis=-1).reshape(-1, 4)
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points.reshape(-1, 3).tolist(), [], faces.tolist())
    mesh.uv_layers.new().data.foreach_set(
        "uv", uvs.reshape(-1, 2)[faces.reshape(-1)].reshape(-1).astype(np.float32)
    )
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    found = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(found)
    return found


def ball(radius: float) -> bpy.types.Object:
    """Return a ball with four tiles around and two from pole to pole, as our preview has it."""
    v, u = np.meshgrid(
        np.linspace(-0.5, 0.5, 385) * math.pi, np.linspace(-1, 1, 769) * math.pi, indexing="ij"
    )
    points = np.stack((np.cos(v) * np.sin(u), -np.cos(v) * np.cos(u), np.sin(v)), axis=-1) * radius
    return surface("Ball", points, np.stack((u * 2.0 / math.pi + 2.0, v * 2.0 / math.pi + 1.0), axis=-1))


def plane(tile: float) -> bpy.types.Object:
    """Return ground of six by six tiles, the middle of a tile's corner in the middle."""
    y, x = np.meshgrid(np.linspace(-3, 3, 1201), np.linspace(-3, 3, 1201), indexing="ij")
    points = np.stack((x * tile, y * tile, np.zeros_like(x)), axis=-1)
    return surface("Plane", points, np.stack((x, y), axis=-1))


def light(name: str) -> None:
    """Light the world by a panorama."""
    pixels = np.load(FOLDER / f"{name}_light.npy")
    rows, columns = pixels.shape[:2]
    image = bpy.data.images.new(name, columns, rows, float_buffer=True)
    image.colorspace_settings.name = "Linear Rec.709"
    image.pixels.foreach_set(
        np.concatenate((pixels, np.ones((rows, columns, 1), pixels.dtype)), axis=2).reshape(-1)
    )
    image.update()
    world = bpy.context.scene.world
    nodes = world.node_tree.nodes
    nodes.clear()
    texture, back, out = (
        nodes.new(f"ShaderNode{one}") for one in ("TexEnvironment", "Background", "OutputWorld")
    )
    texture.image = image
    world.node_tree.links.new(texture.outputs["Color"], back.inputs["Color"])
    world.node_tree.links.new(back.outputs["Background"], out.inputs["Surface"])


def render(name: str, shown: bpy.types.Object) -> None:
    """Render one object and keep the light that was seen, linear, with its coverage."""
    for one in bpy.data.objects:
        one.hide_render = one.type == "MESH" and one != shown
    scene = bpy.context.scene
    scene.render.filepath = str(FOLDER / f"{name}.exr")
    bpy.ops.render.render(write_still=True)
    seen = bpy.data.images.load(scene.render.filepath)
    pixels = np.empty(len(seen.pixels), dtype=np.float32)
    seen.pixels.foreach_get(pixels)
    np.save(FOLDER / f"{name}.npy", pixels.reshape(seen.size[1], seen.size[0], 4))


def look(position: tuple[float, float, float], tilt: float, *, turn: float = 0.0, **lens: object) -> None:
    """Put the camera somewhere; tilt is from straight down."""
    camera = bpy.context.scene.camera
    camera.location, camera.rotation_euler = position, (tilt, 0.0, turn)
    for name, value in lens.items():
        setattr(camera.data, name, value)


def setup() -> None:
    """Set up Cycles."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = WISH["samples"], True
    scene.render.resolution_x = scene.render.resolution_y = WISH["edge"]
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    for one in [one for one in bpy.data.objects if one.type == "LIGHT"]:
        bpy.data.objects.remove(one)


def main() -> None:
    """Install, generate, render."""
    bpy.ops.extensions.package_install_files(
        filepath=WISH["package"], repo="user_default", enable_on_install=True
    )
    bpy.context.preferences.addons[MODULE].preferences.command = WISH["command"]
    cube = bpy.data.objects["Cube"]
    cube.modifiers.new("Fine", "SUBSURF").subdivision_type = "SIMPLE"
    cube.modifiers["Fine"].render_levels = 8
    cube.modifiers["Fine"].levels = 0
    bpy.ops.assetgen.generate(prompt=WISH["prompt"], size=WISH["size"])
    course = importlib.import_module(f"{MODULE}.runtime").desk.current
    result = course.results[0]
    tile_m, relief_m = result.figure("tile_m"), result.figure("relief_m")
    material = cube.active_material
    setup()
    light("ball")
    look(
        (4.1, -5.4, 3.3), math.radians(64.0), turn=math.radians(37.2), type="PERSP", angle=math.radians(29.0)
    )
    render("cube", cube)
    # On the other two UVs count tiles, so that they show what our preview shows.
    material.node_tree.nodes["AssetGen Tiling"].inputs["Scale"].default_value = (1.0, 1.0, 1.0)
    radius = 4.0 * tile_m / (2.0 * math.pi)
    for shown in (ball(radius), plane(tile_m)):
        shown.data.materials.append(material)
    look((0.0, -10.0 * radius, 0.0), math.radians(90.0), type="ORTHO", ortho_scale=2.26 * radius)
    render("ball", bpy.data.objects["Ball"])
    light("plane")
    pitch, far = math.radians(50.0), 3.2 * 0.5 * tile_m
    look(
        (0.0, -far * math.cos(pitch), far * math.sin(pitch)),
        math.radians(90.0) - pitch,
        type="PERSP",
        angle=2.0 * math.atan(1.0 / 3.2),
    )
    render("plane", bpy.data.objects["Plane"])
    told = {
        "tile_m": tile_m,
        "relief_m": relief_m,
        "files": {role: str(one) for role, one in result.files.items()},
    }
    (FOLDER / "told.json").write_text(json.dumps(told), encoding="utf-8")


main()
