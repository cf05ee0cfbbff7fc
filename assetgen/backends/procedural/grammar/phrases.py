"""Tokens gathered into the longest phrases of the lexicon, each with every sense it may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assetgen.backends.procedural.grammar.color import Shade, apply_shade, parse_hex
from assetgen.backends.procedural.grammar.lexicon import LONGEST_PHRASE, Lexicon, Sense
from assetgen.backends.procedural.grammar.match import correct, correct_beside
from assetgen.backends.procedural.grammar.phrase_item import PhraseItem
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.grammar.tokens import Token

MAX_CORRECTIONS: Final = 30
"""Unknown words beyond this number are reported without looking for what they may have meant."""

_MODIFIABLE: Final = ("layer", "trait", "option", "beyond_layer")
_COMPOUND: Final = ("base", "family", "layer", "trait", "color", "degree", "option", "color_after", "beyond")
_RUSTS: Final = frozenset({"metal", "steel", "iron", "hull", "bulkhead", "container", "plating"})
_RUSTING: Final = frozenset({"rusty", "rusting"})
"""On what rusts, "rusty red" is red that rusts; on anything else it is a color."""
_ISH: Final = Shade(chroma=0.6)


@dataclass(slots=True)
class Item(PhraseItem[Sense]):
    """A phrase of a prompt for surfaces.

    Args:
        negated: a negation reaches it.
        times, absolute, cover: what degree words say; absolute and cover are None when none do.
        lies: "above" for a material that came off in places, "beneath" for one that comes to light.
    """

    weight: float = 1.0
    joined: bool = False
    negated: bool = False
    times: float = 1.0
    absolute: float | None = None
    cover: float | None = None
    lies: str = ""


def gather(
    tokens: list[Token], prompt: str, lexicon: Lexicon, torn: frozenset[str] = frozenset()
) -> list[Item]:
    """Return the phrases of the tokens in their order, separators among them as items of sense "break".

    Args:
        tokens: what the prompt consists of.
        prompt: its text.
        lexicon: all phrases.
        torn: keys of phrases that are read word by word.
    """
    tokens = _split_words(tokens, lexicon)
    forms, slips = _spell(tokens, lexicon)
    apart = _RUSTING if _RUSTS.intersection(forms) else frozenset()
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        count, senses, key, how = _longest(tokens[: at + LONGEST_PHRASE], forms, at, lexicon, torn)
        if forms[at] in apart and all(sense.kind != "base" for sense in senses):
            count, senses, key, how = _longest(tokens[: at + 1], forms, at, lexicon)
        if count > 1 and (cut := _cut_before_material(tokens, forms, at, count, senses, lexicon)):
            count, senses, key, how = _longest(tokens[: at + cut], forms, at, lexicon)
        run = tokens[at : at + count]
        if slips.intersection(range(at, at + count)) and senses:
            how = "fuzzy"
        text = prompt[run[0].start : run[-1].end]
        weight = max(token.weight for token in run)
        items.append(
            Item(
                *(text, run[0].start, run[-1].end, key, senses, how),
                weight=weight,
                joined=run[0].joined,
                negated=run[0].forbidden,
            )
        )
        at += count
    return items


def _cut_before_material(
    tokens: list[Token], forms: list[str], at: int, count: int, senses: tuple[Sense, ...], lexicon: Lexicon
) -> int:
    """Return where a name must end because its last words begin that of the material.

    Of "attic floor boards" and "rough stone blocks" the boards and the blocks are meant.
    """
    if any(sense.kind not in ("base", "option", "scene", "no_effect") for sense in senses):
        return 0
    own = {sense.value for sense in senses if (sense.kind, sense.flag) == ("base", "")}
    for cut in range(1, count):
        reach, found, _, _ = _longest(tokens[: at + cut + LONGEST_PHRASE], forms, at + cut, lexicon)
        before = lexicon.phrases.get(" ".join(forms[at : at + cut]), ())
        says_more = any(sense.kind in ("trait", "layer", "color") for sense in before)
        if cut + reach > count and any(
            (sense.kind, sense.flag) == ("base", "") and (not own or sense.value in own or says_more)
            for sense in found
        ):
            return cut
    return 0


def _split_words(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Take "uncracked" and "mosscovered" apart where both halves are known and the whole is not."""
    out: list[Token] = []
    for token in tokens:
        word = token.text
        known = token.kind != "word" or len(word) < 6 or lexicon.normal_form(word) in lexicon.words
        cut = 0 if known else _seam(word, lexicon)
        if cut and token.end - token.start == len(word):
            out.append(Token(word[:cut], token.start, token.start + cut, "word", token.weight, token.joined))
            out.append(Token(word[cut:], token.start + cut, token.end, "word", token.weight, True))
        else:
            out.append(token)
    return out


def _seam(word: str, lexicon: Lexicon) -> int:
    for prefix in ("non", "un"):
        if word.startswith(prefix) and _has(lexicon, word[len(prefix) :], _MODIFIABLE):
            return len(prefix)
    if word.endswith("less") and _has(lexicon, word[:-4], _MODIFIABLE):
        return len(word) - 4
    for cut in range(4, len(word) - 3):
        if _has(lexicon, word[:cut], _COMPOUND) and _has(lexicon, word[cut:], _COMPOUND):
            return cut
    return 0


def _has(lexicon: Lexicon, word: str, kinds: tuple[str, ...]) -> bool:
    found = {sense.kind for sense in lexicon.phrases.get(lexicon.normal_form(word), ())}
    return bool(found.intersection(kinds)) and "noun" not in found


def _spell(tokens: list[Token], lexicon: Lexicon) -> tuple[list[str], set[int]]:
    """Return the normal form of every token, and which of them were misspelt."""
    forms: list[str] = []
    slips: set[int] = set()
    tried: set[str] = set()
    for index, token in enumerate(tokens):
        form = lexicon.normal_form(token.text) if token.kind == "word" else token.text
        is_open = token.kind == "word" and form not in lexicon.words
        if (
            is_open
            and (form in tried or len(tried) < MAX_CORRECTIONS)
            and not _pairs_up(tokens, index, lexicon)
        ):
            tried.add(form)
            better = _beside(tokens, forms, index, lexicon) or correct(form)
            if better is not None:
                form = better
                slips.add(index)
        forms.append(form)
    return forms, slips


def _beside(tokens: list[Token], forms: list[str], index: int, lexicon: Lexicon) -> str | None:
    """Return what the word must be to make a known name with one of its neighbors."""
    word = lexicon.normal_form(tokens[index].text)
    if index and (found := correct_beside(word, forms[index - 1], is_after=True)):
        return found
    if index + 1 < len(tokens) and tokens[index + 1].kind == "word":
        return correct_beside(word, lexicon.normal_form(tokens[index + 1].text), is_after=False)
    return None


def _pairs_up(tokens: list[Token], index: int, lexicon: Lexicon) -> bool:
    """Say whether the word makes a known one with its neighbor ("brick work" written apart)."""
    word = tokens[index].text
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return (
        lexicon.normal_form(word + after) in lexicon.words
        or lexicon.normal_form(before + word) in lexicon.words
    )


def _longest(
    tokens: list[Token], forms: list[str], at: int, lexicon: Lexicon, torn: frozenset[str] = frozenset()
) -> tuple[int, tuple[Sense, ...], str, str]:
    """Return how many tokens the longest phrase at `at` takes, its senses, its key and how it was found."""
    first = tokens[at]
    if first.kind == "stop":
        return 1, (Sense("break", first.text),), first.text, "exact"
    if first.kind == "hex":
        return (
            1,
            (Sense("color", "paint", color=ColorWord(first.text, parse_hex(first.text))),),
            first.text,
            "token",
        )
    if first.kind == "percent":
        share = float(first.text.removesuffix("%").removesuffix("percent"))
        return 1, (Sense("degree", "absolute", min(1.0, share / 100.0), flag="percent"),), first.text, "token"
    reach = 1
    while (
        reach < LONGEST_PHRASE and at + reach < len(tokens) and tokens[at + reach].kind in ("word", "number")
    ):
        reach += 1
    for count in range(reach, 0, -1):
        key = " ".join(forms[at : at + count])
        if key in torn:
            continue
        if key in lexicon.phrases:
            return count, lexicon.phrases[key], key, _how(tokens[at : at + count], key, lexicon.phrases[key])
        whole = lexicon.normal_form("".join(token.text for token in tokens[at : at + count]))
        if count in (2, 3) and whole in lexicon.phrases:
            return count, lexicon.phrases[whole], whole, "compound"
    return 1, _ish_color(forms[at], lexicon), forms[at], "lemma"


def _how(run: list[Token], key: str, senses: tuple[Sense, ...]) -> str:
    if " ".join(token.text for token in run) != key:
        return "lemma"
    name = senses[0].color.name if senses[0].color else senses[0].value.replace("_", " ")
    return "exact" if name == key else "synonym"


def _ish_color(word: str, lexicon: Lexicon) -> tuple[Sense, ...]:
    """Return a duller color for "tealish"; nothing for any other unknown word."""
    stem = word.removesuffix("ish")
    if stem == word:
        return ()
    for sense in lexicon.phrases.get(stem, ()):
        if sense.kind == "color" and sense.color:
            return (Sense("color", "paint", color=apply_shade(sense.color, _ISH, name=word)),)
    return ()
