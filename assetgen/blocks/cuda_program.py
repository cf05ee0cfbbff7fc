"""Translate block kernels to CUDA C: one thread for each block, the very source that numba compiles for the CPU.

A kernel is written for sixteen lanes (see lanes.py); here a vector has one lane, a `Lanes` is a float, `load(s, k)`
reads `s[k]` of the thread's own memory, and `LANES` is 1. Every operation keeps its IEEE 754 meaning and its order,
so both compilers make the same bytes. Functions are translated anew for each set of argument kinds, and for each
set of arguments that are known beforehand: loops over one mode's end points then have fixed bounds.

What the language allows is in cuda_expressions.py and cuda_statements.py; anything else raises `Untranslatable`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from assetgen.blocks.cuda_statements import Statements
from assetgen.blocks.cuda_values import (
    ArrayKind,
    Kind,
    Scalar,
    TupleKind,
    Untranslatable,
    Value,
    stored_smaller,
)

_PRELUDE = """\
#if defined(__CUDACC_RTC__) || defined(__CUDACC__)
#define PART static __device__
#define TABLE static __device__ const
#else
#include <math.h>
#define PART static
#define TABLE static const
#endif
PART long long floor_div(long long a, long long b) { return a / b - ((a % b != 0) & ((a ^ b) < 0)); }
PART long long floor_mod(long long a, long long b) { return a - floor_div(a, b) * b; }
PART float lower(float a, float b) { return a < b ? a : b; }
PART float higher(float a, float b) { return a > b ? a : b; }
"""


@dataclass
class _Function:
    name: str
    result: Kind
    text: str = ""
    uses: list[_Function] = field(default_factory=list)


class Program:
    """Everything translated so far; functions are shared by all who call them alike."""

    def __init__(self) -> None:
        self._functions: dict[tuple[Any, ...], _Function] = {}
        self._tables: dict[int, tuple[str, np.ndarray]] = {}
        self._structs: dict[Kind, str] = {}
        self._underway: list[_Function] = []

    def call(self, function: FunctionType, arguments: Mapping[str, Value]) -> tuple[str, Kind]:
        """Translate a function for these arguments, if it is not yet; return its C name and result kind.

        Raises:
            Untranslatable: it uses something that has no CUDA form.
        """
        key = (function, *((name, _identity(value)) for name, value in arguments.items()))
        found = self._functions.get(key)
        if found is None:
            found = _Function(f"{function.__name__.strip('_')}_{len(self._functions)}", None)
            self._functions[key] = found
            self._underway.append(found)
            try:
                body = Statements(self, function, _tree(function), arguments)
                found.result, code = body.translate()
            finally:
                self._underway.pop()
            parameters = ", ".join(
                f"{self.c_type(value.kind)} {body.variable(name)}"
                for name, value in arguments.items()
                if not value.is_known
            )
            found.text = f"PART {self.c_type(found.result)} {found.name}({parameters})\n{{\n{code}}}\n"
        elif not found.text:
            raise Untranslatable(f"{function.__qualname__} calls itself.")
        if self._underway:
            self._underway[-1].uses.append(found)
        return found.name, found.result

    def table(self, array: np.ndarray) -> str:
        """Return the C name of a constant array."""
        if id(array) not in self._tables:
            self._tables[id(array)] = (f"table_{len(self._tables)}", array)
        return self._tables[id(array)][0]

    def c_type(self, kind: Kind) -> str:
        """Return the C type for values of a kind."""
        if kind is None:
            return "void"
        if isinstance(kind, Scalar):
            return kind.value.strip()
        if isinstance(kind, ArrayKind) and kind.is_scratch:
            return f"{kind.stored} *"
        if kind not in self._structs:
            inner = (
                kind.items if isinstance(kind, TupleKind) else (TupleKind((Scalar.INT,) * kind.dimensions),)
            )
            for item in inner:
                self.c_type(item)
            self._structs[kind] = f"struct_{len(self._structs)}"
        return self._structs[kind]

    def source(self, entry: str) -> str:
        """Return a whole C file: what the functions called so far need, and `entry` after it."""
        parts = [_PRELUDE]
        for kind, name in self._structs.items():
            parts.append(f"struct {name} {{ {self._members(kind)} }};\n")
        for name, array in self._tables.values():
            numbers = ", ".join(_number(value) for value in array.ravel().tolist())
            parts.append(f"TABLE {stored_smaller(array)} {name}[{max(array.size, 1)}] = {{{numbers}}};\n")
        told: dict[str, str] = {}
        for function in self._functions.values():
            _tell(function, told)
        return "".join([*parts, *told.values(), entry])

    def _members(self, kind: Kind) -> str:
        if isinstance(kind, ArrayKind):
            size = self.c_type(TupleKind((Scalar.INT,) * kind.dimensions))
            return f"{kind.stored} *data; {size} size;"
        assert isinstance(kind, TupleKind)
        if kind.is_even:
            return f"{self.c_type(kind.items[0])} v[{len(kind.items)}];"
        return " ".join(f"{self.c_type(item)} f{i};" for i, item in enumerate(kind.items))


def _tell(function: _Function, told: dict[str, str]) -> None:
    if function.name not in told and function.text:
        for used in function.uses:
            _tell(used, told)
        told[function.name] = function.text


def _identity(value: Value) -> object:
    """Return what makes two arguments alike for the translation."""
    if not value.is_known:
        return value.kind
    known = value.constant
    if isinstance(known, float):
        known = known.hex()  # 0.0 and -0.0 are equal and not alike
    return (value.kind, type(value.constant), id(known) if isinstance(known, np.ndarray) else known)


@cache
def _tree(function: FunctionType) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _number(value: float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.hex() if isinstance(value, float) else str(value)
