"""The methods of the contract on the JSON of their messages, without making anything.

What a job does stands in its prompt: one with "slow" goes on until it is cancelled, one with "held" until the gate is
opened, one with "broken" fails; every other succeeds at once. The preview of one with "rain" is heard, too.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_CODES = {"INVALID_SPEC": 3, "NOT_FOUND": 5, "QUEUE_FULL": 8, "UNAUTHENTICATED": 16, "UNKNOWN_METHOD": 12}


class Refusal(Exception):
    def __init__(self, reason: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code = _CODES[reason]
        self.document = {"code": self.code, "reason": reason, "message": message, **more}


class FakeJob:
    def __init__(self, order: dict[str, Any], project: str) -> None:
        self.name = f"jobs/{uuid.uuid4().hex}"
        self.order, self.project = order, project
        self.title = order.get("promptFile") or order.get("spec", {}).get("asset") or "untitled"
        self.state = "QUEUED"
        self.events: list[dict[str, Any]] = []
        self.changed = threading.Condition()
        self.is_cancelled = False
        self.assets: list[dict[str, Any]] = []
        self.error: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        order = self.order
        found: dict[str, Any] = {
            "name": self.name,
            "state": f"JOB_STATE_{self.state}",
            "project": self.project,
            "title": self.title,
            "priority": order.get("priority", "PRIORITY_INTERACTIVE"),
            "client": order.get("client", "nobody"),
            "createTime": "2025-01-31T12:00:00.500Z",
        }
        if self.state == "SUCCEEDED":
            found |= {"assets": self.assets, "fraction": 1.0}
        if self.error:
            found["error"] = self.error
        return found

    def tell(self, **event: Any) -> None:
        with self.changed:
            self.events.append({"sequence": str(10 * (len(self.events) + 1)), "job": self.name, **event})
            self.changed.notify_all()

    def is_final(self) -> bool:
        return bool(self.events) and "finished" in self.events[-1]


class FakeService:
    """The methods of the contract, on the JSON of its messages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.instance_id = uuid.uuid4().hex
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.jobs: dict[str, FakeJob] = {}
        self.by_request: dict[str, FakeJob] = {}
        self.projects: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, Path] = {}
        self.gate = threading.Event()
        self.changes: list[dict[str, Any]] = []
        self.room = 1_000
        self.is_silent = False
        self.tells_all_again = False
        self.lock = threading.Lock()
        self.on_shutdown: Callable[[], None] = lambda: None

    def unary(self, method: str, message: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((method, message))
        answer = getattr(self, f"do_{method}", None)
        if answer is None:
            raise Refusal("UNKNOWN_METHOD", f"there is no method {method}.")
        return answer(message)

    def stream(
        self, method: str, message: dict[str, Any], has_left: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        self.calls.append((method, message))
        return getattr(self, f"do_{method}")(message, has_left)

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)

    def do_GetCapabilities(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "version": "0.1.0",
            "instanceId": self.instance_id,
            "pid": os.getpid(),
            "kinds": [{"kind": "ASSET_KIND_MATERIAL", "name": "material", "backends": ["procedural"]}],
            "targets": ["unity", "blender"],
            "workers": [{"name": "cpu-0", "device": "cpu", "state": "idle"}],
            "queueLimit": 1000,
            "aKeyOfTomorrow": {"x": 1},
        }

    def do_RegisterProject(self, message: dict[str, Any]) -> dict[str, Any]:
        given = Path(message["root"])
        around = (given, *given.parents)
        root = str(next((folder for folder in around if (folder / "assetgen.toml").is_file()), given))
        name = "projects/" + hashlib.sha256(root.encode()).hexdigest()[:12]
        project = self.projects.setdefault(
            name, {"name": name, "root": root, "displayName": Path(root).name, "watch": False}
        )
        if "watch" in message:
            project["watch"] = message["watch"]
        return {"project": project}

    def do_ListProjects(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"projects": list(self.projects.values())}

    def do_CreateJob(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"job": self.submit(message["order"]).to_json()}

    def do_Generate(self, message: dict[str, Any], has_left: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        job = self.submit(message["order"])
        try:
            yield from self.follow(job, 0, has_left)
        finally:
            if not message.get("detach") and not job.is_final():
                self.cancel(job)

    def do_WatchJob(self, message: dict[str, Any], has_left: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        yield from self.follow(self.find(message["name"]), int(message.get("afterSequence", 0)), has_left)

    def do_GetJob(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"job": self.find(message["name"]).to_json()}

    def do_CancelJob(self, message: dict[str, Any]) -> dict[str, Any]:
        job = self.find(message["name"])
        self.cancel(job)
        return {"job": job.to_json()}

    def do_ListJobs(self, message: dict[str, Any]) -> dict[str, Any]:
        jobs = [
            job
            for job in reversed(self.jobs.values())
            if not (message.get("onlyActive") and job.is_final())
            and message.get("project") in (None, "", job.project)
        ]
        start, size = int(message.get("pageToken") or 0), message.get("pageSize") or 50
        page = [job.to_json() for job in jobs[start : start + size]]
        return {"jobs": page, "nextPageToken": str(start + size) if start + size < len(jobs) else ""}

    def do_GetAsset(self, message: dict[str, Any]) -> dict[str, Any]:
        for job in self.jobs.values():
            for asset in job.assets:
                if asset["name"] == message["name"]:
                    return {"asset": asset}
        raise Refusal("NOT_FOUND", f"there is no {message['name']}.")

    def do_ListAssets(self, message: dict[str, Any]) -> dict[str, Any]:
        found = {
            asset["name"]: asset
            for job in self.jobs.values()
            for asset in job.assets
            if job.project == message["project"]
        }
        names = sorted(found)
        start, size = int(message.get("pageToken") or 0), message.get("pageSize") or 50
        more = str(start + size) if start + size < len(names) else ""
        return {"assets": [found[name] for name in names[start : start + size]], "nextPageToken": more}

    def do_DownloadFile(
        self, message: dict[str, Any], has_left: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        asset = self.do_GetAsset({"name": message["asset"]})["asset"]
        (one,) = (s for s in asset["sets"] if s["target"] == message["target"])
        (file,) = (f for f in one["files"] if f["relativePath"] == message["relativePath"])
        data = Path(file["localPath"]).read_bytes()
        start = int(message.get("offset", 0))
        for offset in range(start, len(data), 1000):
            piece = base64.b64encode(data[offset : offset + 1000]).decode()
            yield {
                "offset": str(offset),
                "data": piece,
                "sizeBytes": str(len(data)),
                "sha256": file["sha256"],
            }

    def do_WatchAssets(
        self, message: dict[str, Any], has_left: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        sent = int(message.get("resumeToken") or 0)
        while not has_left():
            if sent < len(self.changes):
                sent += 1
                yield {"resumeToken": str(sent), **self.changes[sent - 1]}
            else:
                time.sleep(0.01)

    def do_BakeProject(
        self, message: dict[str, Any], has_left: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        yield {
            "plan": {"due": [{"asset": "a", "promptFile": "a.prompt.toml", "reason": "new"}], "upToDate": 2}
        }
        if message.get("checkOnly"):
            yield {"summary": {"upToDate": 2}}
            return
        job = self.submit({"project": message["project"], "spec": {"asset": "a", "prompt": "moss"}})
        for answer in self.follow(job, 0, has_left):
            yield {"jobEvent": answer["event"]}
        yield {"summary": {"succeeded": 1, "upToDate": 2, "ok": True}}

    def do_ValidatePrompt(self, message: dict[str, Any]) -> dict[str, Any]:
        if "materiel" not in message["text"]:
            return {"reportJson": '{"understood": ["base: cobblestone"]}'}
        place = {"path": message.get("promptFile", ""), "line": 2, "column": 8}
        return {
            "problems": [{"code": 3, "reason": "INVALID_SPEC", "message": "no such kind.", "place": place}]
        }

    def do_Shutdown(self, message: dict[str, Any]) -> dict[str, Any]:
        self.on_shutdown()
        return {}

    def find(self, name: str) -> FakeJob:
        if name not in self.jobs:
            raise Refusal("NOT_FOUND", f"there is no {name}.")
        return self.jobs[name]

    def submit(self, order: dict[str, Any]) -> FakeJob:
        with self.lock:
            known = self.by_request.get(order.get("requestId", ""))
            if known is not None:
                return known
            spec = order.get("spec", {})
            if spec.get("backend", "procedural") != "procedural" or "nonsense" in spec.get("prompt", ""):
                place = {"path": "request", "line": 1, "column": 9}
                raise Refusal("INVALID_SPEC", "there is no such backend; write procedural.", place=place)
            if order["project"] not in self.projects:
                raise Refusal("NOT_FOUND", f"{order['project']} is no registered project.")
            if self.room <= 0:
                raise Refusal("QUEUE_FULL", "too much waits.", retryAfter="0.010s")
            self.room -= 1
            job = FakeJob(order, order["project"])
            self.jobs[job.name] = job
            if order.get("requestId"):
                self.by_request[order["requestId"]] = job
        job.tell(state=job.to_json())
        threading.Thread(target=self.play, args=[job], daemon=True).start()
        return job

    def cancel(self, job: FakeJob) -> None:
        with job.changed:
            job.is_cancelled = True
            job.changed.notify_all()
            job.changed.wait_for(job.is_final, timeout=5)

    def play(self, job: FakeJob) -> None:
        prompt = job.order.get("spec", {}).get("prompt", "")
        job.state = "RUNNING"
        job.tell(state=job.to_json())
        job.tell(progress={"stage": "drawing", "step": 1, "totalSteps": 4, "fraction": 0.25})
        picture = base64.b64encode(b"RIFFpreview").decode()
        preview = {"asset": job.title, "mediaType": "image/webp", "data": picture, "width": 8, "height": 8}
        if "rain" in prompt:
            preview["sound"] = base64.b64encode(b"OggSpreview").decode()
        if not job.order.get("withoutPreviews"):
            job.tell(preview={**preview, "coarse": True})
        if "slow" in prompt:
            with job.changed:
                job.changed.wait_for(lambda: job.is_cancelled, timeout=20)
        if "held" in prompt:
            while not (self.gate.is_set() or job.is_cancelled):
                self.gate.wait(0.01)
        if job.is_cancelled:
            return self.end(job, "CANCELLED")
        if "broken" in prompt:
            place = {"path": "a.prompt.toml", "line": 3, "column": 1}
            job.error = {"code": 13, "reason": "WORKER_LOST", "message": "it died.", "place": place}
            return self.end(job, "FAILED")
        remaining = {"remaining": "1.500s"}
        job.tell(progress={"stage": "encoding", "step": 3, "totalSteps": 4, "fraction": 0.75, **remaining})
        job.tell(log={"level": "LOG_LEVEL_WARNING", "text": "the word frumious was not understood"})
        job.assets = [self.asset(job)]
        job.tell(artifact=job.assets[0])
        return self.end(job, "SUCCEEDED")

    def end(self, job: FakeJob, state: str) -> None:
        job.state = state
        job.tell(finished=job.to_json())

    def asset(self, job: FakeJob) -> dict[str, Any]:
        files = []
        for role in ("albedo", "normal"):
            path = self.folder / "generated" / "unity" / job.title / f"{role}.dds"
            path.parent.mkdir(parents=True, exist_ok=True)
            data = f"{job.title}/{role}:".encode() * 400
            path.write_bytes(data)
            sha256 = hashlib.sha256(data).hexdigest()
            self.blobs[sha256] = path
            shape = {"sizeBytes": str(len(data)), "sha256": sha256, "width": 64, "height": 64}
            files.append({"role": role, "localPath": str(path), "relativePath": path.name, **shape})
        one = {"target": "unity", "folder": str(path.parent), "etag": sha256, "files": files}
        name = f"{job.project}/assets/{job.title}"
        return {"name": name, "asset": job.title, "kind": "ASSET_KIND_MATERIAL", "sets": [one]}

    def follow(self, job: FakeJob, after: int, has_left: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        told = 0
        after = 0 if self.tells_all_again else after
        while not has_left():
            with job.changed:
                waiting = job.events[told:]
                if not waiting:
                    job.changed.wait(0.01)
            for event in waiting:
                told += 1
                if int(event["sequence"]) > after and not self.is_silent:
                    yield {"event": event}
                    if "finished" in event:
                        return
            if job.is_final() and told == len(job.events) and not self.is_silent:
                return
