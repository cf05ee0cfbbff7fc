"""All pieces of work in memory: which job waits for which, and which key is in somebody's hands.

No two tasks of one key are ever out at once: a key is held from the first order of a work until its last task has
ended, also when nobody waits for that task any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from assetgen.serve.jobs.job import Job
from assetgen.serve.jobs.work import Identity, Live, Phase, Work, identity_of


class Works:
    """Pieces of work by their name, by what they are, and by job."""

    def __init__(self) -> None:
        self._by_id: dict[str, Work] = {}
        self._by_identity: dict[Identity, Work] = {}
        self._by_job: dict[str, Work] = {}
        self._holders: dict[str, str] = {}
        self._number = 0

    def __contains__(self, work: Work) -> bool:
        return work.id in self._by_id

    def __iter__(self) -> Iterator[Work]:
        return iter(list(self._by_id.values()))

    def named(self, work_id: str) -> Work:
        """Return the work of that name."""
        return self._by_id[work_id]

    def find(self, job: Job) -> Work | None:
        """Return the work that brings about what a job asks for, or None."""
        return self._by_identity.get(identity_of(job))

    def join(self, live: Live) -> Work:
        """Return the work that a job waits for from now on: one that is there already, or a new one."""
        work = self.find(live.job)
        if work is None:
            self._number += 1
            work = Work(id=f"{live.job.id}-{live.job.boot}-{self._number}", key=live.job.key)
            self._by_id[work.id] = self._by_identity[identity_of(live.job)] = work
        work.jobs[live.job.id] = live
        self._by_job[live.job.id] = work
        return work

    def leave(self, live: Live) -> Work | None:
        """Let a job wait no more; return the work it waited for, which may have no jobs by now."""
        work = self._by_job.pop(live.job.id, None)
        if work is not None:
            if len(work.jobs) == 1:
                self._forget(work)
            del work.jobs[live.job.id]
        return work

    def drop(self, work: Work) -> None:
        """Forget a work that has ended, and its jobs."""
        for job_id in work.jobs:
            self._by_job.pop(job_id, None)
        self._forget(work)

    def rename(self, work: Work, identity: Identity) -> None:
        """Let a work be found by another identity, which nobody has."""
        self._by_identity.pop(work.identity, None)
        work.key = identity[0]
        self._by_identity[identity] = work

    def with_identity(self, identity: Identity) -> Work | None:
        """Return the work that is found by an identity, or None."""
        return self._by_identity.get(identity)

    # Keys in somebody's hands

    def may_run(self, work: Work) -> bool:
        """Tell whether nobody else holds the key of a work."""
        return self._holders.get(work.key, work.id) == work.id

    def hold(self, key: str, holder: str) -> None:
        """Let a work, or a task that nobody waits for, hold a key."""
        self._holders[key] = holder

    def release(self, key: str, holder: str) -> list[Work]:
        """Let a key go, if the holder has it; return the works that waited for it."""
        if self._holders.get(key) != holder:
            return []
        del self._holders[key]
        flags = ((key, force, overwrite) for force in (False, True) for overwrite in (False, True))
        found = (self._by_identity.get(identity) for identity in flags)
        return [work for work in found if work is not None and work.phase is Phase.WAITING]

    def _forget(self, work: Work) -> None:
        self._by_id.pop(work.id, None)
        if work.jobs and self._by_identity.get(work.identity) is work:
            del self._by_identity[work.identity]
