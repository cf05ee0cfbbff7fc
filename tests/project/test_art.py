from __future__ import annotations

from pathlib import Path

import pytest

from assetgen.errors import PromptFileError, SpecError
from assetgen.project.art import Art, describe_art, gather_art
from tests.project.folders import write


def gather(root: Path, *names: str, given: tuple[str, ...] | None = None) -> tuple[Art, ...]:
    """Write empty pictures and gather them, or some of them."""
    write(root, dict.fromkeys(names, b""))
    return gather_art([root / name for name in (names if given is None else given)])


def test_a_picture_alone_is_a_color(tmp_path: Path) -> None:
    (art,) = gather(tmp_path, "old brick.png")
    assert (art.name, art.folder, art.sources) == ("old brick", tmp_path, {"albedo": "old brick.png"})


def test_maps_of_one_surface_come_together(tmp_path: Path) -> None:
    names = ("brick_normal.png", "brick_albedo.png", "brick_ao.jpg", "brick_disp.tif", "brick_rough.png")
    (art,) = gather(tmp_path, *names)
    assert art.name == "brick"
    assert art.sources == {
        "albedo": "brick_albedo.png",
        "normal": "brick_normal.png",
        "occlusion": "brick_ao.jpg",
        "height": "brick_disp.tif",
        "roughness": "brick_rough.png",
    }
    assert art.taken.startswith("brick_albedo.png as albedo, ")


def test_a_plain_name_beside_maps_is_the_color(tmp_path: Path) -> None:
    (art,) = gather(tmp_path, "brick_n.png", "brick.png")
    assert art.sources == {"albedo": "brick.png", "normal": "brick_n.png"}


def test_names_that_only_look_like_maps_are_surfaces_of_their_own(tmp_path: Path) -> None:
    assert [art.name for art in gather(tmp_path, "rusty_metal.png", "wet_sand.png")] == [
        "rusty_metal",
        "wet_sand",
    ]
    assert [art.name for art in gather(tmp_path, "plan_d.png", "plan_c.png")] == ["plan_d", "plan_c"]


def test_a_folder_of_maps_is_a_surface_and_may_give_it_its_name(tmp_path: Path) -> None:
    (art,) = gather(tmp_path, "wall/color.jpg", "wall/normal.jpg", "wall/notes.txt", given=("wall",))
    assert (art.name, art.sources) == ("wall", {"albedo": "color.jpg", "normal": "normal.jpg"})


def test_of_two_normals_the_one_that_points_up_is_taken(tmp_path: Path) -> None:
    (art,) = gather(tmp_path, "a_NormalDX.png", "a_NormalGL.png", "a_Color.png")
    assert (art.sources["normal"], art.normal_y) == ("a_NormalGL.png", "opengl")
    assert art.notes == ("a_NormalDX.png was not taken: a_NormalGL.png holds the same normals",)
    (art,) = gather(tmp_path / "b", "a_NormalDX.png", "a_Color.png")
    assert art.normal_y == "directx"


def test_what_is_not_used_and_what_lies_beside_is_told(tmp_path: Path) -> None:
    (art,) = gather(
        tmp_path, "a_albedo.png", "a_specular.png", "a_normal.png", given=("a_albedo.png", "a_specular.png")
    )
    assert art.notes == (
        "a_specular.png was not taken: no map of a material here",
        "a_normal.png beside it was not named; name it too and it is used instead of an estimate",
    )
    assert gather(tmp_path / "b", "a_specular.png") == ()


def test_two_pictures_for_one_map_and_two_surfaces_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"a_albedo\.png and a_basecolor\.png .* both be the albedo"):
        gather(tmp_path, "a_albedo.png", "a_basecolor.png")
    with pytest.raises(SpecError, match='two assets would be called "b"'):
        gather(tmp_path, "x/b.png", "y/b.png")


def test_paths_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    for name, words in (("gone.png", "no such picture"), ("a.prompt.toml", "assetgen bake")):
        if name != "gone.png":
            write(tmp_path, {name: ""})
        with pytest.raises(PromptFileError, match=words):
            gather_art([tmp_path / name])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PromptFileError, match="holds no pictures"):
        gather_art([tmp_path / "empty"])


def test_a_picture_given_twice_counts_once(tmp_path: Path) -> None:
    assert len(gather(tmp_path, "a.png", given=("a.png", "a.png", "."))) == 1


def test_art_is_described_as_a_material_with_the_options_as_keys(tmp_path: Path) -> None:
    (art,) = gather(tmp_path, "a_NormalDX.png", "a_Color.png")
    document = {"size": [512, 512], "targets": ["web"], "finish": {"repair": "never"}}
    file = describe_art(art, document, output=tmp_path / "out", name="b")
    (spec,) = file.specs
    assert (spec.asset, spec.kind, spec.targets, spec.source) == (
        "b",
        "material",
        ("web",),
        {"albedo": "a_Color.png", "normal": "a_NormalDX.png"},
    )
    assert (spec.finish.repair, spec.finish.normal_y) == ("never", "directx")  # type: ignore[attr-defined]
    assert file.project.output_folder == tmp_path / "out"
    told = describe_art(art, {"finish": {"normal_y": "opengl"}}, output=tmp_path)
    assert told.specs[0].finish.normal_y == "opengl"  # type: ignore[attr-defined]
    with pytest.raises(PromptFileError, match="ends with a dot"):
        describe_art(art, {}, output=tmp_path, name="b.")


def test_a_sound_is_an_asset_of_its_own_beside_pictures(tmp_path: Path) -> None:
    wall, rain, knock = gather(tmp_path, "rain.wav", "wall_albedo.png", "knock.OGG")
    assert (wall.kind, rain.kind, knock.kind) == ("material", "audio", "audio")
    assert rain.sources == {"sound": "rain.wav"}
    (spec,) = describe_art(knock, {"mode": "sfx"}, output=tmp_path / "out").specs
    assert (spec.kind, spec.source, spec.asset) == ("audio", {"sound": "knock.OGG"}, "knock")


def test_a_folder_gives_its_sounds_too(tmp_path: Path) -> None:
    write(tmp_path, {"rain.flac": b"", "notes.txt": b""})
    assert [art.name for art in gather_art([tmp_path])] == ["rain"]


def test_two_sounds_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="two assets"):
        gather(tmp_path, "rain.wav", "rain.ogg")
