"""Compare the packer with rectpack and rectangle-packer: `python -m benchmarks.atlas [--seeds N] [--slow]`.

The peers are no dependencies: `pip install rectpack rectangle-packer` where this runs. Two sets of rectangles:
"mixed", edges 8 to 128 evenly, and "sprites", log-normal edges of 4 to 512. A packer may choose the page, as small
as it can make it; gutters, grids and turning are left out, which the peers do not all have. rectpack packs into a
page of a given size, so it gets what its makers advise: a strip about as wide as the square root of the area, several
widths, the best kept (--slow) or one. CPU seconds of one thread; a packer that would take over a minute is left out
of the larger sets, and rectangle-packer, which takes three for a thousand, of all but the smallest unless --slow.
Every result is checked for overlap.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assetgen.imaging.packing import PageRules, pack_rectangles

try:
    import rectpack
except ImportError:
    rectpack = None
try:
    import rpack
except ImportError:
    rpack = None

COUNTS = (100, 1000, 5000)
BARS = {100: (0.95, 0.25), 1000: (0.95, 0.25), 5000: (0.97, 0.5)}
"""Least fill and most CPU seconds by count."""
LONGEST_S = 60.0

Size = tuple[int, int]
Packed = tuple[int, int, list[tuple[int, int]]]
"""Width and height of the page, and the place of each rectangle."""
Packer = Callable[[Sequence[Size]], Packed]


@dataclass(frozen=True, slots=True)
class Result:
    """Fill of the page and CPU seconds."""

    fill: float
    seconds: float


def rectangles(kind: str, count: int, seed: int) -> list[Size]:
    """Return a set of rectangles."""
    rng = np.random.default_rng(seed)
    if kind == "mixed":
        wide, tall = rng.integers(8, 129, count), rng.integers(8, 129, count)
    else:
        wide = np.clip(rng.lognormal(3.6, 0.6, count), 4, 512).astype(int)
        tall = np.clip(wide * rng.uniform(0.5, 2.0, count), 4, 512).astype(int)
    return list(zip(wide.tolist(), tall.tolist(), strict=True))


def own(sizes: Sequence[Size]) -> Packed:
    """Pack with assetgen."""
    layout = pack_rectangles({f"{n:06}": size for n, size in enumerate(sizes)}, PageRules(most=65536))
    ((width, height),) = layout.pages
    return width, height, [(place.x, place.y) for place in layout.places.values()]


def with_rectpack(algorithm: str, widths: Sequence[float]) -> Packer:
    """Return a packer that lets rectpack fill strips of several widths and keeps the best."""

    def pack(sizes: Sequence[Size]) -> Packed:
        assert rectpack is not None
        edge, widest = math.sqrt(sum(w * h for w, h in sizes)), max(w for w, _ in sizes)
        best: Packed | None = None
        for width in widths:
            strip = max(int(edge * width) + 1, widest)
            packer = rectpack.newPacker(
                mode=rectpack.PackingMode.Offline, pack_algo=getattr(rectpack, algorithm), rotation=False,
                sort_algo=rectpack.SORT_LSIDE,
            )  # fmt: skip
            for number, (w, h) in enumerate(sizes):
                packer.add_rect(w, h, number)
            packer.add_bin(strip, int(edge * 4))
            packer.pack()
            found = {number: (x, y) for _, x, y, _, _, number in packer.rect_list()}
            places = [found[number] for number in range(len(sizes))]
            page = (
                max(x + w for (x, _), (w, _) in zip(places, sizes, strict=True)),
                max(y + h for (_, y), (_, h) in zip(places, sizes, strict=True)),
            )
            if best is None or page[0] * page[1] < best[0] * best[1]:
                best = (*page, places)
        assert best is not None
        return best

    return pack


def with_rpack(sizes: Sequence[Size]) -> Packed:
    """Pack with rectangle-packer, whose page is free."""
    assert rpack is not None
    places = rpack.pack(sizes)
    width, height = rpack.bbox_size(sizes, places)
    return width, height, places


def measure(packer: Packer, sizes: Sequence[Size]) -> Result:
    """Return how well and how fast a set is packed; fails when anything overlaps."""
    started = time.process_time()
    width, height, places = packer(sizes)
    seconds = time.process_time() - started
    taken = np.zeros((height, width), np.uint8)
    for (x, y), (w, h) in zip(places, sizes, strict=True):
        taken[y : y + h, x : x + w] += 1
    area = sum(w * h for w, h in sizes)
    assert taken.max() == 1, "rectangles overlap"
    assert int(taken.sum()) == area, "a rectangle lies outside"
    return Result(area / (width * height), seconds)


def packers(*, slow: bool) -> dict[str, Packer]:
    """Return every packer that is installed."""
    found: dict[str, Packer] = {"assetgen": own}
    if rectpack is not None:
        widths = (0.8, 0.9, 1.02, 1.1, 1.2) if slow else (1.02,)
        for name in ("SkylineBlWm", "MaxRectsBssf", "MaxRectsBl", "GuillotineBssfSas"):
            found[f"rectpack {name}"] = with_rectpack(name, widths)
    if rpack is not None:
        found["rectangle-packer"] = with_rpack
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=3, help="sets of each kind and size")
    parser.add_argument(
        "--slow", action="store_true", help="let rectpack try five widths, and rectangle-packer large sets"
    )
    parser.add_argument("--largest", type=int, default=COUNTS[-1], help="leave larger sets out")
    options = parser.parse_args()
    too_slow: set[tuple[str, str]] = set()
    is_met = True
    print(f"{'set':8} {'n':>5} {'packer':28} {'fill: median':>12} {'worst':>7} {'CPU s':>8} {'x own':>8}")
    for kind in ("mixed", "sprites"):
        for count in (count for count in COUNTS if count <= options.largest):
            own_s = 0.0
            for name, packer in packers(slow=options.slow).items():
                if (kind, name) in too_slow:
                    print(f"{kind:8} {count:5} {name:28} {'(over a minute)':>12}")
                    continue
                results = []
                for seed in range(1, options.seeds + 1):
                    results.append(measure(packer, rectangles(kind, count, seed)))
                    if results[-1].seconds > LONGEST_S / 10:
                        break
                fill = statistics.median(result.fill for result in results)
                worst = min(result.fill for result in results)
                seconds = max(result.seconds for result in results)
                own_s = seconds if name == "assetgen" else own_s
                # From one size to the next they take at least ten times as long.
                growth = 10 if options.slow or name != "rectangle-packer" else 1000
                if seconds * growth > LONGEST_S:
                    too_slow.add((kind, name))
                if name == "assetgen":
                    least, most = BARS[count]
                    is_met &= worst >= least and seconds <= most
                print(
                    f"{kind:8} {count:5} {name:28} {fill:12.4f} {worst:7.4f} {seconds:8.3f} "
                    f"{seconds / own_s:8.1f}",
                    flush=True,
                )
    print("bars: fill >= .95 in <= 0.25 s at 100 and 1000, >= .97 in <= 0.5 s at 5000:", is_met)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
