"""What a job is: a request, its state, and what came of it; `table.py` keeps jobs, `jobs.py` runs them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Final

from assetgen.serve.rpc import asset_pb2 as pb


class State(Enum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether a job stays so."""
        return self not in (State.QUEUED, State.RUNNING)


class Priority(IntEnum):
    """How urgent a job is; see `queue.py` for what waiting and turns do to it."""

    BAKE = 10
    WATCH = 50
    INTERACTIVE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a job is asked for, in a form that outlives the daemon.

    Args:
        project: absolute root of the project.
        document: keys of a prompt file, when the request described an asset; else None.
        asset: id of the described asset; empty with a prompt file.
        prompt_file: path from the root, when the request named one; else empty.
        targets: engines instead of the prompt file's own, or None.
        force: make again what the cache knows.
        overwrite: move files in the way that are not ours aside.
        previews: whether somebody wants to see how it comes along.
    """

    project: Path
    document: Mapping[str, Any] | None = None
    asset: str = ""
    prompt_file: str = ""
    targets: tuple[str, ...] | None = None
    force: bool = False
    overwrite: bool = False
    previews: bool = True

    def to_json(self) -> str:
        """Return it as JSON with sorted keys: equal requests give equal text."""
        values = {
            "project": str(self.project),
            "document": None if self.document is None else dict(self.document),
            "asset": self.asset,
            "prompt_file": self.prompt_file,
            "targets": None if self.targets is None else list(self.targets),
            "force": self.force,
            "overwrite": self.overwrite,
            "previews": self.previews,
        }
        return json.dumps(values, ensure_ascii=False, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Request:
        """Return the request of a text made by `to_json`."""
        values: dict[str, Any] = json.loads(text)
        root = Path(values.pop("project"))
        targets = values.pop("targets")
        return cls(project=root, targets=None if targets is None else tuple(targets), **values)

    def fingerprint(self) -> str:
        """Return a hash by which a repeated request is told from another one under the same id."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A request that was read and found good.

    Args:
        key: hash of everything that decides the result and where it goes; equal keys are one piece of work.
        title: for people: the asset's id, or the prompt file.
        assets: ids of the assets that it is to bring, without those that it only uses.
    """

    key: str
    title: str
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request and how it comes along; times are seconds since 1970, 0.0 when not yet.

    Args:
        id: a UUID as 32 hex digits.
        key: of its work.
        error: why it failed.
        manifests: what it made: for each asset the paths of its manifests.
        interruptions: how often its worker or the daemon was ended from outside.
        boot: which start of the daemon has it in hand, from 1; event sequences grow with it.
    """

    id: str
    request: Request
    key: str
    title: str
    client: str
    priority: Priority
    state: State
    created_at: float
    started_at: float = 0.0
    ended_at: float = 0.0
    expires_at: float = 0.0
    error: pb.JobError | None = None
    manifests: Mapping[str, tuple[str, ...]] | None = None
    interruptions: int = 0
    boot: int = 1


LARGEST_PREVIEW: Final = 256 << 10
"""Bytes of a preview at most."""
