"""Expressions of the kernel language in C.

Calls and reads of memory become statements of their own in the order in which Python evaluates them, since C leaves
that order open; what is left is arithmetic.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Protocol

import numpy as np

from assetgen.blocks.cuda_arithmetic import WHOLE, changed, combined, compared
from assetgen.blocks.cuda_values import (
    ArrayKind,
    Kind,
    Scalar,
    TupleKind,
    Untranslatable,
    Value,
    constant,
    converted,
    element_of,
    joined,
)


class _Translator(Protocol):
    def call(self, function: FunctionType, arguments: Mapping[str, Value]) -> tuple[str, Kind]: ...
    def table(self, array: np.ndarray) -> str: ...
    def c_type(self, kind: Kind) -> str: ...


class Expressions:
    """Translates the expressions of one function; what has to happen before goes to `lines`."""

    def __init__(self, program: _Translator, function: FunctionType) -> None:
        self.program = program
        self.function = function
        self.lines: list[str] = []
        self.kinds: dict[str, Kind] = {}
        self.known: dict[str, Value] = {}
        self._temporaries = 0
        closed_over = inspect.getclosurevars(function)
        self._outside = {**vars(builtins), **function.__globals__, **closed_over.nonlocals}

    def where(self, node: ast.AST) -> str:
        """Return the place of a node for messages."""
        first = self.function.__code__.co_firstlineno - 1
        return f"{self.function.__module__}:{first + getattr(node, 'lineno', 1)}"

    def refuse(self, node: ast.AST, why: str) -> Untranslatable:
        """Return the error that says what has no CUDA form."""
        return Untranslatable(f"{self.where(node)}: `{ast.unparse(node)}` {why}")

    def variable(self, name: str) -> str:
        """Return the C name of a variable."""
        return f"v_{name}"

    def value(self, node: ast.expr) -> Value:
        """Translate an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refuse(node, "has no CUDA form.")
        return method(node)

    def number(self, node: ast.expr) -> int | None:
        """Return the value of a known whole number, else None."""
        value = self.value(node)
        return int(value.constant) if value.is_known and value.kind in WHOLE else None

    def truth(self, value: Value, node: ast.AST) -> str:
        """Return C code for whether a value counts as true."""
        if not isinstance(value.kind, Scalar):
            raise self.refuse(node, "is no condition.")
        return value.code if value.kind is Scalar.BOOL else f"({value.code} != 0)"

    def as_kind(self, value: Value, kind: Kind, node: ast.AST) -> str:
        """Return C code for a value as another kind; tuples item by item."""
        if isinstance(kind, TupleKind) and (value.kind != kind or value.is_known):
            if not isinstance(value.kind, TupleKind):
                raise self.refuse(node, "is no tuple.")
            items = [self.as_kind(self.item(value, i, node), k, node) for i, k in enumerate(kind.items)]
            inner = ", ".join(items)
            return f"{self.program.c_type(kind)}{{{'{' + inner + '}' if kind.is_even else inner}}}"
        return converted(value, kind, self.where(node))

    def keep(self, kind: Kind, code: str) -> Value:
        """Evaluate now: return a fresh variable that holds the code's value."""
        name = f"t{self._temporaries}"
        self._temporaries += 1
        self.lines.append(f"{self.program.c_type(kind)} {name} = {code};")
        return Value(kind, name)

    def item(self, value: Value, index: int, node: ast.AST) -> Value:
        """Return one item of a tuple."""
        if value.is_known:
            return constant(value.constant[index], self.where(node))
        assert isinstance(value.kind, TupleKind)
        index = range(len(value.kind.items))[index]
        member = f"v[{index}]" if value.kind.is_even else f"f{index}"
        return Value(value.kind.items[index], f"{value.code}.{member}")

    def _constant(self, node: ast.Constant) -> Value:
        return constant(node.value, self.where(node))

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.known:
            return self.known[node.id]
        if node.id in self.kinds:
            return Value(self.kinds[node.id], self.variable(node.id))
        if node.id not in self._outside:
            raise self.refuse(node, "is used before it has a value.")
        found = self._outside[node.id]
        return constant(1 if node.id == "LANES" else found, self.where(node))

    def _attribute(self, node: ast.Attribute) -> Value:
        owner = self.value(node.value)
        if isinstance(owner.kind, ArrayKind) and node.attr == "shape" and not owner.kind.is_scratch:
            return Value(TupleKind((Scalar.INT,) * owner.kind.dimensions), f"{owner.code}.size")
        is_settings = owner.is_known and hasattr(owner.constant, "_fields")
        if is_settings or (owner.is_known and isinstance(owner.constant, ModuleType | np.ndarray)):
            return constant(getattr(owner.constant, node.attr), self.where(node))
        raise self.refuse(node, "has no CUDA form.")

    def _tuple(self, node: ast.Tuple) -> Value:
        items = [self.value(item) for item in node.elts]
        if all(item.is_known for item in items):
            return constant(tuple(item.constant for item in items), self.where(node))
        kind = TupleKind(tuple(item.kind for item in items))
        inner = ", ".join(self.as_kind(item, item.kind, node) for item in items)
        return self.keep(
            kind, f"{self.program.c_type(kind)}{{{'{' + inner + '}' if kind.is_even else inner}}}"
        )

    def _subscript(self, node: ast.Subscript) -> Value:
        owner = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(owner, node.slice, node)
        if owner.is_known and isinstance(owner.constant, tuple):
            index = self.value(node.slice)
            if index.is_known:
                return constant(owner.constant[int(index.constant)], self.where(node))
            owner = Value(None, "", np.array(owner.constant))
        if isinstance(owner.kind, TupleKind):
            at = self.value(node.slice)
            if at.is_known:
                return self.item(owner, int(at.constant), node)
            if not owner.kind.is_even:
                raise self.refuse(node, "picks from values of several kinds by a variable.")
            return self.keep(owner.kind.items[0], f"{owner.code}.v[{at.code}]")
        return self.read(owner, node)

    def _slice(self, owner: Value, part: ast.Slice, node: ast.Subscript) -> Value:
        ends = [self.number(end) if end is not None else None for end in (part.lower, part.upper, part.step)]
        if not isinstance(owner.kind, TupleKind):
            raise self.refuse(node, "takes a part of something that is no tuple.")
        picked = range(len(owner.kind.items))[slice(*ends)]
        items = [self.item(owner, i, node) for i in picked]
        kind = TupleKind(tuple(item.kind for item in items))
        inner = ", ".join(item.code for item in items)
        return self.keep(
            kind, f"{self.program.c_type(kind)}{{{'{' + inner + '}' if kind.is_even else inner}}}"
        )

    def read(self, owner: Value, node: ast.Subscript) -> Value:
        """Read one element of an array."""
        indices = [self.value(i) for i in self.indices(node)]
        if owner.is_known and isinstance(owner.constant, np.ndarray):
            table = owner.constant
            if len(indices) != table.ndim:
                raise self.refuse(node, f"gives {len(indices)} of {table.ndim} indices.")
            if all(index.is_known for index in indices):
                return constant(table[tuple(int(i.constant) for i in indices)], self.where(node))
            kind, _ = element_of(np.dtype(table.dtype))
            at = _flat([index.code for index in indices], [f"{n}ll" for n in table.shape])
            return self.keep(kind, f"{self.program.table(table)}[{at}]")
        place = self.element(owner, indices, node)
        return self.keep(place.kind, place.code)

    def element(self, owner: Value, indices: list[Value], node: ast.AST) -> Value:
        """Return an element of an array as something that can be read and written."""
        kind = owner.kind
        if not isinstance(kind, ArrayKind):
            raise self.refuse(node, "is used like an array and is none.")
        if len(indices) != kind.dimensions:
            raise self.refuse(node, f"gives {len(indices)} of {kind.dimensions} indices.")
        if kind.is_scratch:
            return Value(kind.element, f"{owner.code}[{indices[0].code}]")
        sizes = [f"{owner.code}.size.v[{i}]" for i in range(len(indices))]
        return Value(kind.element, f"{owner.code}.data[{_flat([index.code for index in indices], sizes)}]")

    def indices(self, node: ast.Subscript) -> list[ast.expr]:
        """Return the expressions between the brackets."""
        return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]

    def _binop(self, node: ast.BinOp) -> Value:
        return combined(type(node.op), self.value(node.left), self.value(node.right), self.where(node))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.value(node.operand)
        if not isinstance(node.op, ast.Not):
            return changed(type(node.op), value, self.where(node))
        if value.is_known:
            return constant(not value.constant, self.where(node))
        return Value(Scalar.BOOL, f"(!{self.truth(value, node)})")

    def _compare(self, node: ast.Compare) -> Value:
        left = self.value(node.left)
        outcome = constant(True, "")
        for op, side in zip(node.ops, node.comparators, strict=True):
            right = self.value(side)
            step = compared(type(op), left, right, self.where(node))
            if outcome.is_known:
                outcome = step if outcome.constant else outcome
            else:
                outcome = Value(Scalar.BOOL, f"({outcome.code} && {step.code})")
            left = right
        return outcome

    def aside(self, work: Callable[[], Value]) -> tuple[Value, list[str]]:
        """Translate something and return it with the statements it needs, which are not yet written."""
        kept, self.lines = self.lines, []
        try:
            return work(), self.lines
        finally:
            self.lines = kept

    def _boolop(self, node: ast.BoolOp) -> Value:
        is_and = isinstance(node.op, ast.And)
        outcome: Value | None = None
        for operand in node.values:
            value, before = self.aside(lambda operand=operand: self.value(operand))
            if outcome is None:
                self.lines += before
            if value.is_known:
                if bool(value.constant) != is_and:  # the rest is not looked at
                    end = constant(not is_and, self.where(node))
                    return end if outcome is None or not before else outcome
                continue
            code = self.truth(value, node)
            if outcome is None:
                outcome = Value(Scalar.BOOL, code)
            elif before:
                held = self.keep(Scalar.BOOL, outcome.code)
                self.lines += [
                    f"if ({'' if is_and else '!'}{held.code}) {{",
                    *before,
                    f"{held.code} = {code};",
                    "}",
                ]
                outcome = held
            else:
                outcome = Value(Scalar.BOOL, f"({outcome.code} {'&&' if is_and else '||'} {code})")
        return constant(is_and, self.where(node)) if outcome is None else outcome

    def _ifexp(self, node: ast.IfExp) -> Value:
        test = self.value(node.test)
        if test.is_known:
            return self.value(node.body if test.constant else node.orelse)
        yes, before_yes = self.aside(lambda: self.value(node.body))
        no, before_no = self.aside(lambda: self.value(node.orelse))
        kind = joined(yes.kind, no.kind, self.where(node))
        codes = [self.as_kind(side, kind, node) for side in (yes, no)]
        if not before_yes and not before_no and isinstance(kind, Scalar):
            return Value(kind, f"({self.truth(test, node)} ? {codes[0]} : {codes[1]})")
        name = f"t{self._temporaries}"
        self._temporaries += 1
        self.lines += [
            f"{self.program.c_type(kind)} {name};",
            f"if ({self.truth(test, node)}) {{",
            *before_yes,
            f"{name} = {codes[0]};",
            "} else {",
            *before_no,
            f"{name} = {codes[1]};",
            "}",
        ]
        return Value(kind, name)


def _flat(indices: list[str], sizes: list[str]) -> str:
    """Return the offset of an element in a C-contiguous array."""
    at = indices[0]
    for index, size in zip(indices[1:], sizes[1:], strict=True):
        at = f"({at}) * {size} + {index}"
    return at
