"""Every method of the contract, each a few lines over the part that does the work; both ports call one object."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from assetgen.serve.assets.assets import Assets
from assetgen.serve.baking import Baking
from assetgen.serve.heartbeat import with_heartbeat
from assetgen.serve.hot_reload import HotReload
from assetgen.serve.jobs.job import Job
from assetgen.serve.jobs.jobs import Jobs
from assetgen.serve.requests.convert import client_of, priority_of, request_id_of, timeout_of, to_request
from assetgen.serve.requests.kinds import kind_capabilities
from assetgen.serve.requests.projects import KnownProject, Projects
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.methods import Call
from assetgen.specs.base import LONGEST_PROMPT, STYLES, TARGETS
from assetgen.versions import ASSETGEN

JOB_PREFIX = "jobs/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the service stands on."""

    jobs: Jobs
    projects: Projects
    assets: Assets
    hot_reload: HotReload
    baking: Baking
    workers: Callable[[], list[pb.WorkerStatus]]
    stop: Callable[[], None]


class Service:
    """The methods of `AssetService`.

    Args:
        parts: what does the work.
        instance_id: random name of this run of the daemon.
        pid: its process id.
    """

    def __init__(self, parts: Parts, *, instance_id: str, pid: int) -> None:
        self._parts, self._instance_id, self._pid = parts, instance_id, pid

    async def GetCapabilities(
        self, request: pb.GetCapabilitiesRequest, call: Call
    ) -> pb.GetCapabilitiesResponse:
        """Return what this daemon can make."""
        counts = self._parts.jobs.counts()
        return pb.GetCapabilitiesResponse(
            version=ASSETGEN,
            instance_id=self._instance_id,
            pid=self._pid,
            kinds=kind_capabilities(),
            targets=TARGETS,
            styles=STYLES,
            workers=self._parts.workers(),
            queued_jobs=counts["queued"],
            queue_limit=self._parts.jobs.limits.bound.jobs,
            prompt_limit=LONGEST_PROMPT,
        )

    # Projects

    async def RegisterProject(
        self, request: pb.RegisterProjectRequest, call: Call
    ) -> pb.RegisterProjectResponse:
        """Make a folder known."""
        watch = request.watch if request.HasField("watch") else None
        project = await asyncio.to_thread(self._parts.projects.register, Path(request.root), watch)
        await self._parts.hot_reload.follow(project)
        return pb.RegisterProjectResponse(project=_project(project))

    async def ListProjects(self, request: pb.ListProjectsRequest, call: Call) -> pb.ListProjectsResponse:
        """List known projects."""
        return pb.ListProjectsResponse(projects=[_project(one) for one in self._parts.projects.all()])

    async def UnregisterProject(
        self, request: pb.UnregisterProjectRequest, call: Call
    ) -> pb.UnregisterProjectResponse:
        """Forget a project."""
        project = self._parts.projects.find(request.name)
        await self._parts.hot_reload.leave(project)
        await asyncio.to_thread(self._parts.projects.forget, request.name)
        return pb.UnregisterProjectResponse()

    # Jobs

    async def CreateJob(self, request: pb.CreateJobRequest, call: Call) -> pb.CreateJobResponse:
        """Queue a job."""
        job = await self._submit(request.order, call)
        return pb.CreateJobResponse(job=self._parts.jobs.message(job))

    async def Generate(
        self, request: pb.GenerateRequest, call: Call
    ) -> AsyncGenerator[pb.GenerateResponse, None]:
        """Queue a job and stream its events; a caller who leaves early cancels it."""
        job = await self._submit(request.order, call)
        try:
            async with aclosing(self._events(job.id, after=0)) as events:
                async for event in events:
                    yield pb.GenerateResponse(event=event)
        finally:
            if not request.detach:
                self._parts.jobs.cancel(job.id)  # does nothing to one that has ended

    async def WatchJob(
        self, request: pb.WatchJobRequest, call: Call
    ) -> AsyncGenerator[pb.WatchJobResponse, None]:
        """Stream the events of a job."""
        async with aclosing(self._events(_job_id(request.name), after=request.after_sequence)) as events:
            async for event in events:
                yield pb.WatchJobResponse(event=event)

    async def GetJob(self, request: pb.GetJobRequest, call: Call) -> pb.GetJobResponse:
        """Return one job."""
        job = self._parts.jobs.get(_job_id(request.name))
        return pb.GetJobResponse(job=await self._parts.jobs.described(job))

    async def ListJobs(self, request: pb.ListJobsRequest, call: Call) -> pb.ListJobsResponse:
        """List jobs."""
        root = self._parts.projects.find(request.project).root if request.project else None
        jobs, token = self._parts.jobs.list(
            project=root,
            only_active=request.only_active,
            limit=request.page_size,
            before=request.page_token,
        )
        messages = [self._parts.jobs.message(job) for job in jobs]
        return pb.ListJobsResponse(jobs=messages, next_page_token=token)

    async def CancelJob(self, request: pb.CancelJobRequest, call: Call) -> pb.CancelJobResponse:
        """Cancel a job."""
        job = self._parts.jobs.cancel(_job_id(request.name))
        return pb.CancelJobResponse(job=self._parts.jobs.message(job))

    # Assets

    async def GetAsset(self, request: pb.GetAssetRequest, call: Call) -> pb.GetAssetResponse:
        """Return one finished asset."""
        return pb.GetAssetResponse(asset=await asyncio.to_thread(self._parts.assets.get, request.name))

    async def ListAssets(self, request: pb.ListAssetsRequest, call: Call) -> pb.ListAssetsResponse:
        """List finished assets."""
        assets, token = await asyncio.to_thread(
            self._parts.assets.list, request.project, request.page_size, request.page_token
        )
        return pb.ListAssetsResponse(assets=assets, next_page_token=token)

    async def DownloadFile(
        self, request: pb.DownloadFileRequest, call: Call
    ) -> AsyncGenerator[pb.DownloadFileResponse, None]:
        """Stream one file."""
        file = await asyncio.to_thread(
            self._parts.assets.open_file,
            request.asset,
            request.target,
            request.relative_path,
            request.if_sha256,
        )
        chunks = self._parts.assets.chunks(file, request.offset)
        while (chunk := await asyncio.to_thread(_next_of, chunks)) is not None:
            yield chunk

    async def WatchAssets(
        self, request: pb.WatchAssetsRequest, call: Call
    ) -> AsyncGenerator[pb.WatchAssetsResponse, None]:
        """Stream what changes in a project."""
        project = self._parts.projects.find(request.project)
        changes = self._parts.hot_reload.feed(project).subscribe(
            request.resume_token, snapshot=lambda: self._parts.hot_reload.snapshot(project)
        )
        async with aclosing(changes):
            async for change in changes:
                yield change

    async def BakeProject(
        self, request: pb.BakeProjectRequest, call: Call
    ) -> AsyncGenerator[pb.BakeProjectResponse, None]:
        """Make what is due in a project."""
        project = self._parts.projects.find(request.project)
        told = self._parts.baking.bake(project, request, client=request.client or call.client)
        async with aclosing(told) as responses:
            async for response in responses:
                yield response

    async def ValidatePrompt(
        self, request: pb.ValidatePromptRequest, call: Call
    ) -> pb.ValidatePromptResponse:
        """Tell what is wrong with the text of a prompt file."""
        from assetgen.serve.requests.validation import validate  # the grammar is read when it is first needed

        project = self._parts.projects.find(request.project) if request.project else None
        return await asyncio.to_thread(
            validate, request.text, project=project, prompt_file=request.prompt_file
        )

    async def Shutdown(self, request: pb.ShutdownRequest, call: Call) -> pb.ShutdownResponse:
        """End the daemon once this answer is on its way."""
        asyncio.get_running_loop().call_later(0.05, self._parts.stop)
        return pb.ShutdownResponse()

    async def _submit(self, order: pb.JobOrder, call: Call) -> Job:
        project = self._parts.projects.find(order.project)
        return await self._parts.jobs.submit(
            to_request(order, project),
            client=client_of(order, default=call.client),
            priority=priority_of(order),
            request_id=request_id_of(order),
            timeout_s=timeout_of(order),
            retry=order.retry,
        )

    def _events(self, job_id: str, *, after: int) -> AsyncGenerator[pb.JobEvent | None, None]:
        return with_heartbeat(self._parts.jobs.events(job_id, after=after))


def _next_of(chunks: Iterator[pb.DownloadFileResponse]) -> pb.DownloadFileResponse | None:
    return next(chunks, None)


def _job_id(name: str) -> str:
    return name.removeprefix(JOB_PREFIX)


def _project(project: KnownProject) -> pb.Project:
    return pb.Project(
        name=f"projects/{project.id}",
        root=str(project.root),
        display_name=project.display_name,
        output=project.output,
        watch=project.watch,
    )
