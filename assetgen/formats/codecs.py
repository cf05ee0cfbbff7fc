"""Which picture codecs this installation has, and what is written where one is missing."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from types import ModuleType

from assetgen.errors import BackendUnavailable, FormatError
from assetgen.specs.picture_formats import EXTRAS, PICTURE_FORMATS


@lru_cache(maxsize=32)
def _loaded(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except (ImportError, OSError):  # absent, or a library of it does not load
        return None


def codec(name: str) -> ModuleType:
    """Return the library of a codec.

    Raises:
        BackendUnavailable: it is not installed, or does not load.
    """
    module = _loaded(name)
    if module is None:
        raise BackendUnavailable(f"this needs {name}, which is not there; {EXTRAS[name]}.")
    return module


def reader(name: str, what: str) -> ModuleType:
    """Return the library that reads something.

    Raises:
        FormatError: it is not installed, or does not load.
    """
    module = _loaded(name)
    if module is None:
        raise FormatError(f"{what} cannot be read here without {name}; {EXTRAS[name]}.")
    return module


def has(name: str) -> bool:
    """Return whether the library of a codec is there."""
    return _loaded(name) is not None


def is_there(word: str) -> bool:
    """Return whether a picture format can be written here."""
    needs = PICTURE_FORMATS[word].needs
    return not needs or has(needs)


def available_codecs() -> dict[str, bool]:
    """Return for every picture format whether it can be written here, in the order of the table."""
    return {word: is_there(word) for word in PICTURE_FORMATS}


def stand_in(word: str) -> tuple[str, str]:
    """Return the format to write where one was asked for, and a sentence on why it is another, or "".

    A format that keeps every bit is only ever replaced by one that does, as deep and as wide.

    Raises:
        FormatError: there is no such format.
    """
    if word not in PICTURE_FORMATS:
        raise FormatError(f'there is no picture format "{word}"; write one of {", ".join(PICTURE_FORMATS)}.')
    asked = PICTURE_FORMATS[word]
    if is_there(word):
        return word, ""
    for other in asked.instead:
        if is_there(other):
            written = PICTURE_FORMATS[other].title
            mend = EXTRAS[asked.needs]
            return (
                other,
                f"{asked.title} needs {asked.needs}, which is not there; {written} was written ({mend}).",
            )
    raise AssertionError(word)  # every row ends in a format that needs nothing
