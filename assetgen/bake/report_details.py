"""What opens with an asset of a report: pictures, prompt, figures, files, players. HTML, every text escaped."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from assetgen.bake.figures import (
    Figure,
    LevelFigures,
    megabytes,
    poor_files,
    read_figures,
    read_levels,
    words,
)
from assetgen.bake.report_card import Card, ignored_of, texts
from assetgen.errors import Place
from assetgen.store.manifest import Manifest, ManifestFile

Embed = Callable[[str], str]
"""The data URI of a picture, or of a sound's clip, by its name; empty when it is not embedded."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_READ_AS: Final = frozenset({"base", "layer", "trait", "option", "color", "style", "part", "degree", "token"})
_CAPTIONS: Final = {"plane": "Plane", "tiled": "2 × 2 tiles"}


def text(value: object) -> str:
    """Return any text so that it is nothing but text in HTML, in an attribute too."""
    return escape(_CONTROLS.sub("�", str(value)), quote=True)


def link(path: Path, folder: Path, shown: str) -> str:
    """Return a link to a file, relative to the folder of the report; plain text when there is no way to it."""
    label = text(shown).replace("_", "_<wbr>")  # a long file name may break there
    try:
        way = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return label
    return f'<a href="./{text(quote(way, errors="replace"))}">{label}</a>'


def split_hint(message: str) -> tuple[str, str]:
    """Return an error's message as what was wrong and how to mend it, which comes after the last semicolon."""
    said, mark, hint = message.rpartition("; ")
    return (sentence(f"{said}."), sentence(hint)) if mark else (sentence(message), "")


def sentence(line: str) -> str:
    """Return a line with a capital letter at its start."""
    is_key = line.partition(" = ")[0].isidentifier()  # `size = 1000 is ...` begins with what the file says
    return line if is_key else line[:1].upper() + line[1:]


def source_place(place: Place | None, card: Card, folder: Path) -> str:
    """Return where an error points: a link, and the line with a caret under the column."""
    project, path = card.result.project, Path(place.path) if place else card.result.prompt_file
    inside = (project.relative(path) if project else None) or str(path)
    where = str(replace(place, path=inside)) if place else inside
    shown = f'<p class="place">{link(path, folder, where)}</p>'
    if place is None or not card.source_line:
        return shown
    number = f"{place.line} "
    caret = "<b>\n" + " " * (len(number) + place.column - 1) + "^</b>" if place.column else ""
    return f'{shown}<pre class="excerpt"><i>{number}</i>{text(card.source_line.expandtabs(1))}{caret}</pre>'


def note_count(card: Card) -> int:
    """Return how many things an artist should look at: ignored words, warnings, fallbacks, poor compression."""
    report = card.prompt_report
    said = len(ignored_of(report)) + len(texts(report.get("warnings")))
    # Any other figure that is out of bounds comes with a warning.
    said += len(card.result.over_budget)
    return said + len(card.warnings) + len(card.fallbacks) + poor_files(card.quality)


def details(card: Card, folder: Path, embed: Embed, status: str) -> str:
    """Return the template of what opens with a card; empty when nothing more is known of the asset."""
    if card.is_failed and not card.is_last_good:
        return ""
    return "".join(
        (
            "<template>",
            _head(card, status),
            '<div class="body">',
            *_body(card, folder, embed),
            "</div></template>",
        )
    )


def _head(card: Card, status: str) -> str:
    shown = "last good set" if card.is_last_good else status
    _, _, why = card.result.reason.partition(
        " ("
    )  # what was to be done is done by now; why it was, still counts
    return f"""<header class="head"><div><h2 id="viewer-name" tabindex="-1">{text(card.result.name)}</h2>
<p><b class="status {card.result.status.value}">{shown}</b> {text(why.rstrip(")"))}</p></div>
<nav><button type="button" data-step="-1" title="previous (left arrow)">←</button
><button type="button" data-step="1" title="next (right arrow)">→</button
><button type="button" data-close title="close (Esc)">✕</button></nav></header>"""


def _body(card: Card, folder: Path, embed: Embed) -> Iterator[str]:
    if card.is_last_good:
        yield '<p class="banner">This bake did not finish. Below is the last good set, which is still in place.</p>'
    yield '<div class="show">'
    # The script gives this one the picture of the card, so that it need not be embedded twice.
    yield _figure_of(' class="main"', "Sphere" if embed("sphere") else "Flat")
    for name, caption in _CAPTIONS.items():
        if source := embed(name):
            yield _figure_of(f' src="{source}"', caption)
    yield f"{_facts(card, folder)}</div>"
    if source := embed("maps"):
        yield f'<div class="maps"><img class="strip" src="{source}" alt="the maps beside one another"></div>'
    yield from _prompt(card)
    yield from _notes(card)
    yield '<div class="pair">'
    yield _figures(read_figures(card.quality))
    yield '<section class="sets">'
    clip = embed("clip")
    for folder_of_set, manifest in card.sets:
        yield _set(folder_of_set, manifest, folder, clip)
        clip = ""  # embedded once
    yield "</section></div>"
    yield _levels(read_levels(card.quality))


def _figure_of(source: str, caption: str) -> str:
    return f'<figure><img{source} alt="" width="320" height="320"><figcaption>{caption}</figcaption></figure>'


def _facts(card: Card, folder: Path) -> str:
    made = card.provenance
    spec = made.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    size = next((f for _, manifest in card.sets for f in manifest.files if f.width), None)
    rows = [
        ("Material" if card.kind == "material" else "Kind", str(card.prompt_report.get("base") or card.kind)),
        ("Size", f"{size.width} × {size.height}" if size else ""),
        ("Tile", _length(made.get("tile_m")) if card.kind == "material" else ""),
        ("Relief", _length(made.get("relief_m")) if made.get("relief_m") else ""),
        ("Seed", str(made.get("seed", ""))),
        ("Backend", str(made.get("backend") or "from source files")),
        ("Licence", str(made.get("licence", ""))),
        (
            "Made in",
            f"{made['make_seconds']:.1f} s" if isinstance(made.get("make_seconds"), float | int) else "",
        ),
        ("Device", str(made.get("device", ""))),
    ]
    shown = "".join(f"<dt>{label}</dt><dd>{text(value)}</dd>" for label, value in rows if value)
    file = card.result.prompt_file
    return f'<dl class="facts">{shown}<dt>Prompt file</dt><dd>{link(file, folder, file.name)}</dd></dl>'


def _length(meters: object) -> str:
    if not isinstance(meters, float | int):
        return ""
    if meters >= 1:
        return f"{meters:.3g} m"
    return f"{meters * 100:.3g} cm" if meters >= 0.1 else f"{meters * 1000:.3g} mm"


def _prompt(card: Card) -> Iterator[str]:
    report = card.prompt_report
    if not card.prompt and not report:
        return
    words_of_prompt = str(report.get("prompt") or card.prompt)
    yield f'<section class="prompt"><h3>Prompt</h3><p class="words" dir="auto">{_marked(words_of_prompt, report)}</p>'
    understood = "".join(f"<li>{text(line)}</li>" for line in texts(report.get("understood")))
    if understood:
        yield f'<h4>Understood</h4><ul class="understood">{understood}</ul>'
    if ignored := ignored_of(report):
        yield f'<h4 class="bad">Ignored</h4><ul class="ignored">{"".join(map(_ignored, ignored))}</ul>'
    if no_effect := texts(report.get("no_effect")):
        listed = ", ".join(f"<q>{text(word)}</q>" for word in no_effect)
        yield f'<h4>No effect</h4><p class="no-effect">{listed}</p>'
    yield from _list("Read with a guess", texts(report.get("warnings")))
    yield "</section>"


def _marked(prompt: str, report: Mapping[str, object]) -> str:
    """Return the prompt with every stretch marked by how it was read; offsets count characters."""
    spans = report.get("spans")
    rows = [s for s in spans if isinstance(s, Mapping)] if isinstance(spans, list | tuple) else []
    parts, at = [], 0
    for span in sorted(rows, key=lambda row: (_offset(row, "start"), -_offset(row, "end"))):
        start, end = _offset(span, "start"), _offset(span, "end")
        if not at <= start < end <= len(prompt):
            continue
        kind = str(span.get("kind", ""))
        shade = (
            kind
            if kind in ("ignored", "no_effect", "negation", "base")
            else "read"
            if kind in _READ_AS
            else "plain"
        )
        value = str(span.get("value") or words(kind))
        parts += [
            text(prompt[at:start]),
            f'<mark class="{shade}" title="{text(value)}">{text(prompt[start:end])}</mark>',
        ]
        at = end
    return "".join((*parts, text(prompt[at:])))


def _offset(span: Mapping[str, object], name: str) -> int:
    value = span.get(name)
    return value if isinstance(value, int) else -1


def _ignored(item: Mapping[str, object]) -> str:
    suggestions = ", ".join(f"<b>{text(words(word))}</b>" for word in texts(item["suggestions"]))
    instead = f'<span class="instead">Try {suggestions}</span>' if suggestions else ""
    word, reason = text(item["text"]), text(item["reason"])
    why = f'<span class="why">{sentence(reason)}.</span>' if reason else "<span></span>"
    return f'<li><span><mark class="ignored">{word}</mark></span>{why}{instead}</li>'


def _notes(card: Card) -> Iterator[str]:
    if card.warnings or card.fallbacks or card.result.over_budget:
        yield '<section class="warned">'
        # They may begin with a file's name, which keeps its case.
        yield from _list("Over budget", tuple(e.message for e in card.result.over_budget), is_prose=False)
        yield from _list("Warnings", card.warnings)
        yield from _list("Fallbacks", card.fallbacks)
        yield "</section>"


def _list(title: str, lines: tuple[str, ...], *, is_prose: bool = True) -> Iterator[str]:
    if lines:
        listed = "".join(f"<li>{text(sentence(line) if is_prose else line)}</li>" for line in lines)
        yield f'<h4 class="warn">{title}</h4><ul class="warnings">{listed}</ul>'


def _figures(figures: tuple[Figure, ...]) -> str:
    if not figures:
        return ""
    rows = "".join(map(_figure, figures))
    return f'<section class="figures"><h3>Quality</h3><table><tbody>{rows}</tbody></table></section>'


def _levels(rows: tuple[LevelFigures, ...]) -> str:
    """Return a table of what was measured at every mip level, folded up."""
    if not rows:
        return ""
    count = max(len(row.values) for row in rows)
    head = "".join(f"<th>{level}</th>" for level in range(count))
    body = "".join(
        f'<tr><th scope="row">{text(row.label)}</th>{"".join(f"<td>{text(value)}</td>" for value in row.values)}</tr>'
        for row in rows
    )
    return (
        '<details class="levels"><summary>By mip level</summary><div><table><thead><tr>'
        f"<th>Level</th>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _figure(figure: Figure) -> str:
    shade, mark, said = {
        True: ("good", "✓", "keeps its limit"),
        False: ("bad", "✕", "beyond its limit"),
        None: ("", "", ""),
    }[figure.is_good]
    note = f"<small>{text(figure.note)}</small>" if figure.note else ""
    return (
        f'<tr class="{shade}"><th scope="row">{text(figure.label)}{note}</th>'
        f'<td class="value">{text(figure.value)}</td><td class="limit">{text(figure.limit)}</td>'
        f'<td class="mark"><span title="{said}">{mark}</span></td></tr>'
    )


def _set(folder_of_set: Path, manifest: Manifest, folder: Path, clip: str) -> str:
    """Return the files of a set; `clip` is of its first sound."""
    total = megabytes(sum(file.size_bytes for file in manifest.files))
    first = next((file for file in manifest.files if _is_sound(file)), None)
    rows = "".join(
        _file(file, folder_of_set, folder, clip if file is first else "") for file in manifest.files
    )
    return (
        f"<h3>{text(manifest.target)} <small>{total} · {link(folder_of_set, folder, 'folder')} · "
        f'{link(folder_of_set / manifest.filename, folder, "manifest")}</small></h3><table class="files"><thead><tr>'
        f"<th>File</th><th>Format</th><th>Texels</th><th>Mips</th><th>Size</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _is_sound(file: ManifestFile) -> bool:
    return file.media_type.startswith("audio/")


def _file(file: ManifestFile, folder_of_set: Path, folder: Path, clip: str) -> str:
    texels = f"{file.width} × {file.height}" if file.width else ""
    mips = str(file.mips) if file.mips > 1 else "-"
    name = link(folder_of_set / file.path, folder, file.path)
    if _is_sound(file):
        name += _player(folder_of_set / file.path, folder, clip)
    title = f"{file.role}, {file.color_space or file.media_type}, sha256 {file.sha256}"
    return (
        f'<tr title="{text(title)}"><td>{name}</td>'
        f"<td>{text(_format(file.format))}</td><td>{texels}</td><td>{mips}</td><td>{megabytes(file.size_bytes)}</td></tr>"
    )


def _player(path: Path, folder: Path, clip: str) -> str:
    """Return a player of a sound: of its file, or of its clip in a report that was sent without its files."""
    sources = [clip] if clip else []
    with suppress(ValueError):  # another drive: there is no way to it
        way = Path(os.path.relpath(path, folder)).as_posix()
        sources.insert(0, f"./{text(quote(way, errors='replace'))}")
    listed = "".join(f'<source src="{source}">' for source in sources)
    return f'<br><audio controls loop preload="none">{listed}</audio>' if listed else ""


def _format(name: str) -> str:
    """Return an encoding as artists write it: BC7_UNORM_SRGB as "BC7 sRGB", PNG16 as "PNG 16 bit"."""
    if name.startswith("PNG"):
        return f"PNG {name[3:]} bit" if name[3:].isdigit() else name
    return name.replace("R8G8B8A8", "RGBA8").replace("_UNORM", "").replace("_SRGB", " sRGB")
