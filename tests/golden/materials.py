"""What recipes and layers draw, as coarse means of every map, tied to the versions of their steps.

Means of a small drawing are the same on every machine to about the fourth decimal, so that they are compared with a
tolerance; a hash of them would be another on every processor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict

import torch
from torch.nn.functional import adaptive_avg_pool2d

from assetgen.backends.procedural.backend import ProceduralBackend
from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.context import Context
from assetgen.specs.material import MaterialSpec
from assetgen.versions import STEPS

PATH: Final = Path(__file__).with_name("materials.json")
TOLERANCE: Final = 0.004
_STEPS: Final = ("grammar", "procedural.material", "finish")
_GRID: Final = {"base_color": 2, "normal": 1, "roughness": 2, "metallic": 1, "occlusion": 1, "height": 3}
"""Fields along an edge of each map: height shows where a thing lies, color its hue."""
_DIGITS: Final = 3
"""Hexadecimal, of thousandths."""


def prompts() -> list[tuple[str, str | None]]:
    """Return (prompt, style) of what is kept: every material, every layer and every style of the catalog."""
    catalog = load_catalog()
    kept: list[tuple[str, str | None]] = [(name.replace("_", " "), None) for name in catalog.materials]
    kept += [(card.example, None) for card in catalog.layers.values()]
    return kept + [(card.example, name) for name, card in catalog.styles.items()]


class Golden(TypedDict):
    """The versions of the steps, and the means of every map of every prompt, see `draw`."""

    versions: dict[str, int]
    fields: dict[str, str]


def draw(prompt: str, style: str | None) -> str:
    """Return coarse means of each channel of each map, as one word of hexadecimal digits a map."""
    spec = MaterialSpec(asset="golden", prompt=prompt, style=style, seed=1, size=(64, 64))
    made = ProceduralBackend().generate(spec, Context()).value
    words = []
    for role, grid in _GRID.items():
        coarse = adaptive_avg_pool2d(getattr(made, role).pixels.movedim(-1, 0)[None], grid)
        words.append("".join(f"{round(value * 1000):0{_DIGITS}x}" for value in coarse.flatten().tolist()))
    return " ".join(words)


def current() -> Golden:
    """Return what the code draws now."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        fields = {
            f"{prompt} as {style}" if style else prompt: draw(prompt, style) for prompt, style in prompts()
        }
    finally:
        torch.set_num_threads(threads)
    return Golden(versions={step: STEPS[step] for step in _STEPS}, fields=fields)


def recorded() -> Golden:
    """Return what was drawn when the versions were last set."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def differences(now: Golden, before: Golden) -> dict[str, float]:
    """Return the largest change, 0..1, of every map that changed by more than the tolerance, 1 for a new one."""
    changed = {}
    for prompt, words in now["fields"].items():
        old = before["fields"].get(prompt, " ".join("" for _ in _GRID))
        for role, one, other in zip(_GRID, words.split(" "), old.split(" "), strict=True):
            away = _away(one, other)
            if away > TOLERANCE:
                changed[f"{prompt}: {role}"] = away
    return changed


def _away(one: str, other: str) -> float:
    if len(one) != len(other):
        return 1.0
    starts = range(0, len(one), _DIGITS)
    steps = (abs(int(one[i : i + _DIGITS], 16) - int(other[i : i + _DIGITS], 16)) for i in starts)
    return max(steps) / 1000


def to_json(golden: Golden) -> str:
    """Return the text of the golden file, a line for every prompt."""
    lines = [f"  {json.dumps(prompt)}: {json.dumps(words)}" for prompt, words in golden["fields"].items()]
    return f'{{"versions": {json.dumps(golden["versions"])},\n "fields": {{\n' + ",\n".join(lines) + "}}\n"
