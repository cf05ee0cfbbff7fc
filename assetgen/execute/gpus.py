"""The GPUs of this machine by UUID, found without loading any library of theirs into this process."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

_LINE: Final = re.compile(r"^(?P<inset>\s*)(?P<what>GPU|MIG) .*\(UUID: (?P<uuid>[\w/.-]+)\)\s*$")
_PATIENCE_S: Final = 10.0


def find_gpus(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the UUIDs of the GPUs that this process may use; none where there is no NVIDIA driver.

    Args:
        environ: the environment; CUDA_VISIBLE_DEVICES in it narrows the choice.
    """
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        listed = subprocess.run([program, "-L"], capture_output=True, timeout=_PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return visible(parse_gpus(listed.stdout.decode(errors="replace")), environ.get("CUDA_VISIBLE_DEVICES"))


def parse_gpus(listing: str) -> tuple[str, ...]:
    """Return the UUIDs of `nvidia-smi -L`; a GPU that is cut into instances counts as these."""
    found: list[str] = []
    whole: str | None = None
    for line in listing.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        if match["what"] == "MIG" and whole is not None:
            found.remove(whole)
            whole = None
        found.append(match["uuid"])
        if match["what"] == "GPU":
            whole = match["uuid"]
    return tuple(found)


def visible(gpus: tuple[str, ...], choice: str | None) -> tuple[str, ...]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES leaves: numbers or beginnings of UUIDs, up to an unknown one."""
    if choice is None:
        return gpus
    left: list[str] = []
    for word in filter(None, (part.strip() for part in choice.split(","))):
        if word.isdigit():
            named = gpus[int(word) : int(word) + 1]
        else:
            named = tuple(uuid for uuid in gpus if uuid.startswith(word))[:1]
        if not named:
            break
        left += named
    return tuple(left)
