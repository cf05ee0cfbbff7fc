"""What is made of a lost worker: whether its work is tried again, and what its jobs are told when not."""

from __future__ import annotations

from assetgen.errors import AssetGenError, WorkerLost


def after_crash(error: WorkerLost, *, crashes: int, limit: int) -> WorkerLost | None:
    """Return the end of work that ends its workers by itself, or None while it is tried again.

    Args:
        error: how the last worker ended.
        crashes: workers that it has ended by now.
        limit: how many are enough.
    """
    if crashes < limit:
        return None
    text = (
        f"{error.message} This work has ended {crashes} workers by now and is not tried again; "
        "change the prompt file, or send it with retry set."
    )
    return WorkerLost(text, place=error.place, asset=error.asset)


def after_loss(error: AssetGenError, *, losses: int, limit: int) -> WorkerLost | None:
    """Return the end of work whose workers are ended from outside, or None while it is queued again.

    Args:
        error: how the last worker ended.
        losses: workers that it has lost by now.
        limit: how many may be lost.
    """
    if losses <= limit:
        return None
    text = (
        f"its worker was ended from outside {losses} times, the last time so: {error.message} Mostly that is "
        "the system's answer to a lack of memory; make it smaller, or use fewer jobs."
    )
    return WorkerLost(text, place=error.place, asset=error.asset, is_own=False)
