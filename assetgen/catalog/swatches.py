"""The pictures and clips of the catalog: which there are, and workers that draw them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assetgen.backends.procedural.catalog.catalog import LayerCard, StyleCard, load_catalog
from assetgen.backends.procedural.catalog.sounds import SceneCard, SoundCard, load_sounds
from assetgen.catalog.listing import Entry
from assetgen.errors import AssetGenError
from assetgen.execute.base import Done, ExecutorFactory, Failed, Task
from assetgen.execute.processes import ProcessExecutor
from assetgen.project.order import SwatchOrder
from assetgen.settings import Settings

_MOST_CHOICES: Final = 6


@dataclass(frozen=True, slots=True)
class Swatch:
    """A lit ball of one entry, or a clip of a sound of some mode: its label and the prompt that draws it."""

    entry: str
    label: str
    prompt: str
    style: str | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A swatch that is there, as a JPEG and an OGG if it sounds, or what went wrong with it."""

    swatch: Swatch
    jpeg: bytes = b""
    ogg: bytes = b""
    error: AssetGenError | None = None


def swatches_of(card: Entry) -> list[Swatch]:
    """Return the pictures of an entry, the first of them its own; there is one for each leading choice too."""
    if isinstance(card, StyleCard):
        return [Swatch(card.name, card.name.replace("_", " "), card.example, card.name)]
    if isinstance(card, LayerCard):
        return [Swatch(card.name, card.example, card.example)]
    if isinstance(card, SceneCard):
        return [Swatch(card.name, card.words[0], card.words[0], mode="ambience")]
    name, mode = card.name.replace("_", " "), ""
    if isinstance(card, SoundCard):
        name, mode = card.words[0], card.mode
    choices = next(iter(card.options.values()), {})
    shown = [Swatch(card.name, name, name, mode=mode)]
    for value, words in list(choices.items())[:_MOST_CHOICES]:
        prompt = f"{name} in {words[0]}" if mode else f"{name}, {words[0]}"
        shown.append(Swatch(card.name, value.replace("_", " "), prompt, mode=mode))
    return shown


def every_entry() -> list[Entry]:
    """Return the cards of the whole catalog, in its order."""
    catalog, sounds = load_catalog(), load_sounds()
    surfaces = [*catalog.materials.values(), *catalog.layers.values(), *catalog.styles.values()]
    return [*surfaces, *sounds.sounds.values(), *sounds.scenes.values()]


def draw_swatches(
    swatches: list[Swatch], settings: Settings, *, start_executor: ExecutorFactory = ProcessExecutor
) -> Iterator[Drawn]:
    """Yield the swatches as they are drawn, in any order; what fails is told and stops no other."""
    executor = start_executor(settings, jobs=min(settings.jobs, max(len(swatches), 1)))
    try:
        for number, swatch in enumerate(swatches):
            executor.submit(
                Task(str(number), SwatchOrder(prompt=swatch.prompt, mode=swatch.mode, style=swatch.style))
            )
        for event in executor.events():
            if isinstance(event, Failed):
                yield Drawn(swatches[int(event.id)], error=event.error)
            elif isinstance(event, Done) and isinstance(event.answer, dict):
                jpeg, ogg = (base64.b64decode(str(event.answer.get(name, ""))) for name in ("jpeg", "ogg"))
                yield Drawn(swatches[int(event.id)], jpeg, ogg)
    finally:
        executor.close()
