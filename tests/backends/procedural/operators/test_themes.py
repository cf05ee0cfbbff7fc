"""Operators lie in themes, and themes are floors: each imports from those below it only."""

from __future__ import annotations

from pathlib import Path

from tests.test_floors import imports_of

OPERATORS = Path(__file__).parents[4] / "assetgen/backends/procedural/operators"
FIELD = OPERATORS.parent / "field"
PROCEDURAL = "assetgen.backends.procedural."
DOTTED = f"{PROCEDURAL}operators."
# Themes of one floor do not import each other.
FLOORS = {
    "layouts": 1,
    "piled": 2,
    "traces": 3,
    "designs": 3,
    "cloth": 4,
    "wood": 4,
    "living": 4,
    "masonry": 4,
    "metal": 4,
    "earth": 5,
}


def test_every_operator_lies_in_a_theme() -> None:
    assert {path.name for path in OPERATORS.glob("*.py")} == {"__init__.py"}
    assert {path.parent.name for path in OPERATORS.glob("*/__init__.py")} == set(FLOORS)


def test_themes_import_from_below_only() -> None:
    wrong = []
    for path in sorted(OPERATORS.glob("*/*.py")):
        own = path.parent.name
        for name in imports_of(path, at_import_only=False):
            other = name.removeprefix(DOTTED).split(".")[0]
            if name.startswith(DOTTED) and other != own and FLOORS[other] >= FLOORS[own]:
                wrong.append(
                    f"{own}/{path.name} (floor {FLOORS[own]}) imports {name} (floor {FLOORS[other]})"
                )
    assert not wrong, "\n".join(wrong)


def test_fields_stand_on_the_ground() -> None:
    """Surfaces and operators are made of fields, which know of neither."""
    allowed = (f"{PROCEDURAL}field", f"{PROCEDURAL}oklab")
    wrong = [
        f"{path.name} imports {name}"
        for path in sorted(FIELD.glob("*.py"))
        for name in imports_of(path, at_import_only=False)
        if name.startswith(PROCEDURAL) and not name.startswith(allowed)
    ]
    assert not wrong, "\n".join(wrong)
