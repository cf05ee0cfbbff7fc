"""Arithmetic of the kernel language: what kind a result has, as numba has it, and its C code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Final

from assetgen.blocks.cuda_values import Kind, Scalar, Untranslatable, Value, constant, converted

_ARITHMETIC: Final[dict[type, str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_BITWISE: Final[dict[type, str]] = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"}
_SHIFTS: Final[dict[type, str]] = {ast.LShift: "<<", ast.RShift: ">>"}
_COMPARISONS: Final[dict[type, tuple[str, Callable[[Any, Any], Any]]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}
_FOLDS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
WHOLE: Final = (Scalar.BOOL, Scalar.INT, Scalar.SMALL)
_EXACT: Final = {Scalar.BOOL, Scalar.INT, Scalar.DOUBLE, Scalar.WORD}
"""Kinds on which Python computes what a kernel computes."""
_SIGNED: Final = {Scalar.INT, Scalar.FLOAT, Scalar.DOUBLE, Scalar.LANES}


def combined(how: type, left: Value, right: Value, where: str) -> Value:
    """Return the outcome of a binary operation."""
    kinds = {left.kind, right.kind}
    if not all(isinstance(kind, Scalar) for kind in kinds):
        raise Untranslatable(f"{where}: this is no arithmetic on numbers.")
    is_mixed = Scalar.WORD in kinds and len(kinds) > 1
    if left.is_known and right.is_known and kinds <= _EXACT and not is_mixed:
        return constant(_FOLDS[how](left.constant, right.constant), where)
    if how in _BITWISE or how in _SHIFTS:
        return _on_bits(how, left, right, where)
    kind = promoted(kinds, where)
    if how is ast.Div and kind in (Scalar.INT, Scalar.WORD):
        kind = Scalar.DOUBLE
    a, b = converted(left, kind, where), converted(right, kind, where)
    if how in _ARITHMETIC:
        return Value(kind, f"({a} {_ARITHMETIC[how]} {b})")
    if how is ast.Div:
        return Value(kind, f"({a} / {b})")
    if how in (ast.FloorDiv, ast.Mod) and kind is Scalar.INT:
        return Value(kind, f"{'floor_div' if how is ast.FloorDiv else 'floor_mod'}({a}, {b})")
    if how in (ast.FloorDiv, ast.Mod) and kind is Scalar.WORD:
        return Value(kind, f"({a} {'/' if how is ast.FloorDiv else '%'} {b})")
    raise Untranslatable(f"{where}: {how.__name__} on {kind} has no CUDA form.")


def promoted(kinds: set[Kind], where: str) -> Scalar:
    """Return the kind in which numbers of several kinds are combined."""
    if Scalar.LANES in kinds:
        return Scalar.LANES
    if Scalar.DOUBLE in kinds:
        return Scalar.DOUBLE
    if Scalar.FLOAT in kinds:
        return Scalar.FLOAT if len(kinds) == 1 else Scalar.DOUBLE
    if Scalar.WORD in kinds:
        if kinds & {Scalar.INT, Scalar.BOOL}:
            raise Untranslatable(
                f"{where}: uint64 meets int, of which numba would make a float; convert one."
            )
        return Scalar.WORD
    return Scalar.WORD if kinds == {Scalar.SMALL} else Scalar.INT


def _on_bits(how: type, left: Value, right: Value, where: str) -> Value:
    kinds = {left.kind, right.kind}
    if not kinds <= {*WHOLE, Scalar.WORD}:
        raise Untranslatable(f"{where}: this works on the bits of something that is no whole number.")
    if how in _SHIFTS:
        kind = Scalar.WORD if left.kind in (Scalar.WORD, Scalar.SMALL) else Scalar.INT
        return Value(kind, f"({converted(left, kind, where)} {_SHIFTS[how]} {right.code})")
    kind = Scalar.BOOL if kinds == {Scalar.BOOL} else Scalar.WORD if Scalar.WORD in kinds else Scalar.INT
    if kind is Scalar.WORD and Scalar.INT in kinds and not (left.is_known or right.is_known):
        raise Untranslatable(f"{where}: uint64 meets int; convert one.")
    return Value(kind, f"({converted(left, kind, where)} {_BITWISE[how]} {converted(right, kind, where)})")


def compared(how: type, left: Value, right: Value, where: str) -> Value:
    """Return the outcome of one comparison."""
    if how not in _COMPARISONS:
        raise Untranslatable(f"{where}: {how.__name__} has no CUDA form.")
    sign, fold = _COMPARISONS[how]
    if left.is_known and right.is_known:
        return constant(bool(fold(left.constant, right.constant)), where)
    kinds = {left.kind, right.kind}
    if Scalar.WORD in kinds and kinds & {Scalar.INT, Scalar.BOOL}:
        known = left if left.is_known else right
        if not known.is_known or known.constant < 0:
            raise Untranslatable(f"{where}: uint64 is compared with int; convert one.")
        kind: Scalar = Scalar.WORD
    else:
        kind = promoted(kinds, where)
    return Value(Scalar.BOOL, f"({converted(left, kind, where)} {sign} {converted(right, kind, where)})")


def changed(how: type, value: Value, where: str) -> Value:
    """Return the outcome of a sign or an inversion; on masks an inversion is `not`."""
    if value.is_known and how is ast.USub and value.kind in (Scalar.INT, Scalar.DOUBLE):
        return constant(-value.constant, where)
    if how is ast.Invert and value.kind in (Scalar.INT, Scalar.WORD):
        return Value(value.kind, f"(~{value.code})")
    if how is ast.Invert and value.kind is Scalar.BOOL:
        return Value(value.kind, f"(!{value.code})")
    if how is ast.USub and value.kind in _SIGNED:
        return Value(value.kind, f"(-{value.code})")
    raise Untranslatable(f"{where}: {how.__name__} on {value.kind} has no CUDA form.")
