"""The procedural backend: a spec becomes a material, and what cannot be followed is said."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from assetgen.backends.base import Generated
from assetgen.backends.procedural.backend import ProceduralBackend
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.context import Context
from assetgen.errors import Cancelled, SpecError
from assetgen.specs.material import Maps, MaterialSpec, NormalMap, Surface
from assetgen.specs.texture import TextureSpec


def make(prompt: str, *, ctx: Context | None = None, **wishes: Any) -> Generated:
    spec = MaterialSpec(asset="test", prompt=prompt, size=(64, 64), **{"seed": 3, **wishes})
    return ProceduralBackend().generate(spec, ctx or Context())


def same(one: Generated, other: Generated) -> bool:
    pairs = zip(one.value.maps(), other.value.maps(), strict=True)
    return all(torch.equal(a.pixels, b.pixels) for (_, a), (_, b) in pairs)


def test_a_prompt_becomes_a_material_with_all_maps_and_a_report() -> None:
    made = make("old mossy brick wall")
    roles = [role for role, _ in made.value.maps()]
    assert roles == ["base_color", "normal", "roughness", "metallic", "occlusion", "height"]
    assert all(image.pixels.shape[:2] == (64, 64) for _, image in made.value.maps())
    assert made.value.tile_m == RECIPES["brick"].tile_m
    assert made.prompt_report is not None
    assert (made.prompt_report["base"], made.warnings) == ("brick", ())


def test_a_texture_is_drawn_as_well() -> None:
    spec = TextureSpec(asset="test", prompt="concrete", role="albedo", size=(64, 64), seed=1)
    assert ProceduralBackend().generate(spec, Context()).value.base_color is not None


def test_one_spec_makes_one_material_and_another_seed_another() -> None:
    assert same(make("brick"), make("brick"))
    assert not same(make("brick"), make("brick", seed=4))


def test_a_seed_in_the_prompt_goes_before_that_of_the_file() -> None:
    assert same(make("brick --seed 9"), make("brick, seed=9", seed=5))
    assert not same(make("brick --seed 9"), make("brick"))


def test_ignored_words_are_warned_of_and_refused_when_strict() -> None:
    warnings = make("brick wall with graffiti").warnings
    assert any('"graffiti" was ignored' in line for line in warnings)
    with pytest.raises(SpecError, match="graffiti"):
        make("brick wall with graffiti", strict=True)


def test_a_word_that_turns_no_dial_of_the_recipe_is_warned_of() -> None:
    assert make("irregular oak bark").warnings == ('"irregular" has no effect on oak bark.',)
    # Uneven is said of relief too, which bark has.
    assert make("uneven oak bark").warnings == ()


def test_a_prompt_without_a_material_of_the_library_is_refused_with_what_there_is() -> None:
    with pytest.raises(SpecError, match=r'did you mean "basalt"\?.*brick, .*oak_bark, .*wood_planks'):
        make("white quartz")
    with pytest.raises(SpecError, match=r"names no material .* it makes .*brick,"):
        make("something nice")


def test_a_number_in_the_file_goes_before_the_words() -> None:
    given = make("worn brick", params={"wear": 0.0})
    assert not same(given, make("worn brick"))
    assert same(given, make("broken brick", params={"wear": 0.0}))


def test_a_choice_in_the_file_goes_before_the_words() -> None:
    assert same(make("brick, running bond", params={"bond": "stack"}), make("brick, stack bond"))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"waer": 0.5}, r'params.waer is no parameter of "brick"; did you mean "wear"\?'),
        ({"zzz": 0.5}, r'params.zzz is no parameter of "brick"; there is "age", "bond", "brick_m"'),
        (
            {"bond": "herring"},
            r'params.bond = "herring" is no choice of "brick"; did you mean "herringbone"\?',
        ),
        ({"bond": 1.0}, r'params.bond of "brick" is one of running, stack'),
        ({"wear": "much"}, r'params.wear of "brick" is a number'),
        (
            {"brick_m": 9.0},
            r'params.brick_m = 9 of "brick" lies outside 0.07 to 0.66; the seed draws 0.21 to',
        ),
        ({"wear": 1.5}, r'params.wear = 1.5 of "brick" lies outside 0 to 1'),
        ({"finish": "smooth"}, r'params.finish is no parameter of "brick"'),
    ],
)
def test_params_that_a_recipe_does_not_have_are_refused(params: dict[str, float | str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        make("brick", params=params)


def test_measures_of_the_file_hold() -> None:
    surface = Surface(meters=3.0, roughness=(0.5, 0.9), metallic=0.25)
    material = make("cobblestone, tile=2m", surface=surface).value
    assert material.tile_m == 3.0
    assert material.roughness is not None
    assert material.metallic is not None
    low, high = material.roughness.pixels.aminmax()
    assert (float(low), float(high)) == pytest.approx((0.5, 0.9), abs=1e-4)
    assert bool((material.metallic.pixels == 0.25).all())
    assert make("cobblestone, tile=2.5m").value.tile_m == 2.5


def test_a_stronger_normal_map_leans_further() -> None:
    flat, steep = (make("brick", maps=Maps(normal=NormalMap(strength=s))).value.normal for s in (0.5, 2.0))
    assert flat is not None
    assert steep is not None
    assert steep.pixels[..., 2].mean() < flat.pixels[..., 2].mean()


def test_a_negative_prompt_keeps_a_layer_away() -> None:
    assert same(make("mossy brick", negative="moss"), make("brick"))
    assert not same(make("mossy brick"), make("brick"))


def test_layers_are_laid_in_the_order_of_their_causes_whatever_the_prompt_says_first() -> None:
    stages: list[str] = []
    ctx = Context(on_progress=lambda step, total, stage: stages.append(stage))
    made = make("wet mossy rusty cracked brick with gold veins", ctx=ctx)
    names = ("cracks", "veins", "rust", "moss", "wet")
    assert stages == ["drawing brick", *(f"adding {name}" for name in names), "finishing maps"]
    assert same(made, make("cracked brick with gold veins, rusty, mossy, wet"))


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_it_stops_when_asked_to_at_every_stage(asked: int) -> None:
    left = iter([False] * (asked - 1) + [True])
    with pytest.raises(Cancelled):
        make("mossy brick", ctx=Context(is_cancelled=lambda: next(left)))


def test_a_size_in_the_prompt_that_is_not_the_files_is_pointed_out() -> None:
    assert any("write size = 2048" in line for line in make("brick wall, 2048").warnings)
    assert make("brick wall, size=64").warnings == ()
