"""A real bake is killed as by kill -9, workers and all, at random moments: no reader is ever shown a torn set.

Pictures are the sources, so that the time goes into publishing and not into drawing.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store.manifest import MANIFEST_SUFFIX, verify_set
from assetgen.store.store import Store
from tests.project.folders import texture, write
from tests.store.sets import strays

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are killed by signals here")

ROOT = Path(__file__).parents[2]
TARGETS = ("unreal", "web")
EDGE = 64
PATIENCE_S = 120.0


def picture(number: int, revision: int) -> bytes:
    """Return a small noisy PNG, another for every number and revision."""
    noise = random.Random(f"{number} {revision}").randbytes(EDGE * EDGE * 3)
    stream = io.BytesIO()
    Image.frombytes("RGB", (EDGE, EDGE), noise).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


@dataclass
class Harbour:
    """A project of textures that is baked by the real command line in a process group of its own."""

    folder: Path
    assets: int
    revision: int = 0
    met: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "rejected": 0, "killed": 0})

    def __post_init__(self) -> None:
        text = texture(f"targets = {json.dumps(TARGETS)}", 'source = "NAME.png"')
        names = [f"t{number:02}" for number in range(self.assets)]
        write(self.game, {"assetgen.toml": "assetgen = 1\n"})
        write(self.game, {f"{name}.prompt.toml": text.replace("NAME", name) for name in names})
        write(self.game, {"generated/unreal/mine.txt": b"mine"})
        self.revise()

    @property
    def game(self) -> Path:
        return self.folder / "game"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def revise(self) -> None:
        """Give every asset another picture."""
        self.revision += 1
        pictures = {f"t{n:02}.png": picture(n, self.revision) for n in range(self.assets)}
        write(self.game, pictures)

    def manifests(self) -> list[Path]:
        return sorted(self.game.rglob(f"*{MANIFEST_SUFFIX}"))

    def start(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "ASSETGEN_CACHE_DIR": str(self.cache),
            "ASSETGEN_DURABILITY": "fast",
            "ASSETGEN_DEVICE": "cpu",
        }
        command = [
            sys.executable,
            "-m",
            "assetgen",
            "bake",
            str(self.game),
            "--jobs",
            "1",
            "--json",
            "--no-report",
        ]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def read(self) -> None:
        """Read every set as an importer does; what is accepted must be whole."""
        for manifest in self.manifests():
            try:
                accepted = verify_set(manifest)
            except StoreError:
                self.met["rejected"] += 1
                continue
            self.met["accepted"] += 1
            again = {file.path: file.sha256 for file in accepted.files}
            assert again == accepted.hashes()

    def kill(self, *, after_publications: int, delay_s: float) -> None:
        """Kill a bake a moment after it has published so many sets; 0 is from the start."""
        process = self.start()
        try:
            self._wait_for(process, after_publications)
            end = time.monotonic() + delay_s
            while time.monotonic() < end and not has_ended(process):
                self.read()
            self.met["killed"] += process.poll() is None
        finally:
            kill_group(process)
            process.communicate()
        self.read()

    def _wait_for(self, process: subprocess.Popen[str], count: int) -> None:
        """Wait until so many manifests are newer than the pictures."""
        since = (self.game / "t00.png").stat().st_mtime_ns
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            stamps = [stamp_ns(path) for path in self.manifests()]
            if sum(stamp > since for stamp in stamps) >= count or has_ended(process):
                return

    def bake(self) -> dict[str, int]:
        process = self.start()
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        return json.loads(out)

    def check_whole(self) -> None:
        """Everything is there, verified, of the latest revision; nothing else is, and nothing was lost."""
        with Store.open(self.cache, durability=Durability.FAST) as store:
            assert store.index.pending() == ()
            assert store.blobs.verify() == ()
        assert list((self.cache / "tmp").iterdir()) == []
        assert not strays(self.game)
        assert (self.game / "generated/unreal/mine.txt").read_bytes() == b"mine"
        found = self.manifests()
        assert len(found) == self.assets * len(TARGETS)
        for path in found:
            number = int(verify_set(path).asset[1:])
            with Image.open(next(path.parent.glob("*_albedo.png"))) as written:
                expected = Image.open(io.BytesIO(picture(number, self.revision)))
                assert written.convert("RGB").tobytes() == expected.tobytes()


def has_ended(process: subprocess.Popen[str]) -> bool:
    """Tell whether a process has ended, giving it a hundredth of a second and the processor."""
    try:
        process.wait(timeout=0.01)
    except subprocess.TimeoutExpired:
        return False
    return True


def stamp_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # it is being replaced
        return 0


def kill_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_an_interrupt_and_a_few_kills_show_no_torn_set_and_one_bake_mends_all(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path, assets=6)
    chance = random.Random(11)
    harbour.kill(after_publications=0, delay_s=chance.uniform(0.0, 1.0))
    harbour.kill(after_publications=1, delay_s=chance.uniform(0.0, 0.1))
    harbour.revise()
    harbour.kill(after_publications=5, delay_s=chance.uniform(0.0, 0.1))
    interrupt(harbour)
    counts = harbour.bake()
    assert counts["failed"] == counts["cancelled"] == 0
    harbour.check_whole()
    assert harbour.met["killed"] == 3
    assert harbour.met["accepted"] > 0


def interrupt(harbour: Harbour) -> None:
    """Send Ctrl-C as a terminal does, to the whole group, when the workers have brought their first sets."""
    harbour.revise()
    process = harbour.start()
    # One for each worker may be what the start finishes of the bake that was killed before.
    harbour._wait_for(process, 3)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert err == ""
    assert json.loads(out)["cancelled"] > 0
    harbour.read()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_kills_show_no_torn_set(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path, assets=12)
    chance = random.Random(50)
    for number in range(50):
        if number % 3 == 0:
            harbour.revise()
        early = number % 10 == 9
        count = 0 if early else chance.randint(1, harbour.assets * len(TARGETS) - 1)
        harbour.kill(after_publications=count, delay_s=chance.uniform(0.0, 2.0 if early else 0.1))
    counts = harbour.bake()
    assert counts["failed"] == 0
    harbour.check_whole()
    assert harbour.met["killed"] >= 40
    sys.stdout.write(f"{harbour.met}\n")
