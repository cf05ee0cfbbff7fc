"""The block encoders are compiled once a machine, by one process, while the others wait for the result.

It happens beside whatever else the process does: a worker can ready them before anybody asks, and a build that waits
for them can be cancelled.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from assetgen.blocks.warm_up import compiled_form, warm_up
from assetgen.context import Context
from assetgen.errors import GenerationError
from assetgen.export.containers import CONTAINERS, ENCODINGS, Encoded
from assetgen.export.targets import find_target
from assetgen.store import locks
from assetgen.store.store import Store

_STAGE: Final = "readying the block encoders (the first time takes a while)"
_PATIENCE_S: Final = 300.0
_REPORT_S: Final = 5.0
"""Between two signs of life."""
_LOOK_S: Final = 0.05
_LOCK: Final = Lock()
_underway: dict[Path, Future[None]] = {}


def ready_encoders(
    store: Store,
    target: str,
    options: Mapping[str, str],
    ctx: Context,
    *,
    document: Mapping[str, object] | None = None,
) -> None:
    """Have the encoders ready if a set is going to need them: 15 s the first time ever, then a second.

    Two workers that compile at once would take the time of both from a machine with few cores.

    Args:
        store: whose folder tells that they were compiled.
        target: the engine.
        options: what the prompt file says of that engine.
        ctx: progress and cancel.
        document: the export document of the asset, where it may name encodings of its own.

    Raises:
        Cancelled: somebody asked to stop; the encoders become ready all the same.
        GenerationError: they did not become ready for five minutes.
    """
    if not (_wants_blocks(target, options) or any(map(_names_blocks, _texts(document)))):
        return
    ctx.progress(0, 1, _STAGE)
    ready = _begin(store.blobs.root)
    began = reported = time.monotonic()
    while not wait([ready], timeout=_LOOK_S).done:
        ctx.check()
        now = time.monotonic()
        if now - began > _PATIENCE_S:
            raise GenerationError(
                "the block encoders do not get ready; end what fills the machine and try again."
            )
        if now - reported > _REPORT_S:
            reported = now
            ctx.progress(0, 1, _STAGE)
    ready.result()


def _wants_blocks(target: str, options: Mapping[str, str]) -> bool:
    return any(isinstance(file.form, Encoded) for file in find_target(target, options).files)


def _names_blocks(name: str) -> bool:
    """Whether a word of a prompt file is a container, or an encoding in blocks such as "ktx2:bc7"."""
    encoding = ENCODINGS.get(name.rpartition(":")[2])
    return name in CONTAINERS or (encoding is not None and encoding.is_blocks)


def _texts(document: object) -> Iterator[str]:
    """Yield every text in a JSON document, at any depth."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value)


def ready_compiled_encoders(cache_dir: Path) -> None:
    """Begin to ready the encoders if they were compiled on this machine before, which takes about a second."""
    try:
        is_compiled = _note(cache_dir).read_text(encoding="utf-8") == compiled_form()
    except (OSError, ValueError):
        return
    if is_compiled:
        _begin(cache_dir)


def _begin(cache_dir: Path) -> Future[None]:
    """Return what is done when the encoders are ready; begun at the first call, and again after a failure."""
    with _LOCK:
        found = _underway.get(cache_dir)
        if found is None or (found.done() and found.exception() is not None):
            found = _underway[cache_dir] = Future()
            Thread(target=_compile, args=(cache_dir, found), name="encoders", daemon=True).start()
        return found


def _compile(cache_dir: Path, ready: Future[None]) -> None:
    try:
        with locks.exclusive(cache_dir / "locks" / "compile"):
            warm_up()
        with suppress(OSError):  # the note only tells a later process that it will be quick
            _note(cache_dir).write_text(compiled_form(), encoding="utf-8")
        ready.set_result(None)
    except BaseException as error:
        ready.set_exception(error)  # raised where they are needed


def _note(cache_dir: Path) -> Path:
    """Return the file that says for which form of the encoders the machine has compiled code."""
    return cache_dir / "locks" / "compiled"
