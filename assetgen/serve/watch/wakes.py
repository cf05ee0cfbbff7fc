"""File events that say "look again" and nothing more, from watchdog.

What an event tells is not to be trusted: new and moved folders race with the watches that they need, and a full
queue drops the rest. So the handler sets a flag, and whatever may be wrong with the threads behind it only costs
time: the watch looks by itself, and asks `is_alive`.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

# Not among them: a file was opened or closed unwritten. The watch's own looks would wake it for ever.
_WANTED: Final[list[type[FileSystemEvent]]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
_LOG: Final = logging.getLogger("assetgen.watch")
_JOIN_S: Final = 5.0


class Wakes:
    """Calls `wake`, from threads of its own, whenever something happens below a folder.

    Args:
        root: the folder.
        wake: returns at once.

    Raises:
        OSError: the folder is gone, or the system has no watches left.
    """

    def __init__(self, root: Path, wake: Callable[[], None]) -> None:
        self._wake = wake
        _quieten()
        self._observer = Observer()
        self._observer.daemon = True
        self._observer.schedule(_Handler(wake), str(root), recursive=True, event_filter=_WANTED)
        try:
            self._observer.start()
        except BaseException:
            self.stop()
            raise
        _ALIVE.add(self)

    @property
    def is_alive(self) -> bool:
        """Whether all its threads run: one that died would say nothing for ever."""
        return self._observer.is_alive() and all(thread.is_alive() for thread in self._threads())

    def _threads(self) -> list[threading.Thread]:
        found: list[threading.Thread] = list(self._observer.emitters)
        # On Linux a third thread reads; it is the one that dies, and its emitter then waits for ever.
        readers = [getattr(emitter, "_inotify", None) for emitter in self._observer.emitters]
        return found + [reader for reader in readers if isinstance(reader, threading.Thread)]

    def stop(self) -> None:
        """End its threads and wait for them."""
        _ALIVE.discard(self)
        threads = self._threads()
        self._observer.unschedule_all()
        if self._observer.is_alive():
            self._observer.stop()
            threads.append(self._observer)
        for thread in threads:
            if thread.is_alive():
                thread.join(_JOIN_S)

    def report_death(self, reason: str) -> None:
        """Have its owner look at what is left of it."""
        _LOG.info("the file events of a folder ended (%s); they are started again", reason)
        self._wake()


class _Handler(FileSystemEventHandler):
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._wake()


_ALIVE: weakref.WeakSet[Wakes] = weakref.WeakSet()
_HOOKED: Final = threading.Lock()


def _quieten() -> None:
    """Keep watchdog from filling the log: megabytes for some folders that were moved over each other.

    A traceback of one of its threads becomes one line, and a reason to look at once.
    """
    warnings.filterwarnings("ignore", module=r"watchdog\..*")
    for name in ("watchdog", "fsevents"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if _HOOKED.acquire(blocking=False):
        previous = threading.excepthook

        def hook(args: threading.ExceptHookArgs) -> None:
            if type(args.thread).__module__.startswith("watchdog."):
                kind = args.exc_type.__name__
                for wakes in list(_ALIVE):
                    wakes.report_death(kind)
            else:
                previous(args)

        threading.excepthook = hook


def needs_renewal() -> bool:
    """Tell whether events of moved and new folders depend on watches that may have come too late."""
    return sys.platform.startswith(("linux", "freebsd"))
