"""Prompt files in, engine-ready game assets out.

The public face: everything here is imported when it is first asked for, so that `import assetgen` costs nothing and
the light half never pays for torch.

    import os
    from pathlib import Path

    import assetgen

    report = assetgen.parse_prompt("old mossy cobblestone").report
    settings = assetgen.load_settings(os.environ)
    result = assetgen.run_bake(
        assetgen.BakeOptions(paths=(Path("assets"),)), settings, watcher=assetgen.QuietWatcher()
    )
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from assetgen.backends.base import Backend, Generated, load_backend
    from assetgen.backends.procedural.grammar.parse import parse_prompt
    from assetgen.bake.results import AssetResult, BakeResult
    from assetgen.bake.run import BakeOptions, QuietWatcher
    from assetgen.bake.run import bake as run_bake
    from assetgen.context import Context
    from assetgen.errors import AssetGenError
    from assetgen.media.image import ColorSpace, Image, MipChain
    from assetgen.media.material import Material
    from assetgen.project.project_file import find_project
    from assetgen.project.prompt_file import read_prompt_file
    from assetgen.settings import Settings, load_settings
    from assetgen.specs.material import MaterialSpec
    from assetgen.specs.schema import json_schema
    from assetgen.specs.texture import TextureSpec
    from assetgen.store.manifest import Manifest, verify_set
    from assetgen.versions import ASSETGEN as __version__

_HOMES: Final = {
    "AssetGenError": "errors",
    "AssetResult": "bake.results",
    "Backend": "backends.base",
    "BakeOptions": "bake.run",
    "BakeResult": "bake.results",
    "ColorSpace": "media.image",
    "Context": "context",
    "Generated": "backends.base",
    "Image": "media.image",
    "Manifest": "store.manifest",
    "Material": "media.material",
    "MaterialSpec": "specs.material",
    "MipChain": "media.image",
    "QuietWatcher": "bake.run",
    "Settings": "settings",
    "TextureSpec": "specs.texture",
    "find_project": "project.project_file",
    "json_schema": "specs.schema",
    "load_backend": "backends.base",
    "load_settings": "settings",
    "parse_prompt": "backends.procedural.grammar.parse",
    "read_prompt_file": "project.prompt_file",
    "run_bake": "bake.run",
    "verify_set": "store.manifest",
}

__all__ = [
    "AssetGenError",
    "AssetResult",
    "Backend",
    "BakeOptions",
    "BakeResult",
    "ColorSpace",
    "Context",
    "Generated",
    "Image",
    "Manifest",
    "Material",
    "MaterialSpec",
    "MipChain",
    "QuietWatcher",
    "Settings",
    "TextureSpec",
    "__version__",
    "find_project",
    "json_schema",
    "load_backend",
    "load_settings",
    "parse_prompt",
    "read_prompt_file",
    "run_bake",
    "verify_set",
]


def __getattr__(name: str) -> object:
    """Import a name of the public face from its home."""
    if name == "__version__":
        return import_module("assetgen.versions").ASSETGEN
    if name in _HOMES:
        # The function is `bake` at home; here that is the name of the package around it.
        own = "bake" if name == "run_bake" else name
        return getattr(import_module(f"assetgen.{_HOMES[name]}"), own)
    raise AttributeError(f"module 'assetgen' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public face."""
    return sorted([*globals(), *__all__])
