# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The add-on's way to the daemon: threads that wait for it, and a queue of notes for the main thread.

Everything that may block happens in threads here. The main thread only calls methods that return at once, and
takes what came with `take`.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import following
from .course import Ticket
from .notes import MISMATCH, MISSING, READY, STARTING, Daemon
from .remote import connection, discovery, errors
from .report import read_report
from .schema import read_kinds

_LOOK_S = 0.4
"""Between two looks at whether the daemon lives; a look reads one small file."""
_FAREWELL_S = 3.0

_ANSWER_S = 1.0
"""A daemon that says nothing for so long is as good as gone."""


class Session:
    """Threads and their queue, from switching the add-on on until switching it off.

    Args:
        pictures: folder for previews.
        agent: who asks, for the daemon's lists.
    """

    def __init__(self, pictures: Path, agent: str = "blender") -> None:
        self.pictures = pictures
        self.wanted_assets: frozenset[str] = frozenset()
        self.is_closed = threading.Event()
        self._agent = agent
        self._notes: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._client: Any = None
        self._changed = threading.Condition()
        self._wake = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._handles: dict[str, Any] = {}
        self._watches: dict[str, Any] = {}
        self._cancelled: set[str] = set()
        self._followed: set[str] = set()
        self._lint: tuple[str, str, str] | None = None
        self._projects: dict[tuple[str, str], Any] = {}
        self._daemon = Daemon()
        self.run("link", self._look_after_daemon)
        self.run("lint", self._answer_prompts)

    # For the main thread: nothing here blocks.

    def take(self) -> Any:
        """Return the next note, or None."""
        try:
            return self._notes.get_nowait()
        except queue.Empty:
            return None

    def start_daemon(self, command: list[str] | None) -> None:
        """Start the daemon; what becomes of it comes as a note."""
        self.run("start", self._start_daemon, command)

    def lint(self, prompt: str, text: str, root: str) -> None:
        """Ask how a prompt is understood; of several questions only the newest is answered."""
        with self._changed:
            self._lint = (prompt, text, root)
            self._changed.notify_all()

    def generate(self, ticket: Ticket) -> None:
        """Ask for an asset, or follow the job of a ticket; one that is followed already stays so."""
        if ticket.key not in self._followed:
            self._followed.add(ticket.key)
            self.run("job", self._follow, ticket)

    def cancel(self, ticket: Ticket) -> None:
        """Cancel a job."""
        self._cancelled.add(ticket.key)
        handle = self._handles.get(ticket.key)
        if handle is not None:
            handle.cancel()
        with self._changed:
            self._changed.notify_all()

    def watch(self, root: str) -> None:
        """Follow what changes in a project, until `unwatch`."""
        if root not in self._watches:
            self._watches[root] = None
            self.run("watch", following.follow_project, self, root)

    def unwatch(self, root: str) -> None:
        """Follow a project no longer."""
        handle = self._watches.pop(root, None)
        if handle is not None:
            handle.close()

    @property
    def watched(self) -> frozenset[str]:
        """Projects that are followed."""
        return frozenset(self._watches)

    def close(self) -> None:
        """End every thread. Jobs go on in the daemon."""
        self.is_closed.set()
        self._wake.set()
        for handle in [*self._handles.values(), *self._watches.values()]:
            if handle is not None:
                handle.close()
        with self._changed:
            client = self._client
            self._changed.notify_all()
        if client is not None:
            client.close()
        for thread in list(self._threads):
            thread.join(_FAREWELL_S)

    # For the threads.

    def run(self, name: str, work: Callable[..., None], *arguments: Any) -> None:
        """Run something in a thread that `close` waits for."""

        def main() -> None:
            try:
                work(*arguments)
            finally:
                self._threads.discard(thread)

        thread = threading.Thread(target=main, name=f"assetgen-{name}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def tell(self, note: Any) -> None:
        """Put a note into the queue."""
        self._notes.put(note)

    def look(self) -> None:
        """Look at once whether the daemon lives: somebody has lost it, or found it again."""
        self._wake.set()

    def client(self, is_given_up: Callable[[], bool] = lambda: False) -> Any:
        """Return the client once a daemon is there, or None when that is given up or all is over. Blocks."""
        with self._changed:
            while not (self.is_closed.is_set() or is_given_up()):
                if self._client is not None and self._daemon.status == READY:
                    return self._client
                self._changed.wait(_LOOK_S)
        return None

    def is_cancelled(self, ticket: Ticket) -> bool:
        """Return whether a job was cancelled before it was queued."""
        return ticket.key in self._cancelled

    def hold(self, ticket: Ticket, handle: Any) -> None:
        """Keep the handle of a job for `cancel` and `close`; None to forget it."""
        if handle is None:
            self._handles.pop(ticket.key, None)
            return
        self._handles[ticket.key] = handle
        if self.is_closed.is_set():
            handle.close()
        elif ticket.key in self._cancelled:
            handle.cancel()

    def hold_watch(self, root: str, handle: Any) -> bool:
        """Keep the handle of a project; return whether it is still wanted."""
        if self.is_closed.is_set() or root not in self._watches:
            handle.close()
            return False
        self._watches[root] = handle
        return True

    def _follow(self, ticket: Ticket) -> None:
        try:
            following.follow_job(self, ticket)
        finally:
            self._followed.discard(ticket.key)

    def _set(self, daemon: Daemon) -> None:
        with self._changed:
            if daemon == self._daemon:
                return
            self._daemon = daemon
            self._changed.notify_all()
        self.tell(daemon)

    def _look_after_daemon(self) -> None:
        while not self.is_closed.is_set():
            try:
                self._look()
            except errors.VersionMismatch as error:
                self._set(Daemon(MISMATCH, str(error)))
            except errors.AssetGenClientError as error:
                if self._daemon.status != STARTING:
                    self._set(Daemon(MISSING, error.message))
            except Exception as error:  # the panel must say so, whatever it is
                self._set(Daemon(MISSING, f"{type(error).__name__}: {error}"))
            self._wake.wait(_LOOK_S)
            self._wake.clear()

    def _look(self) -> None:
        endpoint = discovery.read_endpoint()
        if endpoint is None:
            if self._daemon.status != STARTING and self._daemon.status != MISSING:
                self._set(Daemon(MISSING))
            return
        is_known = self._daemon.status == READY and endpoint.instance_id == self._daemon.instance
        if self._client is None:
            client = connection.connect(agent=self._agent, patience_s=math.inf)
            with self._changed:
                self._client = client
        elif not self._client.answers(_ANSWER_S):
            if is_known and not self.is_closed.is_set():
                self._set(Daemon(MISSING, "It runs, but does not answer."))
            if is_known or not self._client.renew():
                return
        if is_known:
            return
        found = self._client.capabilities()
        self._set(
            Daemon(
                READY,
                version=found.version,
                instance=found.instance_id,
                kinds=read_kinds(found),
                styles=found.styles,
                prompt_limit=found.prompt_limit,
            )
        )

    def _start_daemon(self, command: list[str] | None) -> None:
        self._set(Daemon(STARTING))
        message = ""
        try:
            discovery.start_daemon(command)
        except errors.AssetGenClientError as error:
            message = error.message
        with self._changed:
            if self._daemon.status == STARTING:
                self._daemon = Daemon(MISSING, message)
        if message:
            self.tell(self._daemon)
        self._wake.set()

    def _answer_prompts(self) -> None:
        while not self.is_closed.is_set():
            with self._changed:
                while self._lint is None and not self.is_closed.is_set():
                    self._changed.wait(_LOOK_S)
                question, self._lint = self._lint, None
            client = self.client()
            if question is None or client is None:
                continue
            prompt, text, root = question
            with contextlib.suppress(
                errors.AssetGenClientError
            ):  # the next key, or the link's state, tells more
                self.tell(read_report(prompt, client.validate(text, project=self.project(client, root))))

    def project(self, client: Any, root: str) -> Any:
        """Return a project that the daemon knows, or None when it is to be none. Blocks."""
        if not root:
            return None
        known = (self._daemon.instance, root)
        if known not in self._projects:
            Path(root).mkdir(parents=True, exist_ok=True)
            self._projects[known] = client.register(root)
        return self._projects[known]
