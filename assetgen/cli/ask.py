"""One question to the heavy half, answered by a worker in this process."""

from __future__ import annotations

import os

from assetgen.errors import GenerationError
from assetgen.execute.base import Done, Failed, Task
from assetgen.execute.inline import InlineExecutor
from assetgen.project.order import WorkOrder
from assetgen.settings import load_settings


def ask_worker(work: WorkOrder) -> dict[str, object]:
    """Return the answer to a question about a file or the machine.

    Raises:
        AssetGenError: what the worker raised.
    """
    executor = InlineExecutor(load_settings(os.environ))
    executor.submit(Task("question", work))
    try:
        for event in executor.events():
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Done) and isinstance(event.answer, dict):
                return event.answer
    finally:
        executor.close()
    raise GenerationError("the worker gave no answer.")
