"""Readers of atlas data that know nothing of how they are written: each follows what its engine does.

A reader takes the files of a set by name and gives every picture back, whole and upright, cut from its page.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import PIL.Image

Files = Mapping[str, bytes]
Pictures = dict[str, np.ndarray]
"""(H, W, 4) uint8 by name; what was cut off is transparent black."""


def page(files: Files, name: str) -> np.ndarray:
    """Return a page as (H, W, 4) uint8."""
    with PIL.Image.open(io.BytesIO(files[name])) as picture:
        return np.array(picture.convert("RGBA"))


def whole(kept: np.ndarray, size: tuple[int, int], at: tuple[int, int]) -> np.ndarray:
    """Return a trimmed picture in its place."""
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    canvas[at[1] : at[1] + kept.shape[0], at[0] : at[0] + kept.shape[1]] = kept
    return canvas


def texture_packer_frame(pixels: np.ndarray, entry: Mapping[str, Any]) -> np.ndarray:
    """Return a picture as PixiJS and Phaser draw a frame: a turned one covers h x w and is turned back."""
    frame, spot, size = entry["frame"], entry["spriteSourceSize"], entry["sourceSize"]
    wide, tall = (frame["h"], frame["w"]) if entry["rotated"] else (frame["w"], frame["h"])
    kept = pixels[frame["y"] : frame["y"] + tall, frame["x"] : frame["x"] + wide]
    if entry["rotated"]:
        kept = np.rot90(kept)  # counterclockwise
    if not entry["trimmed"]:
        assert kept.shape[:2] == (size["h"], size["w"])
        return kept
    assert kept.shape[:2] == (spot["h"], spot["w"])
    return whole(kept, (size["w"], size["h"]), (spot["x"], spot["y"]))


def read_hash(files: Files, first: str) -> Pictures:
    """Follow TexturePacker's hash form from one file through those that it is packed with."""
    found: Pictures = {}
    document = json.loads(files[first])
    names = [first, *document["meta"].get("related_multi_packs", [])]
    for name in names:
        document = json.loads(files[name])
        meta = document["meta"]
        pixels = page(files, meta["image"])
        assert pixels.shape[:2] == (meta["size"]["h"], meta["size"]["w"])
        found |= {key: texture_packer_frame(pixels, entry) for key, entry in document["frames"].items()}
    return found


def read_array(files: Files, name: str) -> Pictures:
    """Read the array form as Phaser does: one list of frames, or a list of textures."""
    document = json.loads(files[name])
    textures = document.get("textures") or [{**document["meta"], "frames": document["frames"]}]
    return {
        entry["filename"]: texture_packer_frame(page(files, texture["image"]), entry)
        for texture in textures
        for entry in texture["frames"]
    }


def read_paper2d(files: Files, name: str) -> Pictures:
    """Read a sheet as Unreal's Paper2D importer does: without trim the other sizes are passed over."""
    document = json.loads(files[name])
    assert document["meta"]["app"]
    pixels = page(files, document["meta"]["image"])
    found = {}
    for key, entry in document["frames"].items():
        if not entry["trimmed"]:
            size = {"w": entry["frame"]["w"], "h": entry["frame"]["h"]}
            entry = {**entry, "sourceSize": size}
        found[key] = texture_packer_frame(pixels, entry)
    return found


def read_tpsheet(files: Files, name: str, sizes: Mapping[str, tuple[int, int]]) -> Pictures:
    """Read a sheet as Unity's importer does: rows from below, pivots of what was kept, which gives the place."""
    found = {}
    settings: dict[str, str] = {}
    for line in files[name].decode().splitlines():
        if line.startswith(":"):
            key, _, value = line[1:].partition("=")
            settings[key] = value
        elif line and not line.startswith("#"):
            numbers = [part.strip() for part in line.split(";")]
            key = re.sub(r"%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), numbers[0])
            x, y, wide, tall = (int(n) for n in numbers[1:5])
            pixels = page(files, settings["texture"])
            assert settings["size"] == f"{pixels.shape[1]}x{pixels.shape[0]}"
            top = pixels.shape[0] - y - tall
            pivot_x, pivot_y = float(numbers[5]), float(numbers[6])
            width, height = sizes[key]
            left = round(width * 0.5 - pivot_x * wide)
            above = round(height * 0.75 - (1 - pivot_y) * tall)
            found[key] = whole(pixels[top : top + tall, x : x + wide], (width, height), (left, above))
    assert settings["format"] == "40300"
    return found


def read_atlas_textures(files: Files) -> Pictures:
    """Read every .tres as Godot does: a text resource with an outer texture, then properties."""
    found = {}
    for name, data in files.items():
        if not name.endswith(".tres"):
            continue
        head, outer, resource = re.split(r"\n\n(?=\[)", data.decode())
        assert re.fullmatch(r'\[gd_resource type="AtlasTexture" load_steps=2 format=3\]', head)
        path = re.fullmatch(r'\[ext_resource type="Texture2D" path="([^"]+)" id="1"\]', outer)
        assert path is not None
        values = dict(line.split(" = ", 1) for line in resource.splitlines()[1:])
        assert values["atlas"] == 'ExtResource("1")'
        x, y, wide, tall = _rect(values["region"])
        left, above, more_wide, more_tall = _rect(values["margin"])
        folder = name.split("/")[:-1]
        for part in path[1].split("/"):
            folder = folder[:-1] if part == ".." else [*folder, part]
        pixels = page(files, "/".join(folder))[y : y + tall, x : x + wide]
        key = name.split("/", 1)[1].removesuffix(".tres")
        found[key] = whole(pixels, (wide + more_wide, tall + more_tall), (left, above))
    return found


def _rect(text: str) -> tuple[int, ...]:
    match = re.fullmatch(r"Rect2\((\d+), (\d+), (\d+), (\d+)\)", text)
    assert match is not None, text
    return tuple(int(number) for number in match.groups())


def read_own(files: Files, name: str, role: str = "albedo") -> Pictures:
    """Read our own form by its UV matrix alone: every texel's center is looked up on the page."""
    document = json.loads(files[name])
    is_v_up = document["origin"] == "bottom_left"
    found = {}
    for entry in document["sprites"]:
        listed = document["pages"][entry["page"]]["files"]
        pixels = page(files, next(one["file"] for one in listed if one["role"] == role))
        wide, tall = entry["source"]["x"], entry["source"]["y"]
        v, u = np.meshgrid((np.arange(tall) + 0.5) / tall, (np.arange(wide) + 0.5) / wide, indexing="ij")
        a, b, c, d, e, f = entry["uv_matrix"]
        v = 1 - v if is_v_up else v
        page_u, page_v = a * u + b * v + c, d * u + e * v + f
        page_v = 1 - page_v if is_v_up else page_v
        rows = np.clip((page_v * pixels.shape[0]).astype(int), 0, pixels.shape[0] - 1)
        columns = np.clip((page_u * pixels.shape[1]).astype(int), 0, pixels.shape[1] - 1)
        looked_up = pixels[rows, columns]
        inside = _kept(entry, tall, is_v_up=is_v_up)
        found[entry["name"]] = np.where(inside[..., None], looked_up, 0).astype(np.uint8)
    return found


def _kept(entry: Mapping[str, Any], tall: int, *, is_v_up: bool) -> np.ndarray:
    """Return which texels of a picture lie on the page."""
    rect, offset = entry["rect"], entry["offset"]
    width, height = rect["width"], rect["height"]
    width, height = (height, width) if entry["rotated"] else (width, height)
    top = tall - offset["y"] - height if is_v_up else offset["y"]
    mask = np.zeros((tall, entry["source"]["x"]), bool)
    mask[top : top + height, offset["x"] : offset["x"] + width] = True
    return mask
