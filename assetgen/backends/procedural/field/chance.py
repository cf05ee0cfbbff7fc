"""Choices among named things that the seed makes when the prompt leaves them open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from assetgen.backends.procedural.field.torus import Torus

Thing = TypeVar("Thing")


def choose(torus: Torus, name: str, things: Sequence[Thing]) -> Thing:
    """Return one of the things, each as likely; name a thing twice to make it twice as likely."""
    return things[min(int(torus.draw(name, 0, len(things))), len(things) - 1)]
