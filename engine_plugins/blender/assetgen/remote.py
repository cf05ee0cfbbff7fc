# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of the daemon: the copy that the package carries, or in a checkout the one that lies there."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent

if (_HERE / "_client").is_dir():
    from ._client import connection, discovery, errors, events, models, prompt_text
else:
    _CHECKOUT = _HERE.parents[2]
    if str(_CHECKOUT) not in sys.path:
        sys.path.append(str(_CHECKOUT))
    from assetgen.client import connection, discovery, errors, events, models, prompt_text

__all__ = ["connection", "discovery", "errors", "events", "models", "prompt_text"]


def find_command(wish: str) -> list[str] | None:
    """Return the words that run assetgen, or None to let the client look on the PATH.

    Args:
        wish: the command or its path from the preferences; empty to look for it.
    """
    if wish.strip():
        path = Path(wish.strip()).expanduser()
        if path.is_file():
            return [str(path)]
        import shlex

        return shlex.split(wish)
    import shutil

    found = shutil.which("assetgen")
    if found:
        return [found]
    folders = [_HERE.parents[2] / ".venv", Path.home() / ".venv", Path.home() / "assetgen" / ".venv"]
    for folder in folders:
        for name in ("bin/assetgen", "Scripts/assetgen.exe"):
            if (folder / name).is_file():
                return [str(folder / name)]
    return None
