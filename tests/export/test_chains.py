"""How mip levels are made when a prompt file says so, and when it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from assetgen.export.chains import Chains, MipOptions
from assetgen.imaging.edges import Edge
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import Extreme, build_extreme_mips, build_mips
from assetgen.imaging.normal_mips import build_normal_mips
from assetgen.media.image import MipChain
from assetgen.media.material import Material
from assetgen.specs.texture import HEIGHT_MIPS, MIP_EDGES, MIP_FILTERS
from tests.export.materials import small_material

PLAIN = MipOptions.named(kernel=None, edge=None, height=None)


def same(one: MipChain, other: MipChain) -> bool:
    return all(torch.equal(a.pixels, b.pixels) for a, b in zip(one.levels, other.levels, strict=True))


def rough_material() -> Material:
    generator = torch.Generator().manual_seed(2)
    material = small_material()
    maps = {
        role: image.with_pixels((image.pixels + torch.rand(image.pixels.shape, generator=generator)) / 2)
        for role, image in material.maps()
    }
    return replace(material, **maps)


def test_every_word_of_a_prompt_file_has_a_meaning() -> None:
    for kernel in MIP_FILTERS:
        for edge in MIP_EDGES:
            for height in HEIGHT_MIPS:
                options = MipOptions.named(kernel=kernel, edge=edge, height=height)
                assert (options.kernel, options.edge) == (Filter(kernel), Edge(edge))
                assert (options.height is None) == (height == "average")


def test_color_is_sharp_and_normals_are_averaged_when_nothing_is_said() -> None:
    material = rough_material()
    assert material.base_color is not None
    assert material.normal is not None
    chains = Chains(material, PLAIN)
    assert same(chains.of("base_color"), build_mips(material.base_color, kernel=Filter.KAISER))
    assert same(chains.of("normal"), build_normal_mips(material.normal, kernel=Filter.BOX).chain)


@pytest.mark.parametrize("kernel", list(Filter))
def test_a_filter_that_is_named_holds_for_every_map(kernel: Filter) -> None:
    material = rough_material()
    assert material.base_color is not None
    assert material.normal is not None
    chains = Chains(material, replace(PLAIN, kernel=kernel))
    assert same(chains.of("base_color"), build_mips(material.base_color, kernel=kernel))
    assert same(chains.of("normal"), build_normal_mips(material.normal, kernel=kernel).chain)


@pytest.mark.parametrize("extreme", list(Extreme))
def test_a_height_map_may_hold_its_extremes(extreme: Extreme) -> None:
    material = rough_material()
    assert material.height is not None
    chains = Chains(material, replace(PLAIN, height=extreme))
    assert same(chains.of("height"), build_extreme_mips(material.height, extreme))
    assert same(Chains(material, PLAIN).of("height"), build_mips(material.height))


def test_edges_follow_the_tile_and_are_mirrored_where_asked() -> None:
    material = rough_material()
    assert material.base_color is not None
    open_ended = replace(material, base_color=replace(material.base_color, wraps=(True, False)))
    mirrored = replace(PLAIN, kernel=Filter.KAISER, edge=Edge.MIRROR)
    assert mirrored.edges_of(open_ended.base_color) == (Edge.WRAP, Edge.MIRROR)  # type: ignore[arg-type]
    assert not same(Chains(open_ended, PLAIN).of("base_color"), Chains(open_ended, mirrored).of("base_color"))
    assert same(Chains(material, PLAIN).of("base_color"), Chains(material, mirrored).of("base_color"))
