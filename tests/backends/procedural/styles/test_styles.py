"""What every style keeps to, over bases of every sort; a new one joins by standing in the table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from assetgen.backends.base import load_backend
from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.operators.layouts.triangles import triangles
from assetgen.backends.procedural.styles.pixel import pixel
from assetgen.backends.procedural.styles.table import STYLES
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.context import Context
from assetgen.imaging.quality import LARGEST_SEAM, check_plausible, measure_material
from assetgen.specs.base import STYLES as NAMES
from assetgen.specs.material import MaterialSpec
from tests.backends.procedural.checks import draw, fields
from tests.backends.procedural.order_free import suspects
from tests.backends.procedural.test_library import worst_seam

BASES = ("brick", "cobblestone", "painted_metal", "dirt")
SCROLL = (32, 96)
"""A whole number of the pixels of pixel art, which lie on a grid of their own."""


@pytest.fixture(autouse=True, scope="module")
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def styled(style: str, base: str, *, size: int = 128, origin: tuple[int, int] = (0, 0)) -> Surface:
    return STYLES[style](draw(RECIPES[base], size=size, origin=origin))


def test_every_style_of_the_catalog_and_of_prompt_files_has_a_finish_but_the_realistic_one() -> None:
    assert ["realistic", *STYLES] == list(load_catalog().styles)
    assert set(NAMES) == {"realistic", *STYLES}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("style", STYLES)
def test_a_style_scrolls_with_its_base(style: str, base: str) -> None:
    still, moved = (fields(styled(style, base, origin=origin)) for origin in ((0, 0), SCROLL))
    for name, field in still.items():
        rolled = torch.roll(field, (-SCROLL[1], -SCROLL[0]), (-2, -1))
        away = (rolled - moved[name]).abs()
        if style == "pixel":  # of a palette chosen anew by the last bits a color may move a little
            assert away.mean() <= 0.012, name
        else:
            assert (away > 4 / 255).float().mean() <= 0.01, name


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("style", STYLES)
def test_a_styled_surface_is_still_matter(style: str, base: str) -> None:
    surface = styled(style, base, size=256)
    assert all(bool(torch.isfinite(field).all()) for field in fields(surface).values())
    told = check_plausible(measure_material(finish(surface)))
    # Blocks and facets meet at lines, and one of them may lie along the border.
    assert [line for line in told if "seam" not in line] == []


@pytest.mark.slow
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("style", [style for style in STYLES if style not in ("pixel", "low_poly")])
def test_no_style_shows_a_seam(style: str, base: str) -> None:
    assert worst_seam(finish(styled(style, base, size=1024))) <= LARGEST_SEAM


@pytest.mark.parametrize("style", STYLES)
def test_a_style_changes_every_base_a_lot(style: str) -> None:
    for base in BASES:
        before, after = fields(draw(RECIPES[base])), fields(styled(style, base))
        assert (before["color"] - after["color"]).abs().mean() > 0.012, base


def test_no_two_styles_are_alike() -> None:
    drawn = {style: styled(style, "cobblestone", size=96).color for style in STYLES}
    for one in STYLES:
        assert all((drawn[one] - drawn[other]).abs().mean() > 0.012 for other in STYLES if other != one)


@pytest.mark.parametrize("style", STYLES)
def test_no_style_makes_a_call_that_depends_on_the_number_of_threads(style: str) -> None:
    surface = draw(RECIPES["cobblestone"], size=32)
    assert suspects(lambda: STYLES[style](surface)) == []


def test_pixel_art_is_of_squares_and_of_sixteen_colors() -> None:
    surface = pixel(draw(RECIPES["brick"], size=256))
    blocks = surface.color.reshape(3, 64, 4, 64, 4)
    assert torch.equal(blocks, blocks[:, :, :1, :, :1].expand_as(blocks))
    assert len(torch.unique(surface.color.reshape(3, -1), dim=1).T) <= 16


def test_the_faces_of_a_mesh_cover_every_texel_once_and_are_flat() -> None:
    torus = Torus(96, 5, 1.0)
    mesh = triangles(torus, "mesh", 6, jitter=0.6)
    assert torch.allclose(mesh.weights.sum(0), torch.ones(96, 96), atol=1e-4)
    assert mesh.weights.min() > -1e-3
    assert len(torch.unique(mesh.id)) == mesh.count == 72
    height = mesh.interpolate(torch.randn(96, 96, generator=torch.Generator().manual_seed(1)))
    bend = (height.roll(-1, 1) + height.roll(1, 1) - 2 * height).abs()
    inside = (mesh.id == mesh.id.roll(1, 1)) & (mesh.id == mesh.id.roll(-1, 1))
    assert bend[inside].max() < 1e-3


def test_the_style_of_the_file_goes_before_that_of_the_words() -> None:
    backend = load_backend("procedural", kind="material")

    def color(prompt: str, style: str | None) -> torch.Tensor:
        spec = MaterialSpec(asset="a", prompt=prompt, size=(64, 64), seed=1, style=style)
        made = backend.generate(spec, Context()).value
        assert made.base_color is not None
        return made.base_color.pixels

    assert torch.equal(color("cobblestone, pixel art", None), color("cobblestone", "pixel"))
    assert torch.equal(color("cobblestone, pixel art", "toon"), color("cobblestone", "toon"))
    assert torch.equal(color("cobblestone, pixel art", "realistic"), color("cobblestone", None))
