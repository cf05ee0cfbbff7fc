from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetgen.errors import PromptFileError
from assetgen.project.project_file import find_project
from assetgen.project.prompt_file import check_prompt_file, read_prompt_file
from assetgen.specs.base import derive_seed, variant_specs
from assetgen.specs.material import HeightMap, Maps, MaterialExport, MaterialSpec, NormalMap, Surface
from assetgen.specs.texture import TextureSpec
from tests.project.folders import material, read, texture, write

BRICK = """# brick_wall.prompt.toml
assetgen = 1
kind   = "texture"
prompt = "worn red brick wall, thin grey mortar, a little moss"
seed   = 4127
size   = [2048, 2048]
tile   = "xy"
export = { role = "albedo", formats = ["png", "dds:bc7"], mipmaps = true }
"""
FLOOR = '''# dungeon_floor.prompt.toml
assetgen = 1
kind    = "material"
prompt  = """cracked basalt dungeon floor,
large slabs, wet in the gaps"""
size    = [2048, 2048]
tile    = "xy"
maps    = { albedo = true, normal = { strength = 1.2 }, height = { bits = 16 }, orm = true, emissive = false }
surface = { meters = 2.0, roughness = [0.35, 0.9], metallic = 0.0 }
export  = { sizes = [2048, 1024, 512], albedo = "bc7", normal = "bc5", orm = "bc7", height = "png16" }
engine.unity.pack = "hdrp_mask"
engine.unreal.normal_y = "directx"
'''


def errors_of(tmp_path: Path, content: str | bytes, name: str = "a.prompt.toml") -> list[str]:
    path = write(tmp_path, {name: content}) / name
    shown = [str(error) for error in check_prompt_file(path, project=find_project(path))]
    assert all(text.startswith(str(path)) for text in shown)
    return [text.removeprefix(str(path) + ":").removeprefix(" ") for text in shown]


def test_the_texture_example_reads(tmp_path: Path) -> None:
    write(tmp_path, {"walls/brick_wall.prompt.toml": BRICK, "assetgen.toml": "assetgen = 1"})
    file = read(tmp_path / "walls/brick_wall.prompt.toml")
    assert file.relative == "walls/brick_wall.prompt.toml"
    assert file.specs == (
        TextureSpec(
            asset="walls/brick_wall",
            prompt="worn red brick wall, thin grey mortar, a little moss",
            seed=4127,
            size=(2048, 2048),
            formats=("png", "dds:bc7"),
        ),
    )


def test_the_material_example_reads(tmp_path: Path) -> None:
    file = read(write(tmp_path, {"floor.prompt.toml": FLOOR}) / "floor.prompt.toml")
    assert file.specs == (
        MaterialSpec(
            asset="floor",
            prompt="cracked basalt dungeon floor, large slabs, wet in the gaps",
            seed=derive_seed("floor"),
            size=(2048, 2048),
            maps=Maps(normal=NormalMap(strength=1.2), height=HeightMap(bits=16), emissive=False),
            surface=Surface(meters=2.0, roughness=(0.35, 0.9), metallic=0.0),
            export=MaterialExport(
                sizes=(2048, 1024, 512), albedo="bc7", normal="bc5", orm="bc7", height="png16"
            ),
            engine={"unity": {"pack": "hdrp_mask"}, "unreal": {"normal_y": "directx"}},
        ),
    )


def test_comments_line_ends_and_number_formats_change_nothing(tmp_path: Path) -> None:
    plain = 'assetgen = 1\nkind = "material"\nprompt = "old stone"\nsize = 2048\nseed = 4000\n'
    other = (
        b"\xef\xbb\xbf# a remark\r\nseed = 4_000\r\nkind = 'material'  # here too\r\nassetgen = 0x1\r\n"
        b'prompt = """old\r\nstone"""\r\nsize = [2_048, 2048.0]\r\n'
    )
    write(tmp_path, {"x/a.prompt.toml": plain, "y/a.prompt.toml": other})
    assert read(tmp_path / "x/a.prompt.toml").specs == read(tmp_path / "y/a.prompt.toml").specs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "size = 1000",
            "4:8: size = 1000 is not a power of two.*write size = 1024|4:8: .*write 1024 for 1000",
        ),
        ("size = true", "4:8: size = true is not an integer 16..8192"),
        ('size = "512"', '4:8: size = "512" is not'),
        ("size = nan", "4:8: size = nan"),
        ("size = [1024, 512]", "4:8: .*not square.*write size = 1024"),
        ("  sise = 512", '4:3: unknown key sise; did you mean "size"'),
        ("strength = 2", "4:1: unknown key strength; write it as maps.normal.strength"),
        ("surface.meters = inf", "4:18: surface.meters = inf is not a number 0.05..100; write 100"),
        ("surface = { meters = 0 }", "4:22: surface.meters = 0 .*write 0.05"),
        ("seed = 0xffffffffffffffffffff", "4:8: seed = "),
        ("seed = 2020-01-01", "4:8: seed = 2020-01-01 is not"),
        ("[maps]\nnormal.stength = 1", '5:8: unknown key stength in maps.normal; did you mean "strength"'),
        ("export.sizes = [512,\n  4096]", "4:16: export.sizes has 4096, more than size = 1024"),
        ("export.sizes = [512,\n  40960]", r"5:3: export.sizes\[1\] = 40960"),
        ('export = { albedo = "bc8" }', '4:21: .*did you mean "bc7"'),
        ('targets = ["unity", "unrael"]', r'4:21: targets\[1\].*did you mean "unreal"'),
        ('engine.unity.pack = "hdrp"', "4:21: engine.unity.pack"),
        ('style = "tooon"', '4:9: style = "tooon" is unknown; did you mean "toon"'),
        ('source = "../a.png"', '4:10: source = "../a.png" leads out of the project'),
        ('source = { normal = "C:/a.png" }', "4:21: source.normal = .* ':'"),
        ('id = "a/../b"', '4:6: the asset id "a/../b"'),
        ('kind = "mesh"', "4:"),
    ],
)
def test_each_mistake_is_placed_and_explained(tmp_path: Path, line: str, expected: str) -> None:
    (found,) = errors_of(tmp_path, material(line))
    assert re.match(expected, found), found


def test_all_mistakes_are_told_together_in_the_order_of_lines(tmp_path: Path) -> None:
    found = errors_of(tmp_path, material("size = -1", "tiles = 1", "maps = 3", 'tile = "z"'))
    assert [text.split(":")[:2] for text in found] == [["4", "8"], ["5", "1"], ["6", "8"], ["7", "8"]]


def test_reading_raises_the_first_mistake_with_its_asset(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.prompt.toml": material("size = 1")}) / "a.prompt.toml"
    with pytest.raises(PromptFileError) as caught:
        read(path)
    assert (caught.value.place.line, caught.value.place.column) == (4, 8) if caught.value.place else False
    assert caught.value.asset == "a"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1:1: kind is missing"),
        ("assetgen = 1", "1:1: kind is missing"),
        ('kind = "material"\nprompt = "x"', "1:1: assetgen is missing"),
        ('assetgen = 2\nkind = "material"\nprompt = "x"', "1:12: assetgen = 2 is not 1"),
        ('assetgen = true\nkind = "material"\nprompt = "x"', "1:12: assetgen = true is not 1"),
        ('assetgen = 1\nkind = "matreial"', '2:8: .*did you mean "material"'),
        ("assetgen = 1\nkind = 4", "2:8: kind = 4 is not a name"),
        ('assetgen = 1\nkind = "material"', "1:1: there is neither prompt nor source"),
        ("assetgen = 1\nkind = stone", "2:8: this is not TOML: invalid value"),
        ("a = [1", "1:7: this is not TOML"),
        ("a = 1\na = 2", "2:6: this is not TOML: cannot overwrite a value"),
        ("a = " + "9" * 5000, "this is not TOML"),
        (b"assetgen = 1\nk\xc3\xa4se = '\xff'", "2:9: byte 22 .0xff. is not UTF-8"),
        (b"\xef\xbb\xbf\xff", "1:1: byte 3 .0xff. is not UTF-8"),
        (b"\xff\xfea\0", "1:1: byte 0 .0xff. is not UTF-8"),
        (b"#" * ((1 << 20) + 1), "the file is larger than the limit of 1048576 bytes"),
        ("a = " + "[" * 33 + "]" * 33, "tables and lists are nested deeper than the limit of 32"),
        ("a = " + "[" * 20000 + "]" * 20000, "tables and lists are nested deeper than the limit of 32"),
        ("a." * 400 + "b = 1", "tables and lists are nested deeper than the limit of 32"),
    ],
)
def test_files_that_are_no_prompt_files_are_refused(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    found = errors_of(tmp_path, content)
    assert re.match(expected, found[0]), found


def test_a_contradiction_between_two_spellings_is_refused(tmp_path: Path) -> None:
    same = texture('prompt = "x"', 'role = "height"', 'export.role = "height"')
    assert read(write(tmp_path, {"same.prompt.toml": same}) / "same.prompt.toml").specs
    (found,) = errors_of(tmp_path, texture('prompt = "x"', 'role = "height"', 'export.role = "normal"'))
    assert found.startswith('5:15: export.role = "normal" contradicts role = "height"')


def test_a_prompt_file_has_its_suffix_and_lies_in_its_project(tmp_path: Path) -> None:
    (found,) = errors_of(tmp_path, material(), name="crate.toml")
    assert "name it crate.prompt.toml" in found
    project = find_project(
        write(tmp_path, {"in/a.prompt.toml": material(), "out.prompt.toml": material()}) / "in"
    )
    with pytest.raises(PromptFileError, match="outside the project"):
        read_prompt_file(tmp_path / "out.prompt.toml", project=project)


def test_a_missing_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(PromptFileError, match="cannot be read"):
        read(tmp_path / "none.prompt.toml")


def test_the_id_key_survives_a_move(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.prompt.toml": material('id = "floors/one"'), "b/c.prompt.toml": material('id = "floors/one"')},
    )
    project = find_project(tmp_path)
    first = read_prompt_file(tmp_path / "a.prompt.toml", project=project)
    second = read_prompt_file(tmp_path / "b/c.prompt.toml", project=project)
    assert first.specs == second.specs
    assert first.specs[0].seed == derive_seed("floors/one")


def test_sources_are_resolved_from_the_file_or_the_root(tmp_path: Path) -> None:
    lines = material('source = { albedo = "a.png", normal = "../n.png", height = "/h.png" }')
    write(tmp_path, {"assetgen.toml": "assetgen = 1", "x/y/a.prompt.toml": lines})
    (spec,) = read(tmp_path / "x/y/a.prompt.toml").specs
    assert spec.source == {"albedo": "x/y/a.png", "normal": "x/n.png", "height": "h.png"}


def test_a_lone_source_of_a_sound_is_the_sound(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": 'assetgen = 1\nkind = "audio"\nsource = "rain.wav"\n'})
    (spec,) = read(tmp_path / "a.prompt.toml").specs
    assert spec.source == {"sound": "rain.wav"}


def test_a_lone_source_of_a_texture_holds_its_role(tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": texture('source = "n.png"', 'export.role = "normal"')})
    (spec,) = read(tmp_path / "a.prompt.toml").specs
    assert spec.source == {"normal": "n.png"}


def test_variants_become_specs(tmp_path: Path) -> None:
    file = read(write(tmp_path, {"a.prompt.toml": material("variants = 3", "seed = 5")}) / "a.prompt.toml")
    assert [spec.asset for spec in file.specs] == ["a", "a_v2", "a_v3"]
    assert file.specs == variant_specs(MaterialSpec(asset="a", prompt="stone", seed=5, variants=3))


PROJECT = """assetgen = 1
targets = ["godot"]
[style.ruins]
prompt = "overgrown,\\ncracked"
negative = "people"
style = "stylized"
size = 256
export.formats = ["png"]
[[rule]]
match = "props/**"
style = "ruins"
surface = { meters = 3, roughness = 0.5 }
[[rule]]
match = "props/small/*"
surface.meters = 0.5
seed = 9
"""


def test_rules_and_style_fill_absent_keys(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": PROJECT, "props/small/a.prompt.toml": material("surface.metallic = 1")})
    (spec,) = read(tmp_path / "props/small/a.prompt.toml").specs
    assert isinstance(spec, MaterialSpec)
    assert spec.prompt == "stone, overgrown, cracked"
    assert spec.negative == "people"
    assert spec.style == "stylized"
    assert spec.size == (256, 256)
    assert spec.surface == Surface(meters=0.5, roughness=(0.5, 0.5), metallic=1.0)
    assert spec.seed == 9
    assert spec.targets == ("godot",)


def test_a_prompt_files_own_keys_win(tmp_path: Path) -> None:
    own = material("size = 512", "seed = 1", 'style = "toon"', 'targets = ["web"]', "surface.meters = 7")
    write(tmp_path, {"assetgen.toml": PROJECT, "props/small/a.prompt.toml": own})
    (spec,) = read(tmp_path / "props/small/a.prompt.toml").specs
    assert isinstance(spec, MaterialSpec)
    assert (spec.prompt, spec.size, spec.seed, spec.style) == ("stone", (512, 512), 1, "toon")
    assert spec.targets == ("web",)
    assert spec.surface.meters == 7.0


def test_a_mistake_in_a_default_is_placed_in_the_project_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "assetgen.toml": PROJECT.replace("seed = 9", "size = 1000"),
            "props/small/a.prompt.toml": material(),
        },
    )
    with pytest.raises(PromptFileError, match="not a power of two") as caught:
        read(tmp_path / "props/small/a.prompt.toml")
    assert str(caught.value.place) == f"{tmp_path / 'assetgen.toml'}:16:8"


def test_an_unknown_style_is_compared_with_the_projects_too(tmp_path: Path) -> None:
    write(tmp_path, {"assetgen.toml": PROJECT, "a.prompt.toml": material('style = "ruin"')})
    with pytest.raises(PromptFileError, match='did you mean "ruins"'):
        read(tmp_path / "a.prompt.toml")


def test_prompt_files_and_errors_cross_process_boundaries(tmp_path: Path) -> None:
    file = read(write(tmp_path, {"a.prompt.toml": material()}) / "a.prompt.toml")
    again = pickle.loads(pickle.dumps(file))
    assert again == file
    assert again.places.of(("prompt",)) == file.places.of(("prompt",))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_bring_anything_but_our_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.prompt.toml"
    path.write_bytes(b'assetgen = 1\nkind = "material"\nprompt = "x"\n' + content)
    check_prompt_file(path, project=find_project(tmp_path))
