"""The parts of the extension that need no Blender, imported from the checkout under a name of their own."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

from tests.engine_plugins.blender.blenders import ROOT

FOLDER = ROOT / "engine_plugins" / "blender" / "assetgen"
NAME = "assetgen_in_blender"


def part(name: str) -> ModuleType:
    """Return a module of the extension."""
    if NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            NAME, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[NAME] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{NAME}.{name}")
