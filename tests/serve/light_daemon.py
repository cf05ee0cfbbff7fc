"""The real daemon with workers that import no torch: they publish tiny sets through the real store.

`python -m tests.serve.light_daemon STATE_DIR [options of assetgen serve]`. The first word of a prompt says
what its worker does: die, exit, hang, memory, refuse, wait or slow; anything else is made at once. What was made is
written to `made.log` in the state folder, a line each, when its set lies in place.
"""

from __future__ import annotations

import base64
import ctypes
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from assetgen.errors import AssetGenError, Cancelled, GenerationError

if TYPE_CHECKING:  # the daemon's own start is what is measured, so nothing is imported ahead of it
    from assetgen.project.order import Built
    from assetgen.settings import Settings

STEPS = 3
MADE_LOG = "made.log"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One pixel."""


class LightWorker:
    """Takes the place of `assetgen.execute.worker.Worker`."""

    def __init__(self, settings: Settings, *, threads: int) -> None:
        if os.environ.get("LIGHT_IS_BROKEN"):
            os._exit(3)
        self.settings = settings
        self.step_s = float(os.environ.get("LIGHT_STEP_S", "0"))

    device_name = "cpu"
    is_broken = False

    def warm_up(self) -> None:
        """Nothing is heavy here."""

    def run(
        self, task: Any, *, emit: Callable[[Any], None], cancelled: Any, leave: Callable[[], None]
    ) -> None:
        from assetgen.execute.base import Done, Failed, Started

        emit(Started(task.id))
        try:
            emit(Done(task.id, self._build(task, emit, cancelled)))
        except AssetGenError as error:
            emit(Failed(task.id, error))

    def close(self) -> None:
        pass

    def _build(self, task: Any, emit: Callable[[Any], None], cancelled: Any) -> Built:
        from assetgen.project.order import BuildOrder, Built
        from assetgen.project.outputs import put_in_place
        from assetgen.project.plan import Need
        from assetgen.store.store import Store
        from tests.bake.fakes import pretend

        order = task.work
        assert isinstance(order, BuildOrder)
        scanned = order.plan.scanned
        misbehave(scanned.document["prompt"].partition(" ")[0], cancelled)
        for step in range(STEPS):
            time.sleep(self.step_s)
            if cancelled.is_set():
                raise Cancelled("stopped on request.")
            emit(progress(task.id, step))
            if order.preview:
                emit(preview(task.id, scanned.asset, is_coarse=step == 0))
        with Store.open(self.settings.cache_dir, durability=self.settings.durability) as store:
            store.record(scanned.keys.make, {"bundle": "light"}, refresh=order.force)
            manifests = {}
            for target in order.plan.targets:
                if target.need is not Need.NOTHING:
                    manifest = pretend(store, scanned, target)
                    path = put_in_place(store, scanned, target, manifest, overwrite=order.overwrite)
                    manifests[target.target] = str(path)
        log = Path(os.environ["ASSETGEN_STATE_DIR"]) / MADE_LOG
        with log.open("ab", buffering=0) as file:
            file.write(f"{scanned.keys.make} {scanned.asset}\n".encode())
        return Built(asset=scanned.asset, was_made=True, manifests=manifests, seconds=0.0, warnings=())


def progress(task_id: str, step: int) -> object:
    from assetgen.execute.base import Progress

    return Progress(task_id, step, STEPS, "pretending", fraction=step / STEPS)


def preview(task_id: str, asset: str, *, is_coarse: bool) -> object:
    from assetgen.execute.base import Preview

    return Preview(
        id=task_id, asset=asset, media_type="image/png", data=PICTURE, width=1, height=1, is_coarse=is_coarse
    )


def misbehave(how: str, cancelled: Any) -> None:
    if how == "die":
        ctypes.string_at(0)
    elif how == "exit":
        os._exit(7)
    elif how == "hang":
        time.sleep(3600)
    elif how == "memory":
        raise GenerationError("there is not enough memory; make it smaller, or use fewer jobs.")
    elif how == "refuse":
        raise GenerationError("nothing comes of this.")
    elif how == "wait":
        cancelled.wait()
        raise Cancelled("stopped on request.")
    elif how == "slow":
        time.sleep(0.5)


def light_main(pipe: Connection, *arguments: Any) -> None:
    """Take the place of `worker_main`."""
    from assetgen.execute import entry

    stand_in = ModuleType("assetgen.execute.worker")
    stand_in.Worker = LightWorker  # type: ignore[attr-defined]
    sys.modules["assetgen.execute.worker"] = stand_in
    entry.worker_main(pipe, *arguments)


def main() -> int:
    """Run the daemon with light workers."""
    from assetgen.cli.main import main as command_line
    from assetgen.cli.serve import quick_imports

    with quick_imports():  # as `assetgen serve` does
        from assetgen.execute.pool import WorkerPool
        from assetgen.serve import daemon

    daemon.WorkerPool = partial(WorkerPool, main=light_main)  # type: ignore[misc]
    return command_line(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
