"""How quick the daemon feels: start, submit, first progress, cancel, memory, and saved file to finished set.

    python benchmarks/daemon.py            all of it, on real workers
    python benchmarks/daemon.py --rounds 5 fewer rounds

Each figure stands beside its bar. The daemon runs as its own process with a cache of its own; calls go over
loopback as an editor's would.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

sys.path.insert(0, str(Path(__file__).parents[1]))

from assetgen.serve.rpc import asset_pb2 as pb
from tests.serve.live import LiveDaemon

PROMPTS = ("old mossy cobblestone", "red brick wall", "cracked dry dirt", "rusty iron plates", "oak planks")
SERVICE = "/assetgen.v1.AssetService/"


class Rpc:
    """Plain gRPC to a daemon."""

    def __init__(self, endpoint: dict[str, Any]) -> None:
        self._channel = grpc.insecure_channel(endpoint["grpc"])
        self._metadata = (("authorization", f"Bearer {endpoint['token']}"),)

    def call(self, name: str, request: Any, answer: Any) -> Any:
        method = self._channel.unary_unary(
            SERVICE + name,
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        return method(request, metadata=self._metadata, timeout=60)

    def stream(self, name: str, request: Any, answer: Any) -> Any:
        method = self._channel.unary_stream(
            SERVICE + name,
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        return method(request, metadata=self._metadata, timeout=300)


def order(project: str, asset: str, prompt: str, *, size: int = 512, **more: Any) -> pb.JobOrder:
    spec = pb.AssetSpec(kind=pb.ASSET_KIND_MATERIAL, asset=asset, prompt=prompt)
    spec.material.size.append(size)
    return pb.JobOrder(project=project, spec=spec, **more)


def measure_submit(rpc: Rpc, project: str, rounds: int) -> float:
    """Return the median milliseconds of CreateJob, with the queue kept short so that it is never refused."""
    spent = []
    for number in range(rounds):
        request = pb.CreateJobRequest(order=order(project, f"submit/s{number}", f"old stone wall {number}"))
        before = time.perf_counter()
        job = rpc.call("CreateJob", request, pb.CreateJobResponse).job
        spent.append((time.perf_counter() - before) * 1e3)
        rpc.call("CancelJob", pb.CancelJobRequest(name=job.name), pb.CancelJobResponse)
    return statistics.median(spent)


def measure_click(rpc: Rpc, project: str, rounds: int, *, folder: str = "click") -> dict[str, list[float]]:
    """Return milliseconds from Generate to the first progress, the first preview and the end."""
    found: dict[str, list[float]] = {"progress": [], "preview": [], "finished": []}
    for number in range(rounds):
        prompt = f"{PROMPTS[number % len(PROMPTS)]}"
        request = pb.GenerateRequest(order=order(project, f"{folder}/c{number}", prompt))
        before = time.perf_counter()
        seen: dict[str, float] = {}
        for response in rpc.stream("Generate", request, pb.GenerateResponse):
            what = response.event.WhichOneof("event")
            seen.setdefault(what or "", (time.perf_counter() - before) * 1e3)
            if what == "finished":
                assert response.event.finished.state == pb.JOB_STATE_SUCCEEDED, response
        for name, times in found.items():
            times.append(seen[name])
    return found


def measure_cancel(rpc: Rpc, project: str, rounds: int) -> list[float]:
    """Return milliseconds from CancelJob until the worker that had the job is free again."""
    spent = []
    for number in range(rounds):
        request = pb.CreateJobRequest(order=order(project, f"cancel/x{number}", PROMPTS[0], size=1024))
        job = rpc.call("CreateJob", request, pb.CreateJobResponse).job
        for response in rpc.stream("WatchJob", pb.WatchJobRequest(name=job.name), pb.WatchJobResponse):
            if response.event.WhichOneof("event") == "progress":
                break
        before = time.perf_counter()
        rpc.call("CancelJob", pb.CancelJobRequest(name=job.name), pb.CancelJobResponse)
        while any(worker.state == "busy" for worker in workers(rpc)):
            time.sleep(0.001)
        spent.append((time.perf_counter() - before) * 1e3)
    return spent


def workers(rpc: Rpc) -> Any:
    return rpc.call("GetCapabilities", pb.GetCapabilitiesRequest(), pb.GetCapabilitiesResponse).workers


def measure_hot_reload(rpc: Rpc, name: str, root: Path, rounds: int) -> dict[str, list[float]]:
    """Return milliseconds from a save to the first preview event and to the published 512 px set."""
    found: dict[str, list[float]] = {"preview": [], "published": []}
    file = root / "reload.prompt.toml"
    changes = iter(rpc.stream("WatchAssets", pb.WatchAssetsRequest(project=name), pb.WatchAssetsResponse))
    until(changes, "caught_up")
    for number in range(rounds + 1):
        text = f'assetgen = 1\nkind = "material"\nsize = 512\nseed = {number}\nprompt = "{PROMPTS[number % 5]}"\n'
        staged = file.with_suffix(".tmp")
        staged.write_text(text, encoding="utf-8")
        before = time.perf_counter()
        staged.replace(file)
        job = until(changes, "started").started
        for response in rpc.stream("WatchJob", pb.WatchJobRequest(name=job.name), pb.WatchJobResponse):
            if response.event.WhichOneof("event") == "preview":
                preview = (time.perf_counter() - before) * 1e3
                break
        until(changes, "updated")
        if number:  # the first one finds the worker cold in ways that a second save does not
            found["preview"].append(preview)
            found["published"].append((time.perf_counter() - before) * 1e3)
    return found


def until(changes: Iterator[Any], what: str) -> Any:
    for change in changes:
        if change.WhichOneof("change") == what:
            return change
    raise RuntimeError(f"the feed ended before {what}")


def rss_mib(pid: int) -> float:
    """Return the resident memory of a process; Linux only."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    rows: list[tuple[str, float, float, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "game"
        root.mkdir()
        (root / "assetgen.toml").write_text('assetgen = 1\nname = "game"\n', encoding="utf-8")
        # The user's own cache folder would do, but then what was made before would count as made now.
        daemon = LiveDaemon(Path(folder), light=False)
        starts = []
        for _ in range(5):
            starts.append(daemon.start())
            daemon.stop()
        rows.append(("start to SERVING, p50", statistics.median(starts), 1.0, "s"))
        daemon.start()
        try:
            rpc = Rpc(daemon.endpoint)
            answer = rpc.call(
                "RegisterProject", pb.RegisterProjectRequest(root=str(root)), pb.RegisterProjectResponse
            )
            # The first ones find encoders to be compiled, which happens once a machine.
            measure_click(rpc, answer.project.name, 2, folder="warm")
            rows.append(("submit, p50", measure_submit(rpc, answer.project.name, 200), 2.0, "ms"))
            click = measure_click(rpc, answer.project.name, options.rounds)
            rows.append(("click to first progress, p50", statistics.median(click["progress"]), 150.0, "ms"))
            rows.append(("click to first progress, max", max(click["progress"]), 150.0, "ms"))
            rows.append(("click to first preview, p50", statistics.median(click["preview"]), 700.0, "ms"))
            rows.append(("click to 512 px set, p50", statistics.median(click["finished"]), 3000.0, "ms"))
            cancels = measure_cancel(rpc, answer.project.name, options.rounds)
            rows.append(
                ("cancel to free worker, p50 (one step included)", statistics.median(cancels), 1e9, "ms")
            )
            watched = rpc.call(
                "RegisterProject",
                pb.RegisterProjectRequest(root=str(root), watch=True),
                pb.RegisterProjectResponse,
            ).project
            reload = measure_hot_reload(rpc, watched.name, root, options.rounds)
            rows.append(("save to first preview, p50", statistics.median(reload["preview"]), 700.0, "ms"))
            rows.append(
                ("save to published 512 px set, p50", statistics.median(reload["published"]), 3000.0, "ms")
            )
            rows.append(("resident memory of the daemon", rss_mib(daemon.endpoint["pid"]), 120.0, "MiB"))
        finally:
            daemon.stop()
    for name, figure, bar, unit in rows:
        verdict = "" if bar >= 1e9 else f"<= {bar:g} {unit}  {'PASS' if figure <= bar else 'FAIL'}"
        print(f"{name:50s} {figure:9.2f} {unit:4s} {verdict}")
    print(json.dumps({"cores": os.cpu_count(), "python": sys.version.split()[0], "grpc": grpc.__version__}))


if __name__ == "__main__":
    main()
