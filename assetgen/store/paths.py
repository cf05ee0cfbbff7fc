"""Relative paths that mean the same file on Windows, macOS and Linux, and never one outside their root.

A name from a prompt file, a manifest or the wire passes `safe_relative` before it touches a disk; what comes
out is in NFC, with forward slashes. `confined` then makes a real path of it and refuses to walk through a
symbolic link or a junction, which could lead anywhere.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Final

from assetgen.errors import PathRefused

TEMP_SUFFIX: Final = ".assetgen-tmp"
"""Ends the name of every file that assetgen has not finished; such names belong to nobody else."""

MAX_SEGMENT_BYTES: Final = 200  # leaves room for our suffixes below the usual limit of 255
MAX_PATH_BYTES: Final = 1000

_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)]
)
_GIT: Final = frozenset([".git", "git~1"])
_RESERVED: Final = re.compile(r'[<>:"|?*\\/]')
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# Control, format (bidi overrides, zero-width), surrogate, private, unassigned (no stable normal form yet),
# line and paragraph separators.
_HIDDEN: Final = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
_LINK_TAGS: Final = frozenset([0xA000000C, 0xA0000003])  # Windows: symbolic link, mount point (junction)


def safe_relative(name: str) -> PurePosixPath:
    """Return the name as a relative path in NFC that every system can hold.

    Raises:
        PathRefused: the name breaks a rule; the message names the rule and how to mend it.
    """
    if not name:
        raise _refused(name, "is empty", "write a file name")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise _refused(name, "holds a lone surrogate", "write whole characters") from None
    if size > MAX_PATH_BYTES:
        raise _refused(name[:60] + "...", f"is longer than {MAX_PATH_BYTES} bytes", "shorten it")
    normal = unicodedata.normalize("NFC", name)
    _check_start(normal)
    for segment in normal.split("/"):
        _check_segment(normal, segment)
    return PurePosixPath(normal)


def confined(root: Path, relative: PurePosixPath | str) -> Path:
    """Return root / relative after checking the name and every existing step on the way.

    The root itself is trusted and may lie behind a link; nothing below it may be one.

    Raises:
        PathRefused: the name breaks a rule, or a step is a symbolic link, a junction or a file where a folder
            must be.
    """
    parts = safe_relative(str(relative)).parts
    path = root
    for i, part in enumerate(parts):
        path = path / part
        try:
            status = path.lstat()
        except FileNotFoundError:
            return root.joinpath(*parts)
        except OSError as error:
            raise _refused(
                str(path), f"cannot be looked at ({error.strerror})", "check the folder"
            ) from error
        if is_link(status):
            raise _refused(
                str(path), "is a link, which could lead outside", "put a real folder or file there"
            )
        if i < len(parts) - 1 and not stat.S_ISDIR(status.st_mode):
            raise _refused(str(path), "is a file where a folder is needed", "move it away")
    return path


def is_link(status: object) -> bool:
    """Tell whether an lstat result is a symbolic link or, on Windows, a junction."""
    is_symbolic = stat.S_ISLNK(getattr(status, "st_mode", 0))
    return is_symbolic or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


def _check_start(name: str) -> None:
    if name.startswith(("\\\\?\\", "\\\\.\\")):
        raise _refused(name, "is a Windows device path", "write a path below the project")
    if name.startswith(("\\\\", "//")):
        raise _refused(name, "is a network (UNC) path", "write a path below the project")
    if name.startswith(("/", "\\")):
        raise _refused(name, "is an absolute path", "write it relative to the project")
    if _DRIVE.match(name):
        raise _refused(name, "starts with a drive letter", "write it relative to the project")
    if name.startswith("~"):
        raise _refused(name, "starts with ~, a home folder", "write it relative to the project")
    if "\\" in name:
        raise _refused(name, "holds a backslash", "separate folders with /")


def _check_segment(name: str, segment: str) -> None:
    if segment in ("", "."):
        raise _refused(name, "has an empty or '.' segment", "write each folder once")
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        raise _refused(name, f"has a segment over {MAX_SEGMENT_BYTES} bytes", "shorten it")
    if any(unicodedata.category(character) in _HIDDEN for character in segment):
        raise _refused(name, "holds a control, bidi or invisible character", "remove it")
    # Some systems and tools fold wide and superscript forms first, so the folded segment is judged.
    folded = unicodedata.normalize("NFKC", segment).casefold()
    if folded == "..":
        raise _refused(name, "climbs with '..'", "write the path from the project on")
    if ":" in folded:
        raise _refused(name, "holds a colon (an alternate data stream)", "use another character")
    if _RESERVED.search(folded):
        raise _refused(name, 'holds one of < > " | ? * or a hidden separator', "use another character")
    if segment[-1] in " ." or segment[0] == " ":
        raise _refused(name, "has a segment with a space or dot at its edge", "remove it")
    if segment[0] == "-":
        raise _refused(
            name, "has a segment with a leading dash", "tools would take it for an option; rename it"
        )
    if folded.split(".")[0].rstrip(" ") in _DEVICES:
        raise _refused(name, "uses a name reserved by Windows", "rename it")
    if folded in _GIT:
        raise _refused(name, "lies inside .git", "choose another folder")
    if folded.endswith(TEMP_SUFFIX):
        raise _refused(name, f"ends in {TEMP_SUFFIX}, which marks unfinished files", "rename it")


def _refused(name: str, rule: str, remedy: str) -> PathRefused:
    shown = name.encode("utf-8", "backslashreplace").decode()
    return PathRefused(f"the path {shown!r} {rule}; {remedy}.")
