"""Finding prompt files: folders are walked without following links, without output and hidden folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assetgen.errors import Place, PromptFileError
from assetgen.project.project_file import PROJECT_FILE, PROMPT_SUFFIX, Project, extend_project, find_project

SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})
"""Left out by name, like every folder whose name starts with a dot."""


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The prompt files for which one project holds, sorted."""

    project: Project
    files: tuple[Path, ...]


def discover(paths: Sequence[Path], *, profile: str | None = None) -> tuple[ProjectFiles, ...]:
    """Return the prompt files that `paths` name: each a prompt file, or a folder that is searched.

    Files under a subfolder with its own project file come in a group of their own. A file is listed once.

    Args:
        paths: prompt files and folders.
        profile: what to bake for instead of what the projects say.

    Raises:
        PromptFileError: a path does not exist or cannot be read, or a project file is broken.
    """
    found: dict[Path, tuple[Path, Project]] = {}
    projects: dict[Path, Project] = {}
    for path in paths:
        if path.is_dir():
            for file, project in _walk(path):
                found.setdefault(_absolute(file), (file, project))
        elif path.exists():
            folder = _absolute(path).parent
            if folder not in projects:
                projects[folder] = find_project(folder)
            found.setdefault(_absolute(path), (path, projects[folder]))
        else:
            message = (
                f"there is no such file or folder; write a folder or a file that ends in {PROMPT_SUFFIX}."
            )
            raise PromptFileError(message, place=Place(str(path)))
    return tuple(_for(group, profile) for group in _grouped(found))


def _for(group: ProjectFiles, profile: str | None) -> ProjectFiles:
    return group if profile is None else replace(group, project=replace(group.project, profile=profile))


def _grouped(found: dict[Path, tuple[Path, Project]]) -> tuple[ProjectFiles, ...]:
    groups: dict[tuple[Path, tuple[Path, ...]], tuple[Project, list[Path]]] = {}
    for _, (file, project) in sorted(found.items()):
        groups.setdefault((project.root, project.files), (project, []))[1].append(file)
    return tuple(ProjectFiles(project, tuple(files)) for _, (project, files) in sorted(groups.items()))


def _walk(start: Path) -> list[tuple[Path, Project]]:
    """Return every prompt file in and below a folder, with the project that holds for it."""
    found: list[tuple[Path, Project]] = []
    waiting = [(str(start), find_project(start))]
    while waiting:
        folder, project = waiting.pop()
        entries = _entries(folder)
        if folder != str(start) and any(entry.name == PROJECT_FILE for entry in entries):
            project = extend_project(project, folder=_absolute(Path(folder)))
        output = os.path.normcase(project.output_folder)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                absolute = os.path.normcase(os.path.abspath(entry.path))  # noqa: PTH100
                if absolute != output and not is_skipped(entry.name):
                    waiting.append((entry.path, project))
            elif entry.name.endswith(PROMPT_SUFFIX) and entry.is_file(follow_symlinks=False):
                found.append((Path(entry.path), project))
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"the folder cannot be read ({reason}); check its rights."
        raise PromptFileError(message, place=Place(folder)) from error


def is_skipped(name: str) -> bool:
    """Tell whether a folder of this name is left out of every search."""
    return name.startswith(".") or name in SKIPPED_FOLDERS


def _absolute(path: Path) -> Path:
    # Path.resolve would follow links, and ids follow the path as it was given.
    return Path(os.path.abspath(path))  # noqa: PTH100
