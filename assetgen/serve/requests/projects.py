"""The projects that the daemon knows: it reads and writes nowhere else. Kept in one JSON file.

{"version": 1, "projects": [{"id": "0123456789ab", "root": "/games/castle", "name": "game", "output": "generated",
                                 "watch": true}]}
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import threading
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from assetgen.errors import AssetGenError, NotAllowed, NotFound, ProjectGone, RequestError
from assetgen.project.project_file import Project, find_project
from assetgen.project.remembered import RememberedProjects
from assetgen.serve.requests.document import parse_object
from assetgen.settings import Durability
from assetgen.store.durable import create, discard, disk_errors, make_folders, sync_folder, write_all
from assetgen.store.records import path_key

MOST_PROJECTS: Final = 1000
LONGEST_ROOT: Final = 4096
LARGEST_FILE_BYTES: Final = 8 << 20

_LOG = logging.getLogger("assetgen.serve")
_PREFIX: Final = "projects/"
_ID_CHARACTERS: Final = 12
_HIDDEN: Final = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A registered project.

    Args:
        id: 12 hexadecimal digits, the same for every way to spell the root.
        root: its absolute folder.
        display_name: for people.
        output: folder of finished assets, a posix path from the root.
        watch: whether saved prompt files are made by themselves.
    """

    id: str
    root: Path
    display_name: str
    output: str
    watch: bool

    @property
    def name(self) -> str:
        """The resource name, `projects/<id>`."""
        return f"{_PREFIX}{self.id}"


class Projects:
    """The registry of projects; safe in any thread, one instance a file.

    Args:
        path: where it is kept; made when missing.
        may_register: whether roots that are not known yet are taken.
        remembered: reads project files.

    Raises:
        StoreError: the file cannot be read; a damaged one is moved aside instead.
    """

    def __init__(
        self, path: Path, *, may_register: bool = True, remembered: RememberedProjects | None = None
    ) -> None:
        self._path = path
        self._may_register = may_register
        self._remembered = remembered or RememberedProjects()
        self._lock = threading.RLock()
        self._known = {project.id: project for project in _load(path)}

    def register(self, root: Path | str, watch: bool | None = None) -> KnownProject:
        """Return the project that a folder or file belongs to, known from now on; idempotent.

        Args:
            root: absolute path of the project's folder, or of anything in it.
            watch: whether saved prompt files are made by themselves; None leaves that as it is.

        Raises:
            RequestError: the path is not absolute, missing, or too wide to be a project.
            NotAllowed: new projects are not taken.
            PromptFileError: its project file has an error.
            StoreError: the registry cannot be written.
        """
        start = _existing(str(root))
        found = find_project(start)
        _check_width(found.root)
        with self._lock:
            known = self._at(found.root) or self._enclosing(found)
            if known is None:
                known = self._new(found)
            changed = known if watch is None else replace(known, watch=watch)
            if self._known.get(changed.id) != changed:
                self._keep({**self._known, changed.id: changed})
            return self._fresh(changed)

    def find(self, name: str) -> KnownProject:
        """Return a project by resource name, id or root.

        Raises:
            NotFound: it is not registered.
            ProjectGone: its folder is not there now, or is no project of its own any more.
        """
        known = self._named(name)
        if not known.root.is_dir():
            raise ProjectGone(
                f"the folder {known.root} of project {known.id} is not there; "
                "put it back or connect its disk, or unregister the project."
            )
        project = self._read(known)
        if project is not None and project.root != known.root:
            raise ProjectGone(
                f"{known.root} is part of the project {project.root} by now; register that one instead."
            )
        return self._fresh(known)

    def all(self) -> tuple[KnownProject, ...]:
        """Return every registered project by root, those whose folder is not there now too."""
        with self._lock:
            known = sorted(self._known.values(), key=lambda project: str(project.root))
        return tuple(self._fresh(project) for project in known)

    def forget(self, name: str) -> KnownProject:
        """Drop a project from the registry, its files stay; return what was known of it.

        Raises:
            NotFound: it is not registered.
            StoreError: the registry cannot be written.
        """
        with self._lock:
            known = self._named(name)
            self._keep({key: project for key, project in self._known.items() if key != known.id})
        return known

    def _named(self, name: str) -> KnownProject:
        with self._lock:
            known = self._known.get(name.removeprefix(_PREFIX))
            if known is None and _root_problem(name) is None:
                known = self._at(Path(os.path.abspath(name)))  # noqa: PTH100
        if known is None:
            shown = name[:200].encode("utf-8", "backslashreplace").decode()
            raise NotFound(f'there is no project "{shown}"; register its folder first.')
        return known

    def _at(self, root: Path) -> KnownProject | None:
        # By its spelling first: an id that came by a link is another one once the link is gone.
        by_root = next((project for project in self._known.values() if project.root == root), None)
        return by_root or self._known.get(project_id(root))

    def _enclosing(self, found: Project) -> KnownProject | None:
        """Return the known project around a folder that has no project file of its own."""
        if found.files:
            return None
        around = [project for project in self._known.values() if project.root in found.root.parents]
        return max(around, key=lambda project: len(project.root.parts), default=None)

    def _new(self, found: Project) -> KnownProject:
        if not self._may_register:
            raise NotAllowed(
                f"{found.root} is no registered project, and this daemon takes no new ones; "
                "start it with that project."
            )
        if len(self._known) >= MOST_PROJECTS:
            raise RequestError(f"{MOST_PROJECTS} projects are registered already; unregister some.")
        key = project_id(found.root)
        return KnownProject(key, found.root, found.name, found.output, watch=False)

    def _fresh(self, known: KnownProject) -> KnownProject:
        """Return a project as its project file names it now; with what was known when that cannot be read."""
        project = self._read(known)
        if project is None or project.root != known.root:
            return known
        return replace(known, display_name=project.name, output=project.output)

    def _read(self, known: KnownProject) -> Project | None:
        try:
            return self._remembered.read(known.root)
        except AssetGenError:
            return None  # whoever builds from it is told what is wrong, and where

    def _keep(self, projects: dict[str, KnownProject]) -> None:
        _save(self._path, projects)
        self._known = projects


def project_id(root: Path) -> str:
    """Return the id of a project's folder: the same by whatever links it is reached.

    Raises:
        RequestError: the path cannot be resolved.
    """
    try:
        key = path_key(root)
    except (OSError, RuntimeError, ValueError) as error:
        raise RequestError(f"{root} cannot be resolved ({error}); name another folder.") from error
    return hashlib.sha256(key.encode()).hexdigest()[:_ID_CHARACTERS]


def _root_problem(text: str) -> str | None:
    """Return why a text cannot name a project's folder, in words that follow the text."""
    if not text:
        return "is empty; give the absolute path of a folder"
    if len(text) > LONGEST_ROOT:
        return f"has more than {LONGEST_ROOT} characters; move the project to a shorter path"
    if any(unicodedata.category(character) in _HIDDEN for character in text):
        return "has control or invisible characters in it; remove them"
    if text.startswith(("\\\\", "//")):
        return "is a network or device path; use a folder of this machine, or map it to a drive"
    if not Path(text).is_absolute():
        return "is not absolute; give the whole path"
    return None


def _existing(text: str) -> Path:
    problem = _root_problem(text)
    if problem is not None:
        shown = text[:200].encode("utf-8", "backslashreplace").decode()
        raise RequestError(f"the project root {shown!a} {problem}.")
    path = Path(os.path.abspath(text))  # noqa: PTH100  (no link is resolved: ids follow the path as given)
    try:
        path.stat()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RequestError(f"the project root {text} cannot be used ({reason}); check its name.") from error
    return path


def _check_width(root: Path) -> None:
    """Refuse folders that hold more than a project: a whole disk, or everything of a user."""
    keys = {root.as_posix(), path_key(root)}
    for spelled in keys:
        folder = Path(spelled)
        if folder == folder.parent:
            raise RequestError(f"{root} is the root of a file system, not a project; name a folder in it.")
        homes = _homes()
        if any(folder == home or folder in home.parents for home in homes):
            raise RequestError(
                f"{root} holds your whole home folder; name a folder in it. If it has an assetgen.toml, move that."
            )


def _homes() -> set[Path]:
    try:
        home = Path.home()
        return {home, Path(path_key(home))}
    except (RuntimeError, OSError, AssetGenError):  # a service account without a home
        return set()


def _load(path: Path) -> list[KnownProject]:
    with disk_errors("read", path):
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE_BYTES + 1)
        except FileNotFoundError:
            return []
    try:
        document = parse_object(data.decode())
        if document.get("version") != 1:
            raise ValueError("is of another version")
        return [_entry(entry) for entry in document["projects"]]
    except (ValueError, KeyError, TypeError, AssetGenError) as error:
        aside = path.with_name(f"{path.name}.damaged")
        _LOG.warning("the list of projects %s is damaged (%s); it is now %s", path, error, aside.name)
        with disk_errors("move aside", path):
            path.replace(aside)
        return []


def _entry(entry: Any) -> KnownProject:
    key, root, name, output, watch = (entry[key] for key in ("id", "root", "name", "output", "watch"))
    texts = (key, root, name, output)
    if not all(isinstance(text, str) for text in texts) or not isinstance(watch, bool):
        raise TypeError("an entry has values of other types")
    if _root_problem(root) is not None:
        raise ValueError(f"{root[:200]!a} is no root")
    if not re.fullmatch(r"[0-9a-f]{12}", key):
        raise ValueError(f"{key[:60]!a} is no id")
    return KnownProject(key, Path(root), name, output, watch)


def _save(path: Path, projects: dict[str, KnownProject]) -> None:
    """Write the registry whole: a reader finds the old one or the new one."""
    entries = [
        {"id": p.id, "root": str(p.root), "name": p.display_name, "output": p.output, "watch": p.watch}
        for p in sorted(projects.values(), key=lambda project: str(project.root))
    ]
    data = json.dumps({"version": 1, "projects": entries}, ensure_ascii=False, indent=1).encode()
    staged = path.with_name(f"{path.name}.{os.getpid()}.assetgen-tmp")
    with disk_errors("write", path):
        make_folders(path.parent, durability=Durability.FULL)
        discard(staged)
        try:
            descriptor = create(staged, mode=0o600)
            try:
                write_all(descriptor, data, durability=Durability.FULL, point="projects")
            finally:
                os.close(descriptor)
            staged.replace(path)
            sync_folder(path.parent, durability=Durability.FULL)
        except OSError:
            discard(staged)
            raise
