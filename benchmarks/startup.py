"""How long `assetgen --help` takes: median wall seconds of ten runs; the bar is 0.3 s.

python benchmarks/startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 10
BAR_S = 0.3


def seconds(arguments: list[str]) -> tuple[float, float]:
    """Return the median wall and CPU seconds of a Python process."""
    walls, cpus = [], []
    for _ in range(RUNS):
        before, started = os.times(), time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        walls.append(time.perf_counter() - started)
        after = os.times()
        cpus.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return statistics.median(walls), statistics.median(cpus)


def main() -> int:
    bare_wall_s, bare_cpu_s = seconds(["-c", "pass"])
    worst_s = 0.0
    for arguments in (["--help"], ["bake", "--help"], ["--version"]):
        wall_s, cpu_s = seconds(["-m", "assetgen", *arguments])
        worst_s = max(worst_s, wall_s)
        print(
            f"assetgen {' '.join(arguments):12} {wall_s:.3f} s wall, {cpu_s:.3f} s CPU, "
            f"{cpu_s / bare_cpu_s:.1f} x python -c pass"
        )
    print(f"python -c pass        {bare_wall_s:.3f} s wall, {bare_cpu_s:.3f} s CPU")
    return 0 if worst_s <= BAR_S else 1


if __name__ == "__main__":
    sys.exit(main())
