"""The text of a fresh prompt file: three lines that work, and the keys one reaches for next as comments."""

from __future__ import annotations

import json
import re
from typing import Final

from assetgen.backends.procedural.catalog.params import describe
from assetgen.errors import SpecError
from assetgen.project.params import named_material
from assetgen.specs.base import LARGEST_SIZE, SCHEMA_VERSION, SMALLEST_SIZE, STYLES, TARGETS
from assetgen.specs.table import SPECS
from assetgen.specs.wording import did_you_mean, show

_COMMON: Final = f"""
# What it shall not show.
# negative = "text, people"

# Without a seed one is made from the file's place in the project, so that every bake gives the same result.
# seed = 4127

# A style of the project, or {", ".join(STYLES)}.
# style = "realistic"

# How many different ones to make.
# variants = 3

# Engines to export to: {", ".join(TARGETS)}. The project's when absent.
# targets = ["unity", "unreal"]
"""

_TEXTURE: Final = f"""
# Edge in texels, a power of two, {SMALLEST_SIZE} to {LARGEST_SIZE}.
# size = 1024

# Edges across which it repeats without a seam: xy, x, y or none.
# tile = "xy"

# What it holds: albedo, normal, roughness, metallic, occlusion, height, emissive or orm.
# role = "albedo"

# Files to write; the target decides when absent.
# export = {{ formats = ["png", "dds:bc7"], mipmaps = true }}
"""

_MATERIAL: Final = f"""
# Edge in texels, a power of two, {SMALLEST_SIZE} to {LARGEST_SIZE}.
# size = 2048

# Edges across which it repeats without a seam: xy, x, y or none.
# tile = "xy"

# Which maps it has; occlusion comes with orm.
# maps = {{ normal = {{ strength = 1.2 }}, height = {{ bits = 16 }}, emissive = false }}

# Edge length of one tile in metres, roughness from 0 (mirror) to 1 (matte), metallic from 0 to 1.
# surface = {{ meters = 2.0, roughness = [0.35, 0.9], metallic = 0.0 }}

# How the maps are written; the target decides when absent.
# export = {{ sizes = [1024, 512], albedo = "bc7", normal = "bc5", orm = "bc7", height = "png16" }}

# What a single engine does differently.
# engine.unity.pack = "hdrp_mask"
"""

_OWN: Final = {"texture": _TEXTURE, "material": _MATERIAL}


def new_prompt_file(kind: str, name: str, *, prompt: str | None = None, source: str | None = None) -> str:
    """Return the text of a prompt file.

    Args:
        kind: of asset.
        name: of the asset; the prompt is made from it when none is given.
        prompt: what it shall look like.
        source: a picture to finish instead of generating, as a path from the prompt file.

    Raises:
        SpecError: there is no such kind.
    """
    if kind not in SPECS:
        raise SpecError(f"kind = {show(kind)} is unknown; {did_you_mean(kind, SPECS)}")
    lines = [f"assetgen = {SCHEMA_VERSION}", f'kind = "{kind}"']
    if source is not None:
        lines.append(f"source = {_quoted(source)}")
    if prompt is not None or source is None:
        lines.append(f"prompt = {_quoted(prompt or _words(name))}")
    text = "\n".join(lines) + "\n" + _OWN[kind] + _COMMON
    return text + _params(prompt or _words(name)) if kind == "material" and source is None else text


def _params(prompt: str) -> str:
    """Return the parameters of the material that a prompt names as comments, each at its middle."""
    card = named_material(prompt)
    if card is None or not (card.parameters or card.options):
        return ""
    lines = [f"# Parameters of {card.name.replace('_', ' ')}, over what the prompt says."]
    for parameter in card.parameters:
        middle = (parameter.low + parameter.high) / 2
        lines.append(f"# params.{parameter.name} = {middle:.4g}  # {describe(parameter)}")
    for option, values in card.options.items():
        first, *others = (json.dumps(value) for value in values)
        lines.append(f"# params.{option} = {first}" + (f"  # or {', '.join(others)}" if others else ""))
    return "\n" + "\n".join(lines) + "\n"


def _words(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[_\-.\s]+", " ", last).strip() or "old wet mossy cobblestone"


def _quoted(text: str) -> str:
    # JSON strings are TOML basic strings but for the delete character, which TOML wants escaped as well.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
