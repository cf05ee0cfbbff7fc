"""Sixteen floats as one value inside a numba kernel: one lane for each of sixteen blocks.

A kernel written with `Lanes` reads like scalar code for one block and runs for sixteen. LLVM maps a value
to one AVX-512 register, two AVX2 registers or four NEON registers. No fast-math flag is set and nothing is
summed across lanes, so every operation is plain IEEE 754 and the same input gives the same bits on every
machine. (Letting the compiler vectorise loops over texels instead was tried: it needs reassociation for its
sums, and was a third as fast.)

Inside kernels: `a + b`, `a < b` (a `LaneMask`), `mask & mask`, `select(mask, a, b)`, and the functions below.
Storage is a flat float32 array counted in vectors: `load(store_array, k)` reads floats 16 k .. 16 k + 15.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES: Final = 16
"""Lanes in a vector."""

if TYPE_CHECKING:

    class LaneMask:
        """Sixteen booleans; exists only inside kernels."""

        def __and__(self, other: LaneMask) -> LaneMask: ...
        def __or__(self, other: LaneMask) -> LaneMask: ...

    class Lanes:
        """Sixteen float32; exists only inside kernels."""

        def __add__(self, other: Lanes | float) -> Lanes: ...
        def __sub__(self, other: Lanes | float) -> Lanes: ...
        def __mul__(self, other: Lanes | float) -> Lanes: ...
        def __truediv__(self, other: Lanes | float) -> Lanes: ...
        def __radd__(self, other: float) -> Lanes: ...
        def __rsub__(self, other: float) -> Lanes: ...
        def __rmul__(self, other: float) -> Lanes: ...
        def __rtruediv__(self, other: float) -> Lanes: ...
        def __lt__(self, other: Lanes | float) -> LaneMask: ...
        def __le__(self, other: Lanes | float) -> LaneMask: ...
        def __gt__(self, other: Lanes | float) -> LaneMask: ...
        def __ge__(self, other: Lanes | float) -> LaneMask: ...

else:

    class LaneMask:
        """Sixteen booleans; exists only inside kernels, this name serves their annotations."""

    class Lanes:
        """Sixteen float32; exists only inside kernels, this name serves their annotations."""


class _LanesType(types.Type):
    def __init__(self) -> None:
        super().__init__(name="assetgen.lanes")


class _MaskType(types.Type):
    def __init__(self) -> None:
        super().__init__(name="assetgen.lane_mask")


_LANES = _LanesType()
_MASK = _MaskType()
_FLOAT = types.float32
_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)
_SHUFFLE = ir.VectorType(ir.IntType(32), LANES)

_Emit = Callable[[ir.IRBuilder, ir.Value, ir.Value], ir.Value]


@register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: types.Type) -> None:
        super().__init__(manager, kind, _FLOATS)


@register_model(_MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: types.Type) -> None:
        super().__init__(manager, kind, _BITS)


def _spread(builder: ir.IRBuilder, scalar: ir.Value) -> ir.Value:
    undefined = ir.Constant(_FLOATS, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_SHUFFLE, [0] * LANES))


def _define(operation: Any, result: types.Type, emit: _Emit) -> None:
    """Teach numba `operation` for lanes with lanes, and for lanes with a scalar on either side."""
    pairs = ((_LANES, _LANES), (_LANES, _FLOAT), (_FLOAT, _LANES))

    @infer_global(operation)
    class _Template(ConcreteTemplate):
        cases = [signature(result, *pair) for pair in pairs]  # noqa: RUF012  numba's own protocol

    for pair in pairs:

        def lower(
            context: Any, builder: ir.IRBuilder, sig: Any, args: Any, pair: tuple[Any, Any] = pair
        ) -> ir.Value:
            left, right = (
                _spread(builder, value) if kind is _FLOAT else value
                for kind, value in zip(pair, args, strict=True)
            )
            return emit(builder, left, right)

        lower_builtin(operation, *pair)(lower)


def _define_logic(operation: Any, emit: _Emit) -> None:
    @infer_global(operation)
    class _Template(ConcreteTemplate):
        cases = [signature(_MASK, _MASK, _MASK)]  # noqa: RUF012  numba's own protocol

    @lower_builtin(operation, _MASK, _MASK)
    def _lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return emit(builder, args[0], args[1])


_define(operator.add, _LANES, lambda b, x, y: b.fadd(x, y))
_define(operator.sub, _LANES, lambda b, x, y: b.fsub(x, y))
_define(operator.mul, _LANES, lambda b, x, y: b.fmul(x, y))
_define(operator.truediv, _LANES, lambda b, x, y: b.fdiv(x, y))
_define(operator.iadd, _LANES, lambda b, x, y: b.fadd(x, y))
_define(operator.lt, _MASK, lambda b, x, y: b.fcmp_ordered("<", x, y))
_define(operator.le, _MASK, lambda b, x, y: b.fcmp_ordered("<=", x, y))
_define(operator.gt, _MASK, lambda b, x, y: b.fcmp_ordered(">", x, y))
_define(operator.ge, _MASK, lambda b, x, y: b.fcmp_ordered(">=", x, y))
_define_logic(operator.and_, lambda b, x, y: b.and_(x, y))
_define_logic(operator.or_, lambda b, x, y: b.or_(x, y))


def _address(context: Any, builder: ir.IRBuilder, kind: types.Type, array: ir.Value, k: ir.Value) -> ir.Value:
    view = cgutils.create_struct_proxy(kind)(context, builder, array)
    offset = builder.mul(k, ir.Constant(ir.IntType(64), LANES))
    return builder.bitcast(builder.gep(view.data, [offset]), _FLOATS.as_pointer())


def _call_llvm(builder: ir.IRBuilder, name: str, value: ir.Value) -> ir.Value:
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_FLOATS, [_FLOATS]), name)
    return builder.call(function, [value])


def _operation(typing: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation for kernels; only inside them does it have arguments and a result."""
    return intrinsic(typing)


@_operation
def load(typing_context: Any, array: Any, k: Any) -> Any:
    """Return vector `k` of a flat float32 array."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.load(_address(context, builder, sig.args[0], args[0], args[1]), align=4)

    return _LANES(array, types.int64), emit


@_operation
def store(typing_context: Any, array: Any, k: Any, value: Any) -> Any:
    """Write vector `k` of a flat float32 array."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        builder.store(args[2], _address(context, builder, sig.args[0], args[0], args[1]), align=4)
        return context.get_dummy_value()

    return types.void(array, types.int64, _LANES), emit


@_operation
def spread(typing_context: Any, value: Any) -> Any:
    """Return lanes that all hold one number."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return _spread(builder, args[0])

    return _LANES(_FLOAT), emit


@_operation
def select(typing_context: Any, mask: Any, yes: Any, no: Any) -> Any:
    """Return `yes` in lanes where the mask is set and `no` in the others."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.select(args[0], args[1], args[2])

    return _LANES(_MASK, _LANES, _LANES), emit


@_operation
def any_lane(typing_context: Any, mask: Any) -> Any:
    """Return whether the mask is set in at least one lane."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        bits = builder.bitcast(args[0], ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(_MASK), emit


@_operation
def floor(typing_context: Any, value: Any) -> Any:
    """Round every lane down."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return _call_llvm(builder, f"llvm.floor.v{LANES}f32", args[0])

    return _LANES(_LANES), emit


@_operation
def square_root(typing_context: Any, value: Any) -> Any:
    """Take the square root of every lane."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return _call_llvm(builder, f"llvm.sqrt.v{LANES}f32", args[0])

    return _LANES(_LANES), emit


@_operation
def lower(typing_context: Any, left: Any, right: Any) -> Any:
    """Take the smaller of two values in every lane."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[0], args[1])

    return _LANES(_LANES, _LANES), emit


@_operation
def higher(typing_context: Any, left: Any, right: Any) -> Any:
    """Take the larger of two values in every lane."""

    def emit(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[0], args[1])

    return _LANES(_LANES, _LANES), emit


def allocate(vectors: int) -> np.ndarray:
    """Return float32 storage for that many vectors, aligned so that no vector straddles two cache lines."""
    raw = np.empty((vectors + 1) * LANES, np.float32)
    skip = (-raw.ctypes.data % (4 * LANES)) // 4
    return raw[skip : skip + vectors * LANES]
