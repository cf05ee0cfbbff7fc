"""The publisher is killed at every fault point and at random moments; a reader never accepts a mixed set."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assetgen.errors import StoreError
from assetgen.store import fault
from assetgen.store.manifest import verify_set
from tests.store.publisher import revision_files
from tests.store.sets import open_store, read_as_engine_does, strays

ROOT = Path(__file__).parents[2]
KILLED = 137


def command(cache: Path, out: Path, *, start: int, rounds: int, durability: str = "fast") -> list[str]:
    numbers = [str(start), str(rounds)]
    return [sys.executable, "-m", "tests.store.publisher", str(cache), str(out), *numbers, durability]


def lay_traps(out: Path) -> None:
    """Files that are not ours: one beside the set, one where a file of odd revisions goes (force is on)."""
    out.mkdir(parents=True)
    (out / "mine.txt").write_bytes(b"mine")
    (out / "wall_emissive.dds").write_bytes(b"an artist's")


def check_recovered(cache: Path, out: Path) -> int:
    """Open the store as the next bake would; everything must be whole. Return the revision that stands."""
    with open_store(cache) as store:
        assert store.index.pending() == ()
        assert list((cache / "tmp").iterdir()) == []
        assert store.blobs.verify() == ()
        (row,) = store.index.publications(out)
        assert row.is_untouched()
    assert not strays(out)
    revision = verify_set(out / "wall.assetgen.json").provenance["revision"]
    assert revision == read_as_engine_does(out / "wall.assetgen.json")
    assert isinstance(revision, int)
    ours = {"mine.txt", "wall.assetgen.json", "wall_emissive.dds.bak", *revision_files(revision)}
    assert {path.name for path in out.iterdir()} - ours == set()
    assert (out / "mine.txt").read_bytes() == b"mine"
    return revision


def artist_file_survives(out: Path) -> bool:
    kept = (out / "wall_emissive.dds", out / "wall_emissive.dds.bak")
    return any(path.exists() and path.read_bytes() == b"an artist's" for path in kept)


# The first visit falls into the first revision; the sixth into its middle or into the next one.
VISITS = {point: (1, 6) for point in fault.POINTS} | {
    "journal.written": (1, 2),
    "backup.moved": (1,),
    "manifest.replaced": (1, 2),
    "obsolete.removed": (1,),
    "publication.done": (1, 2),
}


@pytest.mark.parametrize(("point", "visit"), [(point, visit) for point in VISITS for visit in VISITS[point]])
def test_a_kill_at_any_point_leaves_an_old_a_new_or_a_rejected_set(
    tmp_path: Path, point: str, visit: int
) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    lay_traps(out)
    run = subprocess.run(
        [*command(cache, out, start=1, rounds=3), point, str(visit)], cwd=ROOT, check=False, timeout=60
    )
    assert run.returncode == KILLED
    read_as_engine_does(out / "wall.assetgen.json")
    assert artist_file_survives(out)
    with open_store(cache) as store:
        waiting = len(store.index.pending())
    # Recovery never forces: until the foreign file was moved, only the next forced bake may go on.
    assert waiting <= (not (out / "wall_emissive.dds.bak").exists())
    done = subprocess.run(command(cache, out, start=2, rounds=2), cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0
    assert check_recovered(cache, out) == 3
    assert artist_file_survives(out)


def chase(tmp_path: Path, *, kills: int, seed: int, durability: str) -> dict[str, int]:
    """Kill a publishing loop at random moments while a reader looks on; return what the reader met."""
    cache, out = tmp_path / "cache", tmp_path / "out"
    manifest = out / "wall.assetgen.json"
    chance = random.Random(seed)
    met = {"accepted": 0, "rejected": 0, "half published": 0}
    revision = 0
    for _ in range(kills):
        process = subprocess.Popen(
            command(cache, out, start=revision + 1, rounds=1_000_000, durability=durability),
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline()
        end = time.monotonic() + chance.uniform(0.0, 0.12)
        while time.monotonic() < end:
            met["rejected" if read_as_engine_does(manifest) is None else "accepted"] += 1
            check_verdict(manifest)
        assert process.poll() is None
        process.kill()
        process.wait()
        process.stdout.close()
        met["half published"] += read_as_engine_does(manifest) is None
        out_mine = out / "mine.txt"
        out_mine.write_bytes(b"mine")
        revision = check_recovered(cache, out)
    return met


def check_verdict(manifest: Path) -> None:
    """The store's own reader either raises StoreError or vouches for one revision."""
    try:
        verified = verify_set(manifest)
    except StoreError:
        return
    assert verified.full_key


def test_a_dozen_kills_at_random_moments_never_show_a_mixed_set(tmp_path: Path) -> None:
    met = chase(tmp_path, kills=12, seed=20, durability="fast")
    assert met["accepted"] > 0


def test_two_processes_publishing_one_set_take_turns(tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    lay_traps(out)
    manifest = out / "wall.assetgen.json"
    running = [
        subprocess.Popen(command(cache, out, start=start, rounds=8), cwd=ROOT, stdout=subprocess.DEVNULL)
        for start in (1, 100)
    ]
    while any(process.poll() is None for process in running):
        read_as_engine_does(manifest)
        check_verdict(manifest)
    assert [process.returncode for process in running] == [0, 0]
    assert check_recovered(cache, out) in {8, 107}
    assert artist_file_survives(out)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "durability"), [(1, "fast"), (2, "full")])
def test_many_kills_at_random_moments_never_show_a_mixed_set(
    tmp_path: Path, seed: int, durability: str
) -> None:
    met = chase(tmp_path, kills=60, seed=seed, durability=durability)
    assert met["accepted"] > 100
    assert met["half published"] > 0
