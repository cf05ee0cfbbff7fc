"""What a finished file says of its own making, for whoever finds it without its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

PREFIX: Final = "assetgen:"
"""Before each name where a file keeps flat pairs of texts: attributes of EXR, key/values of KTX2."""
LARGEST_SEED: Final = 2**63 - 1
LONGEST_TEXT: Final = 8000
"""Characters of a value that is read; a prompt has 4000, and a style may add as many."""

_SHIPPED: Final = ("licence", "generator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The origin of an asset; empty texts and None stand for what is unknown or kept back.

    Args:
        asset: the asset's id in its project.
        prompt: the words that it was made from.
        negative: what it was not to show.
        seed: what chance was drawn from, 0 to 2**63 - 1.
        backend: what generated it.
        model: the weights that the backend used, if any.
        licence: what it may be used for.
        key: the cache key of its making, 64 hex digits.
        generator: the program and its version.
    """

    asset: str = ""
    prompt: str = ""
    negative: str = ""
    seed: int | None = None
    backend: str = ""
    model: str = ""
    licence: str = ""
    key: str = ""
    generator: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not self.texts()

    def texts(self) -> dict[str, str]:
        """Return what is known as texts by plain name, in the order of the fields."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in found.items() if value not in ("", None)}

    def pairs(self) -> dict[str, str]:
        """Return what is known as `assetgen:<name>` -> text, for files that keep flat pairs."""
        return {f"{PREFIX}{name}": text for name, text in self.texts().items()}

    def kept(self, level: str) -> Metadata | None:
        """Return what a file of some metadata level says: "full" all, "license" licence and program, else None."""
        if level == "full":
            return self
        if level == "license":
            return Metadata(**{name: getattr(self, name) for name in _SHIPPED})
        return None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Metadata | None:
        """Return what texts by plain name say, or None when nothing among them is known; a false seed is dropped."""
        known: dict[str, str | int] = {
            field.name: texts[field.name][:LONGEST_TEXT]
            for field in fields(cls)
            if field.name != "seed" and texts.get(field.name)
        }
        seed = texts.get("seed", "")
        if seed.isascii() and seed.isdigit() and len(seed) <= 19 and int(seed) <= LARGEST_SEED:
            known["seed"] = int(seed)
        return cls(**known) if known else None  # ty: ignore[invalid-argument-type]

    @classmethod
    def from_pairs(cls, pairs: Mapping[str, str]) -> Metadata | None:
        """Return what pairs as of `pairs` say, or None when none of them is ours."""
        own = {name.removeprefix(PREFIX): text for name, text in pairs.items() if name.startswith(PREFIX)}
        return cls.from_texts(own)
