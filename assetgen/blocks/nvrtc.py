"""NVIDIA's run-time compiler, which comes with every CUDA build of torch: C text in, machine code out.

Called through its public C interface (NVRTC 12 and 13), so neither a compiler nor a toolkit has to be installed,
and no card or driver is needed to compile.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

OPTIONS: Final = ("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
"""Every float operation as IEEE 754 has it: a fused multiply-add would give other bytes than the CPU."""


class NvrtcMissing(Exception):
    """There is no NVRTC here, or it does not know the card; the message says which."""


class CompileError(Exception):
    """The source is wrong; the message has the compiler's words."""


def nvrtc_version() -> tuple[int, int]:
    """Return the compiler's version.

    Raises:
        NvrtcMissing: there is none.
    """
    major, minor = ctypes.c_int(), ctypes.c_int()
    _check(_library().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    return major.value, minor.value


def supported_architectures() -> tuple[int, ...]:
    """Return the compute capabilities it makes code for, 75 for 7.5.

    Raises:
        NvrtcMissing: there is none.
    """
    count = ctypes.c_int()
    _check(_library().nvrtcGetNumSupportedArchs(ctypes.byref(count)))
    found = (ctypes.c_int * count.value)()
    _check(_library().nvrtcGetSupportedArchs(found))
    return tuple(found)


def compile_cuda(source: str, architecture: str, *, options: Sequence[str] = ()) -> tuple[bytes, str]:
    """Return machine code ("sm_90") or PTX ("compute_90") for CUDA C, and what the compiler said.

    Raises:
        NvrtcMissing: there is no compiler, or it does not know the architecture.
        CompileError: the source is wrong.
    """
    library = _library()
    program = ctypes.c_void_p()
    _check(library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"blocks.cu", 0, None, None))
    try:
        given = [f"--gpu-architecture={architecture}", *OPTIONS, *options]
        words = (ctypes.c_char_p * len(given))(*(option.encode() for option in given))
        failure = library.nvrtcCompileProgram(program, len(given), words)
        said = _read(program, "ProgramLog").decode("utf-8", "replace").rstrip("\0")
        if failure:
            if "invalid value for --gpu-architecture" in said:
                raise NvrtcMissing(
                    f"NVRTC {nvrtc_version()} does not know {architecture}; install a newer torch."
                )
            raise CompileError(said or _words(failure))
        return _read(program, "CUBIN" if architecture.startswith("sm_") else "PTX"), said
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def _read(program: ctypes.c_void_p, what: str) -> bytes:
    size = ctypes.c_size_t()
    _check(getattr(_library(), f"nvrtcGet{what}Size")(program, ctypes.byref(size)))
    buffer = ctypes.create_string_buffer(size.value)
    _check(getattr(_library(), f"nvrtcGet{what}")(program, buffer))
    return buffer.raw


def _check(failure: int) -> None:
    if failure:
        raise NvrtcMissing(f"NVRTC fails: {_words(failure)}.")


def _words(failure: int) -> str:
    _library().nvrtcGetErrorString.restype = ctypes.c_char_p
    return _library().nvrtcGetErrorString(failure).decode()


@cache
def _library() -> ctypes.CDLL:
    tried = []
    for name in _candidates():
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            tried.append(f"{name}: {error}")
    raise NvrtcMissing(
        "there is no NVRTC; a CUDA build of torch brings it." + "".join(f" ({t})" for t in tried[:1])
    )


def _candidates() -> Iterator[str]:
    """Yield where NVRTC may lie: beside torch, in NVIDIA's wheels, in a toolkit, then wherever the system looks."""
    is_windows = sys.platform == "win32"
    name = re.compile(r"nvrtc64_1\d\d_0\.dll" if is_windows else r"libnvrtc\.so\.1\d")
    for folder in _folders():
        if folder.is_dir():
            yield from sorted(
                (str(path) for path in folder.iterdir() if name.fullmatch(path.name)), reverse=True
            )
    yield from (
        ("nvrtc64_130_0.dll", "nvrtc64_120_0.dll") if is_windows else ("libnvrtc.so.13", "libnvrtc.so.12")
    )


def _folders() -> Iterator[Path]:
    torch_spec = find_spec("torch")
    for place in (torch_spec.submodule_search_locations or ()) if torch_spec else ():
        yield Path(place) / "lib"
    nvidia = find_spec("nvidia")
    for place in (nvidia.submodule_search_locations or ()) if nvidia else ():
        for below in ("cu13", "cuda_nvrtc"):
            yield from (Path(place) / below / part for part in ("lib", "bin", "bin/x86_64"))
    toolkit = os.environ.get("CUDA_PATH") or os.environ.get("CUDA_HOME")
    if toolkit:
        yield from (Path(toolkit) / part for part in ("lib64", "bin", "bin/x64"))
