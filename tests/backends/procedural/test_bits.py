"""One prompt, one picture: the same bits for any number of threads, in any process, in any order."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from tests.backends.procedural.drawings.table import DRAWINGS
from tests.backends.procedural.order_free import bits_for_threads, suspects

_FIELD = torch.linspace(0.1, 3.0, 333 * 333).view(333, 333)


def _digest(size: int, names: list[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(DRAWINGS[name](Torus(size, 11, 2.0)).contiguous().numpy().tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_operator_makes_a_call_that_depends_on_the_number_of_threads(name: str) -> None:
    assert suspects(lambda: DRAWINGS[name](Torus(96, 1, 2.0))) == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_operator_gives_the_same_bits_for_one_to_four_threads(name: str) -> None:
    # 203 x 203 texels are split among threads (more than 32768) and leave a rest for every count.
    assert len(set(bits_for_threads(lambda: DRAWINGS[name](Torus(203, 1, 2.0))))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("size", [64, 96, 128, 256, 333, 500, 512, 1024])
def test_every_operator_gives_the_same_bits_for_many_threads(name: str, size: int) -> None:
    assert len(set(bits_for_threads(lambda: DRAWINGS[name](Torus(size, 1, 2.0)), (1, 2, 3, 4, 7, 16)))) == 1


def test_drawing_in_another_order_changes_nothing() -> None:
    names = list(DRAWINGS)
    torus = Torus(64, 11, 2.0)
    forwards = {name: DRAWINGS[name](torus).clone() for name in names}
    for name in reversed(names):
        assert torch.equal(DRAWINGS[name](torus), forwards[name]), name


def test_another_process_with_another_hash_seed_draws_the_same_bits() -> None:
    names = ["fbm", "spectral noise", "cells", "fetch per piece", "blurs", "scratches", "finish"]
    code = f"from tests.backends.procedural.test_bits import _digest; print(_digest(80, {names!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == _digest(80, names)


_UNEVEN: dict[str, Callable[[], Tensor]] = {
    "power": lambda: _FIELD**1.3,
    "power of a number": lambda: 0.5**_FIELD,
    "sigmoid": lambda: torch.sigmoid(_FIELD),
    "atan2": lambda: torch.atan2(_FIELD, _FIELD.T),
    "exp2": lambda: torch.exp2(_FIELD),
    "mean": lambda: _FIELD - _FIELD.mean(),
    "deviation": lambda: _FIELD / _FIELD.std(),
    "long product": lambda: _FIELD[:7] @ _FIELD,
    "complex product": lambda: torch.complex(_FIELD, _FIELD) * torch.complex(_FIELD, _FIELD),
}


@pytest.mark.parametrize("name", _UNEVEN)
def test_the_watch_reports_what_depends_on_threads(name: str) -> None:
    assert suspects(_UNEVEN[name])


def test_the_watch_lets_pass_what_does_not() -> None:
    def draw() -> Tensor:
        field = fbm(Torus(64, 1, 1.0), "a", 3)
        bright = torch.where(field > field.amax() * 0.5, 1.0, 0.0)
        return torch.exp(field) ** 2 + field.abs().sqrt() + bright + torch.stack([field, field]).mean(0)

    assert suspects(draw) == []


def test_comparing_bits_sees_a_difference_in_the_last_place() -> None:
    step = torch.finfo(torch.float32).eps
    assert len(set(bits_for_threads(lambda: torch.ones(3) + step * torch.get_num_threads()))) == 4
