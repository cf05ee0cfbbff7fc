"""The only way into the heavy half: one task in, its events out. Imported in workers alone."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

import torch

from assetgen.context import Context
from assetgen.errors import AssetGenError, BackendUnavailable, GenerationError
from assetgen.execute.base import (
    LARGEST_PREVIEW,
    LARGEST_SOUND,
    Done,
    Event,
    Failed,
    Preview,
    Progress,
    Started,
    Task,
)
from assetgen.media.picture import Picture
from assetgen.pipeline.build import build
from assetgen.pipeline.course import Course
from assetgen.pipeline.encoders import ready_compiled_encoders, warm_encoders
from assetgen.pipeline.inspect import inspect_file
from assetgen.pipeline.machine import describe_machine
from assetgen.pipeline.sketch import rehearse
from assetgen.pipeline.swatch import draw_swatch
from assetgen.project.order import Answer, BuildOrder, InspectOrder, SwatchOrder, WarmUpOrder
from assetgen.settings import Settings
from assetgen.store.store import Store

_LOG = logging.getLogger("assetgen.execute")


def _nobody_minds() -> None:
    pass


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
        self.is_broken = False

    @property
    def device_name(self) -> str:
        """What it computes on, for people."""
        if self._device.type == "cuda":
            return torch.cuda.get_device_name(self._device)
        return self._device.type

    def warm_up(self) -> None:
        """Ready beside other work what takes time once a process: recipes, previews, compiled encoders."""
        Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        try:
            rehearse(Context(device=self._device, threads=self._threads))
            ready_compiled_encoders(self._settings.cache_dir.absolute(), self._device)
        except Exception:  # the first task does it then, and tells what is wrong
            _LOG.warning("a worker cannot warm up", exc_info=True)

    def run(
        self,
        task: Task,
        *,
        emit: Callable[[Event], None],
        cancelled: Flag,
        leave: Callable[[], None] = _nobody_minds,
    ) -> None:
        """Do one task and emit its events; never raises for what the task did wrong.

        Args:
            task: what to do.
            emit: is given each event.
            cancelled: set by somebody who wants it to stop.
            leave: called before the last event when the task has broken the device for this process, which is
                good for nothing then; see `is_broken`.
        """
        emit(Started(task.id))
        try:
            end: Event = Done(task.id, self._answer(task, emit, cancelled))
        except Exception as error:  # one bad asset must not end the worker
            end = _failed(task.id, error)
            if breaks_device(error):
                self.is_broken = True
                leave()
            elif self._device.type == "cuda":
                torch.cuda.empty_cache()
        emit(end)

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def _answer(self, task: Task, emit: Callable[[Event], None], cancelled: Flag) -> Answer:
        work = task.work
        if isinstance(work, BuildOrder):
            if self._store is None:
                self._store = Store.open(self._settings.cache_dir, durability=self._settings.durability)
            course = Course()
            ctx = Context(
                device=self._device,
                on_progress=lambda *step: emit(Progress(task.id, *step, course.fraction)),
                on_preview=lambda picture: _show(task.id, work.plan.asset, picture, emit),
                is_cancelled=cancelled.is_set,
                threads=self._threads,
            )
            return build(work, store=self._store, ctx=ctx, course=course)
        if isinstance(work, InspectOrder):
            return inspect_file(work.path)
        if isinstance(work, SwatchOrder):
            return draw_swatch(
                work,
                Context(device=self._device, is_cancelled=cancelled.is_set, threads=self._threads),
            )
        if isinstance(work, WarmUpOrder):
            ctx = Context(
                device=self._device,
                on_progress=lambda *step: emit(Progress(task.id, *step)),
                is_cancelled=cancelled.is_set,
                threads=self._threads,
            )
            return warm_encoders(work, self._settings.cache_dir.absolute(), ctx)
        return describe_machine(self._device)


def _show(task_id: str, asset: str, picture: Picture, emit: Callable[[Event], None]) -> None:
    if len(picture.data) <= LARGEST_PREVIEW:
        emit(
            Preview(
                id=task_id,
                asset=asset,
                media_type=picture.media_type,
                data=picture.data,
                width=picture.width,
                height=picture.height,
                is_coarse=picture.is_coarse,
                sound=picture.sound if len(picture.sound) <= LARGEST_SOUND else b"",
            )
        )


def _failed(task_id: str, error: Exception) -> Failed:
    if isinstance(error, AssetGenError):
        return Failed(task_id, error)
    if isinstance(error, MemoryError):
        return Failed(
            task_id, GenerationError("there is not enough memory; use something smaller, or fewer jobs.")
        )
    trace = "".join(traceback.format_exception(error))
    reason = f"{type(error).__name__}: {error}"
    if breaks_device(error):
        return Failed(task_id, GenerationError(f"the GPU failed ({reason}); try again."), trace)
    return Failed(task_id, GenerationError(f"this is a fault of assetgen: {reason}"), trace)


def breaks_device(error: BaseException | None) -> bool:
    """Tell whether an error leaves the accelerator unusable to this process: each later call would fail too.

    Every error of an accelerator does but running out of its memory.
    """
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError):
            return False
        words = str(error)
        if isinstance(error, torch.AcceleratorError) or (
            isinstance(error, RuntimeError) and "CUDA error" in words
        ):
            return "out of memory" not in words
        error = error.__cause__ or error.__context__
    return False


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
