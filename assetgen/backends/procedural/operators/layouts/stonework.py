"""Plans of walls of blocks: courses of unequal height, blocks of unequal length, no joint over a joint."""

from __future__ import annotations

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import Plan


def block_courses(
    torus: Torus,
    name: str,
    columns: int,
    rows: int,
    *,
    heights: tuple[int, int],
    lengths: tuple[float, float],
    split: float = 0.0,
) -> Plan:
    """Return courses of blocks, in whole units.

    Args:
        torus: the tile.
        name: the random stream.
        columns: units along x.
        rows: units along y.
        heights: lowest and highest course.
        lengths: shortest and longest block by the height of its course.
        split: share of blocks in courses of two units and more that are cut into two flat ones.
    """
    pieces: list[tuple[int, int, int, int]] = []
    above: set[int] = set()
    for number, (top, height) in enumerate(_courses(torus, name, rows, heights)):
        joints = _joints(torus, f"{name}/{number}", columns, height, lengths, above)
        draws = torus.uniform(f"{name}/{number}/split", len(joints), 2).tolist()
        for place, (left, right) in enumerate(zip(joints, [*joints[1:], joints[0] + columns], strict=True)):
            if height > 1 and draws[place][0] < split:
                upper = min(max(round(height * (0.3 + 0.4 * draws[place][1])), 1), height - 1)
                pieces += [
                    (left, top, right - left, upper),
                    (left, top + upper, right - left, height - upper),
                ]
            else:
                pieces.append((left, top, right - left, height))
        above = {joint % columns for joint in joints}
    return Plan(columns=columns, rows=rows, pieces=tuple(pieces))


def _courses(torus: Torus, name: str, rows: int, heights: tuple[int, int]) -> list[tuple[int, int]]:
    """Return (top, height) of every course; the last takes what is left."""
    draws = torus.uniform(f"{name}/heights", rows)[:, 0].tolist()
    courses, top = [], 0
    for share in draws:
        height = heights[0] + int(share * (heights[1] - heights[0] + 1))
        if rows - top - height < heights[0]:
            height = rows - top
        courses.append((top, height))
        top += height
        if top >= rows:
            return courses
    return courses


def _joints(
    torus: Torus, name: str, columns: int, height: int, lengths: tuple[float, float], above: set[int]
) -> list[int]:
    """Return where the blocks of a course begin, kept off the joints above where there is room."""
    draws = torus.uniform(f"{name}/lengths", columns + 1)[:, 0].tolist()
    least = max(round(lengths[0] * height), 1)
    start = int(draws[columns] * columns)
    joints = [start]
    for share in draws[:columns]:
        length = max(round(height * (lengths[0] + (lengths[1] - lengths[0]) * share)), least)
        if (joints[-1] + length) % columns in above:
            length += 1
        if joints[-1] + length + least > start + columns:
            return joints
        joints.append(joints[-1] + length)
    return joints
