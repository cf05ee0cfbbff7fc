"""A small publisher to be killed.

    python -m tests.store.publisher CACHE OUT START ROUNDS DURABILITY [POINT VISIT]

It publishes revision START, START + 1, ... of one set, odd ones with a file that even ones lack, prints each
number once it is published, and dies as by kill -9 at the given visit of the given fault point.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path

from assetgen.settings import Durability
from assetgen.store import fault
from assetgen.store.publish import publish
from assetgen.store.store import Store
from tests.store.sets import ROLES, contents, manifest_of, put

SIZE = 7000  # about 100 kB a file: several pieces each


def revision_files(revision: int) -> dict[str, bytes]:
    return contents(revision, size=SIZE, roles=(*ROLES, "emissive") if revision % 2 else ROLES)


def die_at(point: str, visit: int) -> None:
    visits = count(1)

    def hook(reached: str) -> None:
        if reached == point and next(visits) == visit:
            os._exit(137)

    fault.hook = hook


def main() -> None:
    cache, out, start, rounds, durability, *fatal = sys.argv[1:]
    with Store.open(Path(cache), durability=Durability(durability)) as store:
        if fatal:
            die_at(fatal[0], int(fatal[1]))
        for revision in range(int(start), int(start) + int(rounds)):
            files = revision_files(revision)
            put(store.blobs, files)
            manifest = manifest_of(files, revision)
            publish(store, Path(out), manifest, manifest.hashes(), force=True)
            sys.stdout.write(f"{revision}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
