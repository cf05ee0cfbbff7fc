"""Find torch calls whose bits depend on how many threads share the work.

Comparing pictures for 1 and 4 threads misses most of them: small fields are never split, and a library uses no more
threads than the machine has cores. Watching the calls themselves finds each at any size on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_UNEVEN = {"sigmoid", "atan2", "exp2", "sinh", "cosh", "logsumexp", "softmax", "_softmax", "float_power"}
_SUMS = {"sum", "mean", "std", "var", "std_mean", "var_mean", "norm", "linalg_vector_norm", "prod", "nansum"}
_PRODUCTS = {"mm", "bmm", "addmm", "baddbmm", "dot", "mv"}
_SAFE_POWERS = {0.0, 0.5, 1.0, 2.0, 3.0, -0.5, -1.0, -2.0}
_SHORT = 64
"""No library splits a matrix product's sums when they are this short."""


class OrderFree(TorchDispatchMode):
    """Collects, while entered, the calls whose result depends on the number of threads, in `suspects`."""

    def __init__(self) -> None:
        super().__init__()
        self.suspects: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__.removesuffix("_")
        if name.startswith("_") and not name.startswith("__"):
            name = func.overloadpacket.__name__
        if _is_uneven(name, args, result):
            self.suspects.append(f"{func} on {[tuple(a.shape) for a in args if isinstance(a, Tensor)]}")
        return result


def _is_uneven(name: str, args: tuple[Any, ...], result: Any) -> bool:
    fields = [a for a in args if isinstance(a, Tensor)]
    if not fields or not any(f.is_floating_point() or f.is_complex() for f in fields):
        return False
    if name in _UNEVEN:
        return True
    if name == "pow":
        exponent = args[1]
        return (
            isinstance(exponent, Tensor) or isinstance(args[0], (int, float)) or exponent not in _SAFE_POWERS
        )
    if name == "mul":
        return sum(f.is_complex() and f.ndim > 0 for f in fields) > 1
    if name in _SUMS:
        return isinstance(result, Tensor) and result.numel() == 1 and fields[0].numel() > 1
    return name in _PRODUCTS and fields[-2].shape[-1] > _SHORT


def suspects(draw: Callable[[], object]) -> list[str]:
    """Return the calls of a drawing whose bits depend on the number of threads."""
    with OrderFree() as watch:
        draw()
    return watch.suspects


def bits_for_threads(draw: Callable[[], Tensor], counts: tuple[int, ...] = (1, 2, 3, 4)) -> list[bytes]:
    """Return the bytes of a drawing for each number of threads."""
    before = torch.get_num_threads()
    try:
        results = []
        for count in counts:
            torch.set_num_threads(count)
            results.append(draw().contiguous().numpy().tobytes())
        return results
    finally:
        torch.set_num_threads(before)
