from __future__ import annotations

import torch

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import basket, lay


def test_pick_spreads_one_number_per_piece_over_its_texels() -> None:
    pieces = lay(Torus(32, 1, 1.0), basket(1))
    table = torch.arange(pieces.count, dtype=torch.float32)
    assert torch.equal(pieces.pick(table), pieces.id.float())
    both = pieces.pick(torch.stack([table, -table]))
    assert both.shape == (2, 32, 32)
    assert torch.equal(both[1], -pieces.id.float())


def test_random_numbers_keep_their_bounds_and_differ_between_pieces() -> None:
    torus = Torus(64, 1, 1.0)
    pieces = lay(torus, basket(3))
    values = pieces.random(torus, "r", -2.0, 3.0)
    assert -2 <= float(values.min()) < -1
    assert 2 < float(values.max()) <= 3
    assert len(values.unique()) == pieces.count


def test_along_follows_the_long_side_of_every_piece() -> None:
    pieces = lay(Torus(64, 1, 1.0), basket(2))
    across = pieces.across().abs().amax()
    assert float(pieces.along().abs().amax()) > 1.9 * float(across)
    squares = pieces.along().square() + pieces.across().square()
    assert torch.allclose(squares, pieces.x.square() + pieces.y.square())
