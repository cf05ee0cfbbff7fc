"""What metals keep to: plates, rivets and paint, and what is bare, rusted, green or pierced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.layouts.panels import band, border_points, half_extents, split
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from assetgen.backends.procedural.operators.metal.mail import mail
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.imaging.color import linear_to_srgb
from tests.backends.procedural.checks import draw

PAINTED_METAL = RECIPES["painted_metal"]

LAYOUTS = ("plates", "single")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Small tiles are all overhead: several threads only wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


def paint(
    size: int = 128,
    seed: int = 1,
    *,
    origin: tuple[int, int] = (0, 0),
    color: ColorWord | None = None,
    traits: dict[str, float] | None = None,
    **options: str,
) -> Surface:
    torus = Torus(size=size, seed=seed, tile_m=PAINTED_METAL.tile_m, origin=origin)
    wished = traits or {}
    values = resolve(PAINTED_METAL.parameters, torus, traits=wished, given={})
    return PAINTED_METAL.make(torus, Look(values=values, traits=wished, options=options, color=color))


def fields(surface: Surface) -> dict[str, Tensor]:
    return {
        "height": surface.height_m,
        "color": surface.color,
        "roughness": surface.roughness,
        "metallic": surface.metallic,
    }


def alikeness(first: Tensor, second: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_painted_metal_is_plausible_matter(layout: str, seed: int) -> None:
    surface = paint(192, seed, layout=layout)
    material = finish(surface)
    assert material.base_color is not None
    assert material.normal is not None
    value = material.base_color.pixels.mean(-1) * 255
    assert torch.quantile(value, 0.01) >= 30
    assert torch.quantile(value, 0.99) <= 240
    assert (material.normal.pixels[..., 2] * 2 - 1).mean() >= 0.9
    assert surface.roughness.std() >= 0.03
    assert 0.002 < material.relief_m < 0.03
    bare = surface.metallic > 0.9
    assert 0.0005 < bare.float().mean() < 0.2
    assert torch.median(linear_to_srgb(surface.color)[:, bare].mean(0)) * 255 >= 165


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("layout", LAYOUTS),
        ("pressing", ("frame", "field", "beads", "cross", "none")),
        ("joint", ("rivets", "welds")),
        ("marking", ("none", "stripe")),
    ],
)
def test_every_option_changes_the_picture(option: str, choices: tuple[str, ...]) -> None:
    made = [paint(**{option: choice}) for choice in choices]  # ty: ignore[invalid-argument-type]
    for number, first in enumerate(made):
        for second in made[number + 1 :]:
            changed = torch.maximum(
                (first.height_m - second.height_m).abs() * 400, (first.color - second.color).abs().amax(0)
            )
            assert (changed > 0.04).float().mean() > 0.01


def test_wear_bares_more_steel_and_dirt_darkens_joints() -> None:
    new, worn = (paint(traits={"wear": wear}) for wear in (0.0, 1.0))
    assert worn.metallic.mean() > 3 * new.metallic.mean()
    clean, dirty = (paint(traits={"dirt": dirt}) for dirt in (0.0, 1.0))
    assert dirty.color.mean() < clean.color.mean()


def test_the_color_asked_for_is_the_paint() -> None:
    asked = (0.2, 0.4, 0.6)
    blue = ColorWord(name="#336699", srgb=asked, metal=False)  # taken at its word
    surface = paint(color=blue, traits={"wear": 0.0, "dirt": 0.0, "age": 0.0})
    seen = linear_to_srgb(surface.color).flatten(1).median(1).values
    assert (seen - torch.tensor(asked)).abs().max() < 0.06


def test_rivets_stand_once_around_every_plate() -> None:
    torus = Torus(size=256, seed=3, tile_m=2.0)
    plan = courses(2, 2)
    half = half_extents(torus, plan)
    rivets = border_points(lay(torus, plan), half, 0.05, 0.1)
    centres = rivets.distance < 0.7 * torus.tile_m / torus.size
    numbers = rivets.id[centres].unique()
    # 1 m plates, rows of 0.9 m in steps of 0.1 m: 10 by 10 points, 36 of them on the border.
    assert len(numbers) == 4 * 36
    assert len(rivets.id.unique()) == 4 * 36


@pytest.mark.parametrize("seed", range(5))
def test_a_random_split_is_a_whole_tiling_of_mixed_sizes(seed: int) -> None:
    plan = split(Torus(size=16, seed=seed, tile_m=2.0), "hull", 10, sizes=((4, 3), (2, 4), (3, 2)))
    assert sum(width * height for _, _, width, height in plan.pieces) == 100
    assert len({(width, height) for _, _, width, height in plan.pieces}) >= 3


@pytest.mark.parametrize("size", [64, 128, 1024])
def test_a_band_keeps_its_area_at_every_size(size: int) -> None:
    torus = Torus(size=size, seed=1, tile_m=2.0)
    line = (torus.u - 0.4321).expand(size, size) * torus.tile_m
    assert abs(float(band(torus, line, 0.003).mean()) * torus.tile_m - 0.006) < 0.0006


GOLD = ColorWord("gold", (1.0, 0.89, 0.62), metal=True)
BLUE = ColorWord("blue", (0.1, 0.2, 0.8), metal=False)


def hue(surface: Surface) -> Tensor:
    """Return red, green and blue of the median bare metal, as shares of their sum."""
    middle = surface.color[:, surface.metallic > 0.75].median(1).values
    return middle / middle.sum()


@pytest.mark.parametrize("name", ["bare_steel", "brushed_metal", "hammered_metal", "diamond_plate"])
def test_another_metal_asked_for_is_cast_in_it_and_a_color_anodizes_or_paints(name: str) -> None:
    plain, golden, blue = (draw(RECIPES[name], colors=(color, None)) for color in (None, GOLD, BLUE))
    assert hue(golden)[2] < hue(plain)[2] - 0.05
    assert blue.color[2].mean() > 1.15 * blue.color[0].mean()


def test_wear_rubs_leaf_and_scale_off() -> None:
    for name, options in (("gold", {"finish": "leaf"}), ("bare_steel", {"alloy": "gunmetal"})):
        new, worn = (draw(RECIPES[name], options=options, traits={"wear": wear}) for wear in (0.0, 1.0))
        more = (worn.metallic - new.metallic).mean()
        assert more < 0 if name == "gold" else more > 0


def test_verdigris_and_rust_are_no_metal_and_rougher_than_what_they_grew_on() -> None:
    for name, options in (("copper", {"state": "verdigris"}), ("rusted_iron", {"state": "fresh"})):
        surface = draw(RECIPES[name], size=192, options=options)
        crust, bare = surface.metallic < 0.3, surface.metallic > 0.6
        if bare.any():
            assert surface.roughness[crust].median() > surface.roughness[bare].median() + 0.15
        assert crust.float().mean() > 0.1


def test_one_sees_the_dark_through_a_grating_and_it_is_no_metal() -> None:
    for pattern in RECIPES["grating"].options["pattern"]:
        surface = draw(RECIPES["grating"], size=256, options={"pattern": pattern})
        deep = surface.level() < 0.3
        assert 0.15 < deep.float().mean() < 0.85
        assert surface.metallic[deep].median() == 0
        assert linear_to_srgb(surface.color[:, deep]).median() < 0.32


def test_a_ring_of_mail_lies_over_one_neighbor_and_under_the_next() -> None:
    rings = mail(Torus(size=512, seed=1, tile_m=0.1), "rings", 0.01, wire=0.1, uneven=0.0)
    level = rings.height_m[rings.wire > 0]
    # The high side of a ring hides the low side of its neighbor, and yet every ring shows some of both.
    assert 0.5 < (level > 0).float().mean() < 0.9
    assert len(rings.ring[rings.wire > 0].unique()) == rings.count
