"""The pictures of the catalog: which there are, and workers that draw them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assetgen.backends.procedural.catalog.catalog import LayerCard, MaterialCard, StyleCard, load_catalog
from assetgen.catalog.listing import Entry
from assetgen.errors import AssetGenError
from assetgen.execute.base import Done, ExecutorFactory, Failed, Task
from assetgen.execute.processes import ProcessExecutor
from assetgen.project.order import SwatchOrder
from assetgen.settings import Settings

_MOST_CHOICES: Final = 6


@dataclass(frozen=True, slots=True)
class Swatch:
    """A lit ball of one entry: its label and the prompt that draws it."""

    entry: str
    label: str
    prompt: str
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A swatch that is there, as a JPEG, or what went wrong with it."""

    swatch: Swatch
    jpeg: bytes = b""
    error: AssetGenError | None = None


def swatches_of(card: Entry) -> list[Swatch]:
    """Return the pictures of an entry, the first of them its own; a material has one for each leading choice too."""
    if isinstance(card, StyleCard):
        return [Swatch(card.name, card.name.replace("_", " "), card.example, card.name)]
    if isinstance(card, LayerCard):
        return [Swatch(card.name, card.example, card.example)]
    assert isinstance(card, MaterialCard)
    name = card.name.replace("_", " ")
    choices = next(iter(card.options.values()), {})
    shown = [Swatch(card.name, name, name)]
    for value, words in list(choices.items())[:_MOST_CHOICES]:
        shown.append(Swatch(card.name, value.replace("_", " "), f"{name}, {words[0]}"))
    return shown


def every_entry() -> list[Entry]:
    """Return the cards of the whole catalog, in its order."""
    catalog = load_catalog()
    return [*catalog.materials.values(), *catalog.layers.values(), *catalog.styles.values()]


def draw_swatches(
    swatches: list[Swatch], settings: Settings, *, start_executor: ExecutorFactory = ProcessExecutor
) -> Iterator[Drawn]:
    """Yield the swatches as they are drawn, in any order; what fails is told and stops no other."""
    executor = start_executor(settings, jobs=min(settings.jobs, max(len(swatches), 1)))
    try:
        for number, swatch in enumerate(swatches):
            executor.submit(Task(str(number), SwatchOrder(prompt=swatch.prompt, style=swatch.style)))
        for event in executor.events():
            if isinstance(event, Failed):
                yield Drawn(swatches[int(event.id)], error=event.error)
            elif isinstance(event, Done) and isinstance(event.answer, dict):
                yield Drawn(swatches[int(event.id)], base64.b64decode(str(event.answer["jpeg"])))
    finally:
        executor.close()
