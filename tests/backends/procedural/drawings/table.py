"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from tests.backends.procedural.drawings import (
    cloth,
    designs,
    earth,
    field,
    layouts,
    living,
    masonry,
    metal,
    piled,
    traces,
    wood,
)
from tests.backends.procedural.drawings.shared import Drawing

_THEMES = (field, layouts, piled, traces, designs, cloth, wood, living, masonry, metal, earth)

DRAWINGS: dict[str, Drawing] = {name: draw for theme in _THEMES for name, draw in theme.DRAWINGS.items()}
assert len(DRAWINGS) == sum(len(theme.DRAWINGS) for theme in _THEMES), "two drawings share a name"
