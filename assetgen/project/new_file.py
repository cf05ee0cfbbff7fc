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
"""

_TARGETS: Final = f"""
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

_ATLAS: Final = """
# What pages may be, in texels: longest edge, powers of two, free texels between pictures and repeated around them.
# page = { max = 2048, pot = true, padding = 2, extrude = 1, align = 4 }

# Mip levels: as many as the gutter keeps apart (true), one (false), or a number, for which the gutter grows.
# mips = true

# Leave transparent edges out; the data keep what was cut.
# trim = true

# Point that sprites are placed by, from the upper left corner.
# pivot = [0.5, 1.0]

# How alpha is used: blend or cutout.
# alpha = "cutout"

# How pictures are called: by the name of their file, or with its folders.
# names = "path"

# Maps to write and data files; all maps, and what the target reads, when absent.
# maps = ["albedo", "normal"]
# export = { data = ["json", "hash"] }
"""

_AUDIO: Final = """
# What it is: ambience, sfx or music; the words decide when absent.
# mode = "music"

# Length of an ambience in seconds.
# seconds = 20

# Length, tempo and key of music.
# bars = 16
# bpm = 84
# key = "A minor"

# How many an effect has, so that a game need not repeat itself.
# takes = 4

# Mastering: game_ambience (-23 LUFS), game_music (-16), streaming (-14) or sfx (peak at -3 dB).
# master = { profile = "game_ambience" }

# Files to write, and whether every stem is written too.
# export = { formats = ["ogg", "wav"], quality = 0.5, stems = true }
"""

_OWN: Final = {"texture": _TEXTURE, "material": _MATERIAL, "atlas": _ATLAS, "audio": _AUDIO}
_USES: Final = {"atlas": 'uses = ["*.png"]'}
"""How a kind begins that is made of what others are, where the rest begin with a prompt."""


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
    if kind in _USES:
        lines.append(_USES[kind] if source is None else f"uses = [{_quoted(source)}]")
    elif source is not None:
        lines.append(f"source = {_quoted(source)}")
    if prompt is not None or (source is None and kind not in _USES):
        lines.append(f"prompt = {_quoted(prompt or _words(name))}")
    text = "\n".join(lines) + "\n" + _OWN[kind] + ("" if kind in _USES else _COMMON) + _TARGETS
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
