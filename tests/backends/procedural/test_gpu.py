"""On a GPU a recipe draws what it draws on a CPU."""

from __future__ import annotations

import pytest
import torch

from assetgen.backends.base import load_backend
from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.context import Context
from assetgen.media.material import Material
from assetgen.specs.material import MaterialSpec

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


def made(prompt: str, device: str, *, style: str | None = None, size: int = 512) -> Material:
    spec = MaterialSpec(asset="gpu/test", prompt=prompt, size=(size, size), seed=3, style=style)
    return (
        load_backend("procedural", kind="material").generate(spec, Context(device=torch.device(device))).value
    )


def differences(prompt: str, *, style: str | None = None) -> dict[str, tuple[float, float]]:
    """Return, by map, the mean difference and the share of texels that differ by more than 2 of 255."""
    cpu, gpu = made(prompt, "cpu", style=style), made(prompt, "cuda", style=style)
    found = {}
    for (role, one), (_, other) in zip(cpu.maps(), gpu.maps(), strict=True):
        away = (one.pixels - other.pixels.cpu()).abs()
        found[role] = (float(away.mean()), float((away > 2 / 255).float().mean()))
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_draws_the_same_on_a_gpu(name: str) -> None:
    for role, (mean, share) in differences(name.replace("_", " ")).items():
        assert mean <= 0.5 / 255, (role, mean)
        assert share <= 0.005, (role, share)


@pytest.mark.parametrize("layer", load_catalog().layers.values(), ids=lambda card: card.name)
def test_a_layer_draws_the_same_on_a_gpu(layer: object) -> None:
    for role, (mean, share) in differences(layer.example).items():  # type: ignore[attr-defined]
        assert mean <= 0.5 / 255, (role, mean)
        assert share <= 0.005, (role, share)


@pytest.mark.parametrize("style", [style for style in load_catalog().styles if style != "pixel"])
def test_a_style_draws_the_same_on_a_gpu(style: str) -> None:
    for role, (mean, share) in differences("cobblestone", style=style).items():
        assert mean <= 0.5 / 255, (role, mean)
        assert share <= 0.005, (role, share)
