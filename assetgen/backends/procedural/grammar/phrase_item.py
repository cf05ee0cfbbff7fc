"""A phrase of a prompt on its way from what it may mean to what it does, for surfaces and sounds alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class HasKind(Protocol):
    """A sense, of whatever grammar."""

    @property
    def kind(self) -> str:
        """Return what it is."""
        ...


SenseT = TypeVar("SenseT", bound=HasKind)


@dataclass(slots=True)
class PhraseItem(Generic[SenseT]):
    """A phrase with its senses and, once it is settled, the role that it plays.

    Args:
        text, start, end: what the prompt says, and where; key: the phrase of the lexicon.
        how: how the phrase was found ("exact", "fuzzy" ...).
        role: the kind of its span; value: the value of its span; reason: why it is ignored.
    """

    text: str
    start: int
    end: int
    key: str
    senses: tuple[SenseT, ...]
    how: str
    role: str = ""
    value: str = ""
    reason: str = ""
    suggestions: tuple[str, ...] = ()

    def sense(self, *kinds: str) -> SenseT | None:
        """Return the first sense of one of these kinds."""
        return next((sense for sense in self.senses if sense.kind in kinds), None)

    def settle(self, role: str, value: str = "") -> None:
        """Decide what the item is; the first decision stays."""
        if not self.role:
            self.role, self.value = role, value

    def ignore(self, reason: str, suggestions: tuple[str, ...] = ()) -> None:
        """Decide that the item changes nothing, and say why."""
        if not self.role:
            self.role, self.reason, self.suggestions = "ignored", reason, suggestions
