# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sounds that the panel plays, one at a time, by Blender's own sound library."""

from typing import Any

try:
    import aud
except ImportError:  # a Blender that was built without sound
    aud = None

_playing: list[tuple[str, Any]] = []
"""The file that plays and its handle; one at most."""


def can_play() -> bool:
    """Return whether this Blender can play sounds."""
    return aud is not None


def load(path: str, *, goes_round: bool = False) -> Any:
    """Return a sound with its samples decoded, so that its file can be replaced meanwhile.

    That is also what lets a loop go round without a click: read from an OGG, it loses 1,024 frames at each turn in
    Blender 4.5 and 5.0, though not in 3.4.

    Raises:
        aud.error: the file is gone or no sound.
    """
    sound = aud.Sound(path).cache()
    return sound.loop(-1) if goes_round else sound


def play(path: str, *, goes_round: bool = False) -> None:
    """Play a file, and nothing else; one that goes round plays until it is stopped.

    Raises:
        aud.error: the file is gone or no sound, or there is nothing to play it on.
    """
    stop()
    _playing.append((path, aud.Device().play(load(path, goes_round=goes_round))))


def stop() -> None:
    """Fall silent."""
    while _playing:
        _, handle = _playing.pop()
        handle.stop()


def is_playing(path: str) -> bool:
    """Return whether a file plays."""
    return any(one == path and handle.status for one, handle in _playing)


def has_ended() -> bool:
    """Return, once, that what played has come to its end by itself."""
    if not _playing or _playing[0][1].status:
        return False
    _playing.clear()
    return True
