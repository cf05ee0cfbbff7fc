"""`report.html` in a project's output folder: what a bake made, for people to look through."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assetgen.bake.clean import REPORT_NAME
from assetgen.bake.report_card import Card, Picture, read_card, read_picture
from assetgen.bake.report_page import HEAD_BYTES, MAIN_PICTURES, Page, read_mark, render_page
from assetgen.bake.results import AssetResult, BakeResult, Status
from assetgen.errors import AssetGenError
from assetgen.project.project_file import Project
from assetgen.settings import Settings
from assetgen.store.paths import TEMP_SUFFIX
from assetgen.store.store import Store
from assetgen.versions import ASSETGEN

LARGEST_ALBUM: Final = 300
"""Assets with pictures in one report."""
LARGEST_EMBEDDED: Final = 13_500_000
"""Bytes of pictures and clips in one report, which are a third more as text: with words, a page of about 20 MB."""

_LOG = logging.getLogger("assetgen.bake")


def write_reports(result: BakeResult, settings: Settings) -> BakeResult:
    """Write the report of every project that was baked; return the result with the path of the first.

    A report stays as it is when nothing was baked, nothing failed and it is about the same assets. One that
    cannot be written costs no asset: it is logged.
    """
    groups: dict[Path, list[AssetResult]] = {}
    for asset in result.assets:
        if asset.project is not None:
            groups.setdefault(asset.project.output_folder, []).append(asset)
    written = []
    for folder, assets in groups.items():
        path = folder / REPORT_NAME
        try:
            over = _over_totals(result, assets)
            if not _is_current(path, assets, over):
                _write(path, _render(folder, assets, result.seconds, settings, over))
        except (OSError, AssetGenError) as error:
            _LOG.warning("%s was not written: %s", path, error)
            continue
        written.append(path)
    return replace(result, report=written[0]) if written else result


def _over_totals(result: BakeResult, assets: Sequence[AssetResult]) -> tuple[str, ...]:
    """Return what is over the totals that the project files of some assets lay down."""
    files = {str(path) for asset in assets if asset.project is not None for path in asset.project.files}
    return tuple(e.message for e in result.over_totals if e.place is not None and e.place.path in files)


def _is_current(path: Path, assets: Sequence[AssetResult], over_totals: Sequence[str]) -> bool:
    if any(asset.status in (Status.BAKED, Status.FAILED) for asset in assets):
        return False
    try:
        with path.open("rb") as file:
            return read_mark(file.read(HEAD_BYTES)) == _mark(assets, over_totals)
    except OSError:
        return False


def _mark(assets: Sequence[AssetResult], over_totals: Sequence[str]) -> str:
    """Return a hash of which assets a report is about, which of them are not as they should be, and budgets."""
    is_well = (Status.BAKED, Status.CACHED)
    rows = sorted(
        [a.name, a.make_key, a.status in is_well, sorted(a.manifests), [e.message for e in a.over_budget]]
        for a in assets
    )
    return hashlib.sha256(json.dumps([rows, list(over_totals)]).encode()).hexdigest()


def _render(
    folder: Path,
    assets: Sequence[AssetResult],
    seconds: float,
    settings: Settings,
    over_totals: Sequence[str],
) -> bytes:
    with Store.open(settings.cache_dir, durability=settings.durability) as store:
        cards = [read_card(asset, store) for asset in assets]
        pictures, without = _album(cards, store)
    page = Page(
        title=_title(assets),
        cards=cards,
        pictures=pictures,
        without_pictures=without,
        folder=folder,
        seconds=seconds,
        now=datetime.now().astimezone(),
        version=ASSETGEN,
        mark=_mark(assets, over_totals),
        over_totals=over_totals,
    )
    return render_page(page)


def _title(assets: Sequence[AssetResult]) -> str:
    """Return the name of the outermost project; projects that share an output folder share a report."""
    projects = [asset.project for asset in assets if asset.project is not None]
    outermost: Project = min(projects, key=lambda project: len(project.files))
    return outermost.name


def _album(cards: Sequence[Card], store: Store) -> tuple[Mapping[tuple[int, str], Picture], int]:
    """Return the pictures to embed, the main one of every card before any other, and how many cards lack some."""
    order = sorted(range(len(cards)), key=lambda number: not cards[number].is_failed)
    shown = order[:LARGEST_ALBUM]
    wanted = [(n, name) for n in shown for name in cards[n].pictures if name in MAIN_PICTURES]
    wanted += [(n, name) for n in shown for name in cards[n].pictures if name not in MAIN_PICTURES]
    album: dict[tuple[int, str], Picture] = {}
    without = {n for n in order[LARGEST_ALBUM:] if cards[n].pictures}
    room = LARGEST_EMBEDDED
    for number, name in wanted:
        picture = read_picture(store, cards[number].pictures[name])
        if picture is not None and len(picture.data) > room:
            without.add(number)
        elif picture is not None:
            album[(number, name)] = picture
            room -= len(picture.data)
    return album, len(without)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}{TEMP_SUFFIX}")
    try:
        staged.write_bytes(data)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
