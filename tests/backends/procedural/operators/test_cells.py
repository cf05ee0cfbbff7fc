from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import _sites, cells, grains
from tests.backends.procedural.periodic import correlation, shrink


def all_sites(torus: Torus, name: str, nx: int, ny: int, jitter: float, *, brick_rows: bool) -> np.ndarray:
    """Every site in cell widths with its eight copies around the tile, (9 * count, 3): x, y, number."""
    offset = (torus.uniform(name, nx * ny, 2).double().numpy() - 0.5) * jitter + 0.5
    copies = []
    for wrap_y in (-1, 0, 1):
        for wrap_x in (-1, 0, 1):
            for number in range(nx * ny):
                column, line = number % nx, number // nx
                shift = 0.5 * (line % 2) if brick_rows else 0.0
                x = column + shift + offset[number, 0] + wrap_x * nx
                copies.append((x, line + offset[number, 1] + wrap_y * ny, number))
    return np.array(copies)


def voronoi_by_brute_force(torus: Torus, sites: np.ndarray, nx: int, ny: int) -> tuple[np.ndarray, ...]:
    """Number, distance to the nearest and second site, and distance to the nearest bisector, from all sites."""
    u, v = np.broadcast_arrays(torus.u.double().numpy() * nx, torus.v.double().numpy() * ny)
    texels = np.stack([u, v], axis=-1).reshape(-1, 1, 2)
    places = sites[None, :, :2]
    distance = np.linalg.norm(places - texels, axis=-1)
    order = np.argsort(distance, axis=1)
    rows = np.arange(len(texels))
    near, far = distance[rows, order[:, 0]], distance[rows, order[:, 1]]
    home = places[0][order[:, 0]][:, None, :]
    apart = places - home
    length = np.linalg.norm(apart, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        border = np.sum(((places + home) / 2 - texels) * apart, axis=-1) / length
    border = np.where(length < 1e-9, np.inf, border)
    shape = u.shape
    number = sites[order[:, 0], 2].astype(int)
    return tuple(a.reshape(shape) for a in (number, near, far, border.min(axis=1)))


PLANS = [
    (4, 4, 0.85, False),
    (3, 6, 0.6, False),
    (6, 4, 0.85, True),
    (8, 8, 0.95, True),
    (5, 4, 0.0, True),
    (1, 1, 0.9, False),
]


@pytest.mark.parametrize(("nx", "ny", "jitter", "brick_rows"), PLANS)
def test_cells_match_brute_force_over_all_sites(nx: int, ny: int, jitter: float, brick_rows: bool) -> None:
    torus = Torus(48, 11, nx / 2)  # half a metre per cell width, where cells are square
    sites = all_sites(torus, "c", nx, ny, jitter, brick_rows=brick_rows)
    number, _, _, border = voronoi_by_brute_force(torus, sites, nx, ny)
    made = cells(torus, "c", nx, period_y=ny, jitter=jitter, brick_rows=brick_rows)
    same = made.id.numpy() == number
    # On a regular grid whole lines of texels may lie between two cells, and either number is right.
    undecided = border < 1e-5
    assert (same | undecided).mean() > 0.999
    unit = min(torus.tile_m / nx, torus.tile_m / ny)
    assert np.abs(made.edge.numpy() - border * unit)[same].max() < 1e-5
    assert made.count == nx * ny


@pytest.mark.parametrize(("nx", "ny", "jitter"), [(4, 4, 0.95), (7, 3, 0.5), (2, 2, 1.0)])
def test_grains_match_brute_force_over_all_sites(nx: int, ny: int, jitter: float) -> None:
    torus = Torus(48, 5, 1.0)
    sites = all_sites(torus, "g", nx, ny, jitter, brick_rows=False)
    number, near, far, _ = voronoi_by_brute_force(torus, sites, nx, ny)
    made = grains(torus, "g", nx, period_y=ny, jitter=jitter)
    assert (
        made.id.numpy() == number
    ).mean() > 0.99  # nine sites miss the nearest once in some hundred texels
    close = np.abs(made.near.numpy() - near) < 1e-5
    assert close.mean() > 0.99
    # The second nearest is of the nine around the texel too, and may lie a little farther than the true one.
    assert (made.far.numpy() - far).min() > -1e-5
    assert (np.abs(made.far.numpy() - far) < 1e-5).mean() > 0.95


def border_by_all_twenty(torus: Torus, name: str, period: int, jitter: float, roundness: float) -> Tensor:
    """The soft or hard minimum over the bisectors with all 20 sites around the nearest one, in metres."""
    sites = _sites(torus, name, period, period, jitter, brick_rows=False)
    made = cells(torus, name, period, jitter=jitter)
    unit = torus.tile_m / period
    grid_x, grid_y = (t.view(-1, sites.stride)[4:-4, 4:-4].reshape(-1).double() for t in (sites.x, sites.y))
    own = made.id.long()
    to_x, to_y = -made.x.double() / unit, -made.y.double() / unit
    distances = []
    for step_y in range(-2, 3):
        for step_x in range(-2, 3):
            if abs(step_x) + abs(step_y) in (0, 4):
                continue
            other = (own // period + step_y) % period * period + (own % period + step_x) % period
            apart_x = grid_x[other] + step_x - grid_x[own]
            apart_y = grid_y[other] + step_y - grid_y[own]
            length = torch.hypot(apart_x, apart_y)
            distances.append(length / 2 + (to_x * apart_x + to_y * apart_y) / length)
    stack = torch.stack(distances)
    least = stack.amin(0) if not roundness else -torch.logsumexp(stack * -roundness, 0) / roundness
    return (least * unit).float()


@given(
    period=st.integers(3, 9),
    jitter=st.floats(0.0, 0.9),
    seed=st.integers(0, 999),
    roundness=st.sampled_from([0.0, 14.0]),
)
def test_leaving_out_bisectors_that_bound_nothing_changes_no_distance(
    period: int, jitter: float, seed: int, roundness: float
) -> None:
    torus = Torus(40, seed, 1.0)
    made = cells(torus, "c", period, jitter=jitter, roundness=roundness)
    assert float((made.edge - border_by_all_twenty(torus, "c", period, jitter, roundness)).abs().max()) < 2e-6


def test_place_and_border_are_metres_from_the_site() -> None:
    torus = Torus(256, 3, 2.0)
    made = cells(torus, "c", 5)
    step = torus.tile_m / torus.size
    inside = (made.id == torch.roll(made.id, -1, 1))[:, :-1]
    assert torch.allclose((made.x[:, 1:] - made.x[:, :-1])[inside], torch.tensor(step), atol=1e-5)
    # Of all texels of a cell the one farthest from its border is no farther than half of the widest cell.
    assert 0.1 < float(made.edge.max()) < 0.4
    assert float(made.edge.min()) > -1e-5
    # A border distance never grows faster than one walks.
    assert float((made.edge[:, 1:] - made.edge[:, :-1]).abs().max()) < step * 1.001


def test_hexagons_are_all_alike() -> None:
    made = cells(Torus(192, 3, 1.0), "c", 6, jitter=0.0, brick_rows=True)
    sizes = torch.bincount(made.id.reshape(-1), minlength=36)
    assert int(sizes.min()) == int(sizes.max()) == 1024


def test_roundness_only_takes_away_and_most_in_the_corners() -> None:
    torus = Torus(128, 3, 1.0)
    sharp, round_ = cells(torus, "c", 5), cells(torus, "c", 5, roundness=14.0)
    assert torch.equal(sharp.id, round_.id)
    assert float((round_.edge - sharp.edge).max()) < 1e-5


def test_a_warp_reads_the_cells_elsewhere() -> None:
    torus = Torus(64, 3, 1.0)
    shift = (torch.full((64, 64), 5 / 64), torch.full((64, 64), -3 / 64))
    straight, moved = cells(torus, "c", 4), cells(torus, "c", 4, warp=shift)
    assert torch.equal(moved.id, torch.roll(straight.id, (3, -5), (0, 1)))


def test_warped_cells_are_the_same_picture_at_every_size() -> None:
    def edge(size: int) -> Tensor:
        torus = Torus(size, 3, 1.0)
        return cells(torus, "c", 8, warp=warp_field(torus, "w", 5, 0.02)).edge

    assert correlation(edge(256), shrink(edge(1024), 4)) > 0.999


def test_every_grain_draws_its_own_number() -> None:
    torus = Torus(64, 3, 1.0)
    made = grains(torus, "g", 4)
    values = made.random(torus, "r")
    for number in range(made.count):
        assert len(values[made.id == number].unique()) <= 1
    assert len(values.unique()) == 16
