"""The block encoders are compiled once a machine, by one process, while the others wait for the result."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assetgen.blocks.warm_up import warm_up
from assetgen.context import Context
from assetgen.export.targets import find_target
from assetgen.store import locks
from assetgen.store.store import Store


def ready_encoders(store: Store, target: str, options: Mapping[str, str], ctx: Context) -> None:
    """Have the encoders ready if a target is going to need them: 15 s the first time ever, then a second.

    Two workers that compile at once would take the time of both from a machine with few cores.
    """
    if any(not file.encoding.is_png for file in find_target(target, options).files):
        ctx.progress(0, 1, "readying the block encoders (the first time takes a while)")
        _compile(store.blobs.root / "locks" / "compile")


@cache
def _compile(lock: Path) -> None:
    with locks.exclusive(lock):
        warm_up()
