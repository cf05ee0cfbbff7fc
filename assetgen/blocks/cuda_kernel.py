"""A block kernel as CUDA C with an entry that CUDA, or a test in C, can call, and arguments packed for it."""

from __future__ import annotations

import ctypes
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from assetgen.blocks.cuda_program import Program
from assetgen.blocks.cuda_values import ArrayKind, Kind, Scalar, TupleKind, Value, constant
from assetgen.blocks.launch import Known, Launch

ENTRY: Final = "encode_blocks"

_ENTRY: Final = """\
#if defined(__CUDACC_RTC__) || defined(__CUDACC__)
extern "C" __global__ void {entry}({parameters}, long long count)
{{
  long long block = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (block >= count) return;
  float s[{scratch}];
  {call};
}}
#else
extern "C" void {entry}(void **arguments, long long count)
{{
{unpacked}  for (long long block = 0; block < count; ++block) {{
    float s[{scratch}];
    {call};
  }}
}}
#endif
"""
_SCRATCH: Final = ArrayKind(Scalar.FLOAT, "float", 1, is_scratch=True)


@dataclass(frozen=True, slots=True)
class CudaKernel:
    """Source text and its digest, which names the machine code made of it."""

    name: str
    source: str

    @property
    def digest(self) -> str:
        """A number that changes with every edit of what the kernel is made of."""
        return hashlib.sha256(self.source.encode()).hexdigest()


def translate_kernel(launch: Launch) -> CudaKernel:
    """Return the kernel of a launch as C: CUDA's entry takes its arguments by value, a C compiler's by address.

    Raises:
        Untranslatable: it uses something that has no CUDA form; the message says where.
    """
    program = Program()
    out = ArrayKind(Scalar.WORD, "unsigned long long", len(launch.shape))
    given = {
        "first": Value(Scalar.INT, "block"),
        "last": Value(Scalar.INT, "(block + 1)"),
        "s": Value(_SCRATCH, "s"),
        "out": Value(out, "out"),
    }
    parameters = {
        name: kind_of(value) for name, value in launch.arguments.items() if not isinstance(value, Known)
    }
    for name, value in launch.arguments.items():
        known = isinstance(value, Known)
        given[name] = constant(value.value, launch.name) if known else Value(parameters[name], name)
    code = launch.kernel.__code__
    ordered = {name: given[name] for name in code.co_varnames[: code.co_argcount]}
    name, _ = program.call(launch.kernel, ordered)
    parameters["out"] = out
    types = {name: program.c_type(kind) for name, kind in parameters.items()}
    passed = ", ".join(value.code for value in ordered.values() if not value.is_known)
    entry = _ENTRY.format(
        entry=ENTRY,
        parameters=", ".join(f"{kind} {name}" for name, kind in types.items()),
        unpacked="".join(
            f"  {kind} {name} = *({kind} *)arguments[{i}];\n" for i, (name, kind) in enumerate(types.items())
        ),
        scratch=launch.scratch,
        call=f"{name}({passed})",
    )
    return CudaKernel(launch.name, program.source(entry))


def kind_of(value: Any) -> Kind:
    """Return the kind of an argument that is given at run time."""
    if isinstance(value, Tensor):
        if value.dtype != torch.float32 or not value.is_contiguous():
            raise TypeError("a kernel reads contiguous float32 tensors.")
        return ArrayKind(Scalar.FLOAT, "const float", value.ndim)
    if isinstance(value, tuple):
        return TupleKind(tuple(kind_of(item) for item in value))
    return constant(value, "an argument").kind


def packed(launch: Launch, out: Tensor | np.ndarray) -> list[ctypes.Array[Any] | ctypes._SimpleCData[Any]]:
    """Return the bytes of each argument as the entry expects them, `out` last.

    Args:
        launch: its tensors have to outlive the call.
        out: 64-bit numbers of the launch's shape, where the kernel runs.
    """
    values = [value for value in launch.arguments.values() if not isinstance(value, Known)]
    return [_packed(value) for value in [*values, out]]


def _packed(value: Any) -> Any:
    if isinstance(value, Tensor):
        return (ctypes.c_int64 * (1 + value.ndim))(value.data_ptr(), *value.shape)
    if isinstance(value, np.ndarray):
        return (ctypes.c_int64 * (1 + value.ndim))(value.ctypes.data, *value.shape)
    if isinstance(value, tuple):
        items = [_packed(item) for item in value]
        if len({type(item) for item in items}) != 1:
            raise TypeError("a tuple given to a kernel holds values of one kind.")
        return (type(items[0]) * len(items))(*items)
    if isinstance(value, bool):
        return ctypes.c_bool(value)
    if isinstance(value, int):
        return ctypes.c_int64(value)
    if isinstance(value, float):
        return ctypes.c_double(value)
    raise TypeError(f"{type(value).__name__} cannot be given to a kernel.")
