from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import SpecError
from assetgen.specs.base import LARGEST_SEED, Spec, derive_seed, variant_specs
from assetgen.specs.finish import Finish
from assetgen.specs.material import HeightMap, Maps, MaterialExport, MaterialSpec, NormalMap, Surface
from assetgen.specs.picture_formats import LOSSLESS_PICTURES
from assetgen.specs.table import SPECS, document_table, read_values, spec_from_json
from assetgen.specs.texture import TextureSpec
from assetgen.specs.wording import Problem
from tests.specs.documents import ATLAS, AUDIO, MATERIAL, TEXTURE, changed, paths_in


def spec_of(document: dict[str, Any]) -> Spec:
    problems: list[Problem] = []
    values = read_values(document["kind"], document, problems)
    assert not problems
    return SPECS[document["kind"]](**{"asset": "floor", **values})


def test_defaults_fill_in_everything() -> None:
    spec = MaterialSpec(asset="floor", prompt="stone")
    assert spec.size == (1024, 1024)
    assert spec.maps == Maps(normal=NormalMap(strength=1.0), height=HeightMap(bits=16))
    assert spec.surface == Surface(meters=None, roughness=None, metallic=None)
    assert spec.export_sizes == (1024,)
    assert spec.targets == ("unity",)
    assert spec.seed == derive_seed("floor")


def test_values_take_their_canonical_form() -> None:
    spec = MaterialSpec(
        asset="floor",
        prompt="  cracked\n basalt ",
        size=512,  # type: ignore[arg-type]
        surface=Surface(roughness=1, meters=2),  # type: ignore[arg-type]
        targets=("web", "unity", "web"),
        export=MaterialExport(sizes=(128, 512, 128)),
        params={"b": 2, "a": 1},
    )
    assert spec.prompt == "cracked basalt"
    assert spec.size == (512, 512)
    assert spec.surface.roughness == (1.0, 1.0)
    assert spec.targets == ("unity", "web")
    assert spec.export.sizes == (512, 128)
    assert list(spec.params) == ["a", "b"]


def test_a_derived_seed_never_changes() -> None:
    assert derive_seed("walls/brick") == 6052273061846024069
    assert derive_seed("walls/brick", 2) == 1506812649951239063
    assert MaterialSpec(asset="floor", prompt="x").seed == derive_seed("floor")


@given(st.text(), st.integers(0, 16))
def test_a_derived_seed_is_in_range(asset: str, variant: int) -> None:
    asset = asset.encode("utf-8", "ignore").decode()
    assert 0 <= derive_seed(asset, variant) <= LARGEST_SEED


def test_variants_have_names_and_seeds_of_their_own() -> None:
    spec = TextureSpec(asset="brick", prompt="x", seed=7, variants=3)
    variants = variant_specs(spec)
    assert [one.asset for one in variants] == ["brick", "brick_v2", "brick_v3"]
    assert variants[0].seed == 7
    assert len({one.seed for one in variants}) == 3
    assert all(one.variants == 1 for one in variants)
    assert variant_specs(variants[1]) == (variants[1],)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"size": 1000}, "size = 1000 is not a power of two.*512, 1024 or 2048; write 1024"),
        ({"size": 1000, "allow_npot": True}, "not a power of two"),
        ({"source": "a.png", "size": 1000}, "or allow_npot = true"),
        ({"size": [512, 256]}, "not square.*write size = 512"),
        ({"size": 8}, r"size = 8 is not an integer 16..8192; write 16"),
        ({"size": True}, "size = true is not"),
        ({"seed": -1}, "seed = -1 is not"),
        ({"seed": 2**63}, "seed"),
        ({"style": "toom"}, 'did you mean "toon"'),
        ({"surface": {"meters": float("nan")}}, "meters = nan is not a number 0.05..100"),
        ({"surface": {"meters": float("inf")}}, "write 100"),
        ({"surface": {"roughness": [0.9, 0.1]}}, r"write \[0.1, 0.9\]"),
        ({"export": {"sizes": [2048]}}, "more than size = 1024"),
        ({"export": {"sizes": [500]}}, "write 512"),
        ({"maps": {"albedo": False, "normal": False, "height": False, "orm": False}}, "all switched off"),
        ({"maps": {"normal": {"strength": 9}}}, "write 4"),
        ({"prompt": ""}, "neither prompt nor source"),
        ({"asset": "../x"}, "asset id"),
        ({"asset": "con"}, "Windows"),
        ({"targets": ()}, "targets"),
        ({"params": {"a": True}}, "params.a = true"),
        ({"params": {"Ä": 1}}, "not a name"),
    ],
)
def test_what_is_wrong_is_refused_in_words(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        MaterialSpec(**{"asset": "floor", "prompt": "x", **fields})


@pytest.mark.parametrize(
    ("role", "formats", "better"),
    [
        ("albedo", ("dds:bc5",), "dds:bc7"),
        ("normal", ("dds:bc4",), "dds:bc5"),
        ("normal", ("ktx2:bc1",), "ktx2:bc5"),
        ("orm", ("png", "dds:bc4"), "dds:bc7"),
        ("roughness", ("ktx2:bc6h",), "ktx2:bc7"),
    ],
)
def test_a_format_that_drops_channels_of_the_role_is_refused(
    role: str, formats: tuple[str, ...], better: str
) -> None:
    with pytest.raises(SpecError, match=f'write "{better}"'):
        TextureSpec(asset="a", prompt="x", role=role, formats=formats)


@pytest.mark.parametrize("role", ["normal", "height", "orm", "roughness"])
@pytest.mark.parametrize("name", ["jpeg", "webp", "avif", "jxl"])
def test_data_in_a_lossy_format_is_refused_with_another_to_take(role: str, name: str) -> None:
    with pytest.raises(SpecError, match='these are data; write "webp_lossless"'):
        TextureSpec(asset="a", prompt="x", role=role, formats=(name,))
    if role in ("normal", "height", "orm"):
        with pytest.raises(SpecError, match='these are data; write "webp_lossless"'):
            MaterialSpec(asset="a", prompt="x", export=MaterialExport(**{role: name}))
    assert TextureSpec(asset="a", prompt="x", role="emissive", formats=(name,)).formats == (name,)
    assert MaterialSpec(asset="a", prompt="x", export=MaterialExport(albedo=name)).formats_asked() == (name,)


def test_lossless_pictures_hold_any_map() -> None:
    for name in LOSSLESS_PICTURES:
        MaterialExport(albedo=name, normal=name, orm=name, height=name, emissive=name)


def test_what_files_say_is_decided_by_the_target_before_the_asset() -> None:
    spec = MaterialSpec(
        asset="a",
        prompt="x",
        export=MaterialExport(metadata="license"),
        engine={"web": {"metadata": "none"}},
    )
    assert (spec.metadata_for("web"), spec.metadata_for("unity")) == ("none", "license")
    assert TextureSpec(asset="a", prompt="x").metadata_for("web") == "full"


def test_quality_and_metadata_belong_to_exporting() -> None:
    plain = TextureSpec(asset="a", prompt="x")
    for other in (replace(plain, lossy_quality=50), replace(plain, metadata="none")):
        assert other.make_document() == plain.make_document()
        assert other.export_document("web") != plain.export_document("web")


@pytest.mark.parametrize(
    "formats",
    [
        ("png", "png16"),
        ("webp", "webp_lossless"),
        ("jxl", "jxl16"),
        ("tiff16", "tiff32"),
        ("exr", "exr32"),
        ("dds:bc7", "dds:rgba8"),
        ("ktx2:bc7", "ktx2:bc1"),
    ],
)
def test_two_formats_that_would_be_one_file_are_refused(formats: tuple[str, ...]) -> None:
    with pytest.raises(SpecError, match=f'"{formats[0]}" and "{formats[1]}", which would be one file'):
        TextureSpec(asset="a", prompt="x", formats=formats)
    spec = TextureSpec(asset="a", prompt="x", formats=("png", "dds:bc7", "ktx2:bc7"))
    assert spec.formats == ("png", "dds:bc7", "ktx2:bc7")


def test_a_mask_for_unity_keeps_its_alpha() -> None:
    with pytest.raises(SpecError, match=r'Unity keeps smoothness; write "bc3" or "bc7"'):
        MaterialSpec(asset="a", prompt="x", export=MaterialExport(orm="bc1"))
    assert MaterialSpec(asset="a", prompt="x", targets=("godot",), export=MaterialExport(orm="bc1"))


def test_a_source_may_keep_an_odd_and_oblong_size() -> None:
    spec = MaterialSpec(asset="a", source="a.png", size=(1000, 600), allow_npot=True)  # type: ignore[arg-type]
    assert spec.source == {"albedo": "a.png"}
    assert spec.export_sizes == (1000,)


def test_a_lone_source_holds_the_role_of_a_texture() -> None:
    assert TextureSpec(asset="a", source="n.png", role="normal").source == {"normal": "n.png"}  # type: ignore[arg-type]


def test_specs_are_frozen_and_hashable() -> None:
    spec = MaterialSpec(asset="a", prompt="x", params={"a": 1.0}, engine={"unity": {"pack": "urp"}})
    with pytest.raises(FrozenInstanceError):
        spec.seed = 3  # type: ignore[misc]
    assert hash(spec) == hash(pickle.loads(pickle.dumps(spec)))


@pytest.mark.parametrize(
    "document", [TEXTURE, MATERIAL, ATLAS, AUDIO], ids=["texture", "material", "atlas", "audio"]
)
def test_json_round_trip_gives_the_same_spec(document: dict[str, Any]) -> None:
    spec = spec_of(document)
    assert spec_from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_json_of_another_version_is_refused() -> None:
    data = spec_of(MATERIAL).to_json()
    with pytest.raises(SpecError, match="not a material spec"):
        spec_from_json({**data, "new_field": 1})
    with pytest.raises(SpecError, match="not a spec"):
        spec_from_json({**data, "kind": "mesh"})


MAKES = [
    (("prompt",), "other stone"), (("negative",), "moss"), (("seed",), 5), (("backend",), "sdxl"),
    (("style",), "pixel"), (("strict",), True), (("size",), 4096), (("tile",), "xy"),
    (("maps", "emissive"), True), (("maps", "normal"), False), (("maps", "normal", "strength"), 2.0),
    (("surface", "meters"), 3.0), (("surface", "roughness"), 0.5), (("surface", "metallic"), 1.0),
    (("params", "grain"), "coarse"), (("source",), "a.png"),
]  # fmt: skip
EXPORTS = [
    (("maps", "height", "bits"), 8), (("export", "sizes"), [1024]), (("export", "albedo"), "png"),
    (("export", "quality"), "high"), (("engine",), {"unity": {"pack": "urp"}}),
]  # fmt: skip
NEITHER = [(("targets",), ["web"]), (("id",), "other"), (("variants",), 2)]


@pytest.mark.parametrize(("path", "value"), MAKES)
def test_what_generating_depends_on_is_in_the_make_document(path: tuple[str, ...], value: object) -> None:
    before = spec_of({**MATERIAL, "seed": 1})
    after = spec_of(changed({**MATERIAL, "seed": 1}, path, value))
    assert before.make_document() != after.make_document()
    assert before.export_document("unity") == after.export_document("unity")


@pytest.mark.parametrize(("path", "value"), EXPORTS)
def test_what_exporting_depends_on_is_in_the_export_document(path: tuple[str, ...], value: object) -> None:
    before = spec_of({**MATERIAL, "seed": 1})
    after = spec_of(changed({**MATERIAL, "seed": 1}, path, value))
    assert before.make_document() == after.make_document()
    assert before.export_document("unity") != after.export_document("unity")


@pytest.mark.parametrize(("path", "value"), NEITHER)
def test_targets_id_and_variants_change_no_document(path: tuple[str, ...], value: object) -> None:
    before = spec_of({**MATERIAL, "seed": 1})
    after = spec_of(changed({**MATERIAL, "seed": 1}, path, value))
    assert before.make_document() == after.make_document()
    assert before.export_document("unity") == after.export_document("unity")


def test_one_engines_settings_leave_the_others_alone() -> None:
    before = spec_of(MATERIAL)
    after = spec_of({**MATERIAL, "engine": {"unreal": {"normal_y": "opengl"}}})
    assert before.export_document("unity") == after.export_document("unity")
    assert before.export_document("unreal") != after.export_document("unreal")


def test_texture_formats_and_mipmaps_belong_to_exporting() -> None:
    before = TextureSpec(asset="a", prompt="x")
    after = TextureSpec(asset="a", prompt="x", formats=("png",), mipmaps=False)
    assert before.make_document() == after.make_document()
    assert before.export_document("web") != after.export_document("web")


def test_a_default_written_out_changes_nothing() -> None:
    short = spec_of({"assetgen": 1, "kind": "material", "prompt": "x"})
    full = spec_of(
        {
            "assetgen": 1.0, "kind": "material", "prompt": "x", "size": [1024, 1024.0], "tile": "xy",
            "maps": {"normal": True, "height": {}}, "surface": {}, "export": {"sizes": [1024]}, "engine": {},
        }
    )  # fmt: skip
    assert short.make_document() == full.make_document()
    assert short.export_document("unity") == full.export_document("unity")


@given(st.data())
def test_the_order_of_keys_changes_nothing(data: st.DataObject) -> None:
    def shuffled(value: object) -> object:
        if not isinstance(value, dict):
            return value
        names = data.draw(st.permutations(list(value)))
        return {name: shuffled(value[name]) for name in names}

    document: Any = shuffled(MATERIAL)
    assert json.dumps(spec_of(document).make_document()) == json.dumps(spec_of(MATERIAL).make_document())
    assert json.dumps(spec_of(document).to_json()) == json.dumps(spec_of(MATERIAL).to_json())


def test_documents_are_plain_json() -> None:
    for document in (TEXTURE, MATERIAL, ATLAS, AUDIO):
        spec = spec_of(document)
        for part in (spec.make_document(), spec.export_document("unity")):
            assert json.loads(json.dumps(part, allow_nan=False)) == part


def test_the_examples_reach_every_key() -> None:
    top = {path[0] for document in (TEXTURE, MATERIAL, ATLAS, AUDIO) for path in paths_in(document)}
    assert top == {name for kind in SPECS for name in document_table(kind).keys}


def test_how_art_is_finished_matters_to_what_has_a_source_alone() -> None:
    finish = Finish(repair="never")
    made = MaterialSpec(asset="a", prompt="stone"), MaterialSpec(asset="a", prompt="stone", finish=finish)
    assert made[0].make_document() == made[1].make_document()
    art = (
        MaterialSpec(asset="a", source={"albedo": "a.png"}),
        MaterialSpec(asset="a", source={"albedo": "a.png"}, finish=finish),
    )
    assert art[0].make_document() != art[1].make_document()
