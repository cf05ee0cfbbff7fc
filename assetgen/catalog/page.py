"""The HTML of the catalog: one file, no request to anywhere, every text escaped, script and style bound by hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from assetgen.backends.procedural.catalog.catalog import CATEGORIES, LayerCard, MaterialCard, Parameter
from assetgen.backends.procedural.catalog.sounds import SceneCard, SoundCard
from assetgen.catalog.listing import Entry, part_words, prompt_words, sound_words_of
from assetgen.catalog.swatches import Drawn, swatches_of
from assetgen.versions import ASSETGEN

SOUND_GROUPS: Final = ("ambiences", "scenes", "effects", "music")
_GROUP_OF_MODE: Final = {"ambience": "ambiences", "sfx": "effects", "music": "music"}
_GROUPS: Final = (*CATEGORIES, "layers", "styles", *SOUND_GROUPS)


def render_catalog(entries: Sequence[Entry], drawn: Mapping[str, Sequence[Drawn]]) -> bytes:
    """Return the page as UTF-8.

    Args:
        entries: what it shows, in order.
        drawn: by entry, its pictures in the order of `swatches_of`.
    """
    style = files("assetgen.catalog").joinpath("page.css").read_text(encoding="utf-8")
    script = files("assetgen.catalog").joinpath("page.js").read_text(encoding="utf-8")
    own = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = f"default-src 'none'; img-src data:; media-src data:; {own}"
    groups = [(group, [card for card in entries if group_of(card) == group]) for group in _GROUPS]
    shown = [(group, cards) for group, cards in groups if cards]
    links = "".join(f'<a href="#{group}">{group} <b>{len(cards)}</b></a>' for group, cards in shown)
    sections = "".join(
        f'<section id="{group}"><h2>{group}</h2><div class="grid">'
        + "".join(_card(card, drawn.get(card.name, ())) for card in cards)
        + "</div></section>\n"
        for group, cards in shown
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light"><meta name="referrer" content="no-referrer">
<title>assetgen catalog</title>
<style>{style}</style>
</head>
<body>
<header><h1>assetgen <span>catalog {escape(ASSETGEN)}</span></h1>
<nav aria-label="groups">{links}</nav>
<label class="find"><span>Find</span><input type="search" id="find" placeholder="name or word" autocomplete="off"
 spellcheck="false"></label></header>
<main>
{sections}<p id="empty" hidden>Nothing of that name.</p>
</main>
<dialog id="viewer" aria-label="entry"><div id="body"></div><button type="button" id="close">Close</button></dialog>
<script>{script}</script>
</body>
</html>
""".encode()


def group_of(card: Entry) -> str:
    """Return the group under which an entry is shown: its category, "layers", "styles", or one of the sounds'."""
    if isinstance(card, MaterialCard):
        return card.category
    if isinstance(card, SoundCard):
        return _GROUP_OF_MODE[card.mode]
    if isinstance(card, SceneCard):
        return "scenes"
    return "layers" if isinstance(card, LayerCard) else "styles"


def _card(card: Entry, drawn: Sequence[Drawn]) -> str:
    words = " ".join((card.name.replace("_", " "), card.about, *_words(card))).lower()
    first = _picture(drawn[0]) if drawn else '<span class="blank">no picture</span>'
    name = escape(card.name.replace("_", " "))
    has_sound = bool(drawn) and bool(drawn[0].ogg)
    play = f'<button type="button" class="play" aria-label="Play {name}"></button>' if has_sound else ""
    return (
        f'<article class="card" data-words="{escape(words)}"><button type="button" class="open" '
        f'aria-haspopup="dialog">{first}<span class="name">{name}</span></button>{play}'
        f"<template>{_details(card, drawn)}</template></article>"
    )


def _picture(drawn: Drawn) -> str:
    if drawn.error is not None:
        return f'<span class="blank">{escape(drawn.error.message)}</span>'
    data = base64.b64encode(drawn.jpeg).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="" width="256" height="256" decoding="async">'


def _player(drawn: Drawn) -> str:
    if not drawn.ogg:
        return ""
    data = base64.b64encode(drawn.ogg).decode()
    return f'<audio controls preload="none" src="data:audio/ogg;base64,{data}"></audio>'


def _words(card: Entry) -> tuple[str, ...]:
    if isinstance(card, LayerCard):
        return (*card.nouns, *card.adjectives)
    return card.words


def _details(card: Entry, drawn: Sequence[Drawn]) -> str:
    pictures = "".join(
        f"<figure>{_picture(one)}{_player(one)}<figcaption>{escape(one.swatch.label)}</figcaption></figure>"
        for one in drawn or ()
    )
    prompt = swatches_of(card)[0].prompt
    parts = [
        f"<h3>{escape(card.name.replace('_', ' '))}</h3><p>{escape(card.about)}</p>",
        f'<p class="prompt"><code>prompt = "{escape(prompt)}"</code></p><div class="pictures">{pictures}</div>',
        f'<p class="words"><b>words</b> {escape(", ".join(_words(card)))}</p>',
    ]
    if isinstance(card, SceneCard):
        parts.append(f"<p><b>made of</b> {escape(', '.join(map(part_words, card.parts)))}</p>")
    if isinstance(card, MaterialCard):
        parts.append(f"<p><b>tile</b> {card.tile_m:g} m</p>")
    if isinstance(card, SoundCard) and card.bpm:
        scales = " or ".join(dict.fromkeys(card.scales))
        parts.append(
            f"<p><b>tempo</b> {card.bpm[0]:g} to {card.bpm[1]:g} beats a minute, {escape(scales)}</p>"
        )
    if isinstance(card, MaterialCard | SoundCard):
        parts += [
            f"<p><b>{escape(option)}</b> {escape(', '.join(values))}</p>"
            for option, values in card.options.items()
        ]
        if card.parameters:
            words_of = prompt_words if isinstance(card, MaterialCard) else sound_words_of
            parts.append(
                "<table><thead><tr><th>params</th><th>range</th><th>what it is</th><th>words</th></tr></thead><tbody>"
                + "".join(_row(parameter, words_of(parameter)) for parameter in card.parameters)
                + "</tbody></table>"
            )
    return "".join(parts)


def _row(parameter: Parameter, words: Sequence[str]) -> str:
    unit = f" {parameter.unit}" if parameter.unit else ""
    return (
        f"<tr><td><code>{escape(parameter.name)}</code></td>"
        f"<td>{parameter.low:g} to {parameter.high:g}{unit}</td><td>{escape(parameter.doc)}</td>"
        f"<td>{escape(', '.join(words))}</td></tr>"
    )


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
