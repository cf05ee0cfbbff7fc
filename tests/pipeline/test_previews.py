from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy
import soundfile
import torch
from PIL import Image as PillowImage

from assetgen.media.audio import AudioClip
from assetgen.media.image import ColorSpace, Image
from assetgen.media.material import Material
from assetgen.pipeline.previews import GAP, MAP, PICTURE, render_previews, render_sound

STEP = MAP + GAP


def data(value: float, *, size: int = 64) -> Image:
    return Image(torch.full((size, size, 1), value), ColorSpace.DATA)


def material(*, size: int = 64) -> Material:
    normal = torch.tensor([0.5, 0.5, 1.0]).expand(size, size, 3).contiguous()
    color = torch.tensor([0.8, 0.2, 0.1]).expand(size, size, 3).contiguous()
    return Material(
        tile_m=1.0,
        relief_m=0.01,
        base_color=Image(color, ColorSpace.SRGB),
        normal=Image(normal, ColorSpace.DATA),
        height=data(0.3, size=size),
        roughness=data(0.6, size=size),
        metallic=data(0.0, size=size),
        occlusion=data(0.9, size=size),
    )


def read(picture: bytes) -> torch.Tensor:
    """Return (H, W, 3) 0..1."""
    return torch.from_numpy(numpy.array(PillowImage.open(BytesIO(picture)))) / 255


def middles(strip: torch.Tensor) -> list[list[float]]:
    """Return the color in the middle of every map of a strip."""
    count = (strip.shape[1] + GAP) // STEP
    return [strip[MAP // 2, number * STEP + MAP // 2].tolist() for number in range(count)]


def test_a_material_has_a_sphere_a_plane_and_a_strip_of_its_maps() -> None:
    pictures = {name: read(picture) for name, picture in render_previews(material()).items()}
    assert set(pictures) == {"sphere", "plane", "maps"}
    assert pictures["sphere"].shape == pictures["plane"].shape == (PICTURE, PICTURE, 3)
    assert pictures["maps"].shape == (MAP, 6 * STEP - GAP, 3)


def test_the_maps_of_a_strip_stand_in_their_order_without_leaking_into_each_other() -> None:
    strip = read(render_previews(material())["maps"])
    wanted = [[0.8, 0.2, 0.1], [0.5, 0.5, 1.0], [0.3] * 3, [0.6] * 3, [0.0] * 3, [0.9] * 3]
    assert numpy.allclose(middles(strip), wanted, atol=0.03)
    for number, color in enumerate(wanted):
        place = strip[:, number * STEP + 1 : number * STEP + MAP - 1]  # chroma is spread by one pixel
        assert (place - torch.tensor(color)).abs().max() < 0.06


def test_absent_maps_are_drawn_as_what_engines_take_instead() -> None:
    bare = replace(
        material(), roughness=None, metallic=None, occlusion=None, height=None, metallic_factor=0.75
    )
    shown = middles(read(render_previews(bare)["maps"]))
    assert numpy.allclose([place[0] for place in shown[2:]], [0.5, 1.0, 0.75, 1.0], atol=0.03)


def test_an_emissive_map_is_the_seventh() -> None:
    glow = Image(torch.tensor([0.0, 1.0, 0.0]).expand(64, 64, 3).contiguous(), ColorSpace.SRGB)
    shown = middles(read(render_previews(replace(material(), emissive=glow))["maps"]))
    assert len(shown) == 7
    assert numpy.allclose(shown[6], [0.0, 1.0, 0.0], atol=0.03)


def test_fine_detail_is_averaged_and_not_picked() -> None:
    """Columns of 0 and 1 in turn: taking every n-th texel would give black or white."""
    lines = (torch.arange(1280) % 2).float()[None, :, None].expand(64, 1280, 1).contiguous()
    single = Material(tile_m=1.0, relief_m=0.0, height=Image(lines, ColorSpace.DATA))
    flat = read(render_previews(single)["flat"])
    assert (flat - 0.5).abs().max() < 0.03
    colored = Material(
        tile_m=1.0, relief_m=0.0, base_color=Image(lines.expand(-1, -1, 3).contiguous(), ColorSpace.SRGB)
    )
    half_the_light = 0.735  # sRGB of linear 0.5
    assert (read(render_previews(colored)["flat"]) - half_the_light).abs().max() < 0.03


def test_a_single_map_is_shown_flat_and_tiled() -> None:
    rise = torch.linspace(0, 1, 256)[None, :, None].expand(128, 256, 1).contiguous()
    pictures = render_previews(
        Material(tile_m=1.0, relief_m=0.0, roughness=Image(rise, ColorSpace.DATA, wraps=(True, True)))
    )
    flat, tiled = read(pictures["flat"]), read(pictures["tiled"])
    assert set(pictures) == {"flat", "tiled"}
    assert flat.shape[:2] == tiled.shape[:2] == (PICTURE // 2, PICTURE)
    left, right = tiled[:, : PICTURE // 2], tiled[:, PICTURE // 2 :]
    assert (left - right).abs().max() < 0.06
    assert tiled[0, 4].mean() < 0.1
    assert tiled[0, PICTURE // 2 - 4].mean() > 0.9


def test_what_does_not_tile_is_not_shown_tiled() -> None:
    rise = torch.linspace(0, 1, 64)[None, :, None].expand(64, 64, 1).contiguous()
    pictures = render_previews(Material(tile_m=1.0, relief_m=0.0, roughness=Image(rise, ColorSpace.DATA)))
    assert set(pictures) == {"flat"}


def test_pictures_are_small_enough_to_be_embedded_by_the_hundred() -> None:
    noise = torch.rand(256, 256, 3, generator=torch.Generator().manual_seed(3))
    rough = replace(material(size=256), base_color=Image(noise, ColorSpace.SRGB))
    assert sum(map(len, render_previews(rough).values())) < 120_000


def test_a_sound_is_heard_for_four_seconds_that_are_small_enough_to_be_embedded() -> None:
    noise = torch.rand(2, 6 * 48_000, generator=torch.Generator().manual_seed(3)) - 0.5
    sounds = render_sound(AudioClip(samples=noise, sample_rate_hz=48_000))
    assert set(sounds) == {"clip"}
    assert len(sounds["clip"]) <= 64 << 10
    samples, rate_hz = soundfile.read(BytesIO(sounds["clip"]))
    assert (samples.shape, rate_hz) == ((4 * 22_050,), 22_050)


def test_of_what_is_only_seen_nothing_is_heard() -> None:
    assert render_sound(None) == {}
