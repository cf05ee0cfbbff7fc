"""Globs over project-relative paths: `*` stays in a folder, `**` crosses folders, `?` is one character."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def compile_glob(glob: str) -> re.Pattern[str]:
    """Return a pattern for `fullmatch` on a posix path; a glob without `/` is meant for any folder."""
    if "/" not in glob:
        glob = f"**/{glob}"
    pattern = ""
    position = 0
    while position < len(glob):
        if glob.startswith("**/", position):
            pattern += r"(?:[^/]+/)*"
            position += 3
        elif glob.startswith("**", position):
            pattern += r".*"
            position += 2
        else:
            pattern += {"*": r"[^/]*", "?": r"[^/]"}.get(glob[position], re.escape(glob[position]))
            position += 1
    return re.compile(pattern.removeprefix("/"))
