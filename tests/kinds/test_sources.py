from __future__ import annotations

import io

import PIL.Image
import pytest
import torch

from assetgen.errors import FormatError, SpecError
from assetgen.imaging.normals import encode_normal
from assetgen.kinds.sources import read_sources


def png(*channels: int, mode: str = "", edge: int = 8) -> bytes:
    """Return a PNG of one color."""
    mode = mode or {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(channels)]
    stream = io.BytesIO()
    PIL.Image.new(mode, (edge, edge), channels if len(channels) > 1 else channels[0]).save(stream, "PNG")
    return stream.getvalue()


def values(sources: dict[str, bytes], *, normal_y_down: bool = False) -> dict[str, list[int]]:
    """Return the first texel of every map that some sources hold, in 0..255."""
    maps = read_sources(sources, normal_y_down=normal_y_down)
    return {name: [round(float(c) * 255) for c in image.pixels[0, 0]] for name, image in maps.items()}


@pytest.mark.parametrize(
    ("role", "channels", "maps"),
    [
        ("albedo", (10, 20, 30), {"base_color": [10, 20, 30]}),
        ("albedo", (77,), {"base_color": [77, 77, 77]}),
        ("albedo", (10, 20, 30, 40), {"base_color": [10, 20, 30, 40]}),
        ("albedo", (10, 20, 30, 255), {"base_color": [10, 20, 30, 255]}),
        ("albedo", (77, 40), {"base_color": [77, 77, 77, 40]}),
        ("roughness", (60, 60, 60), {"roughness": [60]}),
        ("gloss", (60,), {"roughness": [195]}),
        ("height", (60,), {"height": [60]}),
        ("emissive", (10, 20, 30, 40), {"emissive": [10, 20, 30]}),
        ("orm", (10, 20, 30), {"occlusion": [10], "roughness": [20], "metallic": [30]}),
        ("rma", (10, 20, 30), {"roughness": [10], "metallic": [20], "occlusion": [30]}),
        ("metallic_roughness", (10, 20, 30), {"roughness": [20], "metallic": [30]}),
        ("metallic_smoothness", (10, 10, 10, 55), {"metallic": [10], "roughness": [200]}),
        ("mask", (10, 20, 30, 55), {"metallic": [10], "occlusion": [20], "roughness": [200]}),
    ],
)
def test_each_role_holds_its_maps(role: str, channels: tuple[int, ...], maps: dict[str, list[int]]) -> None:
    assert values({role: png(*channels)}) == maps


def test_a_directx_normal_is_turned_and_an_opengl_one_kept() -> None:
    assert values({"normal": png(128, 200, 232)})["normal"] == [128, 200, 232]
    assert values({"normal": png(128, 200, 232)}, normal_y_down=True)["normal"] == [128, 55, 232]


def test_blue_is_made_again_where_only_red_and_green_were_kept() -> None:
    (found,) = values({"normal": png(128, 200, 0)}).values()
    z = (1 - (200 / 255 * 2 - 1) ** 2) ** 0.5
    whole = encode_normal(torch.tensor([z]))
    assert found[2] == pytest.approx(float(whole) * 255, abs=1)


def test_a_map_of_its_own_goes_before_a_packed_one_and_color_comes_first() -> None:
    found = values({"roughness": png(99), "orm": png(10, 20, 30), "albedo": png(1, 2, 3)})
    assert found["roughness"] == [99]
    assert next(iter(found)) == "base_color"


def test_what_lacks_its_channels_or_is_no_picture_is_refused_by_name() -> None:
    with pytest.raises(SpecError, match=r"source\.mask has 3 channels"):
        read_sources({"mask": png(1, 2, 3)})
    with pytest.raises(SpecError, match=r"source\.normal is grey"):
        read_sources({"normal": png(1)})
    with pytest.raises(FormatError, match=r"source\.albedo: "):
        read_sources({"albedo": b"no picture"})
