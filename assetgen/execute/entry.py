"""What a worker process runs: it reads tasks from a pipe and dies with its parent.

Light at import, so that the parent can name it; everything heavy is imported in the child.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from assetgen.errors import AssetGenError, BackendUnavailable
from assetgen.execute.base import Event, Failed, Task
from assetgen.settings import Settings

CANCEL = "cancel"
STOP = "stop"


def worker_main(pipe: Connection, settings: Settings, threads: int) -> None:
    """Do tasks from a pipe until it says stop or closes.

    Interrupts are the parent's business: it asks for a clean stop through the pipe. A closed pipe means that the
    parent is gone, and then nobody wants the result.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read by torch and numba when they are imported
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    cancelled = threading.Event()
    threading.Thread(target=_listen, args=(pipe, tasks, cancelled), daemon=True).start()
    try:
        from assetgen.execute.worker import Worker

        worker = Worker(settings, threads=threads)
    except AssetGenError as error:
        _refuse_all(pipe, tasks, error)
        return
    except (ImportError, OSError) as error:  # a missing package, or a library of it that does not load
        message = f"a worker cannot start ({type(error).__name__}: {error}); `assetgen doctor` tells what is missing."
        _refuse_all(pipe, tasks, BackendUnavailable(message))
        return
    while (task := tasks.get()) is not None:
        worker.run(task, emit=pipe.send, cancelled=cancelled)
    worker.close()


def _refuse_all(pipe: Connection, tasks: SimpleQueue[Task | None], error: AssetGenError) -> None:
    while (task := tasks.get()) is not None:
        failed: Event = Failed(task.id, error)
        pipe.send(failed)


def _listen(pipe: Connection, tasks: SimpleQueue[Task | None], cancelled: threading.Event) -> None:
    """Pass on what the parent says, to the very end: a busy worker too must notice that it is gone."""
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            os._exit(1)
        if message == CANCEL:
            cancelled.set()
        elif message == STOP:
            tasks.put(None)
        else:
            tasks.put(message)
