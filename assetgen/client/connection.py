"""The client of the assetgen daemon: standard library only, Python 3.9 and later.

    from assetgen.client.connection import connect

    with connect(autostart=True) as client:
        project = client.register("/games/castle")
        job = client.generate("old mossy cobblestone", project=project, asset="walls/old_brick", size=512)
        for one in job.wait().assets[0].sets:
            print(one.target, client.files(one))

What an editor calls on its main thread - `generate`, `attach`, `watch`, `bake` and every `poll`, `cancel` and
`close` of what they return - never blocks. The other methods of `Client`, and `connect`, do.
"""

from __future__ import annotations

import atexit
import json
import os
import ssl
import time
import uuid
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assetgen.client import discovery
from assetgen.client.errors import DaemonNotRunning, InvalidSpec, NotFound
from assetgen.client.files import download_set, local_files
from assetgen.client.handles import PATIENCE_S, BakeHandle, Follower, JobHandle, WatchHandle
from assetgen.client.link import Link
from assetgen.client.models import Asset, AssetSet, Capabilities, Job, Project, Validation
from assetgen.client.web import Wire

_OPEN: weakref.WeakSet[Client] = weakref.WeakSet()
_FIELDS = ("asset", "prompt", "negative", "backend", "style", "variants")
_PAGE = 200
_FAREWELL_S = 1.0


def connect(
    address: str | None = None,
    token: str | None = None,
    autostart: bool = False,
    timeout: float = 5.0,
    *,
    agent: str = "python",
    tls: ssl.SSLContext | None = None,
    command: Sequence[str] | None = None,
    patience_s: float = PATIENCE_S,
) -> Client:
    """Return a client of the daemon. Blocks until it answers.

    Args:
        address: `http://127.0.0.1:PORT` or `https://HOST:PORT`; else this user's daemon is found by its endpoint
            file, and found again when it comes back elsewhere.
        token: of the daemon at `address`.
        autostart: start the daemon when none answers; it outlives the caller and ends when it has nothing to do.
        timeout: seconds for an answer; starting has its own, longer one.
        agent: who asks, such as "blender": for fair turns and for lists of jobs.
        tls: certificates to trust at `address` instead of the system's.
        command: how to run assetgen when it is started; see `start_daemon`.
        patience_s: how long a job is looked for after the daemon was last heard of.

    Raises:
        DaemonNotRunning: no daemon answers, and none was or could be started.
        Unauthenticated: the token is wrong.
    """
    endpoint = None
    if address is not None:
        wire = Wire(address, token or "", agent=agent, tls=tls)
        wire.unary("GetCapabilities", timeout_s=timeout)
    else:
        endpoint = discovery.find_daemon(timeout_s=timeout)
        if endpoint is None and autostart:
            endpoint = discovery.start_daemon(command)
        if endpoint is None:
            raise DaemonNotRunning("no assetgen daemon runs; start one with `assetgen serve`.")
        wire = endpoint.wire(agent=agent)
    link = Link(wire, endpoint, autostart=autostart, agent=agent, command=command)
    return Client(link, agent=agent, patience_s=patience_s)


class Client:
    """A daemon to ask; made by `connect`, may be used from any thread, is closed by `close` or by `with`."""

    def __init__(self, link: Link, *, agent: str, patience_s: float) -> None:
        self._link, self._agent, self._patience_s = link, agent, patience_s
        self._followers: set[Follower] = set()
        _OPEN.add(self)

    @property
    def address(self) -> str:
        """Where the daemon is."""
        return self._link.address

    def capabilities(self) -> Capabilities:
        """Return what the daemon can make, on what, and within which limits. Blocks."""
        return Capabilities.from_json(self._link.call("GetCapabilities"))

    def register(self, root: str | os.PathLike[str], watch: bool | None = None) -> Project:
        """Make a folder known as a project, by any folder or file in it. Blocks.

        Args:
            watch: whether saved prompt files are made again by themselves; None leaves it as it is.
        """
        message: dict[str, Any] = {"root": str(Path(root).absolute())}
        if watch is not None:
            message["watch"] = watch
        return Project.from_json(self._link.call("RegisterProject", message).get("project") or {})

    def unregister(self, project: Project | str) -> None:
        """Forget a project; its files stay. Blocks."""
        self._link.call("UnregisterProject", {"name": _project_name(project)})

    def projects(self) -> list[Project]:
        """Return the known projects. Blocks."""
        found = self._link.call("ListProjects").get("projects") or ()
        return [Project.from_json(one) for one in found]

    def generate(
        self,
        prompt: str = "",
        *,
        project: Project | str | os.PathLike[str],
        spec: Mapping[str, Any] | None = None,
        prompt_file: str = "",
        kind: str = "",
        asset: str = "",
        seed: int | None = None,
        size: int | Sequence[int] | None = None,
        style: str = "",
        targets: Iterable[str] = (),
        priority: str = "interactive",
        timeout_s: float | None = None,
        force: bool = False,
        overwrite: bool = False,
        retry: bool = False,
        previews: bool = True,
        detach: bool = False,
        wait_for_room: bool = False,
    ) -> JobHandle:
        """Ask for an asset; returns at once, and the handle tells what becomes of it.

        Args:
            prompt: what it shall look or sound like; the keys below describe the rest.
            project: where its files go: a project, its name, or its folder when it is registered.
            spec: the keys of a prompt file instead, such as {"kind": "material", "prompt": ..., "size": 512}; the
                other arguments win over them.
            prompt_file: a prompt file of the project instead, from its root; what it uses is made first.
            kind: material when neither this nor `spec` says it.
            targets: engines; the prompt file's or the project's when empty.
            priority: interactive, watch or bake.
            timeout_s: ends the job as expired when it takes longer.
            force: make again what the cache knows.
            overwrite: move files in the way that assetgen did not make aside.
            retry: try again though this very work has killed workers before.
            detach: leave the job alone when the handle or the client is closed; else it is cancelled.
            wait_for_room: wait while the queue is full, instead of ending with QueueFull.

        Raises:
            InvalidSpec: neither or more than one of prompt, spec and prompt_file was given.
        """
        order: dict[str, Any] = {
            "project": _project_name(project),
            "requestId": str(uuid.uuid4()),
            "priority": f"PRIORITY_{priority.upper()}",
            "client": self._agent,
            "targets": list(targets),
            "force": force,
            "overwrite": overwrite,
            "retry": retry,
            "withoutPreviews": not previews,
        }
        if timeout_s is not None:
            order["timeout"] = f"{timeout_s:.3f}s"
        if prompt_file:
            if prompt or spec:
                raise InvalidSpec("a prompt file was given, and a prompt or spec too; give one of them.")
            order["promptFile"] = Path(prompt_file).as_posix()
        else:
            more = {
                "prompt": prompt,
                "kind": kind,
                "asset": asset,
                "seed": seed,
                "size": size,
                "style": style,
            }
            given = {key: value for key, value in more.items() if value is not None and value != ""}
            order["spec"] = _asset_spec({**(spec or {}), **given})
        return self._keep(
            JobHandle(
                self._link,
                order=order,
                detach=detach,
                wait_for_room=wait_for_room,
                patience_s=self._patience_s,
                on_end=self._followers.discard,
            )
        )

    def attach(self, job_name: str, after: int = 0) -> JobHandle:
        """Follow a job that is there, from an event on; returns at once. Closing the handle leaves it alone."""
        return self._keep(
            JobHandle(
                self._link,
                name=_job_name(job_name),
                after=after,
                detach=True,
                patience_s=self._patience_s,
                on_end=self._followers.discard,
            )
        )

    def jobs(
        self, *, project: Project | str | None = None, only_active: bool = False, limit: int = 50
    ) -> list[Job]:
        """Return jobs, the newest first. Blocks."""
        message: dict[str, Any] = {"onlyActive": only_active}
        if project is not None:
            message["project"] = _project_name(project)
        return [Job.from_json(one) for one in self._pages("ListJobs", message, "jobs", limit=limit)]

    def job(self, name: str) -> Job:
        """Return one job. Blocks."""
        return Job.from_json(self._link.call("GetJob", {"name": _job_name(name)}).get("job") or {})

    def cancel(self, name: str) -> Job:
        """Cancel a job and return it; one that has ended stays as it is. Blocks."""
        return Job.from_json(self._link.call("CancelJob", {"name": _job_name(name)}).get("job") or {})

    def asset(self, name: str) -> Asset:
        """Return one finished asset by its resource name. Blocks."""
        return Asset.from_json(self._link.call("GetAsset", {"name": name}).get("asset") or {})

    def assets(self, project: Project | str) -> list[Asset]:
        """Return the finished assets of a project, by id. Blocks."""
        message = {"project": _project_name(project)}
        return [Asset.from_json(one) for one in self._pages("ListAssets", message, "assets", limit=None)]

    def files(self, one: AssetSet, folder: str | os.PathLike[str] | None = None) -> list[Path]:
        """Return the paths of a set's files on this machine, in the order of `one.files`, all or none. Blocks.

        They are where the daemon put them when their hashes match, else they are downloaded.

        Args:
            folder: where downloads are kept; `downloads` in the state folder when absent. It may be deleted at any
                time.
        """
        found = local_files(one)
        if found is not None:
            return found
        return download_set(self._link, one, Path(folder) if folder else discovery.state_dir() / "downloads")

    def watch(self, project: Project | str, resume_token: str = "") -> WatchHandle:
        """Follow what changes in a project; returns at once."""
        return self._keep(
            WatchHandle(
                self._link,
                _project_name(project),
                resume_token=resume_token,
                on_end=self._followers.discard,
            )
        )

    def bake(
        self,
        project: Project | str,
        *,
        include: Iterable[str] = (),
        targets: Iterable[str] = (),
        check_only: bool = False,
        force: bool = False,
        overwrite: bool = False,
    ) -> BakeHandle:
        """Make everything that is due in a project, or only tell what is; returns at once.

        Args:
            include: only prompt files whose path from the root matches one of these globs.
        """
        request = {
            "project": _project_name(project),
            "include": list(include),
            "targets": list(targets),
            "checkOnly": check_only,
            "force": force,
            "overwrite": overwrite,
            "client": self._agent,
        }
        return self._keep(
            BakeHandle(self._link, request, patience_s=self._patience_s, on_end=self._followers.discard)
        )

    def validate(
        self, text: str, *, prompt_file: str = "", project: Project | str | None = None
    ) -> Validation:
        """Return what is wrong with the text of a prompt file, and how its prompt is understood. Blocks."""
        message = {"text": text, "promptFile": prompt_file}
        if project is not None:
            message["project"] = _project_name(project)
        return Validation.from_json(self._link.call("ValidatePrompt", message))

    def renew(self) -> bool:
        """Look whether another daemon is there by now, and return whether one is. Starts none, calls nobody."""
        return self._link.renew()

    def answers(self, timeout: float = 2.0) -> bool:
        """Return whether the daemon says that it is there; costs next to nothing. Blocks for so long at most."""
        return self._link.wire.answers(timeout_s=timeout)

    def shutdown(self) -> None:
        """End the daemon; running jobs are queued again for its next start. Blocks."""
        self._link.wire.unary("Shutdown")

    def close(self) -> None:
        """Close every handle and connection; jobs that are not detached are cancelled. Blocks for 1 s at most."""
        followers = list(self._followers)
        for follower in followers:
            follower.close()
        deadline = time.monotonic() + _FAREWELL_S
        for follower in followers:
            follower.join(max(0.0, deadline - time.monotonic()))
        self._link.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def _keep(self, follower: Any) -> Any:
        self._followers.add(follower)
        if follower.is_finished:  # it may have ended before it was added
            self._followers.discard(follower)
        return follower

    def _pages(self, method: str, message: Mapping[str, Any], key: str, *, limit: int | None) -> list[Any]:
        found: list[Any] = []
        token = ""
        while limit is None or len(found) < limit:
            size = _PAGE if limit is None else min(_PAGE, limit - len(found))
            answer = self._link.call(method, {**message, "pageSize": size, "pageToken": token})
            found += answer.get(key) or ()
            token = str(answer.get("nextPageToken") or "")
            if not token:
                break
        return found


def _project_name(project: Project | str | os.PathLike[str]) -> str:
    return project.name if isinstance(project, Project) else os.fspath(project)


def _job_name(name: str) -> str:
    if not name.rpartition("/")[2]:
        raise NotFound("a job without a name is none; write jobs/ID.")
    return name if "/" in name else f"jobs/{name}"


def _asset_spec(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the AssetSpec of a prompt file's keys; those without a field of their own go as JSON."""
    if not keys.get("prompt") and not keys.get("source"):
        raise InvalidSpec("there is no prompt; say what the asset shall look or sound like.")
    found: dict[str, Any] = {"kind": f"ASSET_KIND_{str(keys.get('kind', 'material')).upper()}"}
    found.update({key: keys[key] for key in _FIELDS if key in keys})
    if keys.get("seed") is not None:
        found["seed"] = str(keys["seed"])
    rest = {key: keys[key] for key in keys if key not in (*_FIELDS, "kind", "seed")}
    if rest:
        found["settingsJson"] = json.dumps(rest)
    return found


@atexit.register
def _close_all() -> None:
    """Cancel what nobody will fetch any more: an editor that ends leaves no work behind."""
    for client in list(_OPEN):
        client.close()
