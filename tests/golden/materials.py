"""What recipes and layers draw, as coarse means of every map, tied to the versions of their steps.

Means of a small drawing are the same on every machine to about the fourth decimal, so that they are compared with a
tolerance; a hash of them would be another on every processor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict

import torch
from torch.nn.functional import avg_pool2d

from assetgen.backends.procedural.backend import ProceduralBackend
from assetgen.context import Context
from assetgen.specs.material import MaterialSpec
from assetgen.versions import STEPS

PATH: Final = Path(__file__).with_name("materials.json")
TOLERANCE: Final = 0.004
PROMPTS: Final = (
    "bark",
    "birch bark",
    "brick",
    "ceramic tiles",
    "cobblestone",
    "concrete",
    "dirt",
    "painted metal",
    "wood planks",
    "painted pine planks, old and worn",
    "hexagonal celadon tiles, cracked glaze",
    "welded hull",
    "cracked concrete slabs",
    "mossy brick wall, herringbone",
    "rusty teal painted metal",
    "wet cobblestone",
    "dark concrete with gold veins",
)
_STEPS: Final = ("grammar", "procedural.material", "finish")
_ROLES: Final = ("base_color", "normal", "roughness", "metallic", "occlusion", "height")


class Golden(TypedDict):
    """The versions of the steps, and the fields of every map in thousandths, by prompt and role."""

    versions: dict[str, int]
    fields: dict[str, dict[str, list[int]]]


def draw(prompt: str) -> dict[str, list[int]]:
    """Return coarse means of each channel of each map of a prompt's material, in thousandths, flattened."""
    spec = MaterialSpec(asset="golden", prompt=prompt, seed=1, size=(64, 64))
    made = ProceduralBackend().generate(spec, Context()).value
    fields = {}
    for role, image in made.maps():
        if role in _ROLES:
            coarse = avg_pool2d(image.pixels.movedim(-1, 0)[None], 64 // _GRID[role])
            fields[role] = [round(value * 1000) for value in coarse.flatten().tolist()]
    return fields


_GRID: Final = {"base_color": 4, "normal": 2, "roughness": 8, "metallic": 4, "occlusion": 4, "height": 8}
"""Fields along an edge of each map: height and roughness show where a thing lies, color its hue."""


def current() -> Golden:
    """Return what the code draws now."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        fields = {prompt: draw(prompt) for prompt in PROMPTS}
    finally:
        torch.set_num_threads(threads)
    return Golden(versions={step: STEPS[step] for step in _STEPS}, fields=fields)


def recorded() -> Golden:
    """Return what was drawn when the versions were last set."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def differences(now: Golden, before: Golden) -> dict[str, float]:
    """Return the largest change, 0..1, of every map that changed by more than the tolerance, 1 for a new one."""
    changed = {}
    for prompt, maps in now["fields"].items():
        for role, values in maps.items():
            old = before["fields"].get(prompt, {}).get(role, [])
            same = len(old) == len(values)
            away = max(abs(a - b) for a, b in zip(values, old, strict=True)) / 1000 if same else 1.0
            if away > TOLERANCE:
                changed[f"{prompt}: {role}"] = away
    return changed


def to_json(golden: Golden) -> str:
    """Return the text of the golden file, a line for every map."""
    lines = [
        f"  {json.dumps(prompt)}: {{\n"
        + ",\n".join(
            f"   {json.dumps(role)}: {json.dumps(v, separators=(',', ':'))}" for role, v in maps.items()
        )
        + "}"
        for prompt, maps in golden["fields"].items()
    ]
    return f'{{"versions": {json.dumps(golden["versions"])},\n "fields": {{\n' + ",\n".join(lines) + "}}\n"
