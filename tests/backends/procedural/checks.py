"""What every recipe must keep, as functions that give back a figure or state a claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.recipe import Recipe
from assetgen.backends.procedural.surface import Surface
from assetgen.media.material import Material

NO_WISHES: Mapping[str, float] = {}
NO_OPTIONS: Mapping[str, str] = {}


def draw(
    recipe: Recipe,
    *,
    size: int = 128,
    seed: int = 1,
    origin: tuple[int, int] = (0, 0),
    traits: Mapping[str, float] = NO_WISHES,
    options: Mapping[str, str] = NO_OPTIONS,
    colors: tuple[ColorWord | None, ColorWord | None] = (None, None),
    whole: bool = False,
) -> Surface:
    """Return the surface that a recipe makes for some wishes; `whole` draws a small one as the backend does."""
    torus = Torus(size=size, seed=seed, tile_m=recipe.tile_m, origin=origin)
    look = Look(
        values=resolve(recipe.parameters, torus, traits=traits, given={}),
        traits=traits,
        options=options,
        color=colors[0],
        second_color=colors[1],
    )
    return recipe.draw(torus, look) if whole else recipe.make(torus, look)


def fields(surface: Surface) -> dict[str, Tensor]:
    """Return every field of a surface by name, the height as 0..1 of its relief."""
    return {
        "height": surface.level(),
        "color": surface.color,
        "roughness": surface.roughness,
        "metallic": surface.metallic,
    }


def scroll_share(make: Callable[[tuple[int, int]], Surface]) -> dict[str, float]:
    """Return the share of texels that differ when a drawing from another origin is scrolled back, for every field.

    A drawing that has no seam anywhere is the same from any origin, but for rounding.
    """
    right, down = 37, 101
    still, moved = fields(make((0, 0))), fields(make((right, down)))
    return {
        name: ((torch.roll(field, (-down, -right), (-2, -1)) - moved[name]).abs() > 2 / 255)
        .float()
        .mean()
        .item()
        for name, field in still.items()
    }


def assert_same_bits_for_threads(
    recipe: Recipe, *, options: Mapping[str, str] = NO_OPTIONS, size: int = 192
) -> None:
    """State that one thread and two give the same bits."""
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = fields(draw(recipe, size=size, options=options))
        torch.set_num_threads(2)
        two = fields(draw(recipe, size=size, options=options))
    finally:
        torch.set_num_threads(before)
    for name, field in one.items():
        assert torch.equal(field, two[name]), f"{name} depends on the thread count"


def height_agreement(recipe: Recipe, *, options: Mapping[str, str] = NO_OPTIONS, seed: int = 1) -> float:
    """Return the correlation of the height at 256 with the averaged height at 1024."""
    small = draw(recipe, size=256, seed=seed, options=options, whole=True).height_m
    large = draw(recipe, size=1024, seed=seed, options=options, whole=True).height_m
    return correlation(small, large.view(256, 4, 256, 4).mean(dim=(1, 3)))


def correlation(first: Tensor, second: Tensor) -> float:
    """Return Pearson's correlation of two fields."""
    a, b = (first - first.mean()).flatten().double(), (second - second.mean()).flatten().double()
    return float((a @ b) / (a.norm() * b.norm()).clamp(min=1e-12))


def saturation(material: Material) -> float:
    """Return the mean saturation (HSV) of a base color."""
    rgb = material.base_color.pixels[..., :3]
    high, low = rgb.amax(-1), rgb.amin(-1)
    return float(((high - low) / high.clamp(min=1e-3)).mean())


def picture_change(recipe: Recipe, name: str, choice: str, *, instead_of: str, size: int = 128) -> float:
    """Return the mean difference of height (0..1) and color that one option makes against another."""
    one = fields(draw(recipe, size=size, options={name: choice}))
    other = fields(draw(recipe, size=size, options={name: instead_of}))
    return max(float((one[key] - other[key]).abs().mean()) for key in ("height", "color", "roughness"))
