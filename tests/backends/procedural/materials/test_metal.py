"""Painted steel: plates, rivets and paint that are the same at every size and scroll with the tile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.layouts import courses, lay
from assetgen.backends.procedural.operators.panels import band, border_points, half_extents, split
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.imaging.color import linear_to_srgb

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
