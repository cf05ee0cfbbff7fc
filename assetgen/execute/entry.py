"""What a worker process runs: it reads tasks from a pipe and dies with its parent.

Light at import, so that the parent can name it; everything heavy is imported in the child.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from assetgen.errors import AssetGenError
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

    from assetgen.execute.worker import Worker

    try:
        worker = Worker(settings, threads=threads)
    except AssetGenError as error:
        while (task := tasks.get()) is not None:
            pipe.send(Failed(task.id, error))
        return
    lock = threading.Lock()

    def emit(event: Event) -> None:
        with lock:
            pipe.send(event)

    while (task := tasks.get()) is not None:
        worker.run(task, emit=emit, cancelled=cancelled)
    worker.close()


def _listen(pipe: Connection, tasks: SimpleQueue[Task | None], cancelled: threading.Event) -> None:
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            os._exit(1)
        if message == CANCEL:
            cancelled.set()
        elif message == STOP:
            tasks.put(None)
            return
        else:
            tasks.put(message)
