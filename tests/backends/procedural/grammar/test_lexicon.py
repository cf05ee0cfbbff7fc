"""The lexicon is complete, consistent and quick to load."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.grammar.lexicon import load_lexicon, singular
from assetgen.backends.procedural.grammar.parse import parse_prompt

RECIPES = set(load_catalog().materials)
TRAITS = {
    "age": (0, 1),
    "wear": (0, 1),
    "dirt": (0, 1),
    "relief": (0.25, 3),
    "gloss": (-1, 1),
    "scale": (0.25, 4),
    "regularity": (-1, 1),
    "joint": (0, 1),
    "stones": (0, 1),
    "litter": (0, 1),
    "crackle": (0, 1),
    "brightness": (-1, 1),
    "saturation": (-1, 1),
    "warmth": (-1, 1),
}


def test_the_recipes_and_the_ranges_of_traits_are_as_agreed() -> None:
    lexicon = load_lexicon()
    assert set(lexicon.recipes) == RECIPES
    assert {name: (trait.low, trait.high) for name, trait in lexicon.traits.items()} == TRAITS


def test_every_trait_word_lies_within_its_range() -> None:
    lexicon = load_lexicon()
    for key, senses in lexicon.phrases.items():
        for sense in senses:
            if sense.kind == "trait":
                trait = lexicon.traits[sense.value]
                assert trait.low <= sense.amount <= trait.high, key


def test_layers_and_families_point_at_what_exists() -> None:
    senses = [sense for found in load_lexicon().phrases.values() for sense in found]
    assert {s.value for s in senses if s.kind == "layer"} == set(load_catalog().layers)
    assert all(0 < s.amount <= 1 for s in senses if s.kind == "layer")
    assert {s.value for s in senses if s.kind in ("base", "family")} == RECIPES
    assert all(s.flag in RECIPES for s in senses if s.kind in ("option", "content"))
    assert all(s.value in TRAITS for s in senses if s.kind == "content")
    nearest = {name for s in senses if s.kind == "beyond" for name in s.flag.split()}
    assert nearest <= RECIPES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("dark slate grey", "#2f4f4f"),
        ("rebecca purple", "#663399"),
        ("moss green", "#658b38"),
        ("robins egg", "#6dedfd"),
    ],
)
def test_color_names_of_css_and_xkcd_are_known(name: str, code: str) -> None:
    color = parse_prompt(f"{name} brick").request.color
    assert color is not None
    assert "#" + "".join(f"{round(channel * 255):02x}" for channel in color.srgb) == code


def test_bare_metals_keep_their_reflectance() -> None:
    color = parse_prompt("brick with gold veins").request.layers[0].color
    assert color is not None
    assert color.metal
    assert color.srgb == pytest.approx((1.0, 0.889, 0.615), abs=0.002)


@pytest.mark.parametrize(
    ("plural", "single"),
    [
        ("bricks", "brick"),
        ("mosses", "moss"),
        ("moss", "moss"),
        ("patches", "patch"),
        ("glass", "glass"),
        ("is", "is"),
    ],
)
def test_plurals_lose_their_ending(plural: str, single: str) -> None:
    assert singular(plural) == single


def test_british_and_american_spelling_are_one() -> None:
    assert parse_prompt("grey stylised bricks").request == parse_prompt("gray stylized brick").request


def test_loading_takes_a_moment_only() -> None:
    def seconds() -> float:
        load_lexicon.cache_clear()
        start = time.thread_time()
        load_lexicon()
        return time.thread_time() - start

    # Measured 0.04 s of this thread; the bound leaves room for slower machines and coverage tools,
    # and of three times the least is taken, for a large heap may be swept in the middle of one.
    assert min(seconds() for _ in range(3)) < 0.4


def test_the_grammar_imports_no_heavy_library() -> None:
    code = (
        "import sys, assetgen.backends.procedural.grammar.parse as p; p.parse_prompt('mossy brick');"
        "print([m for m in ('torch', 'numpy', 'numba', 'PIL', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_plain_colors_choose_no_option() -> None:
    plain = ["black", "white", "grey", "red", "green", "blue", "yellow", "brown", "orange", "purple", "pink"]
    taken = [
        key
        for key in plain
        for sense in load_lexicon().phrases[key]
        if sense.kind in ("option", "kin", "base")
    ]
    assert taken == []


def test_no_phrase_names_two_materials() -> None:
    named = {
        key: [sense.value for sense in senses if sense.kind == "base"]
        for key, senses in load_lexicon().phrases.items()
    }
    assert {key: bases for key, bases in named.items() if len(bases) > 1} == {}


def test_every_phrase_can_be_read_alone() -> None:
    for phrase in load_lexicon().phrases:
        parse_prompt(phrase)
