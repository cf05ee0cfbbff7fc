"""Each rule of the grammar, as a sentence with an example."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt
from assetgen.backends.procedural.grammar.report import MaterialRequest
from assetgen.backends.procedural.grammar.sound_parse import parse_sound
from assetgen.errors import SpecError

BASKET = {"bond": "basket", "face": "wire_cut", "joint": "raked"}


def request(prompt: str, *, negative: str = "") -> MaterialRequest:
    return parse_prompt(prompt, negative=negative).request


def amounts(prompt: str, *, negative: str = "") -> dict[str, float]:
    return {layer.name: layer.amount for layer in request(prompt, negative=negative).layers}


def color(prompt: str) -> str | None:
    found = request(prompt).color
    return found.name if found else None


def ignored(prompt: str) -> list[str]:
    return [item.text for item in parse_prompt(prompt).report.ignored]


def test_the_worked_example_comes_out_whole() -> None:
    parsed = parse_prompt("old wet mossy dark grey cobblestone with gold veins, stylized")
    wanted = parsed.request
    assert wanted.base == "cobblestone"
    assert dict(wanted.traits) == {"age": 0.8}
    assert {layer.name: layer.amount for layer in wanted.layers} == {"moss": 0.6, "veins": 0.5, "wet": 0.7}
    assert wanted.color is not None
    assert wanted.color.name == "dark grey"
    veins = next(layer for layer in wanted.layers if layer.name == "veins")
    assert veins.color is not None
    assert (veins.color.name, veins.color.metal) == ("gold", True)
    assert wanted.style == "stylized"
    assert parsed.report.ignored == ()


def test_equal_prompts_give_equal_hashable_requests() -> None:
    one, two = request("Mossy  Cobblestone!"), request("mossy cobblestones")
    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize(
    ("prompt", "amount"),
    [
        ("mossy brick", 0.6),
        ("slightly mossy brick", 0.24),
        ("very mossy brick", 0.9),
        ("extremely mossy brick", 1.0),
        ("30% moss on brick", 0.3),
        ("brick, moss 30%", 0.3),
        ("brick half covered in moss", 0.5),
        ("brick covered in moss", 0.8),
        ("moss-covered brick", 0.8),
        ("completely moss-covered brick", 1.0),
        ("a bit of moss on brick", 0.24),
        ("(mossy:0.5) brick", 0.3),
        ("((mossy)) brick", 0.726),
        ("brick with thick moss", 0.9),
        ("brick with not very much moss", 0.36),
    ],
)
def test_degrees_percentages_and_weights_scale_a_layer(prompt: str, amount: float) -> None:
    assert amounts(prompt)["moss"] == pytest.approx(amount, abs=2e-3)


def test_a_degree_reaches_only_the_next_word() -> None:
    assert amounts("very wet mossy brick") == {"wet": 1.0, "moss": 0.6}


def test_a_percentage_of_zero_forbids_the_layer() -> None:
    assert amounts("0% moss on brick") == {}


@pytest.mark.parametrize(
    "prompt",
    [
        "brick without moss",
        "brick, no moss",
        "moss-free brick",
        "brick free of moss",
        "not mossy brick",
        "non-mossy brick",
        "unmossy brick",
        "brick --no moss",
        "brick with no cracks or moss",
        "brick, neither cracked nor mossy",
    ],
)
def test_negations_keep_a_layer_away_and_are_reported(prompt: str) -> None:
    parsed = parse_prompt(prompt)
    assert parsed.request.base == "brick"
    assert parsed.request.layers == ()
    assert "without: moss" in parsed.report.understood
    assert parsed.report.ignored == ()


def test_a_negation_ends_at_the_comma_and_at_but() -> None:
    assert amounts("no moss, wet cobblestone") == {"wet": 0.7}
    assert amounts("cobblestone not mossy but wet") == {"wet": 0.7}


def test_not_reaches_the_adjective_and_leaves_the_base() -> None:
    assert request("not wet dirt").base == "dirt"


def test_a_negated_trait_goes_back_to_neutral() -> None:
    assert dict(request("non-glossy tiles").traits) == {"gloss": 0.0}
    assert dict(request("not old brick").traits) == {"age": 0.0}


def test_the_negative_prompt_takes_layers_colors_and_traits_away() -> None:
    assert amounts("wet mossy brick", negative="moss, blurry, people") == {"wet": 0.7}
    assert request("red brick", negative="red").color is None
    assert dict(request("glossy brick", negative="glossy").traits) == {"gloss": 0.0}
    assert dict(request("matte brick", negative="glossy").traits) == {"gloss": -0.8}


def test_unknown_words_of_the_negative_prompt_are_warned_of() -> None:
    report = parse_prompt("brick", negative="zorblax").report
    assert report.ignored == ()
    assert any("zorblax" in warning for warning in report.warnings)


def test_noun_position_tells_colors_from_layers() -> None:
    assert (color("moss green tiles"), amounts("moss green tiles")) == ("moss green", {})
    assert (color("mossy tiles"), amounts("mossy tiles")) == (None, {"moss": 0.6})
    assert (color("rust colored paint on metal"), amounts("rust colored paint on metal")) == ("rust", {})
    assert (color("brick with rust"), amounts("brick with rust")) == (None, {"rust": 0.6})
    assert (color("sand colored brick"), request("sand").base) == ("sand", "sand")


def test_a_color_before_a_layer_noun_colors_the_layer() -> None:
    wanted = request("grey cobblestone with bright green moss and copper veins")
    assert wanted.color is not None
    assert wanted.color.name == "grey"
    assert [(x.name, x.color.name if x.color else "") for x in wanted.layers] == [
        ("moss", "bright green"),
        ("veins", "copper"),
    ]


def test_a_color_before_an_adjective_or_another_thing_does_not() -> None:
    assert color("green mossy stone") == "green"
    assert color("brick with red flags") is None
    assert ignored("brick with red flags") == ["red", "flags"]
    assert color("veins of gold in grey concrete") == "grey"


def test_two_colors_make_a_pattern_and_grout_takes_the_second() -> None:
    for prompt in ("red and white tiles", "red tiles with white grout", "red/white tiles"):
        wanted = request(prompt)
        assert wanted.color is not None
        assert wanted.second_color is not None
        assert (wanted.color.name, wanted.second_color.name) == ("red", "white")


def test_a_third_color_is_reported() -> None:
    assert ignored("red, white and blue tiles") == ["blue"]


def test_shades_change_a_color_and_alone_set_brightness() -> None:
    grey, dark = request("teal brick").color, request("dark teal brick").color
    assert grey is not None
    assert dark is not None
    assert sum(dark.srgb) < sum(grey.srgb)
    assert dict(request("dark brick").traits) == {"brightness": -0.5}


@pytest.mark.parametrize(
    ("prompt", "base"),
    [
        ("moss on brick", "brick"),
        ("dirt on concrete", "concrete"),
        ("concrete covered with dirt", "concrete"),
        ("brick wall with wooden planks", "brick"),
        ("concrete brick", "brick"),
        ("moss between bricks", "brick"),
        ("planks made of wood", "wood_planks"),
        ("dirt road", "dirt"),
        ("timber", "wood_planks"),
        ("bulkhead", "hull_panels"),
        ("zellige", "ceramic_tiles"),
        ("cobble-stone", "cobblestone"),
        ("cobblestones", "cobblestone"),
        ("poured cement", "concrete"),
        ("white painted wood planks", "painted_planks"),
        ("peeling blue paint on wooden planks", "painted_planks"),
        ("planks without paint", "wood_planks"),
        ("raw floorboards", "wood_planks"),
        ("varnished planks", "floorboards"),
        ("bark of an old pine tree", "pine_bark"),
        ("the bark of an oak", "oak_bark"),
    ],
)
def test_the_base_is_what_the_rest_lies_on(prompt: str, base: str) -> None:
    assert request(prompt).base == base


def test_a_second_material_is_reported_not_mixed_in() -> None:
    assert ignored("brick wall with wooden planks") == ["wooden planks"]


def test_a_family_word_takes_its_default_with_a_warning() -> None:
    report = parse_prompt("old stone ground").report
    assert report.base == "cobblestone"
    assert report.confidence <= 0.5
    assert any("'stone ground'" in warning and "cobblestone" in warning for warning in report.warnings)
    assert [span.how for span in report.spans if span.kind == "base"] == ["family"]


@pytest.mark.parametrize("prompt", ["quartz", "white quartz floor", "quartz tiles"])
def test_a_known_material_beyond_the_library_is_never_replaced(prompt: str) -> None:
    report = parse_prompt(prompt).report
    assert report.base is None
    (item,) = report.ignored
    assert item.reason.startswith("known, but not in this library; a diffusion backend could make it")
    assert report.suggested[0] in load_catalog().materials


def test_a_wall_of_something_unknown_has_no_material() -> None:
    assert request("wall").base == "brick"
    for prompt in ("goblin wall", "zorblax floor", "spaceship door"):
        assert request(prompt).base is None


def test_a_wooden_thing_beyond_the_library_is_not_planks() -> None:
    assert request("wooden log cabin").base is None


def test_the_color_of_scratches_is_not_the_color_of_the_base() -> None:
    wanted = request("yellow painted metal with black scratches")
    assert (color("yellow painted metal with black scratches"), wanted.second_color) == ("yellow", None)
    assert [(layer.name, layer.color and layer.color.name) for layer in wanted.layers] == [
        ("scratches", "black")
    ]


def test_a_wood_species_after_the_planks_is_kept() -> None:
    assert dict(request("floorboards, dark walnut").options) == {"species": "walnut"}


def test_no_dents_ends_at_the_dents() -> None:
    wanted = request("no rust no dents painted metal")
    assert (wanted.base, wanted.layers, dict(wanted.traits)) == ("painted_metal", (), {})


def test_options_belong_to_their_base() -> None:
    assert dict(request("herringbone brick").options) == {"bond": "herringbone"}
    assert dict(request("herringbone ceramic tiles").options) == {"layout": "herringbone"}
    assert dict(request("white subway tiles").options) == {"layout": "offset", "shape": "subway"}
    assert dict(request("vertical varnished planks").options) == {"direction": "vertical"}
    assert dict(request("riveted painted metal").options) == {"joint": "rivets"}
    assert dict(request("brick with thin grey mortar").traits) == {"joint": 0.0}
    assert ignored("riveted concrete") == ["riveted"]


def test_a_species_brings_no_color_of_its_own() -> None:
    birch = request("birch bark")
    assert (birch.base, birch.color) == ("birch_bark", None)
    assert color("black birch bark") == "black"


def test_explicit_settings_are_taken_out_of_the_text() -> None:
    wanted = request("brick --seed 7, tile=3m, 2048")
    assert (wanted.seed, wanted.tile_m, wanted.size) == (7, 3.0, 2048)
    assert request("brick, 2.5 m tile, 2k, seed=12").tile_m == 2.5
    assert request("brick 2k").size == 2048
    assert request("brick 1024x1024").size == 1024
    assert color("#a0b1c2 brick") == "#a0b1c2"


def test_settings_that_cannot_be_followed_are_reported() -> None:
    assert ignored("brick, size=1000") == ["size=1000"]
    assert ignored("brick, 70 bpm") == ["70 bpm"]
    assert ignored("brick --frobnicate 3") == ["--frobnicate 3"]


def test_praise_has_no_effect_and_is_listed_apart() -> None:
    report = parse_prompt("masterpiece, 8k, highly detailed seamless PBR brick texture").report
    assert report.ignored == ()
    assert {"masterpiece", "8k", "highly detailed"} <= set(report.no_effect)
    assert report.request == MaterialRequest(base="brick")


def test_words_after_the_base_that_describe_another_thing_go_with_it() -> None:
    assert amounts("planks with rusty nails") == {}
    assert ignored("planks with rusty nails") == ["rusty", "nails"]


def test_the_kind_given_wins_over_the_words() -> None:
    assert parse_prompt("brick sprite", kind="material").report.kind == "material"
    assert [x.reason for x in parse_prompt("brick sprite", kind="material").report.ignored] == [
        "does not apply to materials"
    ]


def test_material_words_do_not_apply_to_sounds() -> None:
    report = parse_prompt("glossy parquet", kind="audio").report
    assert report.base is None
    assert [item.text for item in report.ignored] == ["glossy", "parquet"]


def test_strict_names_every_ignored_word_with_suggestions() -> None:
    with pytest.raises(SpecError, match=r"'dragon'.*'mouldy'.*try moss") as caught:
        check_strict(parse_prompt("dragon on mouldy brick").report)
    assert "character 1" in str(caught.value)


def test_strict_refuses_a_prompt_without_a_base() -> None:
    with pytest.raises(SpecError, match="names no material of this library; it knows cobblestone"):
        check_strict(parse_prompt("mossy").report)


def test_strict_lets_an_understood_prompt_pass() -> None:
    check_strict(parse_prompt("a nice old brick wall, 4k, no moss").report)
    check_strict(parse_prompt("seamless rain sound loop", kind="audio").report)


@pytest.mark.parametrize(
    ("prompt", "base", "options", "layers"),
    [
        ("birch bark, old, worn, dirty", "birch_bark", {}, {}),
        ("scratched grey hull plating", "hull_panels", {}, {"scratches": 0.55}),
        ("large concrete slabs with rust stains", "concrete_slabs", {}, {"rust": 0.35}),
        ("celadon hexagonal tiles, cracked glaze", "ceramic_tiles", {"layout": "hex"}, {}),
        ("glossy white and blue ceramic tiles, checkerboard", "ceramic_tiles", {"pattern": "checker"}, {}),
        ("green painted wood planks, peeling", "painted_planks", {}, {}),
        (
            "rusty teal painted metal, riveted plates",
            "painted_metal",
            {"joint": "rivets", "layout": "plates"},
            {"rust": 0.6},
        ),
        ("rusty red metal", "painted_metal", {}, {"rust": 0.6}),
        ("dirt with a few puddles", "dirt", {}, {"wet": 0.48}),
        ("brick, basket weave, wire cut, raked joints", "brick", BASKET, {}),
    ],
)
def test_what_an_artist_writes_is_understood_to_the_last_word(
    prompt: str, base: str, options: dict[str, str], layers: dict[str, float]
) -> None:
    wanted = request(prompt)
    assert ignored(prompt) == []
    assert (wanted.base, dict(wanted.options), amounts(prompt)) == (base, options, layers)


@pytest.mark.parametrize(
    ("prompt", "traits"),
    [
        ("pebbly dirt", {"stones": 0.7}),
        ("stony dirt with dead leaves", {"litter": 0.85, "stones": 0.75}),
        ("dirt without twigs", {"litter": 0.0}),
        ("celadon tiles, cracked glaze", {"crackle": 0.95}),
    ],
)
def test_what_lies_in_one_material_alone_is_a_dial_of_it(prompt: str, traits: dict[str, float]) -> None:
    assert dict(request(prompt).traits) == traits
    assert ignored(prompt) == []


def test_what_lies_in_dirt_lies_in_nothing_else() -> None:
    assert ignored("concrete with twigs") == ["twigs"]
    assert (request("dirt with pebbles").base, request("pebbles with dirt").base) == ("dirt", "pebbles")


def test_rusty_before_a_color_is_rust_on_metal_alone() -> None:
    assert color("rusty red metal") == "red"
    assert color("rusty red brick") == "rusty red"


def test_every_prompt_of_the_samples_is_understood() -> None:
    files = sorted((Path(__file__).parents[4] / "samples").rglob("*.prompt.toml"))
    samples = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    looks = [one.get("prompt", "") for one in samples if one["kind"] != "audio"]
    sounds = [one["prompt"] for one in samples if one["kind"] == "audio"]
    assert sum(map(bool, looks)) > 15
    assert {prompt: ignored(prompt) for prompt in looks if ignored(prompt)} == {}
    assert sounds
    assert [item.text for prompt in sounds for item in parse_sound(prompt).report.ignored] == []
