"""Patterns set stone by stone, as a mosaic is: bands of old motifs, and rosettes among round tiles.

A pattern is a table of kinds, one for every place of a grid: 0 ground, 1 dark line, 2 and 3 accents.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus

MOTIF_COLUMNS: Final = 8
"""Every motif repeats after eight stones, so a grid needs a multiple of them."""
_KINDS: Final = {".": 0, "#": 1, "r": 2, "y": 3}
_MOTIFS: Final = (
    # Meander.
    ("#######.", "#.....#.", "#.###.#.", "#.#...#.", "#.#####.", "#.......", "########"),
    # Running dog.
    ("...rrr..", "..rrrrr.", ".rr..rr.", ".rr...r.", "rrr.....", "rrrr....", "rrrrrrrr"),
    # Lozenges.
    ("...#....", "..#r#...", ".#ryr#..", "#ryyyr#.", ".#ryr#..", "..#r#...", "...#...."),
    # Teeth.
    ("...##...", "..####..", ".######.", "########"),
    # Rope.
    ("##rr##yy", ".#rrr#yy", "y.#rrr#y", "yy.#rrr#", "#yy.#rrr"),
    # Chequers.
    ("##..##..", "##..##..", "..rr..rr", "..rr..rr"),
    # Florets.
    ("........", "..r...y.", ".r#r.y#y", "..r...y.", "........"),
)
_BORDER: Final = ("########", "........", "yyyyyyyy", "yyyyyyyy", "........", "########")


def motif_bands(torus: Torus, name: str, columns: int, rows: int) -> Tensor:
    """Return kinds, (rows, columns) int64: bands of motifs between borders, with plain ground to fill.

    Args:
        torus: the tile.
        name: the random stream.
        columns: stones along a row, a multiple of MOTIF_COLUMNS.
        rows: rows of stones.
    """
    draws = torus.uniform(name, rows, 3).tolist()
    lines: list[str] = []
    order = sorted(range(len(_MOTIFS)), key=lambda number: draws[number % rows][1])
    for number in range(rows):
        motif = _MOTIFS[order[number % len(order)]]
        band = [*_BORDER[: 2 + 4 * (draws[number][0] > 0.4)], *motif]
        if draws[number][0] > 0.7:
            band = [*band, *(line.translate(_SWAPPED) for line in reversed(motif))]
        band += ["........"] * (1 + int(draws[number][2] * 3))
        if len(lines) + len(band) > rows:
            break
        lines += band
    lines += ["........"] * (rows - len(lines))
    kinds = torch.tensor([[_KINDS[mark] for mark in line] for line in lines], device=torus.device)
    return kinds.repeat(1, columns // MOTIF_COLUMNS)


def rosettes(torus: Torus, name: str, columns: int, rows: int, *, spacing: int) -> Tensor:
    """Return kinds, (rows, columns) int64, for round tiles whose odd rows are shifted by half a tile: six about one.

    Args:
        torus: the tile.
        name: the random stream.
        columns: tiles along a row.
        rows: rows, an even number.
        spacing: tiles from one rosette to the next.
    """
    across, down = max(round(columns / spacing), 1), max(round(rows / spacing / 2), 1) * 2
    middle = torch.zeros(rows, columns, dtype=torch.bool)
    start = int(torus.draw(name, 0, columns))
    for line in range(down):
        row = line * rows // down
        for number in range(across):
            half = (line % 2) * (columns / across) / 2
            middle[row, int(start + number * columns / across + half) % columns] = True
    odd = (torch.arange(rows) % 2 == 1)[:, None]
    petals = middle.roll(1, 1) | middle.roll(-1, 1)
    for step in (1, -1):
        beside = middle.roll(step, 0)
        # The neighbours of a tile in the rows above and below lie at its own column and at one beside it.
        petals = petals | beside | torch.where(odd, beside.roll(-1, 1), beside.roll(1, 1))
    kinds = torch.where(middle, 3, torch.where(petals, 2, 0))
    return kinds.to(torus.device)


_SWAPPED: Final = str.maketrans("#ry", "ry#")
