"""Orders, projects and a planner for tests of what the daemon reads."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from assetgen.execute.base import Failed, Task
from assetgen.serve.jobs.job import Request
from assetgen.serve.jobs.seams import Planned
from assetgen.serve.requests.convert import to_request
from assetgen.serve.requests.planning import Planning
from assetgen.serve.requests.projects import KnownProject, Projects
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.store.store import Store
from tests.bake.fakes import FakeExecutor, settings_in
from tests.project.folders import write


def spec(**fields: Any) -> pb.AssetSpec:
    """Return a small material, described; fields over it."""
    values = {"kind": pb.ASSET_KIND_MATERIAL, "asset": "walls/brick", "prompt": "old brick", **fields}
    return pb.AssetSpec(**values)


def age(path: Path) -> None:
    """Set a file back in time, so that its looks are trusted."""
    past = time.time() - 60.0
    os.utime(path, (past, past))


class Workshop:
    """A registered project, a store and a planner; builds are pretended."""

    def __init__(self, folder: Path, files: dict[str, str | bytes] | None = None) -> None:
        self.folder = folder
        self.root = write(folder / "game", {"assetgen.toml": "assetgen = 1\n", **(files or {})})
        self.settings = settings_in(folder)
        self.store = Store.open(self.settings.cache_dir, durability=self.settings.durability)
        self.projects = Projects(folder / "state" / "projects.json")
        self.project: KnownProject = self.projects.register(self.root)
        self.planning = Planning(self.store)

    def close(self) -> None:
        self.store.close()

    def described(self, *, order: dict[str, Any] | None = None, **fields: Any) -> Request:
        return to_request(pb.JobOrder(spec=spec(**fields), **(order or {})), self.project)

    def file(self, name: str, **order: Any) -> Request:
        return to_request(pb.JobOrder(prompt_file=name, **order), self.project)

    def key(self, request: Request) -> str:
        return self.planning.resolve(request).key

    def carry_out(self, planned: Planned) -> list[str]:
        """Pretend to build what is planned; return what had to be made."""
        executor = FakeExecutor(self.settings, jobs=1)
        try:
            for number, order in enumerate(planned.orders):
                executor.submit(Task(str(number), order))
            failed = [event for event in executor.events() if isinstance(event, Failed)]
            assert not failed, failed
            return executor.made
        finally:
            executor.close()
