"""A worker process without torch: the real entry with a stand-in for what it would import.

The name of the file that it is asked to inspect says what it does.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

from assetgen.errors import BackendUnavailable, Cancelled, FormatError, GenerationError, Place
from assetgen.execute import entry, processes
from assetgen.execute.base import Done, Event, Failed, Progress, Started, Task
from assetgen.execute.entry import Seat
from assetgen.execute.pool import WorkerPool
from assetgen.project.order import InspectOrder
from assetgen.settings import Settings
from tests.bake.fakes import settings_in


def task(name: str, number: int = 0) -> Task:
    return Task(f"{name}{number or ''}", InspectOrder(Path(name)))


def on_start(folder: Path, *words: str) -> None:
    """Say what the next workers do while they start, one word each; those after them start well.

    Words are "die", "fault", "hang", "refuse", and "wait", which takes until `go` is called.
    """
    for number, word in enumerate(words):
        (folder / f"start-{number:03}").write_text(word, encoding="utf-8")


def go(folder: Path) -> None:
    """Let workers that wait while they start go on."""
    (folder / "go").touch()


class LightWorker:
    device_name = "light"

    def __init__(self, settings: Settings, *, threads: int) -> None:
        self.threads, self.is_broken = threads, False
        self.seen: list[str] = []
        for path in sorted(settings.models_dir.glob("start-*")):
            word = path.read_text(encoding="utf-8")
            with suppress(FileNotFoundError):  # another worker took that word
                path.unlink()
                self._start(word, settings.models_dir)
                break

    def _start(self, word: str, folder: Path) -> None:
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "fault":
            os._exit(3)
        elif word == "hang":
            time.sleep(3600)
        elif word == "refuse":
            raise BackendUnavailable("there is no device.")
        else:
            while not (folder / "go").exists():
                time.sleep(0.005)

    def warm_up(self) -> None:
        pass

    def run(
        self,
        task: Task,
        *,
        emit: Callable[[Event], None],
        cancelled: threading.Event,
        leave: Callable[[], None],
    ) -> None:
        emit(Started(task.id))
        assert isinstance(task.work, InspectOrder)
        name = task.work.path.name
        self.seen.append(name)
        if name == "fail":
            emit(Failed(task.id, FormatError("no picture.", place=Place("a.toml", 3), asset="a"), "trace"))
        elif name == "wait":
            cancelled.wait()
            emit(Failed(task.id, Cancelled("stopped on request.")))
        elif name == "break":
            self.is_broken = True
            leave()
            emit(Failed(task.id, GenerationError("the GPU failed.")))
        elif name in _ENDS:
            _ENDS[name]()
        else:
            emit(Progress(task.id, 0, 1, "light"))
            answer = {
                "pid": os.getpid(),
                "threads": self.threads,
                "name": name,
                "seen": tuple(self.seen),
                "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"),
                "is_cancelled": cancelled.is_set(),
            }
            emit(Done(task.id, answer))

    def close(self) -> None:
        pass


def _no_memory() -> None:
    raise MemoryError


def _hang_in_native_code() -> None:
    """Sleep without letting any other thread of the interpreter run."""
    ctypes.PyDLL(None).sleep(3600)


_ENDS: dict[str, Callable[[], object]] = {
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(7),
    "fault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "memory": _no_memory,
    "hang": lambda: time.sleep(3600),
    "native": _hang_in_native_code,
}
"""Tasks that do not end well, by name."""


def light_main(pipe: Connection, settings: Settings, seat: Seat) -> None:
    """Take the place of `worker_main`."""
    stand_in = ModuleType("assetgen.execute.worker")
    stand_in.Worker = LightWorker  # type: ignore[attr-defined]
    sys.modules["assetgen.execute.worker"] = stand_in
    entry.worker_main(pipe, settings, seat)


def main() -> None:
    """Hire two workers for tasks that never end, print their numbers when they have begun, and wait."""
    how, folder = sys.argv[1:]
    settings = settings_in(Path(folder))
    if how == "pool":
        asyncio.run(_run_pool(settings))
    else:
        _run_executor(settings)


def _run_executor(settings: Settings) -> None:
    processes.worker_main = light_main
    executor = processes.ProcessExecutor(settings, jobs=2)
    executor.submit(task("hang", 1))
    executor.submit(task("wait", 2))
    begun = 0
    for event in executor.events():
        begun += isinstance(event, Started)
        if begun == 2:
            _say(hand.pid for hand in executor._hands)


async def _run_pool(settings: Settings) -> None:
    begun: list[str] = []

    def hear(event: Event) -> None:
        begun.append(event.id)
        if len(begun) == 2:
            _say(worker.pid for worker in pool.status())

    pool = WorkerPool(settings, workers=2, on_event=hear, on_change=lambda: None, main=light_main)
    await pool.start()
    # Elsewhere only the end of the pipe tells, which takes a thread that may run.
    pool.run(task("native" if sys.platform == "linux" else "hang"))
    pool.run(task("wait"))
    await asyncio.Event().wait()


def _say(pids: Iterable[int]) -> None:
    sys.stdout.write(" ".join(map(str, pids)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
