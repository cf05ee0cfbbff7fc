# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the prompt is understood, as lines for the panel: what counts, what does not, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GOOD, IGNORED, WARNING, WRONG = "good", "ignored", "warning", "wrong"
_MOST_LINES = 8
_MOST_SUGGESTIONS = 3


@dataclass(frozen=True)
class Line:
    """One line of the report.

    Args:
        level: good, ignored, warning or wrong.
        old: words of the prompt that `suggestions` could stand for.
    """

    level: str
    text: str
    old: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What the daemon says of a prompt.

    Args:
        prompt: that was asked about.
        base: the material that it names, or empty.
        tags: words to find the asset by.
    """

    prompt: str = ""
    base: str = ""
    lines: tuple[Line, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether the daemon would refuse it."""
        return any(line.level == WRONG for line in self.lines)


def read_report(prompt: str, validation: Any) -> Report:
    """Return the report of the daemon's answer to `ValidatePrompt`."""
    return _report(prompt, validation.report, tuple(problem.message for problem in validation.problems))


def report_of_manifest(manifest: dict[str, Any]) -> Report:
    """Return the report that a finished set carries."""
    report = manifest.get("prompt_report") or {}
    return _report(str(report.get("prompt", "")), report, ())


def replaced(prompt: str, old: str, new: str) -> str:
    """Return the prompt with the first occurrence of some words, in any case, written otherwise."""
    at = prompt.lower().find(old.lower())
    return prompt if at < 0 or not old else prompt[:at] + new + prompt[at + len(old) :]


def _report(prompt: str, report: Any, problems: tuple[str, ...]) -> Report:
    lines = [Line(WRONG, problem) for problem in problems]
    understood = [_plain(str(one)) for one in report.get("understood") or ()]
    if understood:
        lines.append(Line(GOOD, ", ".join(understood)))
    base = str(report.get("base") or "")
    for one in report.get("ignored") or ():
        text = str(one.get("text", ""))
        near = tuple(str(word) for word in one.get("suggestions") or ())[:_MOST_SUGGESTIONS]
        lines.append(Line(IGNORED, f'"{text}": {one.get("reason") or "ignored"}', text, near))
    lines += [Line(IGNORED, f'"{one}" has no effect here') for one in report.get("no_effect") or ()]
    lines += [Line(WARNING, str(one)) for one in report.get("warnings") or ()]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES - 1 :] = [Line(IGNORED, f"and {len(lines) - _MOST_LINES + 1} more")]
    return Report(prompt=prompt, base=base, lines=tuple(lines), tags=_tags(base, report))


def _plain(line: str) -> str:
    """`base: cobblestone` -> `cobblestone`, `layer: moss 60%` -> `moss 60 %`, `age: 0.8` -> `age 0.8`."""
    head, colon, rest = line.partition(": ")
    text = rest if colon and head in ("base", "layer", "color", "style") else line.replace(": ", " ")
    return text.replace("%", "\u00a0%")  # a space that no line breaks at


def _tags(base: str, report: Any) -> tuple[str, ...]:
    found = [base, *(str(layer.get("name", "")) for layer in report.get("layers") or ()), report.get("style")]
    color = report.get("color")
    found.append(color.get("name") if isinstance(color, dict) else None)
    return tuple(dict.fromkeys(str(tag).replace("_", " ") for tag in found if tag))
