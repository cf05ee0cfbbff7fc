"""A whole project through the daemon: what is due becomes jobs in portions, and their events one stream."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assetgen.errors import AssetGenError, PromptFileError, QueueFull, SpecError
from assetgen.project.discover import ProjectFiles, discover
from assetgen.project.globs import compile_glob
from assetgen.project.plan import AssetPlan, Need, plan
from assetgen.project.scan import scan
from assetgen.serve.heartbeat import BEAT_S
from assetgen.serve.jobs.job import Job, Priority, Request, State
from assetgen.serve.jobs.jobs import Jobs
from assetgen.serve.requests.projects import KnownProject
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import to_message
from assetgen.specs.base import TARGETS
from assetgen.store.store import Store

PORTION: Final = 32
"""Jobs of one bake under way at a time: the queue has room for others."""
_RETRY_S: Final = 1.0


class Baking:
    """Bakes projects.

    Args:
        store: tells what is due.
        jobs: takes the work on.
    """

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store, self._jobs = store, jobs

    async def bake(
        self, project: KnownProject, request: pb.BakeProjectRequest, *, client: str
    ) -> AsyncGenerator[pb.BakeProjectResponse, None]:
        """Yield the plan, the events of every job and the summary; what is under way is cancelled on leaving.

        Raises:
            SpecError: a target is unknown.
            PromptFileError: the project file is broken.
        """
        survey = await asyncio.to_thread(self._survey, project.root, request)
        yield pb.BakeProjectResponse(plan=survey.message())
        run = _Run(self._jobs, survey, request, client)
        if not request.check_only:
            try:
                async for response in run.events():
                    yield response
            finally:
                run.leave()
        yield pb.BakeProjectResponse(summary=run.summary())

    def _survey(self, root: Path, request: pb.BakeProjectRequest) -> _Survey:
        for target in request.targets:
            if target not in TARGETS:
                raise SpecError(f'target "{target}" is unknown; write one of {", ".join(TARGETS)}.')
        found = scan(_only(discover((root,)), request.include), self._store)
        targets = tuple(dict.fromkeys(request.targets)) or None
        plans = plan(found.assets, self._store, targets=targets, force=request.force)
        return _Survey(root, plans, found.errors)


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a bake found."""

    root: Path
    plans: Sequence[AssetPlan]
    errors: Sequence[PromptFileError]

    @property
    def due(self) -> list[AssetPlan]:
        return [one for one in self.plans if one.need is not Need.NOTHING]

    @property
    def files(self) -> list[str]:
        """The prompt files that are due, each once, in the order of the plan: what others use comes first."""
        return list(dict.fromkeys(self._file(one) for one in self.due))

    @property
    def failures(self) -> list[pb.PromptFailure]:
        by_path: dict[str, list[pb.JobError]] = {}
        for error in self.errors:
            path = error.place.path if error.place else (error.asset or "?")
            by_path.setdefault(path, []).append(to_message(error))
        return [pb.PromptFailure(prompt_file=path, errors=errors) for path, errors in by_path.items()]

    def message(self) -> pb.BakePlan:
        due = [
            pb.DueAsset(asset=one.asset, prompt_file=self._file(one), reason=one.reason) for one in self.due
        ]
        return pb.BakePlan(due=due, up_to_date=len(self.plans) - len(due), failures=self.failures)

    def _file(self, one: AssetPlan) -> str:
        return one.scanned.project.relative(one.scanned.path) or str(one.scanned.path)


@dataclass(slots=True)
class _Run:
    """The jobs of one bake."""

    jobs: Jobs
    survey: _Survey
    request: pb.BakeProjectRequest
    client: str
    under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    ends: list[State] = field(default_factory=list)
    told: asyncio.Queue[pb.BakeProjectResponse] = field(default_factory=lambda: asyncio.Queue(PORTION))

    async def events(self) -> AsyncGenerator[pb.BakeProjectResponse, None]:
        """Yield the jobs' events until all have ended."""
        feeding = asyncio.create_task(self._feed(deque(self.survey.files)))
        try:
            while not (feeding.done() and self.told.empty()):
                getting = asyncio.ensure_future(self.told.get())
                done, _ = await asyncio.wait(
                    [getting, feeding], timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if getting in done:
                    yield getting.result()
                    continue
                getting.cancel()
                if not done:
                    yield pb.BakeProjectResponse(heartbeat=pb.Heartbeat())
            feeding.result()
        finally:
            feeding.cancel()

    async def _feed(self, files: deque[str]) -> None:
        """Keep a portion of jobs under way until every file had its own."""
        while files or self.under_way:
            while files and len(self.under_way) < PORTION:
                try:
                    await self._begin(files[0])
                except QueueFull as error:
                    if not self.under_way:
                        await asyncio.sleep(error.retry_after_s or _RETRY_S)
                    break
                files.popleft()
            if self.under_way:
                await asyncio.wait(self.under_way.values(), return_when=asyncio.FIRST_COMPLETED)
                for job_id in [job_id for job_id, task in self.under_way.items() if task.done()]:
                    self.under_way.pop(job_id).result()

    async def _begin(self, file: str) -> None:
        request = Request(
            project=self.survey.root,
            prompt_file=file,
            targets=tuple(dict.fromkeys(self.request.targets)) or None,
            force=self.request.force,
            overwrite=self.request.overwrite,
            previews=False,
        )
        try:
            job = await self.jobs.submit(request, client=self.client, priority=Priority.BAKE)
        except QueueFull:
            raise
        except AssetGenError as error:
            self.ends.append(State.FAILED)
            log = pb.LogLine(level=pb.LOG_LEVEL_WARNING, text=f"{file}: {error}")
            await self.told.put(pb.BakeProjectResponse(job_event=pb.JobEvent(log=log)))
            return
        self.under_way[job.id] = asyncio.create_task(self._follow(job))

    async def _follow(self, job: Job) -> None:
        async for event in self.jobs.events(job.id):
            await self.told.put(pb.BakeProjectResponse(job_event=event))
        self.ends.append(self.jobs.get(job.id).state)

    def leave(self) -> None:
        """Cancel what is still under way."""
        for job_id, task in self.under_way.items():
            task.cancel()
            self.jobs.cancel(job_id)

    def summary(self) -> pb.BakeSummary:
        survey = self.survey
        succeeded = self.ends.count(State.SUCCEEDED)
        cancelled = self.ends.count(State.CANCELLED)
        failed = len(self.ends) - succeeded - cancelled + len(survey.failures)
        return pb.BakeSummary(
            succeeded=succeeded,
            failed=failed,
            cancelled=cancelled,
            up_to_date=len(survey.plans) - len(survey.due),
            ok=not failed and not cancelled and (not self.request.check_only or not survey.due),
        )


def _only(found: Sequence[ProjectFiles], include: Sequence[str]) -> list[ProjectFiles]:
    """Return the prompt files whose path from the root matches one of the globs; all without any glob."""
    if not include:
        return list(found)
    patterns = [compile_glob(glob) for glob in include]
    return [
        ProjectFiles(
            group.project,
            tuple(
                path
                for path in group.files
                if any(pattern.fullmatch(group.project.relative(path) or "") for pattern in patterns)
            ),
        )
        for group in found
    ]
