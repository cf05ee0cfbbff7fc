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

_Bus = list[tuple[int, int, int]]
"""Traces that start side by side: the cell of each, and which way all of them set out."""


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
    buses: list[_Bus] = []
    for _ in range(chips):
        buses += _place_chip(board)
    for _ in range(size * size // 900):
        upright = board.draw() < 0.5
        buses += _place_row(board, board.below(size), board.below(size), 3 + board.below(5), upright=upright)
    buses += [_begin(board) for _ in range(int(size * size * 0.007 * traces))]
    for bus in buses:
        _route(board, bus)
    return _look_up(torus, board)


def _place_chip(board: _Board) -> list[_Bus]:
    """Set a chip where there is room, a row of small parts beside it, and return the traces of each of its sides."""
    width, height = _CHIPS[board.below(len(_CHIPS))]
    left, top = board.below(board.size) // 4 * 4, board.below(board.size) // 4 * 4
    if not all(board.is_free(left + i, top + j) for j in range(-4, height + 4) for i in range(-4, width + 4)):
        return []
    _claim(board, left, top, width, height, 0)
    buses: list[_Bus] = []
    if width >= height:
        across = range(left + 1, left + width - 1)
        buses += [
            [_pin(board, x, top, 6) for x in across],
            [_pin(board, x, top + height - 1, 2) for x in across],
        ]
    if height >= width:
        down = range(top + 1, top + height - 1)
        buses += [
            [_pin(board, left, y, 4) for y in down],
            [_pin(board, left + width - 1, y, 0) for y in down],
        ]
    # What steadies the supply stands close by: along a side without pins, or a little off one that has them.
    off = 3 if width == height else 2
    if width > height or (width == height and board.draw() < 0.5):
        buses += _place_row(board, left + width - 1 + off, top, (height + 1) // 2, upright=False)
    else:
        buses += _place_row(board, left, top + height - 1 + off, (width + 1) // 2, upright=True)
    return buses


def _place_row(board: _Board, left: int, top: int, count: int, *, upright: bool) -> list[_Bus]:
    """Set resistors or capacitors of three cells side by side, as many as find room, a pad at either end of each."""
    before: _Bus = []
    behind: _Bus = []
    width, height = (1, 3) if upright else (3, 1)
    for number in range(count):
        x, y = (left + 2 * number, top) if upright else (left, top + 2 * number)
        if not all(board.is_free(x + i, y + j) for j in range(height) for i in range(width)):
            continue
        _claim(board, x, y, width, height, 2 if upright else 1)
        before.append(_pin(board, x, y, 6 if upright else 4))
        behind.append(_pin(board, x + width - 1, y + height - 1, 2 if upright else 0))
    return [before, behind]


def _begin(board: _Board) -> _Bus:
    """Return the heads of traces that come up through a row of vias, side by side."""
    x, y, way = board.below(board.size), board.below(board.size), board.below(4) * 2
    bus: _Bus = []
    for number in range(2 + board.below(6)):
        at_x, at_y = (x, y + number) if way in (0, 4) else (x + number, y)
        # Every other via stands back: their rings need more room than the traces.
        back = number % 2
        at_x, at_y = at_x - back * _STEPS[way][0], at_y - back * _STEPS[way][1]
        if not board.is_free(at_x, at_y):
            break
        board.taken[at_y % board.size][at_x % board.size] = True
        board.vias[at_y % board.size][at_x % board.size] = 1.0
        bus.append((at_x, at_y, way))
    return bus


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


def _route(board: _Board, bus: _Bus) -> None:
    """Lead traces out side by side: ahead, aslant, ahead, perhaps back; one that is barred ends in a via."""
    if not bus:
        return
    way, turn = bus[0][2], (1, -1)[board.below(2)]
    legs = (
        (way, 1 + board.below(4)),
        ((way + turn) % 8, board.below(12)),
        (way, 3 + board.below(24)),
        ((way + (turn, -turn)[board.below(2)]) % 8, board.below(9)),
        (way, 2 + board.below(12)),
    )
    wide = 0.34 if len(bus) < 3 and board.draw() < 0.5 else 0.17
    heads = [(x, y) for x, y, _ in bus]
    # Some nets go to the other side early on; the ends of the rest stand in two rows.
    total = sum(steps for _, steps in legs)
    lasts = [
        total - 2 * (number % 2) if board.draw() < 0.7 else 3 + board.below(max(total - 3, 1))
        for number in range(len(bus))
    ]
    walked = [0] * len(bus)
    live = [True] * len(bus)
    for onward, steps in legs:
        for _ in range(steps):
            for number, (x, y) in enumerate(heads):
                live[number] = (
                    live[number] and walked[number] < lasts[number] and _is_open(board, x, y, onward)
                )
                if live[number]:
                    heads[number] = _link(board, x, y, onward, wide)
                    walked[number] += 1
    for (x, y), steps in zip(heads, walked, strict=True):
        if steps:
            board.vias[y % board.size][x % board.size] = 1.0


def _link(board: _Board, x: int, y: int, way: int, wide: float) -> tuple[int, int]:
    """Draw a trace from one cell to the next, and return that."""
    for at, to in ((0, way), (1, (way + 4) % 8)):
        line, column = (y + at * _STEPS[way][1]) % board.size, (x + at * _STEPS[way][0]) % board.size
        board.links[line][column] |= 1 << to
        board.wide[line][column] = max(board.wide[line][column], wide)
        board.taken[line][column] = True
    return x + _STEPS[way][0], y + _STEPS[way][1]


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
