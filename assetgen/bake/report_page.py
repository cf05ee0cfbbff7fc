"""The HTML of a report: one file, no request to anywhere, every text escaped, scripts and styles bound by hash.

A card shows the picture and the name; what opens with it lies in a `template`, which a browser neither lays out
nor decodes before it is asked for, so that a page of 300 assets is there at once.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from assetgen.bake.report_card import Card, Picture
from assetgen.bake.report_details import details, note_count, source_place, split_hint, text
from assetgen.bake.results import Status

MARK: Final = "assetgen-report"
_MARK: Final = re.compile(rb'<meta name="assetgen-report" content="([0-9a-f]{64})">')
HEAD_BYTES: Final = 1024
"""The mark of a report stands within its first bytes."""

_ORDER: Final = (Status.FAILED, Status.CANCELLED, Status.BAKED, Status.CACHED)
_WORDS: Final = {
    Status.BAKED: "baked",
    Status.CACHED: "up to date",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
    Status.STALE: "due",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a report is made of.

    Args:
        title: the project's name.
        cards: in the order of the bake.
        pictures: by card number and name, as many as are to be embedded.
        without_pictures: how many cards have pictures that are not embedded, or not all of them.
        folder: where the report will lie; links are relative to it.
        seconds: wall time of the bake.
        now: local time, with its offset.
        version: of assetgen.
        mark: 64 hex digits that tell reports of the same assets.
        over_totals: sentences on every limit for all assets together that they do not keep.
    """

    title: str
    cards: Sequence[Card]
    pictures: Mapping[tuple[int, str], Picture]
    without_pictures: int
    folder: Path
    seconds: float
    now: datetime
    version: str
    mark: str
    over_totals: Sequence[str] = ()


def render_page(page: Page) -> bytes:
    """Return the report as UTF-8; what no UTF-8 file can carry becomes a question mark."""
    style = files("assetgen.bake").joinpath("report.css").read_text(encoding="utf-8")
    script = files("assetgen.bake").joinpath("report.js").read_text(encoding="utf-8")
    shown = "img-src data:; media-src 'self' file: data:"
    policy = f"default-src 'none'; {shown}; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    parts = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f'<meta name="{MARK}" content="{page.mark}">\n',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">\n",
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="color-scheme" content="dark light">\n<meta name="referrer" content="no-referrer">\n',
        f"<title>{text(page.title)} - assetgen report</title>\n<style>{style}</style>\n</head>\n<body>\n",
        _header(page),
        "<main>\n",
        *_attention(page),
        '<section aria-label="assets"><div class="grid" id="grid">\n',
        *(_card(page, number) for number, card in enumerate(page.cards) if not card.is_failed),
        '</div><p class="empty" id="empty" hidden>No asset matches. <button type="button" id="clear">Show all'
        "</button></p></section>\n</main>\n",
        '<dialog id="viewer" aria-labelledby="viewer-name"><div id="viewer-body"></div></dialog>\n',
        f"<script>{script}</script>\n</body>\n</html>\n",
    )
    return "".join(parts).encode("utf-8", "replace")


def read_mark(head: bytes) -> str:
    """Return the mark in the first bytes of a report, or nothing."""
    found = _MARK.search(head)
    return found.group(1).decode() if found else ""


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _header(page: Page) -> str:
    statuses = [card.result.status for card in page.cards]
    noted = sum(note_count(card) > 0 for card in page.cards)
    choices = [("all", "all", len(statuses))]
    choices += [(s.value, _WORDS[s], statuses.count(s)) for s in _ORDER if s in statuses]
    choices += [("noted", "with notes", noted)] if noted else []
    when = f'<time datetime="{page.now.isoformat(timespec="seconds")}">{page.now:%d %b %Y, %H:%M}'
    offset = page.now.strftime("%z")
    zone = f" (UTC{offset[:3]}:{offset[3:5]})" if offset else ""
    over_totals = "".join(
        f'<p class="left-out over"><b class="status failed">over budget</b> {text(line)}</p>'
        for line in page.over_totals
    )
    over = sum(bool(card.result.over_budget) for card in page.cards)
    choices += [("over", "over budget", over)] if over else []
    left_out = (
        f'<p class="left-out">{page.without_pictures} assets are shown without all of their pictures, '
        "to keep this page light.</p>"
        if page.without_pictures
        else ""
    )
    return f"""<header>
<div class="title"><h1>{text(page.title)}</h1>
<p>{when}{zone}</time><span> · took {_clock(page.seconds)}</span>
<span> · assetgen {text(page.version)}</span></p></div>
<div class="tools"><div class="filters" role="group" aria-label="show">
{"".join(_choice(*choice) for choice in choices)}</div>
<label class="find"><span>Find</span><input type="search" id="find" placeholder="name, prompt or word"
 autocomplete="off" spellcheck="false"><kbd>/</kbd></label>
<label class="sort"><span>Sort by</span><select id="sort"><option value="order">name</option>
<option value="notes">most notes</option><option value="seconds">slowest</option>
<option value="size">largest files</option></select></label></div>{left_out}{over_totals}
</header>
"""


def _choice(name: str, label: str, count: int) -> str:
    pressed = "true" if name == "all" else "false"
    return (
        f'<button type="button" class="filter {name}" data-show="{name}" aria-pressed="{pressed}">'
        f"{label} <b>{count}</b></button>"
    )


def _attention(page: Page) -> Iterable[str]:
    """Yield the failed assets, each with what to do about it in full view."""
    failed = [number for number, card in enumerate(page.cards) if card.is_failed]
    if failed:
        yield '<section class="attention" id="attention" aria-label="failed assets">\n'
        yield from (_failure(page, number) for number in failed)
        yield "</section>\n"


def _failure(page: Page, number: int) -> str:
    card = page.cards[number]
    rows = "".join(_error(page, card, index) for index in range(len(card.result.errors)))
    trace = card.result.trace
    traced = (
        f'<details class="trace"><summary>Traceback</summary><pre>{text(trace)}</pre></details>'
        if trace
        else ""
    )
    more = ""
    if card.is_last_good:
        more = '<button type="button" class="open">Show the last good set, which is still in place</button>'
    picture = (
        _picture(page, number) if card.is_last_good else '<span class="blank" aria-hidden="true">!</span>'
    )
    return (
        f'<article class="failure asset" {_data(card, number)}><div class="picture">{picture}</div>'
        f'<div class="story"><h2><b class="status failed">failed</b> {_name(card)}</h2>{rows}{traced}{more}</div>'
        f"{details(card, page.folder, _embed(page, number), _WORDS[card.result.status])}</article>\n"
    )


def _error(page: Page, card: Card, index: int) -> str:
    error = card.result.errors[index]
    said, hint = split_hint(error.message)
    place = source_place(error.place, card, page.folder) if index == 0 or error.place else ""
    mend = f'<p class="mend"><b>To mend it</b> {text(hint)}</p>' if hint else ""
    return f'<p class="error">{text(said)}</p>{place}{mend}'


def _card(page: Page, number: int) -> str:
    card = page.cards[number]
    status = card.result.status
    notes = note_count(card)
    noted = f'<b class="notes">{notes} note{"s" if notes > 1 else ""}</b>' if notes else ""
    noted = '<b class="status failed">over budget</b>' + noted if card.result.over_budget else noted
    return (
        f'<article class="card asset" {_data(card, number)}>'
        '<button type="button" class="open" aria-haspopup="dialog">'
        f'<span class="picture">{_picture(page, number)}</span>'
        f'<span class="label"><span class="name">{_name(card)}</span>'
        f'<span class="line"><b class="status {status.value}">{_WORDS[status]}</b>{noted}</span></span></button>'
        f"{details(card, page.folder, _embed(page, number), _WORDS[status])}</article>\n"
    )


def _name(card: Card) -> str:
    """Return the name with its folder apart, breakable where words end."""
    full = card.result.name
    if not card.result.make_key and card.result.project:  # unreadable: named by its path
        full = card.result.project.relative(card.result.prompt_file) or full
    folder, _, name = full.replace("\\", "/").rpartition("/")
    above = f'<span class="folder">{text(folder)}/</span>' if folder else ""
    return f'{above}<span class="own">{text(name).replace("_", "_<wbr>")}</span>'


def _data(card: Card, number: int) -> str:
    words = " ".join((card.result.name, card.prompt, card.kind, *card.result.manifests, *card.warnings))
    return (
        f'id="asset-{number}" data-order="{number}" data-status="{card.result.status.value}" '
        f'data-over="{len(card.result.over_budget)}" data-notes="{note_count(card)}" '
        f'data-seconds="{card.result.seconds:.3f}" data-size="{card.size_bytes}" '
        f'data-words="{text(words.lower())}"'
    )


def _picture(page: Page, number: int) -> str:
    embed = _embed(page, number)
    for name in MAIN_PICTURES:
        if source := embed(name):
            return f'<img src="{source}" alt="" width="320" height="320" decoding="async">'
    return '<span class="blank">no picture</span>'


MAIN_PICTURES: Final = ("sphere", "flat")
"""The picture of a card: the first of these that there is."""


def _embed(page: Page, number: int) -> Callable[[str], str]:
    def source(name: str) -> str:
        picture = page.pictures.get((number, name))
        if picture is None:
            return ""
        return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"

    return source


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
