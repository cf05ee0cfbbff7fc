"""The house is a stack of floors: imports go down only, and the light half stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "assetgen"

# The longest prefix that matches decides. Packages of one floor do not import each other.
FLOORS = {
    "assetgen.client": 0,
    "assetgen.errors": 1,
    "assetgen.versions": 1,
    "assetgen.specs": 2,
    "assetgen.settings": 2,
    "assetgen.media": 2,
    "assetgen.store": 3,
    "assetgen.context": 3,
    "assetgen.imaging": 3,
    "assetgen.dsp": 3,
    "assetgen.blocks": 3,
    "assetgen.formats": 3,
    "assetgen.backends": 4,
    "assetgen.export": 4,
    "assetgen.project": 5,
    "assetgen.kinds": 5,
    "assetgen.pipeline": 6,
    "assetgen.execute": 7,
    "assetgen.bake": 8,
    "assetgen.catalog": 8,
    "assetgen.serve": 8,
    "assetgen.cli": 9,
    "assetgen.__main__": 10,
    "assetgen": 10,
}
# blocks reads `threads` and so on from nobody; formats and kernels never meet, and kinds never sees project.
LIGHT = (
    "assetgen.errors",
    "assetgen.versions",
    "assetgen.specs",
    "assetgen.settings",
    "assetgen.store",
    "assetgen.backends.table",
    "assetgen.backends.procedural.catalog",
    "assetgen.backends.procedural.grammar",
    "assetgen.backends.procedural.oklab",
    "assetgen.project",
    "assetgen.execute",
    "assetgen.bake",
    "assetgen.catalog",
    "assetgen.client",
    "assetgen.serve",
    "assetgen.cli",
)
HEAVY_LIBRARIES = {
    "torch",
    "numpy",
    "numba",
    "PIL",
    "trimesh",
    "diffusers",
    "scipy",
    "transformers",
    "tifffile",
    "OpenEXR",
    "imagecodecs",
}
ONLY_IN = {
    "diffusers": "assetgen.backends.diffusion",
    "transformers": "assetgen.backends.diffusion",
    "grpc": "assetgen.serve",
    "grpc_health": "assetgen.serve",
    "grpc_reflection": "assetgen.serve",
    "google": "assetgen.serve",
    "aiohttp": "assetgen.serve",
    "watchdog": "assetgen.serve",
    "ray": "assetgen.execute.ray",
    "numba": "assetgen.blocks",
    "texture2ddecoder": "assetgen.blocks.decode",
    "PIL": "assetgen.formats",
    "tifffile": "assetgen.formats",
    "OpenEXR": "assetgen.formats",
    "imagecodecs": "assetgen.formats",
    "soundfile": "assetgen.formats",
}
BRIDGE = "assetgen.execute.worker"


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def imports_of(path: Path, *, at_import_only: bool) -> set[str]:
    """Return every module a file imports; `at_import_only` leaves out those inside functions and type checks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if at_import_only and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(node)
        ):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
        waiting += ast.iter_child_nodes(node)
    return found


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def longest(name: str, table: dict[str, int]) -> str:
    prefixes = [prefix for prefix in table if name == prefix or name.startswith(prefix + ".")]
    return max(prefixes, key=len)


def is_below(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def test_imports_only_go_down() -> None:
    wrong = []
    for name, path in modules():
        room = longest(name, FLOORS)
        for imported in imports_of(path, at_import_only=False):
            if not imported.startswith("assetgen"):
                continue
            other = longest(imported, FLOORS)
            if other != room and FLOORS[other] >= FLOORS[room]:
                wrong.append(f"{name} (floor {FLOORS[room]}) imports {imported} (floor {FLOORS[other]})")
    assert not wrong, "\n".join(wrong)


def test_the_light_half_names_no_heavy_library() -> None:
    heavy_rooms = {name for name, _ in modules() if not is_below(name, LIGHT) and name != "assetgen"}
    wrong = []
    for name, path in modules():
        if not is_below(name, LIGHT) or name == BRIDGE:
            continue
        for imported in imports_of(path, at_import_only=True):
            if imported.split(".")[0] in HEAVY_LIBRARIES or imported in heavy_rooms - {"assetgen.backends"}:
                wrong.append(f"{name} imports {imported}")
    assert not wrong, "\n".join(wrong)


def test_only_the_bridge_imports_the_pipeline() -> None:
    importers = {
        name
        for name, path in modules()
        if any(is_below(i, ("assetgen.pipeline",)) for i in imports_of(path, at_import_only=False))
        and not name.startswith("assetgen.pipeline")
    }
    assert importers == {BRIDGE}


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_each_heavy_library_has_one_room(library: str) -> None:
    allowed = ONLY_IN[library]
    users = {
        name
        for name, path in modules()
        if library in {i.split(".")[0] for i in imports_of(path, at_import_only=False)}
    }
    # The doctor names versions of what is installed; it computes nothing with it.
    strangers = {u for u in users if not is_below(u, (allowed,)) and u != "assetgen.pipeline.machine"}
    assert not strangers


def test_the_command_line_starts_without_any_heavy_library() -> None:
    code = (
        "import sys, assetgen.cli.main, assetgen.bake.run, assetgen.serve.daemon\n"
        "import assetgen.backends.procedural.grammar.parse\n"
        "assetgen.cli.main._parser()\n"
        f"heavy = {sorted(HEAVY_LIBRARIES)!r}\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_package_marker_is_empty() -> None:
    full = [path for path in PACKAGE.rglob("__init__.py") if path.read_text() and path.parent != PACKAGE]
    assert not full
