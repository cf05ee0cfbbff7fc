"""Runs PTX on the CPU: each instruction as C of the same meaning, one thread after the other.

Source: NVIDIA, "Parallel Thread Execution ISA"; only the instructions that block kernels are made of. Anything else
is an error, so nothing is skipped in silence.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np

from assetgen.blocks.cuda_kernel import packed
from assetgen.blocks.launch import Launch
from tests.blocks.c_compiler import COMPILER

_PRELUDE = """\
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <type_traits>
typedef bool pred;
typedef float f32; typedef double f64;
typedef uint8_t u8, b8; typedef uint16_t u16, b16; typedef uint32_t u32, b32; typedef uint64_t u64, b64;
typedef int8_t s8; typedef int16_t s16; typedef int32_t s32; typedef int64_t s64;
template <class T, class S> T bits(S s) {
  T t{};
  memcpy(&t, &s, sizeof t < sizeof s ? sizeof t : sizeof s);
  return t;
}
template <class T> T at(uint64_t a) { T t; memcpy(&t, (void *)a, sizeof t); return t; }
template <class T> void put(uint64_t a, T t) { memcpy((void *)a, &t, sizeof t); }
template <class T> T least(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (isnan(a) || isnan(b)) return isnan(a) ? b : a;
    if (a == b) return signbit(a) ? a : b;
  }
  return a < b ? a : b;
}
template <class T> T most(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (isnan(a) || isnan(b)) return isnan(a) ? b : a;
    if (a == b) return signbit(a) ? b : a;
  }
  return a > b ? a : b;
}
template <class T> T left(T a, uint32_t n) { return n >= sizeof(T) * 8 ? T(0) : T(a << n); }
template <class T> T right(T a, uint32_t n) {
  return n < sizeof(T) * 8 ? T(a >> n) : T(std::is_signed_v<T> && a < 0 ? -1 : 0);
}
template <class T, class S> T whole(S v) {
  const double low = std::is_signed_v<T> ? -ldexp(1.0, sizeof(T) * 8 - 1) : 0.0;
  const double high = ldexp(1.0, sizeof(T) * 8 - (std::is_signed_v<T> ? 1 : 0));
  if (isnan(v)) return 0;
  if (v < low) return T(low);
  if (v >= high) return T(-1) > T(0) ? T(-1) : T(~(T(1) << (sizeof(T) * 8 - 1)));
  return T(v);
}
static uint64_t bfi64(uint64_t a, uint64_t b, uint32_t at, uint32_t n) {
  const uint64_t mask = (n >= 64 ? ~0ull : (1ull << n) - 1) << at;
  return (b & ~mask) | ((a << at) & mask);
}
"""
_KINDS = {"p": "pred", "rs": "u16", "r": "u32", "f": "f32", "fd": "f64", "rd": "u64"}
_WITHOUT_MEANING = ('.pragma "nounroll"', ".reg .b32 temp_param_reg")
"""What changes no result: a hint, and a register of a call that nothing reads."""
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_COMPARISONS |= {"lo": "<", "ls": "<=", "hi": ">", "hs": ">="}
_OPPOSITES = {"ltu": ">=", "leu": ">", "gtu": "<=", "geu": "<"}
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|", "xor": "^"}


def run_ptx(ptx: str, launch: Launch, folder: Path) -> bytes:
    """Return the blocks that a kernel's PTX writes."""
    assert COMPILER is not None
    source, library = folder / "ptx.cpp", folder / f"ptx_{abs(hash(ptx))}.so"
    source.write_text(in_c(ptx), encoding="utf-8")
    # Optimising a function of thirty thousand jumps takes longer than running it as it is.
    flags = [
        f"-O{int(len(ptx) < 500_000)}",
        "-std=c++17",
        "-ffp-contract=off",
        "-fwrapv",
        "-shared",
        "-fPIC",
        "-w",
    ]
    subprocess.run([COMPILER, *flags, str(source), "-o", str(library)], check=True)
    out = np.zeros(launch.shape, np.uint64)
    count = ctypes.c_int64(len(out))
    arguments = [*packed(launch, out), count]
    addresses = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(argument) for argument in arguments))
    ctypes.CDLL(str(library)).run(addresses, count)
    return out.tobytes()


def in_c(ptx: str) -> str:
    """Return a C++ file with `run(parameters, blocks)`."""
    tables = []
    for kind, name, size, values in re.findall(
        r"^\.(?:global|const) \.align \d+ \.(\w+) (\w+)\[(\d+)\](?: = \{([^}]*)\})?;", ptx, re.MULTILINE
    ):
        tables.append(f"alignas(16) static {kind} {name}[{size}] = {{{values}}};")
    functions = [
        _function("thread" if entry else name, body)
        for entry, name, body in re.findall(
            r"^\.(?:func|visible (\.entry))\s+(\w+)\([^)]*\)[^{;]*\{\n(.*?)^\}", ptx, re.MULTILINE | re.DOTALL
        )
    ]
    run = 'extern "C" void run(char **params, int64_t n) { for (int64_t i = 0; i < n; ++i) thread(params, (u32)i); }'
    return "\n".join([_PRELUDE, *tables, *functions, run, ""])


def _function(name: str, body: str) -> str:
    declared, lines = [], []
    body = re.sub(r"//.*", "", body)
    body = re.sub(r"(call\.uni[^;]*);", lambda call: " ".join(call[1].split()) + ";", body)
    for line in body.splitlines():
        text = line.strip().rstrip(";")
        if not text or text in _WITHOUT_MEANING:
            continue
        if text in ("{", "}"):
            lines.append(text)
        elif text.startswith(".reg"):
            m = re.fullmatch(r"\.reg \.\w+\s+%([a-zA-Z]+)(?:<(\d+)>)?", text)
            assert m is not None
            declared += (
                [f"{_KINDS[m[1]]} R{m[1]}{n};" for n in range(int(m[2]))] if m[2] else [f"u64 R{m[1]};"]
            )
        elif text.startswith(".local"):
            m = re.fullmatch(r"\.local \.align \d+ \.b8\s+(\w+)\[(\d+)\]", text)
            assert m is not None
            declared.append(f"alignas(16) u8 {m[1]}[{m[2]}];")
        elif text.startswith(".param"):
            m = re.fullmatch(r"\.param \.(b\d+) (\w+)", text)
            assert m is not None
            lines.append(f"{m[1]} {m[2]};")
        elif text.endswith(":"):
            lines.append(text.replace("$", "_") + ";")
        else:
            lines.append(_statement(text))
    return "\n".join([f"static void {name}(char **params, u32 block) {{", *declared, *lines, "}"])


def _statement(text: str) -> str:
    guard = re.match(r"@(!?)%p(\d+)\s+", text)
    if guard:
        return f"if ({guard[1]}Rp{guard[2]}) {{ {_statement(text[guard.end() :])} }}"
    name, _, rest = text.partition(" ")
    parts = name.split(".")
    operands = [
        part.strip() for part in re.findall(r"\{[^}]*\}|\[[^\]]*\]|[^,]+", rest.strip()) if part.strip()
    ]
    if parts[0] == "ret":
        return "return;"
    if parts[0] == "bra":
        return f"goto {operands[0].replace('$', '_')};"
    if parts[0] == "call":
        m = re.fullmatch(r"call\.uni (\w+), \( ([\w, ]+) \)", text)
        if m is None:
            raise ValueError(f"PTX that is not read here: {text}")
        given = ", ".join(f"(char *)&{argument.strip()}" for argument in m[2].split(","))
        return f"{{ char *given[] = {{{given}}}; {m[1]}(given, block); }}"
    if parts[0] in ("ld", "st"):
        return _memory(parts, operands)
    target, values = _operand(operands[0]), [_operand(operand) for operand in operands[1:]]
    return f"{target} = {_result(parts, operands, values, text)};"


def _result(parts: list[str], operands: list[str], v: list[str], text: str) -> str:
    op, kind = parts[0], parts[-1]
    typed = [f"bits<{kind}>({value})" if kind in ("f32", "f64") else f"({kind})({value})" for value in v]
    if op in ("mov", "cvta"):
        same = _class(operands[0]) == _class(operands[1]) or not operands[1].startswith("%")
        return v[0] if same or kind == "pred" else f"bits<{_KINDS[_class(operands[0])]}>({v[0]})"
    if op in _INFIX and (op, parts[1]) != ("mul", "hi") and "wide" not in parts:
        return f"({kind})({typed[0]} {_INFIX[op]} {typed[1]})"
    if op == "mul" and parts[1] == "wide":
        wide = kind[0] + str(2 * int(kind[1:]))
        return f"({wide})({typed[0]}) * ({wide})({typed[1]})"
    if op == "mad" and parts[1] in ("lo", "wide"):
        wide = kind if parts[1] == "lo" else kind[0] + str(2 * int(kind[1:]))
        return f"({wide})({typed[0]}) * ({wide})({typed[1]}) + ({wide})({v[2]})"
    if op == "mul" and kind == "u64":
        return f"(u64)(((unsigned __int128){typed[0]} * {typed[1]}) >> 64)"
    if op in ("min", "max"):
        return f"{'least' if op == 'min' else 'most'}<{kind}>({typed[0]}, {typed[1]})"
    if op in ("shl", "shr"):
        return f"{'left' if op == 'shl' else 'right'}<{kind}>({typed[0]}, {v[1]})"
    if op in ("neg", "not", "abs"):
        if op == "abs":
            return f"({kind})({typed[0]} < 0 ? -{typed[0]} : {typed[0]})"
        return f"({kind})({'-' if op == 'neg' else '!' if kind == 'pred' else '~'}{typed[0]})"
    if op == "setp" and len(parts) == 3:
        how = parts[1]
        if how in ("equ", "neu"):  # true if either is not a number
            return (
                f"({typed[0]} != {typed[1]})"
                if how == "neu"
                else f"!({typed[0]} < {typed[1]} || {typed[0]} > {typed[1]})"
            )
        if how in _OPPOSITES:
            return f"!({typed[0]} {_OPPOSITES[how]} {typed[1]})"
        return f"({typed[0]} {_COMPARISONS[how]} {typed[1]})"
    if op == "selp":
        return f"{v[2]} ? {typed[0]} : {typed[1]}"
    if op == "rcp" and parts[1] == "rn":
        return f"({kind})1 / {typed[0]}"
    if op == "sqrt" and parts[1] == "rn":
        return f"({kind})sqrt{'f' if kind == 'f32' else ''}({typed[0]})"
    if op == "bfi" and kind == "b64":
        return f"bfi64({v[0]}, {v[1]}, {v[2]}, {v[3]})"
    if op == "cvt":
        return _converted(parts, v[0], text)
    raise ValueError(f"PTX that is not read here: {text}")


def _converted(parts: list[str], value: str, text: str) -> str:
    to, of, how = parts[-2], parts[-1], parts[1] if len(parts) == 4 else ""
    given = f"bits<{of}>({value})" if of[0] == "f" else f"({of})({value})"
    if how in ("rmi", "rpi", "rzi") and to == of == "f32":
        return {"rmi": "floorf", "rpi": "ceilf", "rzi": "truncf"}[how] + f"({given})"
    if how == "rzi" and to[0] in "us":
        return f"whole<{to}>({given})"
    if how in ("", "rn") and (to[0] == "f" or of[0] != "f"):
        return f"({to})({given})"
    raise ValueError(f"PTX that is not read here: {text}")


def _memory(parts: list[str], operands: list[str]) -> str:
    op, kind = parts[0], parts[-1]
    count = int(parts[-2][1:]) if re.fullmatch(r"v\d", parts[-2]) else 1
    place, data = (operands[1], operands[0]) if op == "ld" else (operands[0], operands[1])
    base, _, offset = place.strip("[]").partition("+")
    if op == "ld" and parts[1] == "param":
        m = re.fullmatch(r"\w+_param_(\d+)", base)
        assert m is not None
        base = f"(u64)params[{m[1]}]"
    else:
        base = _operand(base)
    done = []
    for n, item in enumerate(data.strip("{}").split(",")):
        assert n < count
        address = f"(u64)({base}) + {int(offset or 0)} + {n} * sizeof({kind})"
        if op == "ld":
            done.append(f"{_operand(item.strip())} = at<{kind}>({address});")
        else:
            value = _operand(item.strip())
            same = kind[0] == "f" or item.strip().startswith("%f")
            done.append(
                f"put<{kind}>({address}, {f'bits<{kind}>({value})' if same else f'({kind})({value})'});"
            )
    return " ".join(done)


def _operand(text: str) -> str:
    special = {"%ctaid.x": "block", "%ntid.x": "1u", "%tid.x": "0u"}
    if text in special:
        return special[text]
    if text.startswith("%"):
        return "R" + text[1:]  # %f32 is no type
    if m := re.fullmatch(r"0[fF]([0-9A-Fa-f]{8})", text):
        return f"bits<f32>(0x{m[1]}u)"
    if m := re.fullmatch(r"0[dD]([0-9A-Fa-f]{16})", text):
        return f"bits<f64>(0x{m[1]}ull)"
    if re.fullmatch(r"-?(0x)?[0-9A-Fa-f]+", text):
        return "(-9223372036854775807ll - 1)" if text == "-9223372036854775808" else f"{text}ll"
    if re.fullmatch(r"\w+", text):
        return f"(u64)&{text}"
    raise ValueError(f"PTX that is not read here: {text}")


def _class(operand: str) -> str:
    m = re.fullmatch(r"%([a-z]+)\d+", operand)
    return m[1] if m else ""
