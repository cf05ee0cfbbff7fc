"""Misspelt words corrected to known ones, and suggestions for words that are not known at all.

Accepted are one edit in words of 4 to 6 letters and two from 7 letters (Damerau-Levenshtein, neighbors
swapped count once), then a difflib ratio of 0.82. Short words are one letter away from too many others: up
to 6 letters a changed letter must lie beside the right one on the keyboard or be another vowel, and two edits
must leave both ends of the word alone. Known words, also names of other things, are never corrected. Beside a word
that begins or ends known names ("chain mial") less is needed: the names that it makes are few.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from assetgen.backends.procedural.grammar.lexicon import Lexicon, load_lexicon

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_RATIO: Final = 0.82
_ENDINGS: Final = ("ation", "ings", "ing", "ish", "ive", "ate", "ers", "ed", "er", "ly", "al", "y")
_VOWELS: Final = frozenset("aeiouy")
_UNLIKELY: Final = {
    "option": 1,
    "trait": 1,
    "kin": 1,
    "style": 1,
    "beyond": 1,
    "beyond_layer": 1,
    "name": 1,
    "noun": 2,
    "scene": 2,
}
"""Of two words that are equally near a material or a layer is what a prompt of this library most likely means."""


def damerau_levenshtein(first: str, second: str, *, limit: int) -> int:
    """Return the number of edits (insert, delete, change, swap), or limit + 1 when there are more."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        two_ago, before, row = before, row, [i]
        for j, b in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, two_ago[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


@lru_cache(maxsize=4096)
def correct(word: str) -> str | None:
    """Return the known word that a misspelt one most likely means, or None."""
    lexicon = load_lexicon()
    if len(word) < 3 or len(word) > 24 or not word.isascii() or not word.isalpha():
        return None
    if word in lexicon.words or _is_form_of_noun(word, lexicon):
        return None
    if (single := _doubled(word, lexicon)) is not None:
        return single
    if len(word) < 4:
        return None
    best: tuple[int, int, float, str] | None = None
    for target, kind in lexicon.targets.items():
        if len(target) < 4 or abs(len(target) - len(word)) > 2 or not _may_start_alike(word, target):
            continue
        limit = 2 if _stem_length(word, target) >= 7 else 1
        edits = damerau_levenshtein(word, target, limit=limit)
        if edits <= limit and _is_likely_slip(word, target, edits):
            rank = (edits, _UNLIKELY.get(kind, 0), -_ratio(word, target), target)
            best = rank if best is None or rank < best else best
    return best[3] if best else _closest_by_ratio(word, lexicon)


@lru_cache(maxsize=4096)
def correct_beside(word: str, partner: str, *, is_after: bool) -> str | None:
    """Return the word that makes a known name with the word before it (or behind it), or None."""
    lexicon = load_lexicon()
    if not 3 <= len(word) <= 24 or not word.isascii() or not word.isalpha() or word in lexicon.words:
        return None
    partners = lexicon.followers if is_after else lexicon.leaders
    limit = 2 if len(word) >= 7 else 1
    found = [
        (edits, -_ratio(word, target), target)
        for target in partners.get(partner, ())
        if len(target) >= 3
        and _may_start_alike(word, target)
        and (edits := damerau_levenshtein(word, target, limit=limit)) <= limit
    ]
    return min(found)[2] if found else None


def _doubled(word: str, lexicon: Lexicon) -> str | None:
    """Return the known word that differs only by a letter written twice or once: "mos", "ivvy", "gras"."""
    found = {
        changed
        for at, letter in enumerate(word)
        for changed in (
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :] if word[at : at + 2] == letter * 2 else "",
        )
        if changed in lexicon.targets
    }
    return min(found) if found else None


@lru_cache(maxsize=4096)
def suggest(word: str) -> tuple[str, ...]:
    """Return up to three known words that look like this one, materials and layers first among equals."""
    if not word.isascii() or not 3 <= len(word) <= 40:
        return ()
    scored: list[tuple[float, str]] = []
    for target, kind in load_lexicon().targets.items():
        if kind in ("beyond", "beyond_layer") or abs(len(target) - len(word)) > 4:
            continue
        matcher = SequenceMatcher(None, word, target, autojunk=False)
        bonus = 0.05 if kind in ("base", "layer") else 0.0
        if matcher.real_quick_ratio() + bonus >= 0.65 and matcher.quick_ratio() + bonus >= 0.65:
            score = matcher.ratio() + bonus
            if score >= 0.65:
                scored.append((-score, target))
    return tuple(target for _, target in sorted(scored)[:3])


def _stem_length(word: str, target: str) -> int:
    """Return the letters that tell the words apart: an ending that both share does not count."""
    for ending in _ENDINGS:
        if word.endswith(ending) and target.endswith(ending):
            return len(word) - len(ending)
    return len(word)


def _may_start_alike(word: str, target: str) -> bool:
    return word[0] == target[0] or (len(word) >= 7 and word[1:3] == target[1:3]) or word[:2] == target[1::-1]


def _is_likely_slip(word: str, target: str, edits: int) -> bool:
    """Say whether the edit is a slip of the finger rather than another word."""
    if edits == 2:
        return word[0] == target[0] and word[-1] == target[-1]
    if len(word) >= 7 or len(word) != len(target):
        return True
    changed = [(a, b) for a, b in zip(word, target, strict=True) if a != b]
    if len(changed) != 1:
        return True
    a, b = changed[0]
    if a in _VOWELS and b in _VOWELS:
        return len(word) > 5 or (len(word) == 5 and _are_neighbors(a, b))
    return _are_neighbors(a, b)


def _are_neighbors(a: str, b: str) -> bool:
    for row, keys in enumerate(_ROWS):
        if a in keys:
            near = keys[max(0, keys.index(a) - 1) : keys.index(a) + 2]
            for other in _ROWS[max(0, row - 1) : row + 2]:
                near += other[max(0, keys.index(a) - 1) : keys.index(a) + 2]
            return b in near
    return False


def _closest_by_ratio(word: str, lexicon: Lexicon) -> str | None:
    best: tuple[float, str] | None = None
    for target in lexicon.targets:
        if len(word) < 7 or word[0] != target[0] or abs(len(target) - len(word)) > 3 or len(target) < 7:
            continue
        if _stem_length(word, target) < 7:
            continue
        score = _ratio(word, target)
        if score >= _RATIO and (best is None or (-score, target) < best):
            best = (-score, target)
    return best[1] if best else None


def _ratio(word: str, target: str) -> float:
    return SequenceMatcher(None, word, target, autojunk=False).ratio()


def _is_form_of_noun(word: str, lexicon: Lexicon) -> bool:
    """Say whether the word is a form of another known thing: castled, dragonlike, plants."""
    for ending in ("s", "es", "ed", "ing", "er", "ers", "ly", "like", "y", "less", "ful"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        for form in (stem, stem + "e", stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem):
            if any(sense.kind == "noun" for sense in lexicon.phrases.get(form, ())):
                return True
    return False
