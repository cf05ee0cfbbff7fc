"""The only way into the heavy half: one task in, its events out. Imported in workers alone."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from threading import Event as Flag

import torch

from assetgen.context import Context
from assetgen.errors import AssetGenError, BackendUnavailable, GenerationError
from assetgen.execute.base import Done, Event, Failed, Progress, Started, Task
from assetgen.pipeline.build import build
from assetgen.pipeline.inspect import inspect_file
from assetgen.pipeline.machine import describe_machine
from assetgen.project.order import Answer, BuildOrder, InspectOrder, WorkOrder
from assetgen.settings import Settings
from assetgen.store.store import Store


class Worker:
    """Does tasks with one open store on one device.

    Args:
        settings: cache, device and durability.
        threads: CPU threads it may use.

    Raises:
        BackendUnavailable: the device asked for is not there.
        StoreError: the cache cannot be opened.
    """

    def __init__(self, settings: Settings, *, threads: int) -> None:
        torch.set_num_threads(threads)
        self._device = choose_device(settings.device)
        self._threads = threads
        self._settings = settings
        self._store: Store | None = None

    def run(self, task: Task, *, emit: Callable[[Event], None], cancelled: Flag) -> None:
        """Do one task and emit its events; never raises for what the task did wrong."""
        emit(Started(task.id))
        ctx = Context(
            device=self._device,
            on_progress=lambda step, total, stage: emit(Progress(task.id, step, total, stage)),
            is_cancelled=cancelled.is_set,
            threads=self._threads,
        )
        try:
            emit(Done(task.id, self._answer(task.work, ctx)))
        except AssetGenError as error:
            emit(Failed(task.id, error))
        except Exception as error:  # one bad asset must not end the worker
            reason = f"{type(error).__name__}: {error}"
            emit(
                Failed(
                    task.id, GenerationError(f"this is a fault of assetgen: {reason}"), traceback.format_exc()
                )
            )

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def _answer(self, work: WorkOrder, ctx: Context) -> Answer:
        if isinstance(work, BuildOrder):
            if self._store is None:
                self._store = Store.open(self._settings.cache_dir, durability=self._settings.durability)
            return build(work, store=self._store, ctx=ctx)
        if isinstance(work, InspectOrder):
            return inspect_file(work.path)
        return describe_machine(self._device)


def choose_device(wish: str) -> torch.device:
    """Return the device that the settings ask for; "auto" is the first GPU, else the CPU.

    Raises:
        BackendUnavailable: there is no such device.
    """
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(wish)
    is_there = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < max(torch.cuda.device_count(), 1),
        "mps": torch.backends.mps.is_available(),
    }
    if not is_there.get(device.type, False):
        raise BackendUnavailable(f'there is no device "{wish}" here; write device = "auto" or "cpu".')
    return device
