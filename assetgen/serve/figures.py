"""What the daemon's figures are fed with: how jobs end, and now and then how many wait and how workers fare."""

from __future__ import annotations

from assetgen.execute.pool import WorkerPool
from assetgen.serve.jobs.job import Job, Priority, State
from assetgen.serve.jobs.jobs import Jobs
from assetgen.serve.wire.metrics import Metrics

PROMPT_FILE = "prompt_file"
"""Stands for the kind of a job that a prompt file asked for."""


class Figures:
    """Feeds the metrics of a daemon.

    Args:
        metrics: the figures.
        jobs: whose ends are counted.
        pool: whose restarts are counted.
    """

    def __init__(self, metrics: Metrics, jobs: Jobs, pool: WorkerPool) -> None:
        self._metrics, self._jobs, self._pool = metrics, jobs, pool
        self._seen: dict[str, int] = {}
        jobs.on_finished.append(self._ended)

    def update(self) -> None:
        """Take down how things stand."""
        counts = self._jobs.counts()
        for priority in Priority:
            name = priority.name.lower()
            self._metrics.queue_depth.set(counts[f"queued_{name}"], name)
        self._metrics.dedupe.add(amount=self._growth("joined", counts["joined"]))
        if refused := self._growth("refused", counts["refused"]):
            self._metrics.rejected.add("queue_full", refused)
        for worker in self._pool.status():
            if restarts := self._growth(worker.name, worker.restarts):
                self._metrics.worker_restarts.add(worker.name, restarts)

    def _ended(self, job: Job) -> None:
        if job.state is not State.SUCCEEDED:
            return
        self._metrics.cache_hit.add("miss" if job.started_at else "hit")
        if job.started_at:
            self._metrics.wait_s.observe(max(0.0, job.started_at - job.created_at))
            kind = str((job.request.document or {}).get("kind") or PROMPT_FILE)
            self._metrics.run_s.observe(max(0.0, job.ended_at - job.started_at), kind)

    def _growth(self, name: str, total: int) -> float:
        """Return what a total has grown by since it was last looked at."""
        more = max(0, total - self._seen.get(name, 0))
        self._seen[name] = total
        return float(more)
