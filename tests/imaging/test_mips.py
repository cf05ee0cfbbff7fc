from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.imaging.alpha import coverage
from assetgen.imaging.edges import Edge
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import Extreme, build_extreme_mips, build_mips
from assetgen.imaging.normal_mips import build_normal_mips, build_roughness_mips
from assetgen.imaging.normals import decode_normal, encode_normal, normal_from_height
from assetgen.imaging.tiling import seam_ratio
from assetgen.media.image import AlphaMode, ColorSpace, Image


def noise(rows: int, columns: int, channels: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.rand(rows, columns, channels, generator=torch.Generator().manual_seed(seed))


def smooth(size: int, seed: int = 1) -> torch.Tensor:
    """A smooth tiling field, 0..1."""
    x = 2 * math.pi * (torch.arange(size) + 0.5) / size
    field = torch.zeros(size, size)
    for k in range(1, 6):
        a, b = seed + k, 2 * seed + 3 * k
        field += ((k * x + a).sin()[None] * ((6 - k) * x + b).cos()[:, None]) / k
    return (field - field.min()) / (field.max() - field.min())


@given(
    st.integers(1, 70), st.integers(1, 70), st.sampled_from(list(Filter)), st.sampled_from(list(ColorSpace))
)
def test_a_chain_has_as_many_levels_as_its_longer_side_has_bits(
    width: int, height: int, kernel: Filter, space: ColorSpace
) -> None:
    levels = build_mips(Image(noise(height, width), space, wraps=(True, False)), kernel=kernel).levels
    assert len(levels) == math.floor(math.log2(max(width, height))) + 1
    assert (levels[-1].width, levels[-1].height) == (1, 1)
    for level in levels:
        assert level.pixels.min() >= 0
        assert level.pixels.max() <= 1 + 1e-6


def test_level_zero_is_the_image_itself_and_the_number_of_levels_can_be_limited() -> None:
    image = Image(noise(32, 32), ColorSpace.SRGB)
    chain = build_mips(image, max_levels=3)
    assert chain.levels[0] is image
    assert [level.width for level in chain.levels] == [32, 16, 8]


def test_a_fine_checkerboard_becomes_half_the_light_at_once() -> None:
    checks = ((torch.arange(16)[:, None] + torch.arange(16)) % 2).float()[..., None].expand(16, 16, 3)
    for level in build_mips(Image(checks.contiguous(), ColorSpace.SRGB, wraps=(True, True))).levels[1:]:
        assert torch.allclose(level.pixels, torch.tensor(0.7354), atol=1e-3)
    for level in build_mips(Image(checks.contiguous(), ColorSpace.DATA, wraps=(True, True))).levels[1:]:
        assert torch.allclose(level.pixels, torch.tensor(0.5), atol=1e-6)


def test_color_under_transparent_texels_does_not_bleed_into_the_visible() -> None:
    pixels = torch.zeros(16, 16, 4)
    pixels[..., 1] = 1.0  # pure green where nothing is seen
    pixels[4:12, 4:12] = torch.tensor([1.0, 0.0, 0.0, 1.0])
    level = build_mips(
        Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT), kernel=Filter.BOX, max_levels=4
    ).levels[3]
    assert level.pixels[..., 3].max() > 0.2
    assert level.pixels[..., 0].min() > 0.99
    assert level.pixels[..., 1].max() < 0.06


def test_a_wholly_transparent_region_keeps_its_color() -> None:
    pixels = torch.cat((torch.full((8, 8, 3), 0.7), torch.zeros(8, 8, 1)), dim=-1)
    last = build_mips(Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT)).levels[-1]
    assert torch.allclose(last.pixels, torch.tensor([0.7, 0.7, 0.7, 0.0]), atol=1e-4)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.8])
@pytest.mark.parametrize("cutoff", [0.33, 0.5])
def test_an_alpha_test_passes_as_much_at_every_level(share: float, cutoff: float) -> None:
    # Blades thinner than a texel of the upper levels: plain averages would lose or thicken them all.
    field = (noise(256, 256, 1, seed=4) + 0.2 * smooth(256)[..., None]) / 1.2
    bar = field.flatten().sort().values[int((1 - share) * field.numel())]
    pixels = torch.cat((noise(256, 256), (field >= bar).float()), dim=-1)
    image = Image(pixels, ColorSpace.SRGB, AlphaMode.CUTOUT, (True, True))
    wanted = coverage(image, cutoff)
    for level in build_mips(image, alpha_cutoff=cutoff).levels:
        finest = 1 / (level.width * level.height)
        assert abs(coverage(level, cutoff) - wanted) <= max(0.005, finest)


def test_without_the_scaling_the_same_coverage_is_lost() -> None:
    pixels = torch.cat((noise(128, 128), (noise(128, 128, 1) > 0.8).float()), dim=-1)
    straight = Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT, (True, True))
    assert coverage(build_mips(straight).levels[3], 0.5) < 0.5 * coverage(straight, 0.5)


@pytest.mark.parametrize("cutoff", [0.2, 0.33, 0.5, 1.0])
@pytest.mark.parametrize("kernel", list(Filter))
def test_a_pattern_of_equal_alpha_keeps_its_coverage_by_a_dither(kernel: Filter, cutoff: float) -> None:
    # Every fourth column is solid: from level 2 on no scale of alpha tells one texel from another.
    bars = (torch.arange(64) % 4 == 0).float()[None, :, None].expand(64, 64, 1)
    image = Image(torch.cat((noise(64, 64), bars), dim=-1), ColorSpace.SRGB, AlphaMode.CUTOUT, (True, True))
    for level in build_mips(image, kernel=kernel, alpha_cutoff=cutoff).levels:
        finest = 1 / (level.width * level.height)
        stored = level.pixels[..., 3].mul(255).round().div(255)
        assert abs(float((stored >= cutoff).float().mean()) - 0.25) <= max(0.005, finest)


def test_an_image_that_an_alpha_test_passes_whole_or_not_at_all_stays_so() -> None:
    for alpha, wanted in ((0.1, 0.0), (0.9, 1.0)):
        pixels = torch.cat((noise(32, 32), torch.full((32, 32, 1), alpha)), dim=-1)
        image = Image(pixels, ColorSpace.SRGB, AlphaMode.CUTOUT)
        for level in build_mips(image).levels:
            assert coverage(level, 0.5) == wanted
            assert torch.allclose(level.pixels[..., 3], torch.tensor(alpha), atol=1e-3)


def hard_edge(space: ColorSpace, bright: float = 1.0) -> Image:
    pixels = torch.full((32, 32, 3), 0.2)
    pixels[:, 16:] = bright
    return Image(pixels, space)


def test_opaque_color_may_ring_and_data_and_bright_light_may_not() -> None:
    assert build_mips(hard_edge(ColorSpace.SRGB, 0.8)).levels[1].pixels.min() < 0.2 - 1e-3
    for image in (hard_edge(ColorSpace.DATA), hard_edge(ColorSpace.LINEAR, 100.0)):
        for level in build_mips(image).levels:
            assert level.pixels.min() >= 0.2 - 1e-6
            assert level.pixels.max() <= image.pixels.max() * (1 + 1e-6)


def test_edges_can_be_told_and_follow_the_image_when_not() -> None:
    left_black = torch.ones(16, 16, 1)
    left_black[:, :2] = 0.0
    image = Image(left_black, ColorSpace.DATA, wraps=(False, False))
    right = {edge: float(build_mips(image, edges=(edge, edge)).levels[1].pixels[0, -1, 0]) for edge in Edge}
    assert right[Edge.CLAMP] == right[Edge.MIRROR] == 1.0
    tile = Image(noise(16, 16), ColorSpace.SRGB, wraps=(True, True))
    wrapped = build_mips(tile, edges=(Edge.WRAP, Edge.WRAP)).levels[1].pixels
    assert torch.equal(build_mips(tile).levels[1].pixels, wrapped)
    for edge in (Edge.CLAMP, Edge.MIRROR):
        other = build_mips(tile, edges=(edge, edge)).levels[1].pixels
        assert not torch.allclose(other[0, 0], wrapped[0, 0], atol=1e-3)
        assert torch.allclose(other[3:-3, 3:-3], wrapped[3:-3, 3:-3], atol=1e-5)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(list(Extreme)))
def test_a_chain_of_extremes_holds_the_highest_or_lowest_of_all_below(
    width: int, height: int, extreme: Extreme
) -> None:
    image = Image(noise(height, width, 1, seed=width * 41 + height), ColorSpace.DATA)
    chain = build_extreme_mips(image, extreme)
    pick = torch.amax if extreme is Extreme.HIGHEST else torch.amin
    assert chain.levels[-1].pixels.item() == pick(image.pixels).item()
    for above, level in zip(chain.levels, chain.levels[1:], strict=False):
        for y in range(level.height):
            for x in range(level.width):
                rows = slice(2 * y, 2 * y + 2 + above.height % 2)
                columns = slice(2 * x, 2 * x + 2 + above.width % 2)
                assert level.pixels[y, x, 0] == pick(above.pixels[rows, columns])


def test_a_wrapping_texture_has_no_seam_at_any_level_and_a_cut_one_has() -> None:
    pixels = (smooth(256)[..., None] * 0.8 + 0.2 * noise(256, 256, 1)).expand(256, 256, 3).contiguous()
    for level in build_mips(Image(pixels, ColorSpace.SRGB, wraps=(True, True))).levels[:5]:
        assert seam_ratio(level).worst <= 1.25
    # The control: the same chain of a cut that does not continue at its edges.
    cut = Image(pixels[:200, :200].contiguous(), ColorSpace.SRGB)
    assert seam_ratio(build_mips(cut).levels[2]).worst > 1.25


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_rolling_the_image_rolls_its_mips(down: int, right: int) -> None:
    pixels = noise(64, 64)
    image, rolled = (
        Image(p, ColorSpace.SRGB, wraps=(True, True))
        for p in (pixels, pixels.roll((4 * down, 4 * right), (0, 1)))
    )
    expected = build_mips(image, max_levels=3).levels[2].pixels.roll((down, right), (0, 1))
    assert torch.allclose(build_mips(rolled, max_levels=3).levels[2].pixels, expected, atol=1e-5)


def bumpy_normals(relief_m: float) -> Image:
    normals = normal_from_height(noise(64, 64, 1)[..., 0], relief_m=relief_m, tile_m=1.0)
    return Image(encode_normal(normals), ColorSpace.DATA, wraps=(True, True))


def test_normals_stay_unit_at_every_level_and_their_averages_get_shorter() -> None:
    mips = build_normal_mips(bumpy_normals(0.02))
    for level in mips.chain.levels:
        length = (level.pixels * 2 - 1).norm(dim=-1)
        assert (length - 1).abs().max() < 1e-5
    means = [float(length.mean()) for length in mips.lengths]
    assert means == sorted(means, reverse=True)
    assert means[0] == 1.0
    everything = decode_normal(mips.chain.levels[0].pixels).mean(dim=(0, 1)).norm()
    assert mips.lengths[-1].item() == pytest.approx(everything.item(), abs=1e-4)


def test_directions_may_be_filtered_sharper_while_lengths_stay_plain_averages() -> None:
    normals = bumpy_normals(0.01)
    plain, sharp = build_normal_mips(normals), build_normal_mips(normals, kernel=Filter.KAISER)
    for one, other in zip(plain.lengths, sharp.lengths, strict=True):
        assert torch.equal(one, other)
    assert not torch.allclose(plain.chain.levels[1].pixels, sharp.chain.levels[1].pixels, atol=1e-3)
    for level in sharp.chain.levels:
        assert ((level.pixels * 2 - 1).norm(dim=-1) - 1).abs().max() < 1e-5


def test_a_flat_normal_map_leaves_roughness_alone() -> None:
    flat = Image(torch.tensor([0.5, 0.5, 1.0]).expand(16, 16, 3).contiguous(), ColorSpace.DATA)
    roughness = Image(torch.full((16, 16, 1), 0.3), ColorSpace.DATA)
    for level in build_roughness_mips(roughness, build_normal_mips(flat)).levels:
        assert torch.allclose(level.pixels, torch.tensor(0.3), atol=1e-6)


def test_two_slopes_average_to_the_roughness_of_their_variance() -> None:
    # Columns lean left and right by slope s: an average of length 1 / sqrt(1 + s^2) and a slope variance of
    # s^2 / 2 per axis, so that alpha^2 = r^4 + s^2 for small s.
    slope, rough = 0.1, 0.2
    lean = torch.tensor([slope, 0.0, 1.0]) / math.sqrt(1 + slope**2)
    normals = torch.stack((lean, lean * torch.tensor([-1.0, 1.0, 1.0])))[None].expand(2, 2, 3).contiguous()
    mips = build_normal_mips(Image(encode_normal(normals), ColorSpace.DATA))
    chain = build_roughness_mips(Image(torch.full((2, 2, 1), rough), ColorSpace.DATA), mips)
    assert chain.levels[1].pixels.item() == pytest.approx((rough**4 + slope**2) ** 0.25, abs=1e-3)


def test_roughness_grows_with_relief_and_never_past_the_cap() -> None:
    roughness = Image(torch.full((64, 64, 1), 0.2), ColorSpace.DATA, wraps=(True, True))
    low, high = (
        build_roughness_mips(roughness, build_normal_mips(bumpy_normals(r))).levels[2].pixels
        for r in (0.005, 0.05)
    )
    assert (high > low).all()
    assert (low > 0.2).all()
    capped = (
        build_roughness_mips(roughness, build_normal_mips(bumpy_normals(0.05)), cap=0.01).levels[2].pixels
    )
    assert capped.max() <= (0.2**4 + 0.01) ** 0.25 + 1e-6


def test_roughness_of_another_size_than_the_normals_is_refused() -> None:
    with pytest.raises(SpecError, match="64x64"):
        build_roughness_mips(Image(noise(32, 32, 1), ColorSpace.DATA), build_normal_mips(bumpy_normals(0.01)))


def test_a_cutoff_of_zero_is_refused() -> None:
    with pytest.raises(SpecError, match="cutoff"):
        build_mips(Image(noise(4, 4), ColorSpace.SRGB), alpha_cutoff=0.0)
