"""The values of the kernel language as the CUDA translator sees them: a kind, a C expression, perhaps a constant.

Kernels here are a small part of Python: whole numbers (int64, uint64), floats (double, and float32 as soon as a
`Lanes` is involved), booleans, tuples, settings (`NamedTuple`) and arrays. A value that is known while translating
keeps its Python value, so that whole branches and divisions are settled before a compiler sees them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import numpy as np


class Untranslatable(Exception):
    """A kernel uses something that has no CUDA form yet; the message says what and where."""


class Scalar(Enum):
    """A kind of number and its C type."""

    BOOL = "bool"
    INT = "long long"
    SMALL = "unsigned int"
    """An unsigned number of at most 32 bits: with an int it makes an int, as in numba."""
    WORD = "unsigned long long"
    FLOAT = "float"
    """A float32 on its own; with a double it makes a double."""
    DOUBLE = "double"
    LANES = "float "
    """A float32 in each lane; whatever meets it is rounded to float32 first. (The blank keeps it a kind of its
    own; C does not mind.)"""


@dataclass(frozen=True)
class TupleKind:
    """Several values; `is_even` ones are held as a C array and may be indexed by a variable."""

    items: tuple[Kind, ...]

    @property
    def is_even(self) -> bool:
        """Whether all items are of one kind."""
        return len(set(self.items)) == 1


@dataclass(frozen=True)
class ArrayKind:
    """A C-contiguous array; `is_scratch` marks the kernel's working memory, whose length nobody asks for."""

    element: Scalar
    stored: str
    dimensions: int
    is_scratch: bool = False


Kind = Scalar | TupleKind | ArrayKind | None
"""None is the kind of what has no C form, such as a function or a whole settings tuple."""

_NOTHING: Final = object()


@dataclass(frozen=True)
class Value:
    """The outcome of an expression: C code for it, and the Python value where that is known."""

    kind: Kind
    code: str
    constant: Any = _NOTHING

    @property
    def is_known(self) -> bool:
        """Whether the Python value is known."""
        return self.constant is not _NOTHING


_ORDER: Final = (Scalar.BOOL, Scalar.INT, Scalar.FLOAT, Scalar.DOUBLE, Scalar.LANES)


def joined(one: Kind, other: Kind, where: str) -> Kind:
    """Return the kind of a variable that is given values of both kinds."""
    if one == other:
        return one
    if isinstance(one, TupleKind) and isinstance(other, TupleKind) and len(one.items) == len(other.items):
        return TupleKind(tuple(joined(a, b, where) for a, b in zip(one.items, other.items, strict=True)))
    if one in _ORDER and other in _ORDER:
        if {one, other} == {Scalar.INT, Scalar.FLOAT}:
            return Scalar.DOUBLE
        return max(one, other, key=_ORDER.index)
    raise Untranslatable(f"{where}: one variable is both {one} and {other}.")


def constant(value: Any, where: str) -> Value:
    """Return a known Python value as a value of the language."""
    if isinstance(value, bool | np.bool_):
        return Value(Scalar.BOOL, "true" if value else "false", bool(value))
    if isinstance(value, np.uint64):
        return Value(Scalar.WORD, f"{int(value)}ull", value)
    if isinstance(value, np.unsignedinteger):
        return Value(Scalar.SMALL, f"{int(value)}u", value)
    if isinstance(value, int | np.signedinteger):
        if not -(2**63) < value < 2**63:
            raise Untranslatable(f"{where}: {value} is no 64-bit number.")
        return Value(Scalar.INT, f"{int(value)}ll" if value >= 0 else f"({int(value)}ll)", int(value))
    if isinstance(value, np.float32):
        return Value(Scalar.FLOAT, _digits(float(value), "f"), value)
    if isinstance(value, float):
        return Value(Scalar.DOUBLE, _digits(float(value)), float(value))
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        items = [constant(item, where) for item in value]
        if all(item.kind is not None for item in items):
            kind = TupleKind(tuple(item.kind for item in items))
            return Value(kind, "", value)
    return Value(None, "", value)


def _digits(value: float, suffix: str = "") -> str:
    if not math.isfinite(value):
        raise Untranslatable(f"a kernel uses the number {value}.")
    text = float(value).hex() + suffix
    return f"({text})" if text.startswith("-") else text


def converted(value: Value, kind: Kind, where: str) -> str:
    """Return C code for the value as another kind."""
    if value.kind == kind:
        return value.code
    if isinstance(kind, Scalar) and isinstance(value.kind, Scalar):
        if value.is_known and kind in (Scalar.FLOAT, Scalar.LANES):
            return _digits(float(np.float32(value.constant)), "f")
        if value.is_known and kind is Scalar.DOUBLE:
            return _digits(float(value.constant))
        return f"({kind.value.strip()})({value.code})"
    raise Untranslatable(f"{where}: {value.kind} is needed as {kind}.")


def element_of(array: np.dtype) -> tuple[Scalar, str]:
    """Return what reading an array of this type gives, and the C type of what is stored."""
    names = {
        np.dtype(np.float32): (Scalar.FLOAT, "float"),
        np.dtype(np.float64): (Scalar.DOUBLE, "double"),
        np.dtype(np.uint64): (Scalar.WORD, "unsigned long long"),
        np.dtype(np.uint32): (Scalar.SMALL, "unsigned int"),
        np.dtype(np.uint16): (Scalar.SMALL, "unsigned short"),
        np.dtype(np.uint8): (Scalar.SMALL, "unsigned char"),
        np.dtype(np.int64): (Scalar.INT, "long long"),
        np.dtype(np.int32): (Scalar.INT, "int"),
        np.dtype(np.int16): (Scalar.INT, "short"),
        np.dtype(np.int8): (Scalar.INT, "signed char"),
        np.dtype(np.bool_): (Scalar.BOOL, "bool"),
    }
    if array not in names:
        raise Untranslatable(f"an array of {array} has no CUDA form.")
    return names[array]


def stored_smaller(table: np.ndarray) -> str:
    """Return the C type in which a constant table of whole numbers takes the least room."""
    if table.dtype.kind not in "iu":
        return element_of(table.dtype)[1]
    low, high = (int(table.min()), int(table.max())) if table.size else (0, 0)
    for name, least, most in (
        ("unsigned char", 0, 2**8),
        ("short", -(2**15), 2**15),
        ("unsigned short", 0, 2**16),
        ("int", -(2**31), 2**31),
        ("unsigned int", 0, 2**32),
    ):
        if least <= low and high < most:
            return name
    return element_of(table.dtype)[1]
