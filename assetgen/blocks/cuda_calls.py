"""Calls in the kernel language: operations on lanes, conversions, a few builtins, and other functions."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType
from typing import Any, Final

import numpy as np

from assetgen.blocks import lanes
from assetgen.blocks.cuda_arithmetic import promoted
from assetgen.blocks.cuda_expressions import Expressions
from assetgen.blocks.cuda_values import ArrayKind, Scalar, TupleKind, Value, constant, converted

_CASTS: Final[dict[Any, tuple[Scalar, str]]] = {
    int: (Scalar.INT, "(long long)"),
    bool: (Scalar.BOOL, "0 != "),
    np.int64: (Scalar.INT, "(long long)"),
    np.int32: (Scalar.INT, "(long long)(int)"),
    np.uint64: (Scalar.WORD, "(unsigned long long)"),
    np.uint32: (Scalar.SMALL, "(unsigned int)"),
    np.uint8: (Scalar.SMALL, "(unsigned int)(unsigned char)"),
    np.float32: (Scalar.FLOAT, "(float)"),
    np.float64: (Scalar.DOUBLE, "(double)"),
}
LANE_OPERATIONS: Final = {
    "spread": "{0}",
    "select": "({0} ? {1} : {2})",
    "any_lane": "{0}",
    "floor": "floorf({0})",
    "square_root": "sqrtf({0})",
    "lower": "lower({0}, {1})",
    "higher": "higher({0}, {1})",
}
"""The operations of lanes.py on one lane; `load` and `store` are written out below."""
_MASKS: Final = {"select": (0,), "any_lane": (0,)}
"""Which of their arguments are masks."""


class Calls(Expressions):
    """Expressions with calls."""

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "ravel" and not node.args:
            return self._flattened(self.value(node.func.value), node)
        called = self.value(node.func)
        if not called.is_known:
            raise self.refuse(node, "calls something unknown.")
        function = called.constant
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.refuse(node, "has no CUDA form.")
        arguments = [self.value(argument) for argument in node.args]
        name = getattr(function, "_name", "")
        if name and getattr(lanes, name, None) is function:
            return self._lane_operation(name, arguments, node)
        if function in _CASTS and len(arguments) == 1:
            return self._cast(function, arguments[0], node)
        if function is float and len(arguments) == 1:
            return self._float(arguments[0], node)
        if function in (min, max, abs, len):
            return self._builtin(function, arguments, node)
        source = getattr(function, "py_func", function)
        if not isinstance(source, FunctionType):
            raise self.refuse(node, "calls something that has no CUDA form.")
        return self._function(source, arguments, node)

    def _flattened(self, owner: Value, node: ast.Call) -> Value:
        kind = owner.kind
        if not isinstance(kind, ArrayKind) or kind.is_scratch:
            raise self.refuse(node, "has no CUDA form.")
        flat = ArrayKind(kind.element, kind.stored, 1)
        count = " * ".join(f"{owner.code}.size.v[{i}]" for i in range(kind.dimensions))
        return self.keep(flat, f"{self.program.c_type(flat)}{{{owner.code}.data, {{{{{count}}}}}}}")

    def _function(self, source: FunctionType, arguments: list[Value], node: ast.Call) -> Value:
        keywords = {word.arg: self.value(word.value) for word in node.keywords if word.arg is not None}
        bound = inspect.signature(source).bind(*arguments, **keywords)
        given = {name: bound.arguments.get(name) for name in bound.signature.parameters}
        for name, parameter in bound.signature.parameters.items():
            if given[name] is None:
                given[name] = constant(parameter.default, self.where(node))
        full = {name: value for name, value in given.items() if value is not None}
        name, kind = self.program.call(source, full)
        codes = [
            value.code if not isinstance(value.kind, TupleKind) else self.as_kind(value, value.kind, node)
            for value in full.values()
            if not value.is_known
        ]
        code = f"{name}({', '.join(codes)})"
        if kind is None:
            self.lines.append(f"{code};")
            return Value(None, "")
        return self.keep(kind, code)

    def _lane_operation(self, name: str, arguments: list[Value], node: ast.Call) -> Value:
        if name == "load":
            return self.keep(Scalar.LANES, self.element(arguments[0], arguments[1:], node).code)
        if name == "store":
            value = converted(arguments[2], Scalar.LANES, self.where(node))
            self.lines.append(f"{self.element(arguments[0], arguments[1:2], node).code} = {value};")
            return Value(None, "")
        if name not in LANE_OPERATIONS:
            raise self.refuse(node, f"uses {name}, which LANE_OPERATIONS does not know.")
        masks = _MASKS.get(name, ())
        kinds = [Scalar.BOOL if i in masks else Scalar.LANES for i in range(len(arguments))]
        codes = [
            converted(value, kind, self.where(node)) for value, kind in zip(arguments, kinds, strict=True)
        ]
        kind = Scalar.BOOL if name == "any_lane" else Scalar.LANES
        return Value(kind, LANE_OPERATIONS[name].format(*codes))

    def _cast(self, function: Any, value: Value, node: ast.Call) -> Value:
        if value.is_known and value.kind in (Scalar.BOOL, Scalar.INT, Scalar.DOUBLE, Scalar.WORD):
            return constant(function(value.constant), self.where(node))
        kind, cast = _CASTS[function]
        if not isinstance(value.kind, Scalar) or value.kind is Scalar.LANES:
            raise self.refuse(node, "converts something that is no number.")
        return Value(kind, f"({cast}({value.code}))")

    def _float(self, value: Value, node: ast.Call) -> Value:
        if value.is_known and value.kind is not Scalar.FLOAT:
            return constant(float(value.constant), self.where(node))
        if value.kind in (Scalar.FLOAT, Scalar.DOUBLE):
            return value
        return Value(Scalar.DOUBLE, converted(value, Scalar.DOUBLE, self.where(node)))

    def _builtin(self, function: Any, arguments: list[Value], node: ast.Call) -> Value:
        if function is len:
            (one,) = arguments
            if one.is_known:
                return constant(len(one.constant), self.where(node))
            if isinstance(one.kind, ArrayKind) and not one.kind.is_scratch:
                return Value(Scalar.INT, f"{one.code}.size.v[0]")
            raise self.refuse(node, "asks for a length that is not known.")
        if all(value.is_known for value in arguments):
            return constant(function(*(value.constant for value in arguments)), self.where(node))
        kind = promoted({value.kind for value in arguments}, self.where(node))
        codes = [self.keep(kind, converted(value, kind, self.where(node))).code for value in arguments]
        if function is abs:
            return Value(kind, f"({codes[0]} < 0 ? -{codes[0]} : {codes[0]})")
        sign = "<" if function is min else ">"
        best = codes[0]
        for code in codes[1:]:
            best = self.keep(kind, f"{code} {sign} {best} ? {code} : {best}").code
        return Value(kind, best)
