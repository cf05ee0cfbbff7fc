"""A project in a temporary folder, written as a table of names and texts."""

from __future__ import annotations

from pathlib import Path

from assetgen.project.project_file import find_project
from assetgen.project.prompt_file import PromptFile, read_prompt_file


def material(*lines: str) -> str:
    """Return a small material prompt file with more lines."""
    return "\n".join(["assetgen = 1", 'kind = "material"', 'prompt = "stone"', *lines]) + "\n"


def texture(*lines: str) -> str:
    """Return a small texture prompt file without words, with more lines."""
    return "\n".join(["assetgen = 1", 'kind = "texture"', *lines]) + "\n"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below `root` and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def read(path: Path) -> PromptFile:
    """Read a prompt file of the project that it lies in."""
    return read_prompt_file(path, project=find_project(path))
