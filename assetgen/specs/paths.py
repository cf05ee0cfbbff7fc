"""Which paths and ids may exist: portable across Windows, macOS and Linux, and never outside their folder."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_SEGMENT_BYTES = 200
"""Leaves room for the suffixes of maps and temporary names under the 255 bytes of common file systems."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE
)


def portable_path_problem(path: str) -> str | None:
    """Return why a relative posix path could not exist on every system, or None when it can.

    The words continue a sentence that starts with the path: `"a/../b" has a ".." in it`.
    """
    if not path:
        return "is empty"
    if path.startswith("/"):
        return "is absolute"
    found = _FORBIDDEN.search(path)
    if found:
        if found.group() == "\\":
            return "has a backslash in it; write / between folders"
        return f"has the character {found.group()!a} in it"
    for segment in path.split("/"):
        problem = _segment_problem(segment)
        if problem:
            return problem
    return None


def _segment_problem(segment: str) -> str | None:
    if segment == "":
        return "has an empty part"
    if segment in (".", ".."):
        return f'has a "{segment}" in it'
    if segment.startswith("-"):
        return f'has the part "{segment}", which starts with a dash'
    if segment != segment.rstrip(". ") or segment != segment.lstrip(" "):
        return f'has the part "{segment}", which starts or ends with a space or ends with a dot'
    if segment.casefold() == ".git":
        return "reaches into .git"
    if _RESERVED.fullmatch(segment):
        return f'has the part "{segment}", a name that Windows keeps for itself'
    if len(segment.encode("utf-8", "surrogatepass")) > LONGEST_SEGMENT_BYTES:
        return f"has a part of more than {LONGEST_SEGMENT_BYTES} bytes"
    return None


def resolve_reference(reference: str, *, folder: str) -> str | None:
    """Return a reference as a project-relative posix path, or None when it leaves the project.

    Args:
        reference: relative to `folder`, or from the project root when it starts with `/`.
        folder: project-relative posix path of the folder, empty for the root.
    """
    base = "" if reference.startswith("/") else folder
    kept: list[str] = []
    for segment in f"{base}/{reference}".split("/"):
        if segment == "..":
            if not kept:
                return None
            kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    return "/".join(kept)


def collision_key(path: PurePosixPath | str) -> str:
    """Return what two paths share when some file system takes them for the same file (NFKC casefold)."""
    text = str(path)
    while (folded := unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())) != text:
        text = folded
    return text
