"""A worker process without torch: the real entry with a stand-in for what it would import.

The name of the file that it is asked to inspect says what it does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

from assetgen.errors import Cancelled, FormatError, Place
from assetgen.execute import entry
from assetgen.execute.base import Done, Event, Failed, Progress, Started, Task
from assetgen.execute.entry import Seat
from assetgen.project.order import InspectOrder
from assetgen.settings import Settings


def task(name: str, number: int = 0) -> Task:
    return Task(f"{name}{number or ''}", InspectOrder(Path(name)))


class LightWorker:
    device_name = "light"
    is_broken = False

    def __init__(self, settings: Settings, *, threads: int) -> None:
        self.threads = threads

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
        if name == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif name == "exit":
            os._exit(7)
        elif name == "fail":
            emit(Failed(task.id, FormatError("no picture.", place=Place("a.toml", 3), asset="a"), "trace"))
        elif name == "wait":
            cancelled.wait()
            emit(Failed(task.id, Cancelled("stopped on request.")))
        elif name == "hang":
            time.sleep(3600)
        else:
            emit(Progress(task.id, 0, 1, "light"))
            emit(Done(task.id, {"pid": os.getpid(), "threads": self.threads, "name": name}))

    def close(self) -> None:
        pass


def light_main(pipe: Connection, settings: Settings, seat: Seat) -> None:
    """Take the place of `worker_main`."""
    stand_in = ModuleType("assetgen.execute.worker")
    stand_in.Worker = LightWorker  # type: ignore[attr-defined]
    sys.modules["assetgen.execute.worker"] = stand_in
    entry.worker_main(pipe, settings, seat)


def main() -> None:
    """Hire two workers for tasks that never end, print their numbers when they have begun, and wait."""
    from assetgen.execute import processes
    from tests.bake.fakes import settings_in

    processes.worker_main = light_main
    executor = processes.ProcessExecutor(settings_in(Path(sys.argv[1])), jobs=2)
    executor.submit(task("hang", 1))
    executor.submit(task("wait", 2))
    begun = 0
    for event in executor.events():
        begun += isinstance(event, Started)
        if begun == 2:
            sys.stdout.write(" ".join(str(hand.process.pid) for hand in executor._hands) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
