"""What a worker process runs: it reads tasks from a pipe and dies with its parent.

Light at import, so that the parent can name it; everything heavy is imported in the child.
"""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from assetgen.errors import AssetGenError, BackendUnavailable
from assetgen.execute.base import Failed, Task
from assetgen.execute.tether import bind_to_parent
from assetgen.settings import Settings

if TYPE_CHECKING:
    from assetgen.execute.worker import Worker

STOP: Final = "stop"


@dataclass(frozen=True, slots=True)
class CancelTask:
    """To a worker: stop that task at its next check. A task that has ended, or another one, is not meant."""

    id: str


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: the heavy half is there. With an error it stays, and refuses every task with it."""

    device: str
    error: AssetGenError | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """From a worker, before a task's last event: it takes no other one and ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A worker's share of the machine.

    Args:
        threads: CPU threads.
        gpu: UUID of its GPU, the only one that it sees; None leaves all to be seen.
        is_warm: whether it readies, beside its first task, what takes time once a process.
    """

    threads: int
    gpu: str | None = None
    is_warm: bool = False


@dataclass(frozen=True, slots=True)
class _Given:
    """A task and whether it shall stop."""

    task: Task
    cancelled: threading.Event


_Tasks = SimpleQueue[_Given | None]


def worker_main(pipe: Connection, settings: Settings, seat: Seat) -> None:
    """Do tasks from a pipe until it says stop or closes.

    Interrupts are the parent's business: it asks for a clean stop through the pipe. A closed pipe means that the
    parent is gone, and then nobody wants the result.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # service managers send it to every process of a service
    bind_to_parent()
    os.environ["OMP_NUM_THREADS"] = str(seat.threads)  # read by torch and numba when they are imported
    # Threads that wait for each other spin by default. Beside a busy editor that takes fifty times the time: the one
    # they wait for does not get to run. Asleep they cost nothing measurable on an idle machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if seat.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = seat.gpu
        if settings.device.startswith("cuda"):
            settings = replace(settings, device="cuda")
    tasks: _Tasks = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, tasks), daemon=True).start()
    try:
        from assetgen.execute.worker import Worker

        worker = Worker(settings, threads=seat.threads)
    except AssetGenError as error:
        _refuse_all(pipe, tasks, error)
        return
    except (ImportError, OSError) as error:  # a missing package, or a library of it that does not load
        message = f"a worker cannot start ({type(error).__name__}: {error}); `assetgen doctor` tells what is missing."
        _refuse_all(pipe, tasks, BackendUnavailable(message))
        return
    pipe.send(Ready(worker.device_name))
    if seat.is_warm:
        worker.warm_up()
    _work(worker, pipe, tasks)
    worker.close()


def _work(worker: Worker, pipe: Connection, tasks: _Tasks) -> None:
    while (given := tasks.get()) is not None:
        worker.run(given.task, emit=pipe.send, cancelled=given.cancelled, leave=lambda: pipe.send(Leaving()))
        if worker.is_broken:
            return


def _refuse_all(pipe: Connection, tasks: _Tasks, error: AssetGenError) -> None:
    pipe.send(Ready("", error))
    while (given := tasks.get()) is not None:
        pipe.send(Failed(given.task.id, error))


def _listen(pipe: Connection, tasks: _Tasks) -> None:
    """Pass on what the parent says, to the very end: a busy worker too must notice that it is gone."""
    latest: _Given | None = None
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            os._exit(1)
        if isinstance(message, CancelTask):
            # The parent gives one task at a time, so an older one has ended.
            if latest is not None and latest.task.id == message.id:
                latest.cancelled.set()
        elif message == STOP:
            tasks.put(None)
        else:
            latest = _Given(message, threading.Event())
            tasks.put(latest)
