# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""One job from the click to the object, as plain values: what was asked for, and how it comes along.

Threads send notes, the main thread feeds them to the job's course; nothing here knows Blender or the daemon.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ENDED = frozenset(["done", "failed", "cancelled", "expired"])
"""States in which a job stays."""
SOUND_ENDINGS = (".ogg", ".wav", ".flac", ".mp3", ".opus")
"""Of files that are heard."""
_TAKE = re.compile(r"sound(_\d+)?")
"""Roles of whole sounds; a stem's goes on with its name."""
_MOST_REMARKS = 6


@dataclass
class Ticket:
    """What was asked for, and for whom; kept in the .blend, so that a job survives closing the file.

    Args:
        key: its own name, also the mark on the objects that wait for it.
        root: the project's folder.
        keys: of a prompt file, what to make; empty with `prompt_file` and when a job is followed that is there.
        prompt_file: a prompt file of the project, from its root.
        objects: names of the objects that wait, for the case that their marks were undone.
        is_choice: whether several were asked for, of which one is to be chosen.
        job: resource name, once the daemon has taken it.
    """

    root: str
    kind: str = ""
    asset: str = ""
    prompt: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    prompt_file: str = ""
    objects: list[str] = field(default_factory=list)
    is_choice: bool = False
    priority: str = "interactive"
    job: str = ""
    key: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def title(self) -> str:
        """What is made, for people."""
        return self.prompt or self.prompt_file or self.asset

    def to_json(self) -> str:
        """Return it as text for the .blend."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Ticket:
        """Return the ticket of a text made by `to_json`, tolerant of keys of other versions.

        Raises:
            ValueError: it is none.
        """
        document = json.loads(text)
        if not isinstance(document, dict) or not document.get("root"):
            raise ValueError("this is no ticket")
        return cls(**{key: value for key, value in document.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Result:
    """A finished set whose files were compared with its manifest.

    Args:
        files: path of each file by its role.
        manifest: as it lies beside the files.
    """

    asset: str
    kind: str
    etag: str
    root: str
    files: Mapping[str, Path]
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)
    prompt_file: str = ""

    def figure(self, name: str, default: float = 0.0) -> float:
        """Return a number of the manifest's provenance, such as `tile_m`."""
        value = (self.manifest.get("provenance") or {}).get(name, default)
        return float(value) if isinstance(value, int | float) else default

    @property
    def takes(self) -> dict[str, Path]:
        """The sounds by role, one take after the other, without the stems that they are mixed from."""
        sounds = {role: path for role, path in self.files.items() if path.suffix.lower() in SOUND_ENDINGS}
        return {role: path for role, path in sounds.items() if _TAKE.fullmatch(role)} or sounds

    @property
    def goes_round(self) -> bool:
        """Whether all of it repeats without a seam."""
        return 0.0 < self.figure("loop_end") == self.figure("frames") and self.figure("loop_start") == 0.0

    @property
    def seed(self) -> str:
        """The seed it was made from; as text, since it may be larger than what Blender keeps as a number."""
        return str((self.manifest.get("provenance") or {}).get("seed", ""))

    @property
    def prompt(self) -> str:
        """The words it was made from."""
        spec = (self.manifest.get("provenance") or {}).get("spec") or {}
        return str(spec.get("prompt", ""))


# What threads tell of a job.


@dataclass(frozen=True)
class Taken:
    """The daemon has it, under a name."""

    job: str


@dataclass(frozen=True)
class State:
    """It is queued or running."""

    state: str


@dataclass(frozen=True)
class Step:
    """How far it is."""

    stage: str
    fraction: float
    remaining_s: float | None


@dataclass(frozen=True)
class Picture:
    """A preview lies in a file; what is heard of it, if anything is, in another."""

    asset: str
    path: str
    is_coarse: bool
    sound: str = ""


@dataclass(frozen=True)
class Remark:
    """A warning or note for people."""

    text: str


@dataclass(frozen=True)
class Contact:
    """Whether the daemon can be heard."""

    is_there: bool


@dataclass(frozen=True)
class Landed:
    """It ended well, and these sets were checked."""

    results: tuple[Result, ...]


@dataclass(frozen=True)
class Ended:
    """It ended in another way: failed, cancelled or expired."""

    state: str
    message: str = ""
    place: Any = None


@dataclass(frozen=True)
class Heard:
    """A sound file to listen to, and whether it goes round."""

    path: str
    goes_round: bool = False


class Course:
    """How one job comes along.

    Args:
        ticket: what was asked for.
        now: the clock.
    """

    def __init__(self, ticket: Ticket, now: Any = time.monotonic) -> None:
        self.ticket = ticket
        self.state = "waiting"
        self.stage = ""
        self.fraction = 0.0
        self.previews: dict[str, str] = {}
        self.preview = ""
        self.clips: dict[str, str] = {}
        self.remarks: list[str] = []
        self.message = ""
        self.place: Any = None
        self.results: tuple[Result, ...] = ()
        self.is_connected = True
        self.first_preview_s: float | None = None
        self.end_s: float | None = None
        self._now, self._began = now, now()
        self._remaining_s: float | None = None
        self._told_at = self._began

    @property
    def is_active(self) -> bool:
        """Whether more is to come."""
        return self.state not in ENDED

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, counted down between what the daemon tells."""
        if self._remaining_s is None or not self.is_active:
            return None
        return max(0.0, self._remaining_s - (self._now() - self._told_at))

    def take(self, note: Any) -> None:
        """Go on by what a thread tells. What comes after the end changes nothing."""
        if not self.is_active:
            return
        if isinstance(note, Taken):
            self.ticket.job = note.job
        elif isinstance(note, State):
            self.state = note.state
        elif isinstance(note, Step):
            self.state, self.stage = "running", note.stage
            self.fraction = max(self.fraction, note.fraction)
            self._remaining_s, self._told_at = note.remaining_s, self._now()
        elif isinstance(note, Picture):
            self.previews[note.asset] = self.preview = note.path
            if note.sound:
                self.clips[note.asset] = note.sound
            if self.first_preview_s is None:
                self.first_preview_s = self._now() - self._began
        elif isinstance(note, Remark):
            self.remarks = [*self.remarks, note.text][-_MOST_REMARKS:]
        elif isinstance(note, Contact):
            self.is_connected = note.is_there
        elif isinstance(note, Landed):
            self.results = tuple(sorted(note.results, key=lambda one: (len(one.asset), one.asset)))
            self.state, self.fraction = "landing", 1.0
        elif isinstance(note, Ended):
            self._end(note.state, note.message, note.place)

    def picture_of(self, result: Result) -> str:
        """Return the picture to show for a result: its preview, or a map when it was taken from the cache."""
        maps = [
            str(path) for path in result.files.values() if path.suffix.lower() in (".png", ".jpg", ".webp")
        ]
        return self.previews.get(result.asset, "") or (maps[0] if maps else "")

    @property
    def picture(self) -> str:
        """The picture to show for the whole job, empty while there is none."""
        return self.preview or (self.picture_of(self.results[0]) if self.results else "")

    def sound_of(self, result: Result) -> Heard | None:
        """Return what is to be heard of a result: its first take, else the clip of its preview."""
        for path in result.takes.values():
            return Heard(str(path), result.goes_round)
        return Heard(self.clips[result.asset]) if result.asset in self.clips else None

    @property
    def sound(self) -> Heard | None:
        """What is to be heard of the whole job, None while or where there is nothing."""
        if self.results:
            return self.sound_of(self.results[0])
        return next((Heard(clip) for clip in self.clips.values()), None)

    def applied(self) -> None:
        """Say that its result is in the scene, or is there to be chosen from."""
        self._end("done")

    def failed(self, message: str) -> None:
        """Say that its result could not be brought into the scene."""
        self._end("failed", message)

    def _end(self, state: str, message: str = "", place: Any = None) -> None:
        self.state, self.message, self.place = state, message, place
        self.end_s = self._now() - self._began
        self.is_connected = True
        if state == "done":
            self.fraction = 1.0
