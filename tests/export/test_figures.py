"""Figures of encoded textures: closed-form answers, and what a broken file does."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import GenerationError
from assetgen.export.figures import angles_deg, measure_texture, psnr_db
from assetgen.export.targets import find_target, with_forms
from assetgen.export.texels import encode_texels
from assetgen.export.texture import ExportOptions, export_material
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Texture, flat_texture
from assetgen.imaging.mips import build_mips
from assetgen.imaging.normal_mips import build_normal_mips
from assetgen.media.image import AlphaMode, ColorSpace, Image, MipChain
from tests.export.materials import small_material


def encoded(chain: MipChain, encoding: TexelFormat) -> Texture:
    top = chain.levels[0]
    texels = [encode_texels(level, encoding, quality=Quality.FAST, threads=1) for level in chain.levels]
    return flat_texture(texels, fmt=encoding, width=top.width, height=top.height)


def figures(chain: MipChain, encoding: TexelFormat, *, is_normal: bool = False) -> dict[str, float]:
    return dict(measure_texture(encoded(chain, encoding), chain.levels, encoding, is_normal=is_normal))


def test_the_noise_of_a_known_error_is_its_formula() -> None:
    assert psnr_db(0.01) == pytest.approx(20.0)
    assert psnr_db(1.0) == 0.0
    assert psnr_db(0.0) == 99.0


@pytest.mark.parametrize("degrees", [0.0, 0.01, 1.0, 30.0, 90.0, 180.0])
def test_the_angle_between_turned_vectors_is_the_turn(degrees: float) -> None:
    turn = math.radians(degrees)
    one = torch.tensor([[0.0, 0.0, 1.0]])
    other = torch.tensor([[math.sin(turn), 0.0, math.cos(turn)]])
    assert angles_deg(one, other).item() == pytest.approx(degrees, abs=1e-3)


def test_every_mip_level_of_every_encoded_map_has_its_figures() -> None:
    options = ExportOptions(name="wall", sizes=(32,))
    forms = {"albedo": "rgba8", "orm": "rgba8", "normal": "bc5", "height": "png16", "emissive": "rgba8"}
    target = with_forms(find_target("unity", {}), forms)
    for artifact in export_material(small_material(), target, options, Context()):
        found = dict(artifact.quality)
        if artifact.role == "height":
            assert not found
            continue
        names = ["psnr_db", *(f"psnr_db_mip{level}" for level in range(1, 6))]
        assert all(found[name] > 30 for name in names)
        assert 0.0 <= found["seam"] <= 1.25
        is_normal = artifact.role == "normal"
        blocks = sum(math.ceil((32 >> level) / 4) ** 2 for level in range(6))
        texels = sum((32 >> level) ** 2 for level in range(6))
        assert found["gpu_bytes"] == (blocks * 16 if is_normal else texels * 4)
        assert ("angle_mean_deg" in found) == ("angle_p99_deg_mip5" in found) == is_normal


def test_plain_texels_lose_no_more_than_their_rounding() -> None:
    chain = build_mips(small_material().base_color)  # type: ignore[arg-type]
    found = figures(chain, TexelFormat.RGBA8)
    # A uniform error of one 8-bit step has a PSNR of 20 log10(255 sqrt(12)) = 58.9 dB.
    for level in range(3):
        assert found[f"psnr_db_mip{level}" if level else "psnr_db"] == pytest.approx(58.9, abs=2.0)


def test_an_angle_error_is_that_of_the_normals_that_a_shader_gets() -> None:
    lean = math.radians(10.0)
    true = torch.tensor([math.sin(lean), 0.0, math.cos(lean)]) * 0.5 + 0.5
    flat = torch.tensor([0.5, 0.5, 1.0])
    levels = [Image(v.expand(16, 16, 3).contiguous(), ColorSpace.DATA) for v in (true, flat)]
    written = encoded(MipChain((levels[1],)), TexelFormat.BC5)
    found = dict(measure_texture(written, (levels[0],), TexelFormat.BC5, is_normal=True))
    assert found["angle_mean_deg"] == pytest.approx(10.0, abs=0.35)
    assert found["angle_p99_deg"] == pytest.approx(10.0, abs=0.36)


def test_normals_are_judged_on_every_level() -> None:
    chain = build_normal_mips(small_material().normal).chain  # type: ignore[arg-type]
    found = figures(chain, TexelFormat.BC5, is_normal=True)
    for level in range(6):
        behind = f"_mip{level}" if level else ""
        assert found["angle_mean_deg" + behind] < 1.0
        assert found["angle_p99_deg" + behind] >= found["angle_mean_deg" + behind] - 0.01


def test_coverage_is_that_of_the_encoded_alpha() -> None:
    generator = torch.Generator().manual_seed(3)
    alpha = (torch.rand(64, 64, 1, generator=generator) < 0.3).float()
    pixels = torch.cat((torch.rand(64, 64, 3, generator=generator), alpha), dim=-1)
    chain = build_mips(Image(pixels, ColorSpace.SRGB, AlphaMode.CUTOUT, (True, True)))
    found = figures(chain, TexelFormat.RGBA8)
    wanted = float(alpha.mean())
    for level in range(7):
        figure = found[f"coverage_mip{level}" if level else "coverage"]
        assert abs(figure - wanted) <= max(0.005, 1 / (64 >> level) ** 2) + 1e-4


def test_a_seam_counts_along_axes_that_wrap_alone() -> None:
    ramp = torch.linspace(0, 1, 64)[None, :, None].expand(64, 64, 3).contiguous()
    image = Image(ramp, ColorSpace.DATA, wraps=(True, False))
    cut = figures(MipChain((image,)), TexelFormat.RGBA8)["seam"]
    assert cut > 1.25
    assert figures(MipChain((replace(image, wraps=(False, True)),)), TexelFormat.RGBA8)["seam"] <= 1.25
    assert "seam" not in figures(MipChain((replace(image, wraps=(False, False)),)), TexelFormat.RGBA8)


def test_a_broken_level_is_refused_by_its_number() -> None:
    chain = build_mips(Image(torch.ones(64, 64, 3), ColorSpace.DATA))
    dark = build_mips(Image(torch.zeros(64, 64, 3), ColorSpace.DATA))
    mixed = MipChain((chain.levels[0], dark.levels[1], *chain.levels[2:]))
    written = encoded(chain, TexelFormat.RGBA8)
    with pytest.raises(GenerationError, match=r"level 1 .* reads back at 0.0 dB"):
        measure_texture(written, mixed.levels, TexelFormat.RGBA8, is_normal=False)
