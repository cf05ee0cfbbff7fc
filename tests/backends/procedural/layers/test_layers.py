"""Layers settle on any base, grow with their amount, and know neither an edge nor a thread count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.table import LAYERS
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.surface import Surface, finish

SIZE = 128
GOLD = ColorWord(name="gold", srgb=(1.0, 0.85, 0.57), metal=True)
AMOUNTS = (0.15, 0.4, 0.7, 1.0)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Small tiles are all overhead: several threads only wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


def grooved(torus: Torus) -> Surface:
    """A synthetic base: a grey dielectric face with a 10 mm deep cross of grooves and a faint roll."""
    cell_u, cell_v = torus.u * 2 - torch.floor(torus.u * 2), torus.v * 2 - torch.floor(torus.v * 2)
    away = torch.minimum((cell_u - 0.5).abs(), (cell_v - 0.5).abs())
    roll = fbm(torus, "roll", 3, octaves=3)
    flat = torch.full((torus.size, torus.size), 0.7)
    return Surface(
        torus=torus,
        height_m=smoothstep(0.02, 0.05, away) * 0.01 + roll * 0.002,
        color=flat.expand(3, -1, -1) * 0.4,
        roughness=flat,
        metallic=torus.zeros(),
    )


def even(torus: Torus) -> Surface:
    """A synthetic base without any relief at all."""
    flat = torch.full((torus.size, torus.size), 0.5)
    color = flat.expand(3, -1, -1) * 0.4
    return Surface(torus=torus, height_m=torus.zeros(), color=color, roughness=flat, metallic=torus.zeros())


def made(recipe: str) -> Callable[[Torus], Surface]:
    chosen = RECIPES[recipe]

    def make(torus: Torus) -> Surface:
        return chosen.make(torus, Look(values=resolve(chosen.parameters, torus, traits={}, given={})))

    return make


BASES: dict[str, Callable[[Torus], Surface]] = {
    "even": even,
    "grooved": grooved,
    **{name: made(name) for name in RECIPES},
}
FEW = ("cobblestone", "grooved", "painted_metal")
MORE = ("bare_steel", "brick", "dirt", "leather", "plaster", "wood_planks")
_SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in MORE]
on_every_base = pytest.mark.parametrize("base_name", [*FEW, *_SLOW])
on_every_matter = pytest.mark.parametrize("base_name", ["cobblestone", "painted_metal", *_SLOW])
_KEPT: dict[str, Surface] = {}


def base_of(name: str) -> Surface:
    if name not in _KEPT:
        _KEPT[name] = BASES[name](Torus(size=SIZE, seed=5, tile_m=2.0))
    return _KEPT[name]


def apply(layer: str, surface: Surface, amount: float) -> Surface:
    return LAYERS[layer](surface, amount=amount, look=Look(), color=GOLD if layer == "veins" else None)


def cover_of(layer: str, base: Surface, result: Surface) -> Tensor:
    """Where the layer's own matter shows."""
    return COVER.get(layer, _changed)(base, result)


def _changed(base: Surface, result: Surface) -> Tensor:
    apart = (result.color - base.color).abs().amax(0)
    color = (apart > 0.01) | (apart > 0.04 * base.color.amax(0))
    return color | ((result.roughness - base.roughness).abs() > 0.02)


def _raised(base: Surface, result: Surface) -> Tensor:
    return result.height_m > base.height_m + 0.0004


def _laid(base: Surface, result: Surface) -> Tensor:
    return (result.height_m > base.height_m + 0.00015) | ((result.color - base.color).abs().amax(0) > 0.08)


def _moved(base: Surface, result: Surface) -> Tensor:
    return (result.height_m - base.height_m).abs() > 0.0002


def _smoothed(base: Surface, result: Surface) -> Tensor:
    return result.roughness < base.roughness - 0.02


def _lit(base: Surface, result: Surface) -> Tensor:
    return torch.zeros_like(base.height_m) > 0 if result.emissive is None else result.emissive.amax(0) > 0.05


def _gilded(base: Surface, result: Surface) -> Tensor:
    red, _, blue = result.color
    return (result.metallic > 0.05 + base.metallic) & (red > blue)


COVER: dict[str, Callable[[Surface, Surface], Tensor]] = {
    "cracks": lambda base, result: result.height_m < base.height_m - 0.0002,
    "veins": _gilded,
    "dents": _moved,
    "paint": _laid,
    "mud_splatter": _laid,
    "moss": _raised,
    "ivy": _raised,
    "leaves": _raised,
    "wet": _smoothed,
    "glow": _lit,
}
"""What else than a change of color a layer is seen by."""


def fields(surface: Surface) -> dict[str, Tensor]:
    return {
        "height": surface.height_m,
        "color": surface.color,
        "roughness": surface.roughness,
        "metallic": surface.metallic,
    }


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_of_no_amount_leaves_the_surface_as_it_is(layer: str) -> None:
    base = base_of("cobblestone")
    assert apply(layer, base, 0.0) is base
    assert apply(layer, base, -1.0) is base


@on_every_base
@pytest.mark.parametrize("layer", LAYERS)
def test_more_of_a_layer_never_uncovers_what_less_of_it_covered(layer: str, base_name: str) -> None:
    base = base_of(base_name)
    before = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    shares = []
    for amount in AMOUNTS:
        now = cover_of(layer, base, apply(layer, base, amount))
        lost = (before & ~now).float().mean()
        assert lost <= 0.004, f"{layer} {amount} gives up {lost:.4f} of the tile"
        before = now
        shares.append(float(now.float().mean()))
    assert shares[-1] > shares[0]
    assert all(later >= earlier - 0.002 for earlier, later in pairwise(shares))


@pytest.mark.parametrize(
    ("layer", "base_name", "least"),
    [
        ("moss", "cobblestone", 0.9),
        ("moss", "painted_metal", 0.85),
        ("moss", "even", 0.85),
        ("rust", "painted_metal", 0.95),
        ("rust", "grooved", 0.7),
        ("wet", "cobblestone", 0.99),
        ("wet", "even", 0.99),
        ("veins", "grooved", 0.04),
        ("cracks", "even", 0.08),
        ("inlays", "even", 0.06),
        ("dents", "grooved", 0.1),
        ("paint", "cobblestone", 0.97),
        ("scratches", "painted_metal", 0.02),
        ("edge_wear", "cobblestone", 0.1),
        ("patina", "bare_steel", 0.95),
        ("stains", "even", 0.6),
        ("drips", "grooved", 0.5),
        ("soot", "cobblestone", 0.97),
        ("lichen", "cobblestone", 0.3),
        ("blood", "even", 0.3),
        ("ivy", "cobblestone", 0.8),
        ("leaves", "cobblestone", 0.85),
        ("mud_splatter", "cobblestone", 0.85),
        ("mud_splatter", "painted_metal", 0.9),
        ("dust", "cobblestone", 0.97),
        ("sand_drift", "cobblestone", 0.97),
        ("ice_glaze", "cobblestone", 0.97),
        ("snow", "cobblestone", 0.9),
        ("snow", "painted_metal", 0.95),
        ("frost", "painted_metal", 0.97),
        ("tracks", "even", 0.05),
        ("footprints", "even", 0.01),
        ("glow", "cobblestone", 0.1),
    ],
)
def test_a_full_layer_covers_what_its_cause_can_reach(layer: str, base_name: str, least: float) -> None:
    base = base_of(base_name)
    assert cover_of(layer, base, apply(layer, base, 1.0)).float().mean() >= least


@on_every_base
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_scrolls_with_the_tile(layer: str, base_name: str) -> None:
    straight = apply(layer, base_of(base_name), 0.55)
    torus = Torus(size=SIZE, seed=5, tile_m=2.0, origin=(37, 101))
    scrolled = apply(layer, BASES[base_name](torus), 0.55)
    for name, field in fields(straight).items():
        span = max(float(field.max() - field.min()), 1e-6) if name == "height" else 1.0
        apart = (field.roll((-101, -37), (-2, -1)) - fields(scrolled)[name]).abs() / span
        assert (apart > 2 / 255).float().mean() <= 0.001, name


@pytest.mark.parametrize("amount", [0.4, 1.0])
@on_every_matter
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_stays_plausible_matter(layer: str, base_name: str, amount: float) -> None:
    material = finish(apply(layer, base_of(base_name), amount))
    maps = (material.base_color, material.normal, material.roughness, material.metallic)
    color, normal, roughness, metallic = (image.pixels for image in maps if image is not None)
    assert all(bool(torch.isfinite(values).all()) for values in (color, normal, roughness, metallic))
    value = color.mean(-1)
    dark, light = torch.quantile(value, 0.01) * 255, torch.quantile(value, 0.99) * 255
    assert dark >= 29
    assert light <= 240 or metallic.median() > 0.5
    assert (normal[..., 2] * 2 - 1).mean() >= 0.6
    assert roughness.std() >= 0.01
    dielectric = metallic[..., 0] < 0.5
    peak, low = color.amax(-1), color.amin(-1)
    saturation = ((peak - low) / peak.clamp(min=1e-3))[dielectric]
    assert not bool(dielectric.any()) or saturation.mean() < 0.6
    assert material.relief_m < 0.15


def test_moss_has_thickness_and_prefers_joints() -> None:
    base = base_of("grooved")
    result = apply("moss", base, 0.4)
    green = cover_of("moss", base, result)
    grown_m = (result.height_m - base.height_m)[green]
    assert 0.002 < float(grown_m.median()) < 0.015
    joint = base.height_m < 0.004
    assert green[joint].float().mean() > 1.4 * green[~joint].float().mean()


def test_rust_takes_relief_and_metal_on_iron_but_only_stains_stone() -> None:
    iron, stone = base_of("painted_metal"), base_of("cobblestone")
    rusty = apply("rust", iron, 1.0)
    assert rusty.metallic.mean() < iron.metallic.mean()
    assert not torch.equal(rusty.height_m, iron.height_m)
    assert torch.equal(apply("rust", stone, 1.0).height_m, stone.height_m)


def test_gold_in_stone_does_not_make_the_stone_rust() -> None:
    golden = apply("veins", base_of("cobblestone"), 1.0)
    assert (golden.metallic > 0.5).float().mean() > 0.005
    assert torch.equal(apply("rust", golden, 0.5).height_m, golden.height_m)


def test_standing_water_is_flat_smooth_and_the_lowest_thing_there_is() -> None:
    result = apply("wet", base_of("cobblestone"), 0.8)
    level = result.height_m.min()
    water = result.height_m == level
    assert water.float().mean() > 0.2
    inner = water & (result.roughness < 0.06)
    assert inner.float().sum() > 0.8 * water.float().sum()
    deep = torch.nn.functional.max_pool2d((~inner).float()[None, None], 3, 1, 1)[0, 0] == 0
    normal = finish(result).normal
    assert normal is not None
    assert (normal.pixels[deep][:, 2] > 0.999).float().mean() > 0.95


def test_damp_stone_is_darker_and_smoother() -> None:
    base = base_of("grooved")
    result = apply("wet", base, 0.2)
    damp = cover_of("wet", base, result)
    assert 0.15 < damp.float().mean() < 0.6
    assert result.color[:, damp].mean() < 0.8 * base.color[:, damp].mean()


def test_cracks_are_deep_narrow_and_few_at_a_low_amount() -> None:
    base = base_of("even")
    few, many = (cover_of("cracks", base, apply("cracks", base, amount)) for amount in (0.2, 1.0))
    assert few.float().mean() < 0.3 * many.float().mean()
    fallen = (base.height_m - apply("cracks", base, 1.0).height_m).max()
    assert 0.0015 < float(fallen) < 0.012


def test_veins_leave_deep_joints_alone_and_metal_ones_are_metal() -> None:
    base = base_of("cobblestone")
    ore = cover_of("veins", base, apply("veins", base, 1.0))
    deep = base.level() < 0.2
    assert ore[deep].float().mean() < 0.5 * ore[~deep].float().mean()
    quartz = LAYERS["veins"](base, amount=1.0, look=Look(), color=None)
    assert quartz.metallic.max() == 0.0


def test_snow_fills_hollows_first_and_lies_thick() -> None:
    base = base_of("grooved")
    little, much = (apply("snow", base, amount) for amount in (0.3, 1.0))
    hollow = base.height_m < 0.003
    white = cover_of("snow", base, little)
    assert white[hollow].float().mean() > 1.5 * white[~hollow].float().mean()
    assert 0.01 < float((much.height_m - base.height_m).median()) < 0.08


def test_scratches_and_worn_edges_go_through_paint_to_the_metal() -> None:
    painted, stone = base_of("painted_metal"), base_of("cobblestone")
    for layer in ("scratches", "edge_wear"):
        result = apply(layer, painted, 0.8)
        assert (result.metallic > painted.metallic + 0.05).float().mean() > 0.005, layer
        assert apply(layer, stone, 0.8).metallic.max() == 0.0, layer


def test_edges_wear_and_flat_faces_do_not() -> None:
    base = base_of("even")
    assert float((apply("edge_wear", base, 1.0).height_m - base.height_m).abs().max()) < 1e-5
    grooved_base = base_of("grooved")
    assert float((grooved_base.height_m - apply("edge_wear", grooved_base, 1.0).height_m).max()) > 0.0005


def test_less_paint_has_gone_from_what_stands_out() -> None:
    base = base_of("cobblestone")
    left = cover_of("paint", base, apply("paint", base, 0.5))
    high = base.level() > 0.7
    low = base.level() < 0.3
    assert left[low].float().mean() > 1.3 * left[high].float().mean()


def test_lichen_leaves_joints_bare() -> None:
    base = base_of("cobblestone")
    crust = cover_of("lichen", base, apply("lichen", base, 1.0))
    deep = base.level() < 0.2
    assert crust[deep].float().mean() < 0.6 * crust[~deep].float().mean()


def test_patina_is_green_on_copper_and_grey_on_steel() -> None:
    steel = base_of("bare_steel")
    red = torch.tensor([0.95, 0.64, 0.54])[:, None, None]
    copper = replace(steel, color=steel.color * 0 + red, metallic=torch.ones_like(steel.metallic))
    for base, is_green in ((copper, True), (steel, False)):
        red, green, _ = apply("patina", base, 0.9).color
        assert bool((green > red * 1.1).float().mean() > 0.4) == is_green


def test_feet_and_wheels_sink_into_snow_and_only_mark_stone() -> None:
    stone = base_of("cobblestone")
    snowy = apply("snow", stone, 1.0)
    for layer in ("footprints", "tracks"):
        assert float((snowy.height_m - apply(layer, snowy, 0.7).height_m).max()) > 0.01, layer
        assert torch.equal(apply(layer, stone, 0.7).height_m, stone.height_m), layer


def test_dust_dulls_what_shines() -> None:
    base = base_of("bare_steel")
    dusty = apply("dust", base, 1.0)
    assert dusty.metallic.mean() < 0.3 * base.metallic.mean()
    assert dusty.roughness.mean() > base.roughness.mean() + 0.2


def test_what_glows_gives_light_and_more_of_it_more() -> None:
    base = base_of("cobblestone")
    dull, bright = (apply("glow", base, amount).emissive for amount in (0.3, 1.0))
    assert dull is not None
    assert bright is not None
    assert bright.amax() > dull.amax() > 0.2


def test_cracks_that_glow_do_so_in_their_color_and_nothing_else_does() -> None:
    red = ColorWord(name="red", srgb=(0.9, 0.0, 0.0), metal=False)
    broken = LAYERS["cracks"](base_of("cobblestone"), amount=0.8, look=Look(), color=red)
    light = apply("glow", broken, 0.6).emissive
    assert light is not None
    assert broken.opened is not None
    bright = light.amax(0) > 0.5
    assert bright.any()
    around = torch.nn.functional.max_pool2d(broken.opened[None, None], 3, 1, 1)[0, 0]
    assert around[bright].min() > 0.02
    assert light[0][bright].min() > 2 * light[1:, bright].max()


def test_tyres_lay_bare_the_ground_under_snow_and_only_there_water_stands_on_it() -> None:
    stone = base_of("even")
    snowy = apply("snow", stone, 1.0)
    driven = apply("tracks", snowy, 0.6)
    assert snowy.fallen is not None
    assert driven.fallen is not None
    bare = driven.fallen.share < snowy.fallen.share - 0.5
    assert bare.float().mean() > 0.02
    wet = apply("wet", driven, 0.7)
    white = driven.fallen.share > 0.9
    assert (wet.height_m - driven.height_m)[white].abs().max() < 0.0003
    assert (wet.roughness < driven.roughness - 0.1)[bare].float().mean() > 0.7


def test_water_fills_footprints() -> None:
    soft = replace(base_of("grooved"), loose=torch.ones(SIZE, SIZE))
    trodden = apply("footprints", replace(soft, height_m=soft.height_m * 0), 1.0)
    wet = apply("wet", trodden, 0.4)
    water = wet.height_m == wet.height_m.min()
    assert trodden.height_m[water].max() < trodden.height_m.median()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_color_asked_for_reaches_the_layer(layer: str) -> None:
    base = base_of("cobblestone")
    blue = ColorWord(name="blue", srgb=(0.15, 0.25, 0.8), metal=False)
    plain = LAYERS[layer](base, amount=0.9, look=Look(), color=None)
    asked = LAYERS[layer](base, amount=0.9, look=Look(), color=blue)
    shown, usual = ((made.color if made.emissive is None else made.emissive) for made in (asked, plain))
    blueness = shown[2] - shown[0] - (usual[2] - usual[0])
    assert blueness.max() > 0.01
