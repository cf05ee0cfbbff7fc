"""Cache keys: one canonical byte form for a document, and the sha256 over it.

The canonical form is JSON in UTF-8 with sorted keys and no spaces. Two documents that compare equal in Python
have the same form, with one exception: `True` is not `1`.

    strings   NFC; two keys of one mapping that are the same in NFC are refused
    numbers   an integral float is written as an integer (2.0 is 2, -0.0 is 0); every other float as the
              shortest decimal that reads back to the same 64 bits; NaN and infinity are refused
    lists     tuples and lists alike
    refused   everything else, enums too: a key must not depend on how a class chooses to print itself
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from assetgen.errors import SpecError, StoreError
from assetgen.versions import KEY_SCHEMA

MAX_DEPTH: Final = 64
_MAX_BITS: Final = 1024  # as far as a float reaches


def canonical_json(document: object) -> bytes:
    """Return the one byte form of a document of mappings, lists, strings, numbers, booleans and None.

    Raises:
        SpecError: a value has no canonical form; the message names where it stands.
    """
    return json.dumps(
        _normal(document, "document", MAX_DEPTH),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def action_key(step: str, document: Mapping[str, object]) -> str:
    """Return the key of one step's work: 64 hex digits that change with any value in the document.

    Args:
        step: the step's name, as in `assetgen.versions.STEPS`.
        document: everything the step's output depends on, its version among it; never a path, a time or a
            client.

    Raises:
        SpecError: a value has no canonical form.
    """
    whole = {"key_schema": KEY_SCHEMA, "step": step, "document": document}
    return hashlib.sha256(canonical_json(whole)).hexdigest()


def hash_bytes(data: bytes) -> str:
    """Return the sha256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """Return the sha256 of a file's bytes as 64 hex digits, reading it in pieces.

    Raises:
        StoreError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error


def is_hash(text: object) -> bool:
    """Tell whether this is a sha256 as 64 lower-case hex digits."""
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


def _normal(value: object, where: str, depth: int) -> object:
    if depth == 0:
        raise SpecError(f"{where} is nested more than {MAX_DEPTH} deep; flatten it.")
    # Plain texts and tables first: every job waits for six of these documents.
    if type(value) is str:
        return value if value.isascii() else _normal_text(value, where)
    if type(value) is dict:
        return _normal_mapping(value, where, depth)
    if isinstance(value, Enum):
        raise SpecError(f"{where} is the enum {value!r}; put its value into the key, not the enum.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _normal_text(value, where)
    if isinstance(value, int | float):
        return _normal_number(value, where)
    if isinstance(value, Mapping):
        return _normal_mapping(value, where, depth)
    if isinstance(value, list | tuple):
        return [_normal(item, f"{where}[{i}]", depth - 1) for i, item in enumerate(value)]
    raise SpecError(f"{where} is a {type(value).__name__}, which has no canonical form; use plain values.")


def _normal_text(text: str, where: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SpecError(f"{where} holds half of a surrogate pair; write whole characters.") from None
    return unicodedata.normalize("NFC", text)


def _normal_number(number: float, where: str) -> int | float:
    if isinstance(number, float):
        if not math.isfinite(number):
            raise SpecError(f"{where} is {number}; write a finite number.")
        return int(number) if number.is_integer() else float(number)
    if int(number).bit_length() > _MAX_BITS:
        raise SpecError(f"{where} is an integer of more than {_MAX_BITS} bits; write a smaller one.")
    return int(number)


def _normal_mapping(mapping: Mapping[Any, object], where: str, depth: int) -> dict[str, object]:
    normal: dict[str, object] = {}
    for key, value in mapping.items():
        if type(key) is not str and (not isinstance(key, str) or isinstance(key, Enum)):
            raise SpecError(f"{where} has the key {key!r}; keys are plain strings.")
        name = key if key.isascii() else _normal_text(key, where)
        if name in normal:
            raise SpecError(f"{where} has the key {name!r} twice, in two Unicode spellings; keep one.")
        normal[name] = _normal(value, f"{where}.{name}", depth - 1)
    return normal
