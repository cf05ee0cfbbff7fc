"""Where in a TOML text each key and value stands, which the standard library's parser does not tell.

The scanner follows the grammar of TOML 1.0 far enough to place what a parser accepted, and never refuses: on
a text that is not TOML it places what it can. Lines and columns count from 1, columns in characters.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass

from assetgen.specs.wording import KeyPath

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?"{3,5}|\'\'\'[\s\S]*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a key and its value start, each as (line, column)."""

    key: tuple[int, int]
    value: tuple[int, int]


def scan_places(text: str) -> dict[KeyPath, Spot]:
    """Return the spot of every key, table and list element of a TOML text.

    A list element has its own start for both key and value; a table starts at its name in the header.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan_document()
    return scanner.spots


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.spots: dict[KeyPath, Spot] = {}
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lists: dict[KeyPath, int] = {}

    def scan_document(self) -> None:
        table: KeyPath = ()
        while True:
            self._skip(_BLANK_LINES)
            if self.position >= len(self.text):
                return
            start = self.position
            if self.text[start] == "[":
                table = self._scan_header()
            else:
                self._scan_pair(table)
            if self.position == start:
                self._skip_line()

    def _scan_header(self) -> KeyPath:
        is_list = self.text.startswith("[[", self.position)
        self.position += 2 if is_list else 1
        keys = self._scan_keys()
        path: KeyPath = ()
        for index, (name, spot) in enumerate(keys):
            path = (*path, name)
            self.spots.setdefault(path, Spot(spot, spot))
            if is_list and index == len(keys) - 1:
                self._lists[path] = self._lists.get(path, -1) + 1
            if path in self._lists:
                path = (*path, self._lists[path])
                self.spots.setdefault(path, Spot(spot, spot))
        self._skip_line()
        return path

    def _scan_pair(self, table: KeyPath) -> None:
        keys = self._scan_keys()
        if not keys:
            return
        path = table
        for name, spot in keys:
            path = (*path, name)
            self.spots.setdefault(path, Spot(spot, spot))
        if self._take("="):
            self._skip(_BLANK)
            self.spots[path] = Spot(keys[-1][1], self._here())
            self._scan_value(path)

    def _scan_keys(self) -> list[tuple[str, tuple[int, int]]]:
        keys = []
        while True:
            self._skip(_BLANK)
            found = _KEY.match(self.text, self.position)
            if found is None:
                return keys
            keys.append((_unquoted(found.group()), self._here()))
            self.position = found.end()
            if not self._take("."):
                return keys

    def _scan_value(self, path: KeyPath) -> None:
        if self._take("["):
            self._scan_list(path)
        elif self._take("{"):
            self._scan_inline_table(path)
        elif _STRING.match(self.text, self.position):
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _scan_list(self, path: KeyPath) -> None:
        index = 0
        while True:
            self._skip(_BLANK_LINES)
            if self._take("]") or self.position >= len(self.text):
                return
            start = self.position
            self.spots[(*path, index)] = Spot(self._here(), self._here())
            self._scan_value((*path, index))
            self._skip(_BLANK_LINES)
            if not self._take(",") and self.position == start:
                return
            index += 1

    def _scan_inline_table(self, path: KeyPath) -> None:
        while True:
            self._skip(_BLANK_LINES)
            if self._take("}") or self.position >= len(self.text):
                return
            start = self.position
            self._scan_pair(path)
            self._skip(_BLANK_LINES)
            if not self._take(",") and self.position == start:
                return

    def _take(self, sign: str) -> bool:
        self._skip(_BLANK)
        if self.text.startswith(sign, self.position):
            self.position += len(sign)
            return True
        return False

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def _skip_line(self) -> None:
        end = self.text.find("\n", self.position)
        self.position = len(self.text) if end < 0 else end + 1

    def _here(self) -> tuple[int, int]:
        line = bisect_right(self._line_starts, self.position)
        return line, self.position - self._line_starts[line - 1] + 1


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    if not key.startswith('"'):
        return key
    try:
        return str(tomllib.loads(f"key = {key}")["key"])
    except ValueError:
        return key[1:-1]
