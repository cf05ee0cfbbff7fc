"""A daemon in a process of its own, for tests and benchmarks: started, killed, stopped, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
_POLL_S = 0.005


class LiveDaemon:
    """A daemon with a state folder and a cache of its own.

    Args:
        folder: holds both.
        light: whether its workers only pretend; see `light_daemon.py`.
        arguments: more options of `assetgen serve`.
        environ: more environment.
    """

    def __init__(
        self,
        folder: Path,
        *,
        light: bool = True,
        arguments: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
    ) -> None:
        self.state = folder / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        module = ["tests.serve.light_daemon"] if light else ["assetgen", "serve"]
        self._command = [sys.executable, "-m", *module, *arguments]
        self.environ = {
            **os.environ,
            "ASSETGEN_STATE_DIR": str(self.state),
            "ASSETGEN_CACHE_DIR": str(folder / "cache"),
            "ASSETGEN_DURABILITY": "fast",
            "ASSETGEN_DEVICE": "cpu",
            "PYTHONPATH": str(ROOT),
            **(environ or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.endpoint: dict[str, Any] = {}

    def start(self) -> float:
        """Start it and wait until it serves; return how many seconds that took."""
        before = time.monotonic()
        with (self.state / "stderr.txt").open("ab") as log:
            self.process = subprocess.Popen(self._command, env=self.environ, stdout=log, stderr=log, cwd=ROOT)
        while not self.is_serving():
            assert self.process.poll() is None, (self.state / "stderr.txt").read_text(errors="replace")[
                -3000:
            ]
            assert time.monotonic() - before < PATIENCE_S, "the daemon does not serve"
            time.sleep(_POLL_S)
        return time.monotonic() - before

    def is_serving(self) -> bool:
        """Whether the process that was started last answers that it is well."""
        try:
            endpoint = json.loads((self.state / "daemon.json").read_bytes())
            if self.process is None or endpoint["pid"] != self.process.pid:
                return False
            with urllib.request.urlopen(f"{endpoint['http']}/healthz", timeout=5) as answer:
                self.endpoint = endpoint
                return answer.status == 200
        except urllib.error.HTTPError as error:
            error.close()  # it is there, and not well yet
            return False
        except (OSError, ValueError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)

    def call(self, method: str, **request: object) -> dict[str, Any]:
        """Make one call by unary JSON, as curl would.

        Raises:
            urllib.error.HTTPError: the daemon refuses.
        """
        message = urllib.request.Request(
            f"{self.endpoint['http']}/assetgen.v1.AssetService/{method}",
            data=json.dumps(request).encode(),
            headers={
                "content-type": "application/json",
                "authorization": f"Bearer {self.endpoint['token']}",
            },
        )
        with urllib.request.urlopen(message, timeout=30) as answer:
            return json.loads(answer.read())

    def worker_pids(self) -> list[int]:
        """Return the process ids of its workers."""
        workers = self.call("GetCapabilities").get("workers", [])
        return [worker["pid"] for worker in workers if worker.get("pid")]

    def __enter__(self) -> LiveDaemon:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.stop()
