"""Puts a set of blobs into a project folder, all of it or, to a reader that checks the manifest, none of it.

    journal    a row in the index says what is to stand and what of ours stood there
    stage      every new file is written beside its destination as `.<name>.assetgen-tmp`, the manifest too
    replace    each file takes its place; from here on the old manifest no longer verifies
    manifest   takes its place last; now the new set verifies
    remove     files that left the set go, if they still hold what assetgen put there
    done       the row records sizes and times, so that later a stat tells that nobody touched the set

Killed anywhere, `recover` goes on from the journal and the blobs. Renaming file by file without a manifest is
not enough: of 150 kills, 112 left maps of two revisions side by side.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Final

from assetgen.errors import AssetGenError, FormatError, PublishConflict, SpecError, StoreError
from assetgen.store import fault
from assetgen.store.durable import create, discard, disk_errors, make_folders, sync_folder, write_all
from assetgen.store.manifest import Manifest
from assetgen.store.paths import TEMP_SUFFIX, confined
from assetgen.store.placement import Placement, Write, look, plan_placement, staged_name, still_ours
from assetgen.store.records import FileStat, Publication, State
from assetgen.store.shelves import Shelves

REPLACE_DELAYS_S: Final = (0.1, 0.3, 0.6, 1.0, 1.0)
"""Waits between tries to replace a file that an engine has open on Windows; about 3 s in all."""

_LOG: Final = logging.getLogger("assetgen.store")
_Sleep = Callable[[float], None]


def publish(
    store: Shelves,
    folder: Path,
    manifest: Manifest,
    contents: Mapping[str, str],
    *,
    force: bool = False,
    sleep: _Sleep = time.sleep,
) -> None:
    """Make the set in `folder` be the manifest's, leaving files that are right already untouched.

    Args:
        store: holds the blobs and the journal.
        folder: the set's folder, made when missing; the caller has confined it to a project.
        manifest: the new manifest.
        contents: path -> sha256 of every file of the set.
        force: move files in the way that are not ours to `.bak` instead of refusing.
        sleep: waits between tries on a file that another program has open.

    Raises:
        PublishConflict: files in the way were not made by assetgen or were edited since; nothing was touched.
        PathRefused: a file of the set lies behind a link.
        StoreError: the disk refused, a blob is missing, or a file stayed open elsewhere. The old set stands
            complete, or the next `recover` or `publish` finishes the new one.
    """
    if dict(contents) != manifest.hashes():
        raise SpecError("the contents to publish are not the files of the manifest; pass the same hashes.")
    folder = folder.resolve()
    with store.set_lock(folder, manifest.filename):
        record = store.index.publication(folder, manifest.filename)
        plan = plan_placement(folder, manifest, record, blobs=store.blobs)
        if plan.foreign and not force:
            raise _conflict(plan.foreign)
        _carry_out(store, plan, record, sleep=sleep)


def recover(store: Shelves, *, sleep: _Sleep = time.sleep) -> int:
    """Finish every publication whose publisher is gone; return how many were finished.

    A publication that cannot be finished stays pending and is logged: its blobs are gone, a file was edited
    since, or the disk refuses. The next bake remakes or reports it.
    """
    finished = 0
    for publication in store.index.pending():
        folder = Path(publication.folder)
        with store.set_lock_if_free(folder, publication.name) as is_ours:
            # Whoever holds the lock is alive and publishing this very set.
            if is_ours:
                finished += _recover_one(store, folder, publication.name, sleep=sleep)
    return finished


def _recover_one(store: Shelves, folder: Path, name: str, *, sleep: _Sleep) -> bool:
    record = store.index.publication(folder, name)
    if record is None or record.state is State.DONE:
        return False
    try:
        if not folder.is_dir():
            # The project is gone, or nothing was staged yet; a cache must not bring back a deleted project.
            store.index.forget_publication(folder, name)
            return False
        plan = plan_placement(folder, record.manifest(), record, blobs=store.blobs)
        _remove_strays(store, plan)
        if plan.foreign:
            raise _conflict(plan.foreign)
        _carry_out(store, plan, record, sleep=sleep)
    except (AssetGenError, OSError) as error:
        _LOG.warning("the publication of %s in %s stays unfinished: %s", name, folder, error)
        return False
    _LOG.info("the publication of %s in %s was finished", name, folder)
    return True


def _carry_out(store: Shelves, plan: Placement, record: Publication | None, *, sleep: _Sleep) -> None:
    if plan.is_complete:
        if not _is_recorded(plan, record):
            store.index.finish_publication(plan.folder, plan.manifest, stats=plan.kept)
        return
    missing = [write.path for write in plan.writes if not store.blobs.has(write.sha256)]
    if missing:
        raise StoreError(
            f"the blobs of {', '.join(missing)} are not in the cache; bake again to remake them."
        )
    store.index.begin_publication(plan.folder, plan.manifest, owned=plan.owned)
    fault.reach("journal.written")
    _remove_strays(store, plan)
    with ExitStack() as staged:
        stats = [*plan.kept, *_stage_all(store, plan, staged)]
        _replace_all(store, plan, sleep=sleep)
    _remove_obsolete(store, plan)
    store.index.finish_publication(plan.folder, plan.manifest, stats=stats)
    fault.reach("publication.done")


def _is_recorded(plan: Placement, record: Publication | None) -> bool:
    return (
        record is not None
        and record.state is State.DONE
        and record.manifest_json == plan.manifest.to_json()
        and set(record.stats) == set(plan.kept)
    )


def _stage_all(store: Shelves, plan: Placement, staged: ExitStack) -> list[FileStat]:
    """Write all that is new beside its destination, so a full disk is found before anything is replaced."""
    stats = [
        _stage(store, plan.folder, write.path, store.blobs.get(write.sha256), staged) for write in plan.writes
    ]
    if not plan.manifest_stands:
        stats.append(_stage(store, plan.folder, plan.manifest.filename, plan.manifest.to_json(), staged))
    return stats


def _stage(store: Shelves, folder: Path, relative: str, data: bytes, staged: ExitStack) -> FileStat:
    path = confined(folder, relative)
    temp = staged_name(path)
    with disk_errors("write", path):
        make_folders(path.parent, durability=store.durability)
        confined(folder, relative)
        staged.callback(discard, temp)
        descriptor = create(temp)
        try:
            write_all(descriptor, data, durability=store.durability, point="stage")
        finally:
            os.close(descriptor)
        fault.reach("stage.written")
        return FileStat.of(relative, temp.stat())


def _replace_all(store: Shelves, plan: Placement, *, sleep: _Sleep) -> None:
    folders = {plan.folder}
    for write in plan.writes:
        path = confined(plan.folder, write.path)
        with disk_errors("replace", path):
            _make_way(plan, write, path)
            _replace(staged_name(path), path, sleep=sleep)
            fault.reach("file.replaced")
        folders.add(path.parent)
    _sync(store, folders)  # a power cut must not bring the manifest without its files
    if not plan.manifest_stands:
        path = confined(plan.folder, plan.manifest.filename)
        with disk_errors("replace", path):
            if path in plan.foreign:
                _back_up(path)
            _replace(staged_name(path), path, sleep=sleep)
            fault.reach("manifest.replaced")
        _sync(store, {plan.folder})


def _make_way(plan: Placement, write: Write, path: Path) -> None:
    if path in plan.foreign:
        _back_up(path)
    elif look(path, write.path) != write.seen:
        raise _conflict((path,))  # edited since the plan was made, a moment ago


def _back_up(path: Path) -> None:
    names = (f"{path.name}.bak", *(f"{path.name}.bak{n}" for n in range(2, 1000)))
    free = (kept for name in names if not os.path.lexists(kept := path.with_name(name)))
    kept = next(free, None)
    if kept is None:
        raise StoreError(f"{path} has too many .bak files beside it; remove some.")
    path.rename(kept)
    _LOG.warning("%s was not made by assetgen, or was edited; it is now %s", path, kept.name)
    fault.reach("backup.moved")


def _replace(staged: Path, path: Path, *, sleep: _Sleep) -> None:
    for tries in count():
        try:
            staged.replace(path)
        except PermissionError as error:  # on Windows: the engine has it open
            if tries == len(REPLACE_DELAYS_S):
                raise StoreError(
                    f"{path} is open in another program, or read-only. The result is kept in the cache; "
                    "close the file or check it out, and the next bake publishes it."
                ) from error
            sleep(REPLACE_DELAYS_S[tries])
        else:
            return


def _remove_obsolete(store: Shelves, plan: Placement) -> None:
    for relative in plan.obsolete:
        path = confined(plan.folder, relative)
        if not still_ours(plan.folder, relative, owned=plan.owned, blobs=store.blobs):
            _LOG.warning("%s is no longer part of its set, but was edited; it was left alone", path)
            continue
        with disk_errors("remove", path):
            path.unlink(missing_ok=True)
            fault.reach("obsolete.removed")


def _remove_strays(store: Shelves, plan: Placement) -> None:
    """Remove what a dead publisher staged. Names that another set's journal lists are left to that set."""
    paths = {plan.folder / name for name in (plan.manifest.filename, *plan.manifest.hashes(), *plan.owned)}
    found = {temp for parent in {path.parent for path in paths} for temp in parent.glob(f".*{TEMP_SUFFIX}")}
    if not found:
        return
    mine = {staged_name(path) for path in paths}
    # Read after the files were listed: a set journals before it stages, so its row is there by now.
    others = {temp for other in store.index.pending() for temp in _staged_by(other)} - mine
    for temp in found - others:
        discard(temp)


def _staged_by(publication: Publication) -> set[Path]:
    folder = Path(publication.folder)
    names = [publication.name]
    with suppress(FormatError):
        names += publication.manifest().hashes()
    return {staged_name(folder / name) for name in names}


def _sync(store: Shelves, folders: set[Path]) -> None:
    for folder in sorted(folders):
        with disk_errors("flush", folder):
            sync_folder(folder, durability=store.durability)


def _conflict(paths: tuple[Path, ...]) -> PublishConflict:
    listed = ", ".join(str(path) for path in paths)
    return PublishConflict(
        f"{listed}: not made by assetgen, or edited since. Move the file away, or bake with --force, "
        "which moves it to .bak first."
    )
