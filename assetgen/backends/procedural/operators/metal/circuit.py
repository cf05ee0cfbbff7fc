"""A circuit laid out on a grid: chips with pins, small parts, and traces that turn by 45 degrees and end in vias.

The plan is made once, in whole grid cells on a torus; `look_up` then reads it at every texel, so that a trace is as
sharp as the tile is fine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.torus import Torus

_STEPS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""The eight ways of a trace, each an eighth of a turn further."""
_CHIPS = ((15, 15), (12, 12), (8, 14), (14, 8), (7, 11), (11, 7))
_DRAWS = 65536


@dataclass(slots=True)
class _Board:
    """The plan while it is made: which cells are taken, the links out of each, vias, pins, and what stands where."""

    size: int
    draws: Iterator[float]
    taken: list[list[bool]] = field(default_factory=list)
    links: list[list[int]] = field(default_factory=list)
    wide: list[list[float]] = field(default_factory=list)
    vias: list[list[float]] = field(default_factory=list)
    pins: list[list[int]] = field(default_factory=list)
    owner: list[list[int]] = field(default_factory=list)
    parts: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = range(self.size)
        self.taken = [[False] * self.size for _ in rows]
        self.links = [[0] * self.size for _ in rows]
        self.wide = [[0.0] * self.size for _ in rows]
        self.vias = [[0.0] * self.size for _ in rows]
        self.pins = [[0] * self.size for _ in rows]
        self.owner = [[-1] * self.size for _ in rows]

    def draw(self) -> float:
        return next(self.draws, 0.5)

    def below(self, count: int) -> int:
        return min(int(self.draw() * count), count - 1)

    def is_free(self, x: int, y: int) -> bool:
        return not self.taken[y % self.size][x % self.size]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Circuit:
    """A circuit seen from every texel; distances in metres.

    Args:
        trace: (N, N) to the border of the nearest trace, positive on it.
        via: (N, N) to the border of a via's ring, positive on it.
        hole: (N, N) the same for its bore.
        pad: (N, N) to the border of a pin's pad, positive on it.
        part: (N, N) int64 which part stands here, -1 where none does.
        x: (N, N) metres from the middle of that part.
        y: (N, N) the same, downwards.
        half: (2, parts) half extents of each part in metres.
        kinds: (parts,) 0 a chip, 1 a small part that lies, 2 one that stands upright in the plan.
    """

    trace: Tensor
    via: Tensor
    hole: Tensor
    pad: Tensor
    part: Tensor
    x: Tensor
    y: Tensor
    half: Tensor
    kinds: Tensor

    def pick(self, table: Tensor) -> Tensor:
        """Spread a number per part over the texels; where no part stands, that of the first."""
        return look_up(table, self.part.clamp(min=0))


def lay_out(torus: Torus, name: str, pitch_m: float, *, chips: int, traces: float) -> Circuit:
    """Return a circuit.

    Args:
        torus: the tile.
        name: the random stream.
        pitch_m: width of a grid cell: a trace and its clearance.
        chips: how many chips to try.
        traces: how densely the rest is routed, 0..1.
    """
    size = min(max(torus.cells_across(pitch_m), 24), 160)
    board = _Board(size, iter(torus.uniform(name, _DRAWS)[:, 0].tolist()))
    starts: list[tuple[int, int, int]] = []
    for _ in range(chips):
        starts += _place_chip(board)
    for _ in range(size * size // 120):
        starts += _place_small(board)
    starts += [(board.below(size), board.below(size), -1) for _ in range(int(size * size * 0.035 * traces))]
    for x, y, way in starts:
        _route(board, x, y, way)
    return _look_up(torus, board)


def _place_chip(board: _Board) -> list[tuple[int, int, int]]:
    """Set a chip where there is room, and return where its traces start and which way."""
    width, height = _CHIPS[board.below(len(_CHIPS))]
    left, top = board.below(board.size), board.below(board.size)
    if not all(board.is_free(left + i, top + j) for j in range(-2, height + 2) for i in range(-2, width + 2)):
        return []
    _claim(board, left, top, width, height, 0)
    four_sides = width == height
    starts = []
    for i in range(1, width - 1):
        if four_sides or width > height:
            starts += [_pin(board, left + i, top, 6), _pin(board, left + i, top + height - 1, 2)]
    for j in range(1, height - 1):
        if four_sides or height > width:
            starts += [_pin(board, left, top + j, 4), _pin(board, left + width - 1, top + j, 0)]
    return starts


def _place_small(board: _Board) -> list[tuple[int, int, int]]:
    """Set a resistor or capacitor of three cells, a pad at either end."""
    upright = board.draw() < 0.5
    width, height = (1, 3) if upright else (3, 1)
    left, top = board.below(board.size), board.below(board.size)
    if not all(board.is_free(left + i, top + j) for j in range(-1, height + 1) for i in range(-1, width + 1)):
        return []
    _claim(board, left, top, width, height, 2 if upright else 1)
    if upright:
        return [_pin(board, left, top, 6), _pin(board, left, top + 2, 2)]
    return [_pin(board, left, top, 4), _pin(board, left + 2, top, 0)]


def _claim(board: _Board, left: int, top: int, width: int, height: int, kind: int) -> None:
    number = len(board.parts)
    board.parts.append((left, top, width, height, kind))
    for y in range(top, top + height):
        for x in range(left, left + width):
            board.taken[y % board.size][x % board.size] = True
            board.owner[y % board.size][x % board.size] = number


def _pin(board: _Board, x: int, y: int, way: int) -> tuple[int, int, int]:
    board.pins[y % board.size][x % board.size] = 1 + way // 2 % 2  # 1 lies along x, 2 along y
    return x, y, way


def _route(board: _Board, x: int, y: int, way: int) -> None:
    """Walk a trace from a pin, or from a via when `way` is -1, turning by 45 degrees where it must or likes to."""
    size = board.size
    if way < 0:
        if not board.is_free(x, y):
            return
        way = board.below(4) * 2
        board.taken[y % size][x % size] = True
        board.vias[y % size][x % size] = 1.0
    wide = 0.34 if board.draw() < 0.12 else 0.17
    left, moved = 6 + board.below(38), 0
    while left > 0:
        turns = [0, 1, -1] if board.draw() < 0.85 else [(1, -1)[board.below(2)], 0]
        ways = [(way + turn) % 8 for turn in turns]
        onward = next((to for to in ways if _is_open(board, x, y, to)), None)
        if onward is None:
            break
        step_x, step_y = _STEPS[onward]
        board.links[y % size][x % size] |= 1 << onward
        board.wide[y % size][x % size] = max(board.wide[y % size][x % size], wide)
        x, y, way = x + step_x, y + step_y, onward
        board.links[y % size][x % size] |= 1 << ((onward + 4) % 8)
        board.wide[y % size][x % size] = wide
        board.taken[y % size][x % size] = True
        left, moved = left - 1, moved + 1
    if moved:
        board.vias[y % size][x % size] = 1.0


def _is_open(board: _Board, x: int, y: int, way: int) -> bool:
    """Say whether a trace may go on that way: the cell is free, and no other trace crosses on the diagonal."""
    step_x, step_y = _STEPS[way]
    if not board.is_free(x + step_x, y + step_y):
        return False
    if not (step_x and step_y):
        return True
    beside = board.links[y % board.size][(x + step_x) % board.size]
    crossing = next(i for i, step in enumerate(_STEPS) if step == (-step_x, step_y))
    return not beside >> crossing & 1


def _look_up(torus: Torus, board: _Board) -> Circuit:
    """Read the plan at every texel: distances to the eight links of its cell and to those that cut its corners."""
    size, cell_m = board.size, torus.tile_m / board.size
    device = torus.device
    links = torch.tensor(board.links, device=device)
    # A diagonal between the two neighbors at a corner passes through that corner: bits 8 to 11.
    for corner, (to_x, way) in enumerate(((1, 3), (-1, 1), (-1, 7), (1, 5))):
        beside = torch.roll(links, -to_x, 1)
        links = links | ((beside >> way & 1) << (8 + corner))
    wide = torch.tensor(board.wide, device=device)
    tables = {
        "links": links.reshape(-1),
        "wide": wide.reshape(-1),
        "right": torch.roll(wide, -1, 1).reshape(-1),
        "left": torch.roll(wide, 1, 1).reshape(-1),
        "via": torch.tensor(board.vias, device=device).reshape(-1),
        "pin": torch.tensor(board.pins, device=device).reshape(-1),
        "part": torch.tensor(board.owner, device=device).reshape(-1),
    }
    parts = board.parts or [(0, 0, 1, 1, 0)]
    shape = torch.tensor(parts, dtype=torch.float32, device=device)
    fields = [torch.empty(torus.size, torus.size, device=device) for _ in range(6)]
    owner = torch.empty(torus.size, torus.size, dtype=torch.int64, device=device)
    for rows, u, v in positions(torus, None):
        x, y = u * size, v * size
        column, line = torch.floor(x).clamp_(max=size - 1), torch.floor(y).clamp_(max=size - 1)
        slot = (line * size + column).to(torch.int64)
        own = {key: look_up(table, slot) for key, table in tables.items()}
        in_x, in_y = x - column - 0.5, y - line - 0.5
        reach = torch.sqrt(in_x.square() + in_y.square())
        beside = torch.where(in_x > 0, own["right"], own["left"])
        fields[0][rows] = _to_links(own["links"], in_x, in_y, own["wide"], beside) * cell_m
        fields[1][rows] = torch.where(own["via"] > 0, 0.40 - reach, -1.0) * cell_m
        fields[2][rows] = torch.where(own["via"] > 0, 0.19 - reach, -1.0) * cell_m
        flat, tall = in_x.abs(), in_y.abs()
        lying = torch.minimum(0.46 - flat, 0.30 - tall)
        upright = torch.minimum(0.30 - flat, 0.46 - tall)
        on_pad = torch.where(own["pin"] == 1, upright, lying)
        fields[3][rows] = torch.where(own["pin"] > 0, on_pad, -1.0) * cell_m
        owner[rows] = own["part"]
        number = own["part"].clamp(min=0).view(-1)
        middle_x = torch.index_select(shape[:, 0] + shape[:, 2] / 2, 0, number).view(x.shape)
        middle_y = torch.index_select(shape[:, 1] + shape[:, 3] / 2, 0, number).view(x.shape)
        away_x, away_y = x - middle_x, y - middle_y
        fields[4][rows] = (away_x - torch.round(away_x / size) * size) * cell_m
        fields[5][rows] = (away_y - torch.round(away_y / size) * size) * cell_m
    return Circuit(
        trace=fields[0],
        via=fields[1],
        hole=fields[2],
        pad=fields[3],
        part=owner,
        x=fields[4],
        y=fields[5],
        half=shape[:, 2:4].T * (cell_m / 2),
        kinds=shape[:, 4],
    )


def _to_links(links: Tensor, x: Tensor, y: Tensor, wide: Tensor, beside: Tensor) -> Tensor:
    """Return the distance to the border of the nearest trace in cells, positive on it, at most a cell away."""
    best = torch.full_like(x, -1.0)
    root = 0.70710678
    for bit, (step_x, step_y) in enumerate(_STEPS):
        norm = root if step_x and step_y else 1.0
        along = (x * step_x + y * step_y) * norm
        across = (y * step_x - x * step_y) * norm
        behind = along.clamp(max=0)
        away = torch.sqrt(across.square() + behind.square())
        best = torch.maximum(best, torch.where((links >> bit & 1) > 0, wide - away, -1.0))
    for corner, (step_x, step_y) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        away = ((x - 0.5 * step_x) * step_x + (y - 0.5 * step_y) * step_y) * root
        best = torch.maximum(best, torch.where((links >> (8 + corner) & 1) > 0, beside + away, -1.0))
    return best
