"""One TOML file read with care: limits first, then syntax, with a place for everything that is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assetgen.errors import Place, PromptFileError
from assetgen.project.toml_places import Spot, scan_places
from assetgen.specs.wording import KeyPath, Problem, spell

LARGEST_FILE_BYTES: Final = 1 << 20
DEEPEST_NESTING: Final = 32

_BOM = b"\xef\xbb\xbf"
_KEY_AND_DOT = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_KEY_AND_DOT}){{{DEEPEST_NESTING}}}")
_SYNTAX_PLACE = re.compile(r"^(.*?)\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


class Places:
    """Where the keys and values of one file stand; the text is scanned when the first place is asked for.

    Args:
        path: the file, as messages show it.
        text: its text; read from the file when it is wanted and was not given.
    """

    __slots__ = ("_spots", "_text", "path")

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self._text = text
        self._spots: dict[KeyPath, Spot] | None = None

    def of(self, path: KeyPath, *, at_key: bool = False) -> Place:
        """Return the place of a value or its key, or of the nearest table around it that the file has."""
        spots = self._scanned()
        while path and path not in spots:
            path = path[:-1]
        if not path:
            return Place(str(self.path), 1, 1)
        spot = spots[path]
        return Place(str(self.path), *(spot.key if at_key else spot.value))

    def _scanned(self) -> dict[KeyPath, Spot]:
        if self._spots is None:
            if self._text is None:
                try:
                    self._text = self.path.read_text(encoding="utf-8-sig", errors="replace")
                except OSError:
                    self._text = ""
            self._spots = scan_places(self._text)
        return self._spots


class KeyPlaces(Places):
    """Where the keys of a document without a file stand: each at its own name, such as `spec.surface.meters`.

    Args:
        name: of the document.
        renamed: what the sender of the document calls some of its keys.
    """

    __slots__ = ("_name", "_renamed")

    def __init__(self, name: str, *, renamed: Mapping[str, str]) -> None:
        super().__init__(Path(name), "")
        self._name = name
        self._renamed = renamed

    def of(self, path: KeyPath, *, at_key: bool = False) -> Place:
        """Return the name of a key."""
        if not path:
            return Place(self._name)
        first = self._renamed.get(str(path[0]), path[0])
        return Place(f"{self._name}.{spell((first, *path[1:]))}")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file and the places in it."""

    document: Mapping[str, Any]
    places: Places

    def error(self, problem: Problem) -> PromptFileError:
        """Return a problem as an error with its place."""
        return PromptFileError(problem.message, place=self.places.of(problem.path, at_key=problem.at_key))


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Raises:
        PromptFileError: it cannot be read, is too large or too deeply nested, is not UTF-8 or not TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PromptFileError(
            f"the file cannot be read ({reason}); check its name and rights.", place=Place(str(path))
        ) from error
    return parse_toml(data, path=path)


def parse_toml(data: bytes, *, path: Path) -> TomlFile:
    """Parse the bytes of a TOML file; a byte order mark is dropped.

    Raises:
        PromptFileError: it is too large or too deeply nested, is not UTF-8 or not TOML.
    """
    if len(data) > LARGEST_FILE_BYTES:
        message = f"the file is larger than the limit of {LARGEST_FILE_BYTES} bytes (1 MiB); shorten it."
        raise PromptFileError(message, place=Place(str(path)))
    text = _decoded(data, path=path)
    if _DEEP_KEY.search(text):  # the parser takes a time that grows with the square of such a key
        raise _too_deep(path)
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise _too_deep(path) from error
    except ValueError as error:  # also what int() says of a number with thousands of digits
        raise _syntax_error(str(error), text, path=path) from error
    if _is_deeper(document, DEEPEST_NESTING):
        raise _too_deep(path)
    return TomlFile(document, Places(path, text))


def _decoded(data: bytes, *, path: Path) -> str:
    body = data.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + len(data) - len(body)
        line = body[: error.start].count(b"\n") + 1
        message = f"byte {offset} (0x{data[offset]:02x}) is not UTF-8; save the file as UTF-8."
        column = len(body[: error.start].rpartition(b"\n")[2].decode()) + 1
        raise PromptFileError(message, place=Place(str(path), line, column)) from error


def _syntax_error(reason: str, text: str, *, path: Path) -> PromptFileError:
    found = _SYNTAX_PLACE.match(reason)
    what, line, column = found.groups() if found else (reason, None, None)
    if line is None and found is not None:
        lines = text.splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    what = what[:1].lower() + what[1:]
    message = (
        f"this is not TOML: {what}. Text stands in quotes, lists in [ ], tables in {{ }}, one key a line."
    )
    return PromptFileError(message, place=Place(str(path), int(line or 0), int(column or 0)))


def _too_deep(path: Path) -> PromptFileError:
    message = f"tables and lists are nested deeper than the limit of {DEEPEST_NESTING} levels; flatten them."
    return PromptFileError(message, place=Place(str(path)))


def _is_deeper(value: object, levels: int) -> bool:
    """Whether a value nests deeper than so many levels, looking no deeper than that."""
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    else:
        return False
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
