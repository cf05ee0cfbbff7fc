"""What the `uses` of an atlas finds: pictures and prompt files, each with the name that it has there.

An entry is a path or a glob, as a path from the project's root by the time it comes here. A glob takes pictures by
their ending and prompt files; hidden folders and finished assets are never looked into.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from assetgen.errors import PromptFileError, SpecError
from assetgen.project.discover import is_skipped
from assetgen.project.globs import compile_glob
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.project.prompt_file import PromptFile
from assetgen.specs.atlas import MOST_PICTURES, AtlasSpec
from assetgen.specs.paths import collision_key
from assetgen.specs.wording import KeyPath, show

PICTURE_SUFFIXES: Final = (
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".tga", ".bmp", ".avif", ".jxl", ".exr",
)  # fmt: skip
"""Endings of what a glob takes for a picture; a path that is written out may have any."""

_WILD: Final = re.compile(r"[*?]")


def with_found(file: PromptFile) -> PromptFile:
    """Return a prompt file with the sources that its patterns find now; other kinds as they are.

    Raises:
        PromptFileError: a pattern finds nothing, two files would have one name, or there are too many.
    """
    spec = file.specs[0]
    if not isinstance(spec, AtlasSpec) or not spec.patterns:
        return file
    named = dict(spec.source or {})
    taken = set(named.values())
    keys = {collision_key(name): name for name in named}
    for index, pattern in enumerate(spec.patterns):
        place: KeyPath = ("uses", index)
        for path in _found(file, pattern, place):
            if path in taken:
                continue
            name = _name(path, spec, file.folder)
            other = keys.setdefault(collision_key(name), name)
            if other in named:
                raise _error(file, _clash(name, named[other], path), place)
            named[name] = path
            taken.add(path)
    if len(named) > MOST_PICTURES:
        message = f"uses finds {len(named)} files, and an atlas holds {MOST_PICTURES}; make several."
        raise _error(file, message, ("uses",))
    try:
        return replace(file, specs=tuple(replace(one, source=named) for one in file.specs))
    except SpecError as error:
        raise _error(file, error.message, ("uses",)) from error


def find_inputs(root: Path, pattern: str, *, outputs: Sequence[Path]) -> list[str]:
    """Return the files below a project's root that a glob finds, sorted.

    Args:
        root: the project's root.
        pattern: a path from there with wildcards.
        outputs: folders of finished assets, which are left out.
    """
    fixed = pattern[: match.start()] if (match := _WILD.search(pattern)) else pattern
    start = fixed.rpartition("/")[0]
    rest = pattern.removeprefix(start).strip("/")
    deepest = math.inf if "**" in rest else rest.count("/")
    skipped = {os.path.normcase(output) for output in outputs}
    found: list[str] = []
    waiting = [(start, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            continue  # what cannot be read is not found, and the pattern says so when nothing else is
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                is_output = os.path.normcase(os.path.abspath(entry.path)) in skipped  # noqa: PTH100
                if depth < deepest and not is_skipped(entry.name) and not is_output:
                    waiting.append((path, depth + 1))
            elif _is_input(entry.name) and is_found(pattern, path) and entry.is_file():
                found.append(path)
    return sorted(found)


def is_found(pattern: str, path: str) -> bool:
    """Tell whether a glob finds a path from the same folder, whose ending .prompt.toml may be left out."""
    # With a / in front a glob without folders stays in the first one.
    fits = compile_glob(f"/{pattern}").fullmatch
    return bool(fits(path) or (path.endswith(PROMPT_SUFFIX) and fits(path.removesuffix(PROMPT_SUFFIX))))


def _is_input(name: str) -> bool:
    return name.endswith(PROMPT_SUFFIX) or name.lower().endswith(PICTURE_SUFFIXES)


def _found(file: PromptFile, pattern: str, place: KeyPath) -> list[str]:
    root = file.project.root
    if _WILD.search(pattern):
        paths = find_inputs(root, pattern, outputs=[file.project.output_folder])
        paths = [path for path in paths if path != file.relative]
        if paths:
            return paths
        raise _error(
            file, f"uses has {show(pattern)}, which no picture or prompt file fits; look at the path.", place
        )
    for path in (pattern, f"{pattern}{PROMPT_SUFFIX}"):
        if (root / path).is_file():
            return [path]
    raise _error(file, f"uses names {show(pattern)}, which does not exist; {_advice(root / pattern)}", place)


def _advice(path: Path) -> str:
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else "check the name and the folder."


def _name(path: str, spec: AtlasSpec, folder: str) -> str:
    """Return what a found file is called in the atlas."""
    below = path.removeprefix(f"{folder}/") if folder and spec.names == "path" else path
    whole = below if spec.names == "path" else below.rpartition("/")[2]
    if whole.endswith(PROMPT_SUFFIX):
        return whole.removesuffix(PROMPT_SUFFIX)
    head, dot, ending = whole.rpartition(".")
    return head if dot and f".{ending.lower()}" in PICTURE_SUFFIXES else whole


def _clash(name: str, first: str, second: str) -> str:
    return (
        f'{first} and {second} would both be called {show(name)}; rename one, write names = "path", '
        f'or name one of them in source = {{ other_name = "/{second}" }}.'
    )


def _error(file: PromptFile, message: str, place: KeyPath) -> PromptFileError:
    return PromptFileError(message, place=file.places.of(place), asset=file.specs[0].asset)
