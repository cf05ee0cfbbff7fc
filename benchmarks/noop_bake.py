"""A bake of many unchanged prompt files through the real command line: wall seconds, and what is imported.

    python benchmarks/noop_bake.py                1,000 files; the bar is 1.0 s
    python benchmarks/noop_bake.py --files 5000

The published state is a fake: tiny files put through the real store, so that nothing has to be generated. Then one
file is edited, and exactly that one must be due.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from assetgen.project.discover import discover  # noqa: E402
from assetgen.project.outputs import put_in_place  # noqa: E402
from assetgen.project.plan import plan  # noqa: E402
from assetgen.project.scan import scan  # noqa: E402
from assetgen.settings import Durability  # noqa: E402
from assetgen.store.store import Store  # noqa: E402
from tests.bake.fakes import pretend  # noqa: E402

BAR_S = 1.0
_SETTLED_S = 3
"""File stamps must be older than this before an index trusts them; here they are set back instead of waiting."""

_BAKE = (
    "import sys\n"
    "from assetgen.cli.main import main\n"
    "code = main(['bake', sys.argv[1], '--json', *sys.argv[2:]])\n"
    "heavy = [n for n in ('torch', 'numpy', 'numba', 'PIL', 'assetgen.execute.worker') if n in sys.modules]\n"
    "print(heavy, file=sys.stderr)\n"
    "sys.exit(code)\n"
)


def write_project(folder: Path, *, files: int) -> None:
    """Write prompt files, ten to a folder, and set their time back."""
    past = time.time() - _SETTLED_S
    (folder / "assetgen.toml").write_text('assetgen = 1\ntargets = ["unity"]\n', encoding="utf-8")
    for number in range(files):
        path = folder / f"set{number // 10:03}" / f"wall{number:04}.prompt.toml"
        path.parent.mkdir(exist_ok=True)
        text = f'assetgen = 1\nkind = "material"\nprompt = "old mossy cobblestone"\nseed = {number}\nsize = 2048\n'
        path.write_text(text, encoding="utf-8")
        os.utime(path, (past, past))


def publish_all(folder: Path, cache: Path) -> None:
    """Bring about the state after a bake without baking."""
    with Store.open(cache, durability=Durability.FAST) as store:
        for asset in plan(scan(discover([folder]), store).assets, store):
            store.record(asset.scanned.keys.make, {"bundle": "fake"})
            for target in asset.targets:
                manifest = pretend(store, asset.scanned, target)
                put_in_place(store, asset.scanned, target, manifest, overwrite=False)


def run(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, str, str]:
    """Return wall seconds, CPU seconds, stdout and the last line of stderr of a Python process."""
    before = os.times()
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    wall_s = time.perf_counter() - started
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return wall_s, cpu_s, done.stdout, (done.stderr.splitlines() or [""])[-1]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "game", Path(temporary) / "cache"
        folder.mkdir()
        environment = {**os.environ, "ASSETGEN_CACHE_DIR": str(cache), "ASSETGEN_DURABILITY": "fast"}
        write_project(folder, files=options.files)
        publish_all(folder, cache)
        run(["-c", _BAKE, str(folder)], environment)  # writes the locks and the report
        walls, cpus, bare = [], [], []
        for _ in range(options.runs):
            wall_s, cpu_s, out, heavy = run(["-c", _BAKE, str(folder)], environment)
            assert heavy == "[]", f"imported {heavy}"
            assert json.loads(out)["cached"] == options.files, out[:200]
            walls.append(wall_s)
            cpus.append(cpu_s)
            bare.append(run(["-c", "pass"], environment)[1])
        edited = folder / "set000" / "wall0003.prompt.toml"
        edited.write_text(edited.read_text(encoding="utf-8").replace("old", "new"), encoding="utf-8")
        due = json.loads(run(["-c", _BAKE, str(folder), "--plan"], environment)[2])["stale"]
    wall_s, cpu_s = statistics.median(walls), statistics.median(cpus)
    print(
        f"{options.files} unchanged files: {wall_s:.2f} s wall (best {min(walls):.2f}), {cpu_s:.2f} s CPU, ",
        end="",
    )
    print(f"{cpu_s / statistics.median(bare):.0f} x python -c pass")
    print(f"one edited: {due} due")
    return 0 if wall_s <= BAR_S * options.files / 1000 and due == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
