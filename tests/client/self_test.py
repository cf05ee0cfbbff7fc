"""The client in a Python of its own, where nothing else of assetgen is: run with a state folder, prints `well`.

Kept to what Python 3.9 knows; `test_versions.py` runs it under every Python that is here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.simplefilter("error")


def main() -> int:
    """Go through the client once; return 0."""
    from assetgen.client.connection import connect
    from assetgen.client.errors import Cancelled, InvalidSpec, JobFailed
    from assetgen.client.events import Artifact, Finished, StateChanged

    with connect(agent="self test") as client:
        assert client.capabilities().kinds[0].name == "material"
        project = client.register(Path.cwd())
        job = client.generate("moss", project=project, asset=f"walls/{sys.version_info[1]}", size=64)
        asset = job.wait(20).assets[0]
        events = job.poll()
        assert isinstance(events[0], StateChanged)
        assert isinstance(events[-1], Finished)
        assert any(isinstance(event, Artifact) for event in events)
        assert [path.is_file() for path in client.files(asset.sets[0])] == [True, True]

        slow = client.generate("slow moss", project=project)
        while not slow.name:
            pass
        slow.cancel()
        expect(Cancelled, lambda: slow.wait(20))
        expect(JobFailed, client.generate("broken moss", project=project).wait)
        refused = client.generate("nonsense", project=project)
        assert expect(InvalidSpec, refused.wait).place.line == 1
        assert client.jobs(limit=2)[0].is_final
        with client.bake(project) as bake:
            assert bake.wait(20).ok
        with client.watch(project) as feed:
            assert feed.poll() == []
    sys.stdout.write("well\n")
    return 0


def expect(kind: type[BaseException], call: Callable[..., object]) -> Any:
    """Return the error of a call."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


if __name__ == "__main__":
    sys.exit(main())
