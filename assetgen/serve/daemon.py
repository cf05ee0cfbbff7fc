"""The daemon's process: everything is put together here, serves until somebody asks it to end, and goes in order.

One asyncio loop in the main thread; the heavy half runs in worker processes alone. What was begun and not finished
is queued again by the next start, so an end at any moment, even by a kill, loses time and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from grpc_health.v1.health import aio as health_aio
from grpc_health.v1.health_pb2 import HealthCheckResponse

from assetgen.client.discovery import is_alive, state_dir
from assetgen.execute.desk import PoolLimits
from assetgen.execute.memory import refuse_too_large
from assetgen.execute.pool import WorkerPool
from assetgen.serve import endpoint
from assetgen.serve.assets.assets import Assets
from assetgen.serve.baking import Baking
from assetgen.serve.endpoint import Endpoint
from assetgen.serve.figures import Figures
from assetgen.serve.health import CHECK_S, Checks, problems
from assetgen.serve.hot_reload import HotReload
from assetgen.serve.jobs.jobs import JobLimits, Jobs
from assetgen.serve.jobs.table import JobTable
from assetgen.serve.logs import LogFiles
from assetgen.serve.options import ServeOptions
from assetgen.serve.requests.planning import Planning
from assetgen.serve.requests.projects import Projects
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.service import Parts, Service
from assetgen.serve.wire.grpc_port import GrpcPort
from assetgen.serve.wire.guard import Guard, make_token
from assetgen.serve.wire.methods import SERVICE
from assetgen.serve.wire.metrics import Metrics, MetricsPort
from assetgen.serve.wire.web import WebPort
from assetgen.settings import Settings
from assetgen.store.store import Store
from assetgen.versions import ASSETGEN

DRAIN_S: Final = 5.0
"""How long calls and workers may take to end when the daemon does."""
_PARENT_POLL_S: Final = 1.0
_SWITCH_S: Final = 0.0005
_HEAD_START_S: Final = 0.003

_LOG = logging.getLogger("assetgen.serve")


def run_daemon(options: ServeOptions, settings: Settings) -> int:
    """Serve until asked to end; return the exit code.

    Raises:
        AlreadyExists: a daemon of this user is running, or a port is taken.
        SpecError: an option would be unsafe.
        StoreError: the state folder or the cache cannot be used.
    """
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"  # workers are spawned; its handlers only cost
    # Files are read and planned in threads; the loop shall get its turn back from them ten times sooner than usual.
    sys.setswitchinterval(_SWITCH_S)
    folder = state_dir()
    options.bind()  # refuses what is unsafe before anything is touched
    token = options.read_token() or make_token()
    with ExitStack() as stack:
        stack.enter_context(endpoint.only_daemon(folder))
        level = logging.getLevelNamesMapping()[options.log_level.upper()]
        logs = LogFiles(folder, secrets=[token], level=level, with_stderr=True)
        stack.callback(logs.close)
        store = stack.enter_context(Store.open(settings.cache_dir, durability=settings.durability))
        table = JobTable(folder / "jobs.db")
        stack.callback(table.close)
        daemon = _Daemon(options, settings, folder=folder, token=token, store=store, table=table)
        return asyncio.run(daemon.run())


class _Daemon:
    """One run of the daemon."""

    def __init__(
        self,
        options: ServeOptions,
        settings: Settings,
        *,
        folder: Path,
        token: str,
        store: Store,
        table: JobTable,
    ) -> None:
        self.options, self.settings, self.folder, self.token = options, settings, folder, token
        self.store, self.table = store, table
        self.instance_id = secrets.token_hex(8)
        self.metrics = Metrics()
        self.projects = Projects(folder / "projects.json")
        self.assets = Assets(store, self.projects)
        self.jobs = Jobs(
            table,
            planner=Planning(store),
            describe=self.assets.read_asset,
            limits=JobLimits(head_start_s=_HEAD_START_S),
            check_memory=refuse_too_large,
        )
        self.hot_reload = HotReload(
            store, projects=self.projects, jobs=self.jobs, assets=self.assets, instance_id=self.instance_id
        )
        self.pool = WorkerPool(
            settings,
            workers=options.workers,
            on_event=self.jobs.on_event,
            on_change=self.jobs.wake,
            limits=PoolLimits(hang_s=options.hang_s),
        )
        self.jobs.attach(self.pool)
        self.checks = Checks(
            cache_dir=settings.cache_dir,
            touch_table=table.touch,
            workers_are_well=lambda: self.pool.is_well,
            watcher_problems=self.hot_reload.problems,
        )
        self.figures = Figures(self.metrics, self.jobs, self.pool)
        self.stopping = asyncio.Event()
        self.last_used = time.monotonic()
        guard = Guard(
            token,
            hosts=(*options.bind().host_names, *options.allow_hosts),
            origins=options.allow_origins,
            on_refused=self.metrics.rejected.add,
            on_admitted=self._used,
        )
        self.ports = _Ports(
            self._service(), guard, find_file=self.assets.blob, metrics=self.metrics, options=options
        )

    async def run(self) -> int:
        """Serve until asked to end."""
        with end_signals(self._stop):
            waiting = self.jobs.recover()
            await self.ports.start()
            await self.ports.say(is_serving=not problems(self.checks))
            place = self._endpoint()
            endpoint.publish(self.folder, place)
            # Work begins when the doors are open, so that it delays nobody who waits for them.
            background = [asyncio.create_task(work) for work in self._background()]
            await self.pool.start()
            _LOG.info("serving gRPC on %s and HTTP on %s; %d jobs wait", place.grpc, place.http, waiting)
            try:
                await self._until_asked(background)
            finally:
                await self._end(background, place)
        return 0

    def _service(self) -> Service:
        return Service(
            Parts(
                jobs=self.jobs,
                projects=self.projects,
                assets=self.assets,
                hot_reload=self.hot_reload,
                baking=Baking(self.store, self.jobs),
                workers=self._worker_statuses,
                stop=self._stop,
            ),
            instance_id=self.instance_id,
            pid=os.getpid(),
        )

    def _background(self) -> list[Coroutine[Any, Any, None]]:
        found = [self.jobs.run(), self._follow_projects(), self._mind_health()]
        if self.options.parent_pid is not None:
            found.append(self._mind_parent(self.options.parent_pid))
        if self.options.idle_exit_s is not None:
            found.append(self._mind_idleness(self.options.idle_exit_s))
        return found

    async def _until_asked(self, background: list[asyncio.Task[None]]) -> None:
        """Wait for the wish to end; a part that must live and does not ends the daemon with its error."""
        stopping = asyncio.create_task(self.stopping.wait())
        alive: set[asyncio.Task[Any]] = {stopping, *background}
        while stopping in alive:
            done, alive = await asyncio.wait(alive, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _end(self, background: list[asyncio.Task[None]], place: Endpoint) -> None:
        """Go in order: nobody new, then those who are here, then the work, the doors last."""
        _LOG.info("ending")
        endpoint.withdraw(self.folder, place)
        await self.ports.say(is_serving=False)
        await self.hot_reload.close()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await asyncio.gather(self.ports.close(grace_s=DRAIN_S), self.pool.close(grace_s=DRAIN_S))

    def _endpoint(self) -> Endpoint:
        return Endpoint(
            instance_id=self.instance_id,
            pid=os.getpid(),
            started_at=time.time(),
            grpc=self.ports.grpc.address,
            http=self.ports.web.address,
            unix=None if self.ports.grpc.unix is None else str(self.ports.grpc.unix),
            token=self.token,
            assetgen=ASSETGEN,
            tls_cert=None if self.options.tls_cert is None else str(self.options.tls_cert),
        )

    def _stop(self) -> None:
        self.stopping.set()

    def _used(self) -> None:
        self.last_used = time.monotonic()

    def _worker_statuses(self) -> list[pb.WorkerStatus]:
        return [
            pb.WorkerStatus(
                name=one.name, device=one.device, state=one.state, pid=one.pid, restarts=one.restarts
            )
            for one in self.pool.status()
        ]

    # What goes on in the background

    async def _follow_projects(self) -> None:
        for path in self.options.projects:
            watch = self.options.watch or None
            project = await asyncio.to_thread(self.projects.register, path, watch)
            _LOG.info("project %s", project.root)
        await self.hot_reload.start()

    async def _mind_health(self) -> None:
        before: tuple[str, ...] = ()
        while True:
            found = problems(self.checks)  # on the loop, where the table lives
            if found != before:
                for problem in found:
                    _LOG.warning("not well: %s", problem)
                before = found
            await self.ports.say(is_serving=not found)
            self.figures.update()
            await asyncio.sleep(CHECK_S)

    async def _mind_parent(self, pid: int) -> None:
        while is_alive(pid):
            await asyncio.sleep(_PARENT_POLL_S)
        _LOG.info("process %d, which this daemon belongs to, has ended", pid)
        self._stop()

    async def _mind_idleness(self, idle_exit_s: float) -> None:
        while time.monotonic() - self.last_used < idle_exit_s:
            if self.jobs.counts()["queued"] or self.jobs.counts()["running"] or self.hot_reload.readers:
                self._used()
            await asyncio.sleep(min(1.0, idle_exit_s / 4))
        _LOG.info("nothing to do for %g s", idle_exit_s)
        self._stop()


class _Ports:
    """Everything that listens, behind one guard."""

    def __init__(
        self,
        service: Service,
        guard: Guard,
        *,
        find_file: Callable[[str], Path],
        metrics: Metrics,
        options: ServeOptions,
    ) -> None:
        self._options, self._bind = options, options.bind()
        self._health = health_aio.HealthServicer()
        self.grpc = GrpcPort(service, guard=guard, health=self._health, with_reflection=options.reflection)
        self.web = WebPort(service, guard=guard, health=self._health, find_file=find_file)
        self._metrics = MetricsPort(metrics)

    async def start(self) -> None:
        """Listen on everything that was asked for."""
        bind = self._bind
        await self.grpc.start(host=bind.address, port=bind.grpc_port, tls=bind.tls, unix=bind.unix)
        await self.web.start(host=bind.address, port=bind.http_port, tls=bind.tls)
        if self._options.metrics_port is not None:
            await self._metrics.start(port=self._options.metrics_port)
            _LOG.info("metrics on %s", self._metrics.address)

    async def say(self, *, is_serving: bool) -> None:
        """Answer health checks so from now on."""
        status = HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
        for name in ("", SERVICE):
            await self._health.set(name, status)

    async def close(self, *, grace_s: float) -> None:
        """End all calls, and listen no more."""
        await asyncio.gather(
            self.grpc.close(grace_s=grace_s), self.web.close(grace_s=grace_s), self._metrics.close()
        )


@contextmanager
def end_signals(stop: Callable[[], None]) -> Generator[None, None, None]:
    """Have the first signal that asks for an end call `stop` on the loop, and a second one end it at once."""
    loop = asyncio.get_running_loop()
    has_asked = False

    def asked(number: int, frame: FrameType | None) -> None:
        nonlocal has_asked
        if has_asked:
            os._exit(
                128 + number
            )  # workers see their pipe close, and what they did is in the table or is not
        has_asked = True
        loop.call_soon_threadsafe(stop)

    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last one is Windows'
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, asked) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
