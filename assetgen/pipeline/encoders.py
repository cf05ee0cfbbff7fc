"""The block encoders are compiled once a machine, by one process, while the others wait for the result.

It happens beside whatever else the process does: a worker can ready them before anybody asks, and a build that waits
for them can be cancelled.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Final

import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.quality import Quality
from assetgen.blocks.warm_up import (
    USUAL,
    MachineCode,
    Readied,
    codes_for,
    codes_for_card,
    compiled_form,
    ready_code,
)
from assetgen.context import Context
from assetgen.errors import AssetGenError, GenerationError
from assetgen.export.containers import CONTAINERS, ENCODINGS, Encoded
from assetgen.export.targets import find_target
from assetgen.project.order import WarmUpOrder
from assetgen.store import locks
from assetgen.store.store import Store

_STAGE: Final = "readying the block encoders (the first time takes a while)"
_PATIENCE_S: Final = 300.0
_REPORT_S: Final = 5.0
"""Between two signs of life."""
_LOOK_S: Final = 0.05
_LOCK: Final = Lock()
_underway: dict[tuple[Path, MachineCode], Future[None]] = {}


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
        ctx: device, progress and cancel.
        document: the export document of the asset, which may name encodings, a container and a quality.

    Raises:
        Cancelled: somebody asked to stop; the encoders become ready all the same.
        GenerationError: they did not become ready for five minutes.
    """
    formats = _block_formats(target, options, document)
    if not formats:
        return
    ctx.progress(0, 1, _STAGE)
    codes = codes_for(ctx.device, formats, qualities=(_quality(document),))
    try:
        _wait(_begin(store.blobs.root, codes), ctx)
    except AssetGenError:
        raise
    except Exception:
        if not any(code.architecture for code in codes):
            raise
        # The card has no compiler: it is noted when something is encoded, and the CPU does the work.
        _wait(_begin(store.blobs.root, codes_for(torch.device("cpu"), formats)), ctx)


def _block_formats(
    target: str, options: Mapping[str, str], document: Mapping[str, object] | None
) -> list[BlockFormat]:
    """Return what a set may be encoded as: by its target, and by the words of its export document."""
    forms = [file.form for file in find_target(target, options).files]
    encodings = {form.encoding for form in forms if isinstance(form, Encoded)}
    for word in _words(document):
        named = ENCODINGS.get(word.rpartition(":")[2])  # "ktx2:bc7" and "bc7"
        encodings |= {named} if named is not None else set()
    names = {encoding.name for encoding in encodings if encoding.is_blocks}
    if any(word in CONTAINERS for word in _words(document)):
        names |= {fmt.name for fmt in USUAL}
    # Whether BC1 has clear texels depends on the picture.
    return [fmt for fmt in BlockFormat if fmt.name in names or (fmt is BlockFormat.BC1A and "BC1" in names)]


def _words(document: object) -> Iterator[str]:
    """Yield every text in a JSON document, at any depth."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from _words(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from _words(value)


def _quality(document: Mapping[str, object] | None) -> Quality:
    export = (document or {}).get("export")
    name = export.get("quality") if isinstance(export, Mapping) else None
    return Quality(name) if isinstance(name, str) else Quality.BALANCED


def _wait(pending: Sequence[Future[None]], ctx: Context) -> None:
    began = reported = time.monotonic()
    while wait(pending, timeout=_LOOK_S).not_done:
        ctx.check()
        now = time.monotonic()
        if now - began > _PATIENCE_S:
            raise GenerationError(
                "the block encoders do not get ready; end what fills the machine and try again."
            )
        if now - reported > _REPORT_S:
            reported = now
            ctx.progress(0, 1, _STAGE)
    for ready in pending:
        ready.result()


def ready_compiled_encoders(cache_dir: Path, device: torch.device) -> None:
    """Begin to ready the encoders that were compiled on this machine before, which takes about a second."""
    noted = _noted(cache_dir)
    codes = [code for code in codes_for(device) if _line(code) in noted]
    if codes:
        _begin(cache_dir, codes)


def warm_encoders(order: WarmUpOrder, cache_dir: Path, ctx: Context) -> dict[str, object]:
    """Compile every encoder for this machine, and for the cards that are named; return what was done as plain JSON.

    Raises:
        Cancelled: somebody asked to stop; what is ready stays ready.
    """
    cards = [code for architecture in order.cards for code in codes_for_card(architecture)]
    own = [*codes_for(torch.device("cpu")), *codes_for(ctx.device)]
    kernels = []
    codes = list(dict.fromkeys([*own, *cards]))
    for number, code in enumerate(codes):
        ctx.progress(number, len(codes), f"{code.name} for {code.machine}")
        row: dict[str, object] = {"kernel": code.name, "machine": code.machine}
        try:
            readied = _ready(code, cache_dir)
            row |= {"seconds": round(readied.seconds, 2), "compiled": readied.was_compiled, "problem": None}
        except Exception as error:  # the other kernels are worth having
            row |= {"seconds": 0.0, "compiled": False, "problem": str(error)}
        kernels.append(row)
    return {"kernels": kernels, "cache": str(cache_dir)}


def _begin(cache_dir: Path, codes: Sequence[MachineCode]) -> list[Future[None]]:
    """Return what is done when each is ready; begun at the first call, and again after a failure."""
    with _LOCK:
        new = []
        for code in codes:
            found = _underway.get((cache_dir, code))
            if found is None or (found.done() and found.exception() is not None):
                _underway[cache_dir, code] = Future()
                new.append(code)
        pending = [_underway[cache_dir, code] for code in codes]
        if new:
            jobs = [(code, _underway[cache_dir, code]) for code in new]
            Thread(target=_compile, args=(cache_dir, jobs), name="encoders", daemon=True).start()
        return pending


def _compile(cache_dir: Path, jobs: Sequence[tuple[MachineCode, Future[None]]]) -> None:
    for code, ready in jobs:
        try:
            _ready(code, cache_dir)
            ready.set_result(None)
        except BaseException as error:
            ready.set_exception(error)  # raised where they are needed


def _ready(code: MachineCode, cache_dir: Path) -> Readied:
    """Ready one, while no other process does; the note only tells a later process that it will be quick."""
    with locks.exclusive(cache_dir / "locks" / "compile"):
        readied = ready_code(code, cache_dir=cache_dir)
        noted = _noted(cache_dir)
        if _line(code) not in noted:
            with suppress(OSError):
                _note(cache_dir).write_text("".join(f"{line}\n" for line in [*noted, _line(code)]), "utf-8")
    return readied


def _noted(cache_dir: Path) -> list[str]:
    """Return the noted kernels of today's sources and compilers."""
    try:
        lines = _note(cache_dir).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    return [line for line in lines if line.startswith(f"{compiled_form()}: ")]


def _line(code: MachineCode) -> str:
    return f"{compiled_form()}: {code.name} for {code.machine}"


def _note(cache_dir: Path) -> Path:
    """Return the file that says which encoders the machine has compiled code for."""
    return cache_dir / "locks" / "compiled"
