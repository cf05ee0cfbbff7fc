"""One spawned worker process and the pipe to it: start it, tell it, end it, ask how it ended.

Nothing here waits for a pipe; that is up to whoever hires: a loop over many pipes, or a thread for each.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker, util
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from assetgen.execute.entry import Seat
from assetgen.execute.tether import bind_child
from assetgen.settings import Settings

WorkerMain = Callable[[Connection, Settings, Seat], None]
"""What a worker process runs; a function that a new process can import."""

_SPAWN: Final = multiprocessing.get_context("spawn")
_REAP_S: Final = 0.01
_FAREWELL_S: Final = 2.0


class Hand:
    """A worker process.

    Args:
        main: what it runs.
        settings: cache, device and durability.
        seat: its share of the machine.

    Raises:
        OSError: the system starts no further process.
    """

    def __init__(self, main: WorkerMain, settings: Settings, seat: Seat) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process: BaseProcess = _SPAWN.Process(target=main, args=(theirs, settings, seat), daemon=True)
        try:
            with _deaf_children():
                self.process.start()
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()
        bind_child(self.pid)
        # At exit multiprocessing asks children to end and waits for them; one that hangs would hang us too.
        util.Finalize(self, _end, args=(self.process,), exitpriority=0)

    @property
    def pid(self) -> int:
        """The process number."""
        return self.process.pid or 0

    def tell(self, message: object) -> None:
        """Send a message. That it is dead is heard by whoever reads its pipe, so nothing is said about it here."""
        with suppress(OSError, ValueError):
            self.pipe.send(message)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        _end(self.process)

    def wait(self) -> int:
        """Return the exit code of a worker whose pipe has ended: negative for a signal. Kills one that lingers."""
        self.process.join(_FAREWELL_S)
        if self.process.is_alive():
            self.kill()
        # Another thread that starts a process may have reaped this one and be about to say how it ended.
        while (code := self.process.exitcode) is None:
            self.process.join(_REAP_S)
        return code

    def close(self) -> None:
        """Close the pipe of a worker that has ended."""
        self.pipe.close()


def _end(process: BaseProcess) -> None:
    with suppress(OSError):
        process.kill()


def describe_end(code: int) -> str:
    """Return how a process ended, in words, such as "signal 11 (SIGSEGV)" or "exit code 7"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"signal {-code}"


@contextmanager
def _deaf_children() -> Generator[None, None, None]:
    """Have processes that are started inside ignore Ctrl-C from their first instruction on.

    A terminal interrupts the whole group; a worker that still starts would die of it with a traceback. The
    parent's own interrupt waits until the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows; `worker_main` does what can be done
        yield
        return
    resource_tracker.ensure_running()  # starting it inside would lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
