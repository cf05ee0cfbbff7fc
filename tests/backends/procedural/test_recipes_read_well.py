"""A recipe is short enough to read at one sitting, and none repeats what another says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from assetgen.backends.procedural.materials.table import RECIPES

FOLDER = Path(__file__).parents[3] / "assetgen" / "backends" / "procedural"
LONGEST = 149
SHARED = 6
"""Lines in a row that two recipes may not have in common."""
_PLAIN = re.compile(
    r"^(torus=torus|color=color|roughness=roughness|metallic=torus\.zeros\(\)|height_m=\w+),?$"
)


def files(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in sorted((FOLDER / room).rglob("*.py"))]
    return [path for path in found if path.name not in ("__init__.py", "table.py")]


@pytest.mark.parametrize("path", files("materials", "layers", "styles"), ids=lambda path: path.stem)
def test_a_recipe_a_layer_and_a_style_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_recipe_has_a_file_of_its_own_named_after_it() -> None:
    for name, recipe in RECIPES.items():
        place = FOLDER / "materials" / recipe.card.category / f"{name}.py"
        assert place.is_file(), place
        assert recipe.make.__name__ == name


def test_no_two_recipes_share_lines() -> None:
    seen: dict[tuple[str, ...], Path] = {}
    shared = []
    for path in files("materials"):
        lines = statements(path)
        for start in range(len(lines) - SHARED + 1):
            run = tuple(lines[start : start + SHARED])
            other = seen.setdefault(run, path)
            if other != path:
                shared.append(f"{path.stem} and {other.stem}: {run[0]} ...")
    assert shared == []


def statements(path: Path) -> list[str]:
    """Return the lines that say something: no docstrings, imports, blank lines, or plain construction."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    silent: set[int] = set()
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno is not None
            silent.update(range(node.lineno, node.end_lineno + 1))
    lines = [line.strip() for number, line in enumerate(source.splitlines(), 1) if number not in silent]
    return [
        line
        for line in lines
        if re.search(r"\w", line) and not line.startswith("#") and not _PLAIN.match(line)
    ]
