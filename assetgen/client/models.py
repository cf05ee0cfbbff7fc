"""What the daemon says, as plain values: made from its JSON, tolerant of keys that a newer daemon adds.

Kinds, states and priorities are the lower-case words of the contract's enums: `material`, `running`, `interactive`.
Times are seconds since 1970, lengths of time are seconds.
"""

from __future__ import annotations

import calendar
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

FINAL_STATES = frozenset(["succeeded", "failed", "cancelled", "expired"])
"""States in which a job stays."""


@dataclass(frozen=True)
class Place:
    """Where in a file something stands; line and column count from 1, 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `path:line:column`."""
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n > 0)])

    @classmethod
    def from_json(cls, document: Json) -> Place:
        """Return the place of a document."""
        return cls(text(document, "path"), number(document, "line"), number(document, "column"))


@dataclass(frozen=True)
class JobError:
    """What went wrong.

    Args:
        code: a google.rpc.Code number.
        reason: stable word in upper snake case, such as INVALID_SPEC.
        message: what was wrong and how to mend it.
        place: where in a file, when that is known.
        retry_after_s: how long to wait before trying again, when that may help.
    """

    code: int = 2
    reason: str = ""
    message: str = ""
    place: Place | None = None
    retry_after_s: float | None = None

    def __str__(self) -> str:
        """Return `place: message`."""
        return f"{self.place}: {self.message}" if self.place else self.message

    @classmethod
    def from_json(cls, document: Json) -> JobError:
        """Return the error of a document."""
        place = document.get("place")
        return cls(
            code=number(document, "code", 2),
            reason=text(document, "reason"),
            message=text(document, "message"),
            place=Place.from_json(place) if isinstance(place, Mapping) else None,
            retry_after_s=seconds(document, "retryAfter"),
        )


@dataclass(frozen=True)
class Project:
    """A folder with prompt files that the daemon knows; `name` is projects/{id}, `root` its folder."""

    name: str
    root: str = ""
    display_name: str = ""
    output: str = ""
    watch: bool = False

    @classmethod
    def from_json(cls, document: Json) -> Project:
        """Return the project of a document."""
        return cls(
            name=text(document, "name"),
            root=text(document, "root"),
            display_name=text(document, "displayName"),
            output=text(document, "output"),
            watch=bool(document.get("watch", False)),
        )


@dataclass(frozen=True)
class AssetFile:
    """One file of a set; trust `local_path` only after comparing `sha256`, as `Client.files` does."""

    role: str
    local_path: str = ""
    relative_path: str = ""
    media_type: str = ""
    format: str = ""
    size_bytes: int = 0
    sha256: str = ""
    width: int = 0
    height: int = 0
    mips: int = 0
    color_space: str = ""

    @classmethod
    def from_json(cls, document: Json) -> AssetFile:
        """Return the file of a document."""
        return cls(
            role=text(document, "role"),
            local_path=text(document, "localPath"),
            relative_path=text(document, "relativePath"),
            media_type=text(document, "mediaType"),
            format=text(document, "format"),
            size_bytes=number(document, "sizeBytes"),
            sha256=text(document, "sha256"),
            width=number(document, "width"),
            height=number(document, "height"),
            mips=number(document, "mips"),
            color_space=text(document, "colorSpace"),
        )


@dataclass(frozen=True)
class AssetSet:
    """The files of an asset for one engine; they are replaced together."""

    target: str
    folder: str = ""
    etag: str = ""
    files: tuple[AssetFile, ...] = ()
    manifest_json: str = ""

    def file(self, role: str) -> AssetFile | None:
        """Return the file of a role such as `albedo`, or None."""
        return next((file for file in self.files if file.role == role), None)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest: provenance, measured quality, how the prompt was understood."""
        found = json.loads(self.manifest_json) if self.manifest_json else {}
        return found if isinstance(found, dict) else {}

    @classmethod
    def from_json(cls, document: Json) -> AssetSet:
        """Return the set of a document."""
        return cls(
            target=text(document, "target"),
            folder=text(document, "folder"),
            etag=text(document, "etag"),
            files=several(document, "files", AssetFile.from_json),
            manifest_json=text(document, "manifestJson"),
        )


@dataclass(frozen=True)
class Asset:
    """A finished asset; `name` is its resource name, `asset` its id."""

    name: str
    asset: str = ""
    kind: str = ""
    sets: tuple[AssetSet, ...] = ()

    def set_for(self, target: str) -> AssetSet | None:
        """Return the set of an engine, or None."""
        return next((one for one in self.sets if one.target == target), None)

    @classmethod
    def from_json(cls, document: Json) -> Asset:
        """Return the asset of a document."""
        return cls(
            name=text(document, "name"),
            asset=text(document, "asset"),
            kind=word(document, "kind", "ASSET_KIND_"),
            sets=several(document, "sets", AssetSet.from_json),
        )


@dataclass(frozen=True)
class Job:
    """One request and how it comes along; `name` is jobs/{id}."""

    name: str
    state: str = ""
    project: str = ""
    title: str = ""
    prompt_file: str = ""
    priority: str = ""
    client: str = ""
    fraction: float = 0.0
    error: JobError | None = None
    assets: tuple[Asset, ...] = ()
    create_time: float = 0.0
    start_time: float = 0.0
    end_time: float = 0.0
    interruptions: int = 0

    @property
    def id(self) -> str:
        """The name without its collection."""
        return self.name.rpartition("/")[2]

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL_STATES

    @classmethod
    def from_json(cls, document: Json) -> Job:
        """Return the job of a document."""
        error = document.get("error")
        return cls(
            name=text(document, "name"),
            state=word(document, "state", "JOB_STATE_"),
            project=text(document, "project"),
            title=text(document, "title"),
            prompt_file=text(document, "promptFile"),
            priority=word(document, "priority", "PRIORITY_"),
            client=text(document, "client"),
            fraction=fraction(document, "fraction"),
            error=JobError.from_json(error) if isinstance(error, Mapping) else None,
            assets=several(document, "assets", Asset.from_json),
            create_time=moment(document, "createTime"),
            start_time=moment(document, "startTime"),
            end_time=moment(document, "endTime"),
            interruptions=number(document, "interruptions"),
        )


@dataclass(frozen=True)
class KindCapability:
    """What can be made of one kind."""

    kind: str
    name: str = ""
    backends: tuple[str, ...] = ()
    schema_json: str = ""

    @classmethod
    def from_json(cls, document: Json) -> KindCapability:
        """Return the capability of a document."""
        return cls(
            kind=word(document, "kind", "ASSET_KIND_"),
            name=text(document, "name"),
            backends=texts(document, "backends"),
            schema_json=text(document, "schemaJson"),
        )


@dataclass(frozen=True)
class WorkerStatus:
    """One worker process of the daemon."""

    name: str
    device: str = ""
    state: str = ""
    pid: int = 0
    restarts: int = 0

    @classmethod
    def from_json(cls, document: Json) -> WorkerStatus:
        """Return the worker of a document."""
        return cls(
            name=text(document, "name"),
            device=text(document, "device"),
            state=text(document, "state"),
            pid=number(document, "pid"),
            restarts=number(document, "restarts"),
        )


@dataclass(frozen=True)
class Capabilities:
    """What a daemon can make, on what, and within which limits."""

    version: str
    instance_id: str = ""
    pid: int = 0
    kinds: tuple[KindCapability, ...] = ()
    targets: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    workers: tuple[WorkerStatus, ...] = ()
    queued_jobs: int = 0
    queue_limit: int = 0
    prompt_limit: int = 0

    @classmethod
    def from_json(cls, document: Json) -> Capabilities:
        """Return the capabilities of a document."""
        return cls(
            version=text(document, "version"),
            instance_id=text(document, "instanceId"),
            pid=number(document, "pid"),
            kinds=several(document, "kinds", KindCapability.from_json),
            targets=texts(document, "targets"),
            styles=texts(document, "styles"),
            workers=several(document, "workers", WorkerStatus.from_json),
            queued_jobs=number(document, "queuedJobs"),
            queue_limit=number(document, "queueLimit"),
            prompt_limit=number(document, "promptLimit"),
        )


@dataclass(frozen=True)
class Validation:
    """What is wrong with the text of a prompt file, and how its prompt is understood."""

    problems: tuple[JobError, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, document: Json) -> Validation:
        """Return the validation of a document."""
        report = json.loads(text(document, "reportJson") or "{}")
        return cls(
            several(document, "problems", JobError.from_json), report if isinstance(report, dict) else {}
        )


def text(document: Json, key: str) -> str:
    """Return a string, empty when it is absent."""
    value = document.get(key, "")
    return value if isinstance(value, str) else str(value)


def texts(document: Json, key: str) -> tuple[str, ...]:
    """Return a list of strings."""
    return tuple(str(value) for value in document.get(key) or ())


def number(document: Json, key: str, default: int = 0) -> int:
    """Return a whole number; 64 bit ones are strings in the JSON of protocol buffers."""
    try:
        return int(document.get(key, default))
    except (TypeError, ValueError, OverflowError):
        return default


def fraction(document: Json, key: str) -> float:
    """Return a number from zero to one."""
    try:
        return min(1.0, max(0.0, float(document.get(key, 0.0))))
    except (TypeError, ValueError):
        return 0.0


def word(document: Json, key: str, prefix: str) -> str:
    """Return an enum's value as a lower-case word, empty when it is absent."""
    value = text(document, key)
    name = value[len(prefix) :] if value.startswith(prefix) else value
    return "" if name == "UNSPECIFIED" else name.lower()


def seconds(document: Json, key: str) -> float | None:
    """Return a length of time, None when it is absent; the JSON is such as `1.500s`."""
    value = document.get(key)
    try:
        return float(value[:-1]) if isinstance(value, str) and value.endswith("s") else None
    except ValueError:
        return None


def moment(document: Json, key: str) -> float:
    """Return a moment, 0.0 when it is absent; the JSON is such as `2025-01-31T12:00:00.5Z`."""
    value = document.get(key)
    if not isinstance(value, str):
        return 0.0
    whole, _, rest = value.rstrip("Z").partition(".")
    try:
        return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{rest or 0}")
    except ValueError:
        return 0.0


def several(document: Json, key: str, make: Callable[[Json], Any]) -> tuple[Any, ...]:
    """Return a list of values, each made from its document."""
    return tuple(make(one) for one in document.get(key) or () if isinstance(one, Mapping))
