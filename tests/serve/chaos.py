"""Kills daemons and workers at random moments while jobs are submitted, and counts what is lost.

`python -m tests.serve.chaos JOBS WORKER_KILLS DAEMON_KILLS [SEED]` prints the figures as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.serve.light_daemon import MADE_LOG
from tests.serve.live import LiveDaemon

STEP_S = 0.004
ENDED = {"JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED"}


def run_chaos(
    folder: Path, *, jobs: int, worker_kills: int, daemon_kills: int, seed: int = 0
) -> dict[str, Any]:
    """Return counts of lost, doubled and failed jobs, and how long recovery took."""
    project = folder / "game"
    project.mkdir()
    (project / "assetgen.toml").write_text('assetgen = 1\nname = "game"\n', encoding="utf-8")
    daemon = LiveDaemon(folder, arguments=("--workers", "2"), environ={"LIGHT_STEP_S": str(STEP_S)})
    run = _Chaos(daemon, project, jobs, random.Random(seed))
    daemon.start()
    try:
        return run.run(worker_kills, daemon_kills)
    finally:
        run.stopped.set()
        daemon.stop()


class _Chaos:
    def __init__(self, daemon: LiveDaemon, project: Path, jobs: int, dice: random.Random) -> None:
        self.daemon, self.project, self.dice = daemon, project, dice
        self.wanted = {f"asset_{n:05d}": str(uuid.UUID(int=dice.getrandbits(128))) for n in range(jobs)}
        self.accepted: dict[str, str] = {}
        self.stopped = threading.Event()
        self.recoveries: dict[str, list[float]] = {"worker": [], "daemon": []}
        self.hits = Counter[str]()

    def run(self, worker_kills: int, daemon_kills: int) -> dict[str, Any]:
        self._patiently("RegisterProject", root=str(self.project))
        submitting = threading.Thread(target=self._submit_all, daemon=True)
        submitting.start()
        blows = ["worker"] * worker_kills + ["daemon"] * daemon_kills
        self.dice.shuffle(blows)
        started = time.monotonic()
        for blow in blows:
            time.sleep(self.dice.uniform(0.0, 0.15))
            self._kill_daemon() if blow == "daemon" else self._kill_worker()
        submitting.join()
        ends = self._wait_for_all()
        return self._verdict(ends, time.monotonic() - started)

    def _submit_all(self) -> None:
        """Submit every job until it is acknowledged, always under its own request id."""
        for asset, request_id in self.wanted.items():
            order = {
                "project": str(self.project),
                "spec": {"kind": "ASSET_KIND_MATERIAL", "asset": asset, "prompt": f"stone {asset}"},
                "requestId": request_id,
                "priority": "PRIORITY_BAKE",
                "client": f"client{len(self.accepted) % 8}",
            }
            answer = self._patiently("CreateJob", order=order)
            self.accepted[asset] = answer["job"]["name"]

    def _patiently(self, method: str, **request: Any) -> dict[str, Any]:
        while not self.stopped.is_set():
            try:
                return self.daemon.call(method, **request)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in (429, 503):
                        raise RuntimeError(f"{method}: {error.code} {error.read()!r}") from error
            except (OSError, ValueError, KeyError):
                pass  # it is dead, or dying in the middle of its answer
            time.sleep(0.01)
        raise RuntimeError("stopped")

    def _kill_worker(self) -> None:
        try:
            pids = self.daemon.worker_pids()
        except (OSError, ValueError, KeyError):
            return
        if not pids:
            return
        try:
            os.kill(self.dice.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself after it was listed
        self.hits["worker"] += 1
        self._time_recovery(self._done_count())

    def _kill_daemon(self) -> None:
        self.daemon.kill()
        self.hits["daemon"] += 1
        self.recoveries["daemon"].append(self.daemon.start())

    def _time_recovery(self, before: int) -> None:
        """Note how long it takes after a worker's death until another asset is made."""
        since = time.monotonic()
        while self._done_count() == before and time.monotonic() - since < 10.0:
            if len(self.accepted) == len(self.wanted) and before >= len(self.wanted):
                return
            time.sleep(0.002)
        self.recoveries["worker"].append(time.monotonic() - since)

    def _done_count(self) -> int:
        log = self.daemon.state / MADE_LOG
        return log.stat().st_size if log.exists() else 0

    def _wait_for_all(self) -> dict[str, dict[str, Any]]:
        ends: dict[str, dict[str, Any]] = {}
        wait_until(lambda: not self._patiently("ListJobs", onlyActive=True, pageSize=1).get("jobs"))
        for asset, name in self.accepted.items():
            ends[asset] = self._patiently("GetJob", name=name)["job"]
        return ends

    def _verdict(self, ends: dict[str, dict[str, Any]], seconds: float) -> dict[str, Any]:
        log = (self.daemon.state / MADE_LOG).read_text(encoding="utf-8").split("\n")
        made = Counter(line.split(" ")[1] for line in log if line)
        manifests = {path.parent.name for path in self.project.rglob("*.assetgen.json")}
        recoveries = sorted([*self.recoveries["worker"], *self.recoveries["daemon"]])
        return {
            "jobs": len(self.wanted),
            "worker_kills": self.hits["worker"],
            "daemon_kills": self.hits["daemon"],
            "lost": sum(asset not in ends or ends[asset]["state"] not in ENDED for asset in self.wanted),
            "failed": sum(end["state"] != "JOB_STATE_SUCCEEDED" for end in ends.values()),
            "without_files": len(set(self.wanted) - manifests),
            "done_twice": sum(count > 1 for count in made.values()),
            "recovery_p50_s": round(recoveries[len(recoveries) // 2], 3) if recoveries else 0.0,
            "recovery_p95_s": round(recoveries[int(len(recoveries) * 0.95)], 3) if recoveries else 0.0,
            "recovery_max_s": round(recoveries[-1], 3) if recoveries else 0.0,
            "recovery_p95_s_by_victim": {
                victim: round(sorted(times)[int(len(times) * 0.95)], 3)
                for victim, times in self.recoveries.items()
                if times
            },
            "seconds": round(seconds, 1),
        }


def wait_until(holds: Callable[[], bool], *, patience_s: float = 300.0) -> None:
    """Wait for a claim to hold."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def main() -> None:
    """Run one chaos from the command line."""
    jobs, worker_kills, daemon_kills, *seed = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        figures = run_chaos(
            Path(folder),
            jobs=jobs,
            worker_kills=worker_kills,
            daemon_kills=daemon_kills,
            seed=seed[0] if seed else 0,
        )
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
