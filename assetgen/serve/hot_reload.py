"""Saved prompt files become jobs, and what comes of them becomes changes that editors hear of.

One `Watch` a watched project runs in a thread of its own; its word comes here, to the loop. Files wait here, not in
the queue, so that a checkout of a thousand files neither fills the queue nor loses one: at most `PORTION` jobs of a
project are under way at a time, and of a file that is saved again meanwhile only the newest content is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from assetgen.errors import AssetGenError, QueueFull
from assetgen.serve.assets.assets import Assets
from assetgen.serve.assets.changes import Changes, Snapshot
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.jobs import Jobs
from assetgen.serve.requests.projects import KnownProject, Projects
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import to_message
from assetgen.store.store import Store

CLIENT: Final = "watcher"
PORTION: Final = 32
_RETRY_S: Final = 1.0

_LOG = logging.getLogger("assetgen.serve")


class HotReload:
    """The watched projects.

    Args:
        store: what watchers ask which files are due.
        projects: which folders are known.
        jobs: takes the work on.
        assets: describes what is in place.
        instance_id: random name of this run of the daemon, part of every cursor.
    """

    def __init__(
        self,
        store: Store,
        *,
        projects: Projects,
        jobs: Jobs,
        assets: Assets,
        instance_id: str,
    ) -> None:
        self._store, self._projects, self._jobs = store, projects, jobs
        self._assets, self._instance_id = assets, instance_id
        self._feeds: dict[str, Changes] = {}
        self._watched: dict[str, _Watched] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        jobs.on_finished.append(self._finished)

    async def start(self) -> None:
        """Follow every project that was left watched."""
        for project in self._projects.all():
            await self.follow(project)

    async def follow(self, project: KnownProject) -> None:
        """Start or stop watching a project, as its flag says."""
        if not project.watch:
            await self.leave(project)
        elif project.id not in self._watched:
            watched = _Watched(project, self)
            self._watched[project.id] = watched
            await asyncio.to_thread(watched.watch.start)

    async def leave(self, project: KnownProject) -> None:
        """Stop watching a project; its jobs go on."""
        watched = self._watched.pop(project.id, None)
        if watched is not None:
            await asyncio.to_thread(watched.watch.stop)

    async def close(self) -> None:
        """Stop all watching."""
        for watched in list(self._watched.values()):
            await self.leave(watched.project)
        for task in list(self._tasks):
            task.cancel()

    def problems(self) -> list[str]:
        """Return what is wrong with the watchers of projects that are there."""
        found = [watched.watch.health for watched in self._watched.values() if watched.project.root.is_dir()]
        return [health.detail for health in found if not health.is_well]

    def feed(self, project: KnownProject) -> Changes:
        """Return the feed of a project."""
        return self._feeds.setdefault(project.id, Changes(self._instance_id, project.id))

    @property
    def readers(self) -> int:
        """How many follow a feed now."""
        return sum(feed.readers for feed in self._feeds.values())

    def snapshot(self, project: KnownProject) -> Snapshot:
        """Return what is there now: every finished asset, and the files that cannot be used."""
        watched = self._watched.get(project.id)
        failures = tuple(watched.failures.values()) if watched else ()
        return Snapshot(tuple(self._assets.every(f"projects/{project.id}")), failures)

    def _finished(self, job: Job) -> None:
        project = next((one for one in self._projects.all() if one.root == job.request.project), None)
        if project is None:
            return
        watched = self._watched.get(project.id)
        if watched is not None:
            watched.ended(job)
        if job.state is State.SUCCEEDED:
            self._later(self._tell_updated(project, job))
        elif job.state is State.FAILED and job.request.prompt_file and job.error is not None:
            failure = pb.PromptFailure(prompt_file=job.request.prompt_file, errors=[job.error])
            self.feed(project).failed(failure)

    async def _tell_updated(self, project: KnownProject, job: Job) -> None:
        for asset, manifests in (job.manifests or {}).items():
            try:
                message = await asyncio.to_thread(self._assets.read_asset, project.root, asset, manifests)
            except AssetGenError as error:
                _LOG.info("%s is not told of: %s", asset, error)  # it is being replaced; that will be told
                continue
            self.feed(project).updated(message)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Watched:
    """One watched project: which of its files wait, which are being made, which are broken."""

    def __init__(self, project: KnownProject, home: HotReload) -> None:
        from assetgen.serve.watch.watch import Watch  # a daemon that watches nothing starts without

        self.project, self.home, self.feed = project, home, home.feed(project)
        self.failures: dict[str, pb.PromptFailure] = {}
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, Priority] = {}
        self._under_way: dict[str, str] = {}  # job id by prompt file
        self._is_feeding = False
        self.watch = Watch(
            project.root,
            home._store,
            on_due=self._on_loop(self._due),
            on_failed=self._on_loop(self._failed),
            on_recovered=self._on_loop(self._recovered),
            on_orphaned=self._on_loop(self._orphaned),
        )

    def _on_loop(self, act: Callable[..., None]) -> Callable[..., None]:
        def tell(*arguments: object, **named: object) -> None:
            self._loop.call_soon_threadsafe(lambda: act(*arguments, **named))

        return tell

    def ended(self, job: Job) -> None:
        """Go on after the end of a job, whoever had asked for it."""
        file = job.request.prompt_file
        if not file:
            return
        self.watch.finished(file)
        if self._under_way.get(file) == job.id:
            del self._under_way[file]
            self._feed()

    def _due(self, file: str, *, bulk: bool = False) -> None:
        self._waiting[file] = Priority.BAKE if bulk else Priority.WATCH
        self._jobs_of_older_saves_end(file)
        self._feed()

    def _jobs_of_older_saves_end(self, file: str) -> None:
        if file in self._under_way:
            del self._under_way[file]
            self.home._jobs.supersede(self.project.root, file)

    def _failed(self, file: str, errors: Sequence[AssetGenError]) -> None:
        failure = pb.PromptFailure(prompt_file=file, errors=[to_message(error) for error in errors])
        self.failures[file] = failure
        self.feed.failed(failure)

    def _recovered(self, file: str) -> None:
        self.failures.pop(file, None)
        self.feed.recovered(file)

    def _orphaned(self, asset: str) -> None:
        self.feed.orphaned(asset)

    def _feed(self) -> None:
        if not self._is_feeding and self._waiting and len(self._under_way) < PORTION:
            self._is_feeding = True
            self.home._later(self._submit_waiting())

    async def _submit_waiting(self) -> None:
        try:
            while self._waiting and len(self._under_way) < PORTION:
                file = max(
                    self._waiting, key=lambda name: self._waiting[name]
                )  # saved by hand before checked out
                priority = self._waiting.pop(file)
                try:
                    await self._submit(file, priority)
                except QueueFull as error:
                    self._waiting.setdefault(file, priority)
                    await asyncio.sleep(error.retry_after_s or _RETRY_S)
                except AssetGenError as error:
                    self._failed(file, (error,))
        finally:
            self._is_feeding = False

    async def _submit(self, file: str, priority: Priority) -> None:
        request = Request(project=self.project.root, prompt_file=file)
        job = await self.home._jobs.submit(request, client=CLIENT, priority=priority)
        if not job.state.is_final:
            self._under_way[file] = job.id
        self.feed.started(self.home._jobs.message(job))
