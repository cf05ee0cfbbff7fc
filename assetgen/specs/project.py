"""What a project file (`assetgen.toml`) may say."""

from __future__ import annotations

from functools import cache
from typing import Final

from assetgen.specs.base import LONGEST_PROMPT, SCHEMA_VERSION, TARGETS
from assetgen.specs.budget import MOST_BYTES, MOST_TEXELS
from assetgen.specs.embedding import DEFAULT_PROFILE, METADATA_LEVELS, PROFILES
from assetgen.specs.rules import Choice, Constant, Integer, ListOf, Text
from assetgen.specs.table import defaults_table
from assetgen.specs.tables import Key, MapOf, Table

DEFAULT_OUTPUT: Final = "generated"
MOST_STYLES: Final = 256
MOST_RULES: Final = 1024
_TOTALS: Final = {
    "total_bytes": Key(Integer(1, MOST_BYTES), "Most that all files of one target take on disk.", "bytes"),
    "total_gpu_bytes": Key(
        Integer(1, MOST_BYTES), "Most that all encoded maps of one target take in GPU memory.", "bytes"
    ),
    "total_texels": Key(Integer(1, MOST_TEXELS), "Most texels of all files of one target.", "texels"),
}
TOTALS: Final = tuple(_TOTALS)
"""Keys of `[budget]` that hold for all assets of a project together."""


@cache
def project_table() -> Table:
    """Return the rule of a whole project file."""
    defaults = defaults_table().keys
    words = {
        "prompt": Key(Text(LONGEST_PROMPT, is_prose=True), "Words added to the end of each prompt."),
        "negative": Key(
            Text(LONGEST_PROMPT, is_prose=True), "Words added to the end of each negative prompt."
        ),
    }
    match = {"match": Key(Text(400, meaning="a glob"), 'Prompt files it is for, such as "props/**".')}
    styles = MapOf(Table({**defaults, **words}), MOST_STYLES, r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
    rules = ListOf(Table({**match, **defaults}, required=("match",)), 0, MOST_RULES)
    limits = defaults["budget"].rule
    assert isinstance(limits, Table)
    budget = Table({**limits.keys, **_TOTALS})
    keys = {
        "assetgen": Key(Constant(SCHEMA_VERSION), "Version of this format."),
        "name": Key(Text(), "Name of the project; the folder's when absent."),
        "output": Key(
            Text(400, meaning="a path"), "Folder for finished assets, from this file.", default=DEFAULT_OUTPUT
        ),
        "targets": Key(
            ListOf(Choice(TARGETS), 1, len(TARGETS), is_set=True), "Engines to export to.", default=["unity"]
        ),
        "profile": Key(
            Choice(tuple(PROFILES)),
            "What it is baked for: work, or ship to players.",
            default=DEFAULT_PROFILE,
        ),
        "metadata": Key(
            Table(
                {
                    name: Key(Choice(METADATA_LEVELS), f"In the {name} profile.", default=level)
                    for name, level in PROFILES.items()
                }
            ),
            "What finished files say of their making: full, the license alone, or none.",
        ),
        "style": Key(styles, "Styles by name: words for the prompt, and defaults for absent keys."),
        "rule": Key(rules, "Defaults for the prompt files that a glob matches; later rules win."),
        "budget": Key(budget, "What each asset and the whole project may cost, and how good assets must be."),
    }
    return Table(keys, required=("assetgen",))
