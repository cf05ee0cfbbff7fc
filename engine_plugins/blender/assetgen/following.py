# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the threads of a session do: follow one job, or one project, and tell the main thread in plain values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from .course import Contact, Ended, Landed, Picture, Remark, Result, State, Step, Taken, Ticket
from .notes import Begun, Broken, Elsewhere, JobNote, Mended, Renewed, WatchNote
from .remote import errors, events

TARGET = "blender"
"""The engine whose sets land here."""
_PATIENCE_S = 0.1
_ENDINGS = {"image/png": ".png", "image/webp": ".webp", "image/jpeg": ".jpg"}


class Company(Protocol):
    """What following needs of the session; its methods may be called from any thread, `is_closed` is an event."""

    pictures: Path
    wanted_assets: frozenset[str]
    is_closed: Any

    @property
    def watched(self) -> frozenset[str]:
        """Projects that are followed."""

    def client(self, is_given_up: Callable[[], bool] = ...) -> Any:
        """Return the client once a daemon is there, or None. Blocks."""

    def project(self, client: Any, root: str) -> Any:
        """Return a project that the daemon knows. Blocks."""

    def is_cancelled(self, ticket: Ticket) -> bool:
        """Return whether a job was cancelled before it was queued."""

    def hold(self, ticket: Ticket, handle: Any) -> None:
        """Keep the handle of a job, or forget it."""

    def hold_watch(self, root: str, handle: Any) -> bool:
        """Keep the handle of a project; return whether it is still wanted."""

    def tell(self, note: Any) -> None:
        """Put a note into the queue of the main thread."""

    def look(self) -> None:
        """Look at once whether the daemon lives."""


def follow_job(session: Company, ticket: Ticket) -> None:
    """Follow a job from asking for it until its files are checked."""

    def tell(what: Any) -> None:
        session.tell(JobNote(ticket.key, what))

    def is_given_up() -> bool:
        return session.is_cancelled(ticket) and not ticket.job

    try:
        client = session.client(is_given_up)
        if is_given_up():
            tell(Ended("cancelled"))
            return
        if client is None:
            return
        handle = _handle(session, client, ticket)
        session.hold(ticket, handle)
        _tell_events(session, ticket, handle, tell)
        if not session.is_closed.is_set():
            _tell_end(client, ticket, handle, tell)
    except errors.AssetGenClientError as error:
        tell(_ended(error))
    except Exception as error:  # the panel must say so; a thread's end would be silent
        tell(Ended("failed", f"{type(error).__name__}: {error}"))
    finally:
        session.hold(ticket, None)


def _handle(session: Company, client: Any, ticket: Ticket) -> Any:
    if ticket.job:
        return client.attach(ticket.job)
    project = session.project(client, ticket.root)
    if project.root and Path(project.root) != Path(ticket.root):
        _move(ticket, Path(project.root))
    what: dict[str, Any] = (
        {"prompt_file": ticket.prompt_file} if ticket.prompt_file else {"spec": ticket.keys}
    )
    if ticket.asset and not ticket.prompt_file:
        what["asset"] = ticket.asset
    return client.generate(project=project, targets=[TARGET], priority=ticket.priority, detach=True, **what)


def _move(ticket: Ticket, root: Path) -> None:
    """Let a ticket count from the project that its folder is a part of."""
    if ticket.prompt_file:
        ticket.prompt_file = (Path(ticket.root) / ticket.prompt_file).relative_to(root).as_posix()
    ticket.root = str(root)


def _tell_events(session: Company, ticket: Ticket, handle: Any, tell: Any) -> None:
    is_there, name = True, ""
    while not session.is_closed.is_set():
        is_over = handle.is_finished  # before the poll: the last events are there then
        for event in handle.poll(wait_s=_PATIENCE_S):
            note = _note(session, ticket, event)
            if note is not None:
                tell(note)
        if handle.name != name:
            name = handle.name
            tell(Taken(name))
        if handle.is_connected != is_there and not is_over:
            is_there = handle.is_connected
            tell(Contact(is_there))
            session.look()
        if is_over:
            return


def _note(session: Company, ticket: Ticket, event: Any) -> Any:
    if isinstance(event, events.StateChanged):
        return State(event.state.state) if event.state.state in ("queued", "running") else None
    if isinstance(event, events.Progress):
        return Step(event.stage, event.fraction, event.remaining_s)
    if isinstance(event, events.Preview):
        path = session.pictures / f"{ticket.key}_{event.sequence}{_ENDINGS.get(event.media_type, '.png')}"
        path.write_bytes(event.data)
        sound = path.with_suffix(".ogg")
        if event.sound:
            sound.write_bytes(event.sound)
        return Picture(event.asset, str(path), event.coarse, str(sound) if event.sound else "")
    if isinstance(event, events.Log):
        return Remark(event.text)
    return None


def _tell_end(client: Any, ticket: Ticket, handle: Any, tell: Any) -> None:
    job = handle.wait(0.0) if handle.is_finished else None
    if job is None:
        return
    tell(State("checking"))
    results = []
    for asset in job.assets:
        result = checked(client, asset, ticket.root, prompt_file=job.prompt_file or ticket.prompt_file)
        if result is not None:
            results.append(result)
    if results:
        tell(Landed(tuple(results)))
    else:
        tell(Ended("failed", "The job ended well but brought no files for Blender."))


def checked(client: Any, asset: Any, root: str, *, prompt_file: str = "") -> Result | None:
    """Return the set of an asset for Blender after comparing its files with their hashes, or None. Blocks.

    Raises:
        AssetGenClientError: the files are not what the manifest says, and cannot be fetched.
    """
    one = asset.set_for(TARGET)
    if one is None:
        return None
    paths = client.files(one)
    return Result(
        asset=asset.asset,
        kind=asset.kind,
        etag=one.etag,
        root=root,
        files={file.role: Path(path) for file, path in zip(one.files, paths, strict=True)},
        manifest=one.manifest(),
        prompt_file=prompt_file,
    )


def _ended(error: Any) -> Ended:
    states = {errors.Cancelled: "cancelled", errors.Expired: "expired"}
    message = "" if isinstance(error, errors.Cancelled) else error.message
    return Ended(states.get(type(error), "failed"), message, error.place)


def follow_project(session: Company, root: str) -> None:
    """Follow what changes in a project, as long as the session wants it."""
    try:
        client = session.client()
        if client is None:
            return
        handle = client.watch(client.register(root, watch=True))  # its own, or the one that it is a part of
    except (errors.AssetGenClientError, OSError) as error:
        session.tell(WatchNote(root, Remark(str(error))))
        return
    if not session.hold_watch(root, handle):
        return
    while not session.is_closed.is_set() and root in session.watched:
        is_over = handle.is_finished
        for change in handle.poll(wait_s=_PATIENCE_S):
            for what in _changes(session, client, change, root):
                session.tell(WatchNote(root, what))
        if is_over:
            return


def _changes(session: Company, client: Any, change: Any, root: str) -> list[Any]:
    if isinstance(change, events.Failed):
        return [Broken(change.failure.prompt_file, change.failure.errors)]
    if isinstance(change, events.Recovered):
        return [Mended(change.prompt_file)]
    if isinstance(change, events.Started):
        return [Begun(change.job.prompt_file)]
    if isinstance(change, events.Updated) and change.asset.asset in session.wanted_assets:
        try:
            result = checked(client, change.asset, root)
        except errors.AssetGenClientError:
            return []  # replaced meanwhile: the newer one is told of too
        return [Renewed(result) if result is not None else Elsewhere(change.asset.asset)]
    return []
