"""Many callers at once: nobody's work waits for that of a hog."""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.error
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.serve.live import LiveDaemon

CLIENTS = 7
EACH = 25
HOG = 400


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_hog_with_400_bakes_does_not_double_the_wait_of_anybody_else(tmp_path: Path) -> None:
    alone = waits(tmp_path / "alone", hog=0)
    beside = waits(tmp_path / "beside", hog=HOG)
    ratios = {name: p95(beside[name]) / p95(alone[name]) for name in alone}
    sys.stdout.write(
        json.dumps({"alone_p95_ms": [p95(w) for w in alone.values()], "ratios": list(ratios.values())}) + "\n"
    )
    assert max(ratios.values()) < 2.0, ratios


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def waits(folder: Path, *, hog: int) -> dict[str, list[float]]:
    """Return how long each client's jobs waited for a worker, with a hog beside them or without."""
    game = folder / "game"
    game.mkdir(parents=True)
    (game / "assetgen.toml").write_text("assetgen = 1\n", encoding="utf-8")
    found: dict[str, list[float]] = {f"client{n}": [] for n in range(CLIENTS)}
    with LiveDaemon(folder, arguments=("--workers", "2"), environ={"LIGHT_STEP_S": "0.01"}) as daemon:
        daemon.call("RegisterProject", root=str(game))
        submit(daemon, game, "warm", "up", "PRIORITY_INTERACTIVE")
        stopped = threading.Event()
        hogging = threading.Thread(target=be_greedy, args=(daemon, game, hog, stopped))
        hogging.start()
        threads = [
            threading.Thread(target=be_a_client, args=(daemon, game, name, found[name])) for name in found
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stopped.set()
        hogging.join()
    return found


def be_a_client(daemon: LiveDaemon, game: Path, name: str, found: list[float]) -> None:
    """Ask for one asset after the other."""
    for number in range(EACH):
        job = submit(daemon, game, name, f"{name}_{number}", "PRIORITY_INTERACTIVE")
        while "endTime" not in job:
            time.sleep(0.01)
            job = daemon.call("GetJob", name=job["name"])["job"]
        found.append(moment(job["startTime"]) - moment(job["createTime"]))


def be_greedy(daemon: LiveDaemon, game: Path, count: int, stopped: threading.Event) -> None:
    """Ask for everything at once, as often as it takes to be let in."""
    for number in range(count):
        while not stopped.is_set():
            try:
                submit(daemon, game, "hog", f"hog_{number}", "PRIORITY_BAKE")
                break
            except urllib.error.HTTPError as error:
                with error:
                    assert json.loads(error.read())["reason"] == "QUEUE_FULL"  # noqa: PT017
                time.sleep(0.01)


def submit(daemon: LiveDaemon, game: Path, client: str, asset: str, priority: str) -> dict[str, Any]:
    spec = {"kind": "ASSET_KIND_MATERIAL", "asset": asset, "prompt": f"stone {asset}"}
    order = {"project": str(game), "spec": spec, "client": client, "priority": priority}
    return daemon.call("CreateJob", order=order)["job"]


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
