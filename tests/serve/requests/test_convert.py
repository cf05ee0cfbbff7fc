"""Orders off the wire: fields become keys, and what a prompt file could not say is refused by name."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import AssetGenError, RequestError, SpecError
from assetgen.serve.jobs.job import Priority, Request
from assetgen.serve.requests.convert import (
    LARGEST_SETTINGS_BYTES,
    client_of,
    made_id,
    priority_of,
    request_id_of,
    timeout_of,
    to_document,
    to_request,
)
from assetgen.serve.requests.kinds import kind_capabilities, kind_name, kind_number
from assetgen.serve.requests.projects import KnownProject
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.specs.base import TARGETS
from assetgen.specs.table import SPECS, document_table
from assetgen.store.paths import safe_relative
from tests.serve.requests.orders import spec

GAME = KnownProject("0123456789ab", Path("/game").absolute(), "game", "generated", False)


def asked(**order: Any) -> Request:
    return to_request(pb.JobOrder(**{"spec": spec(), **order}), GAME)


def test_fields_become_the_keys_of_a_prompt_file() -> None:
    document, asset = to_document(
        pb.AssetSpec(
            kind=pb.ASSET_KIND_MATERIAL,
            asset="walls/brick",
            prompt="old brick",
            negative="moss",
            seed=0,
            backend="procedural",
            style="toon",
            variants=2,
            material=pb.MaterialOptions(
                size=[512],
                tile="x",
                surface=pb.SurfaceOptions(meters=2.0, roughness=[0.25, 0.5], metallic=0.0),
            ),
            settings_json='{"maps": {"emissive": true}, "surface": {"meters": 4}}',
        )
    )
    assert asset == "walls/brick"
    assert document == {
        "assetgen": 1,
        "kind": "material",
        "prompt": "old brick",
        "negative": "moss",
        "seed": 0,
        "backend": "procedural",
        "style": "toon",
        "variants": 2,
        "size": 512,
        "tile": "x",
        "surface": {"meters": 4, "roughness": [0.25, 0.5], "metallic": 0.0},
        "maps": {"emissive": True},
    }


def test_what_is_unset_is_left_out() -> None:
    assert to_document(spec())[0] == {"assetgen": 1, "kind": "material", "prompt": "old brick"}
    texture = pb.AssetSpec(asset="a", prompt="x", texture=pb.TextureOptions(role="height"))
    assert to_document(texture)[0] == {"assetgen": 1, "kind": "texture", "prompt": "x", "role": "height"}


def test_lists_of_two_numbers_and_of_names_stay_lists() -> None:
    sheet = pb.SpriteSheetOptions(frame=[64, 96], clip=[pb.ClipOptions(name="run", frames=8, loop=False)])
    document, _ = to_document(spec(kind=pb.ASSET_KIND_SPRITE_SHEET, sprite_sheet=sheet))
    assert document["frame"] == [64, 96]
    assert document["clip"] == [{"name": "run", "frames": 8, "loop": False}]
    atlas = spec(kind=pb.ASSET_KIND_ATLAS, atlas=pb.AtlasOptions(uses=["props/*"]))
    assert to_document(atlas)[0]["uses"] == ["props/*"]


def test_settings_win_over_fields_and_may_name_the_asset() -> None:
    document, asset = to_document(spec(settings_json='{"id": "floors/slab", "prompt": "slab", "size": 256}'))
    assert (asset, document["prompt"], document["size"]) == ("floors/slab", "slab", 256)
    assert "id" not in document


def _option_fields() -> list[tuple[str, str]]:
    def walk(descriptor: Descriptor, kind: str, table: Any) -> list[tuple[str, str]]:
        found = []
        for field in descriptor.fields:
            if kind in SPECS:
                found.append((kind, field.name))
                assert field.name in table.keys, f"{kind} has no key {field.name}"
                if field.message_type is not None:
                    found += walk(field.message_type, kind, table.keys[field.name].rule)
        return found

    options = pb.AssetSpec.DESCRIPTOR.oneofs_by_name["options"].fields
    return [row for field in options for row in walk(field.message_type, field.name, _table(field.name))]


def _table(kind: str) -> Any:
    return document_table(kind) if kind in SPECS else None


def test_every_option_of_a_kind_that_can_be_made_is_a_key_of_its_prompt_files() -> None:
    assert len(_option_fields()) >= 9


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"prompt": "x" * 5012}, r"spec\.prompt is 5,012 characters long; the limit is 4,000, shorten it\."),
        ({"prompt": "x" * 5_000_000}, r"spec\.prompt is 5,000,000 characters long"),
        ({"negative": "x" * 4001}, r"spec\.negative is 4,001 characters long"),
        ({"asset": "a/" * 2001}, r"spec\.asset is 4,002 characters long"),
        ({"style": "s" * 5000}, r"spec\.style is 5,000 characters long"),
        ({"material": pb.MaterialOptions(tile="x" * 5000)}, r"spec\.tile is 5,000 characters long"),
        ({"material": pb.MaterialOptions(size=[1] * 100_000)}, r"spec\.size is 100,000 entries long"),
        (
            {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(roughness=[1.0] * 1001))},
            r"spec\.surface\.roughness is 1,001 entries long",
        ),
        ({"kind": 99}, r"kind = 99 is unknown to this version"),
        (
            {"material": None, "texture": pb.TextureOptions()},
            r'spec\.texture is given for kind = "material"; give the options of that kind',
        ),
        (
            {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(meters=math.nan))},
            "surface.meters = nan",
        ),
        ({"material": pb.MaterialOptions(surface=pb.SurfaceOptions(metallic=math.inf))}, "metallic = inf"),
        (
            {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(roughness=[0.1, -math.inf]))},
            r"spec\.surface\.roughness\[1\] = -inf is not a finite number",
        ),
        ({"settings_json": "{"}, r"spec\.settings_json is not JSON: .* at line 1, column 2"),
        ({"settings_json": "[1]"}, "is not a JSON object"),
        ({"settings_json": "null"}, "is not a JSON object"),
        ({"settings_json": '{"size": NaN}'}, "has NaN in it"),
        ({"settings_json": '{"size": -Infinity}'}, "has -Infinity in it"),
        ({"settings_json": '{"surface": {"meters": 1e999}}'}, r"spec\.surface\.meters = inf is not a finite"),
        ({"settings_json": '{"seed": null}'}, r"spec\.seed is null; leave it out"),
        ({"settings_json": '{"seed": ' + "9" * 5000 + "}"}, "has a number of 5000 digits"),
        ({"settings_json": '{"seed": 1, "seed": 2}'}, 'has "seed" twice; keep one'),
        ({"settings_json": r'{"prompt": "\ud800"}'}, r"spec\.prompt holds half of a surrogate pair"),
        ({"settings_json": r'{"\ud800": 1}'}, "holds half of a surrogate pair"),
        ({"settings_json": '{"a": ' + "[" * 40 + "]" * 40 + "}"}, "is nested too deeply; flatten it"),
        ({"settings_json": '{"a": ' * 9000 + "1" + "}" * 9000}, "is nested too deeply; flatten it"),
        ({"settings_json": '{"id": 7}'}, "the asset id 7 is not text"),
        ({"settings_json": " " * LARGEST_SETTINGS_BYTES + "{}"}, r"has 65,538 bytes; the limit is 65,536"),
    ],
)
def test_what_a_prompt_file_could_not_say_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        to_document(spec(**fields))
    place = caught.value.place
    assert place is not None
    assert place.path.startswith("spec.")
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (
            {"targets": ["unity", "unrael"]},
            r'targets has "unrael", which is no engine; did you mean "unreal"',
        ),
        ({"targets": ["x" * 1_000_000]}, "targets has "),
        ({"spec": None, "prompt_file": ""}, "prompt_file is empty"),
        ({"spec": None, "prompt_file": "x" * 1001}, "prompt_file is 1,001 characters long"),
        ({"spec": None}, "names nothing to make"),
    ],
)
def test_what_is_wrong_with_an_order_is_told(order: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        asked(**order)
    assert len(caught.value.message) < 400


def test_an_order_becomes_a_request_that_outlives_the_daemon() -> None:
    request = asked(
        targets=["web", "unity", "web"], force=True, overwrite=True, without_previews=True, client="blender"
    )
    assert request.targets == ("unity", "web")
    assert (request.force, request.overwrite, request.previews) == (True, True, False)
    assert Request.from_json(request.to_json()) == request
    assert asked().targets is None
    by_file = to_request(pb.JobOrder(prompt_file="walls/a.prompt.toml"), GAME)
    assert (by_file.document, by_file.asset, by_file.prompt_file) == (None, "", "walls/a.prompt.toml")


def test_an_asset_without_an_id_is_named_after_its_prompt() -> None:
    def named(prompt: str, **fields: Any) -> str:
        return to_document(spec(asset="", prompt=prompt, **fields))[1]

    assert re.fullmatch(r"old_mossy_brick_wall_of_[0-9a-f]{6}", named("Old, mossy BRICK wall of a church"))
    assert named("old brick") == named(" old\n brick ")
    assert named("old brick", settings_json='{"size": 256}') == named("old brick")
    others = [named(text) for text in ("old brick", "old brick!", "alter Ziegel", "红砖", "砖", "con", "...")]
    assert len(set(others)) == len(others)
    assert re.fullmatch(r"asset_[0-9a-f]{6}", named("红砖"))
    assert named("brique abîmée").startswith("brique_abimee_")
    texture = to_document(spec(asset="", kind=pb.ASSET_KIND_TEXTURE))[1]
    assert texture != to_document(spec(asset=""))[1]
    source = to_document(pb.AssetSpec(kind=1, settings_json='{"source": "photos/wall.png"}'))[1]
    assert source.startswith("photos_wall_png_")


@given(st.text(), st.sampled_from(["material", "texture"]))
def test_every_made_id_is_a_path_that_every_system_can_hold(prompt: str, kind: str) -> None:
    asset = made_id({"kind": kind, "prompt": prompt})
    assert asset == asset.lower() == str(safe_relative(asset))
    assert "/" not in asset


def test_priorities_are_those_of_jobs() -> None:
    expected = {0: Priority.INTERACTIVE, 1: Priority.BAKE, 2: Priority.WATCH, 3: Priority.INTERACTIVE}
    assert {number: priority_of(pb.JobOrder(priority=number)) for number in range(4)} == expected  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="priority = 17 is unknown"):
        priority_of(pb.JobOrder(priority=17))  # type: ignore[arg-type]


def test_a_timeout_is_in_seconds() -> None:
    assert timeout_of(pb.JobOrder()) == 0.0
    assert timeout_of(pb.JobOrder(timeout=Duration(seconds=2, nanos=500_000_000))) == 2.5
    assert timeout_of(pb.JobOrder(timeout=Duration(nanos=1))) == 1e-9


@pytest.mark.parametrize(
    ("seconds", "nanos"), [(0, 0), (-1, 0), (0, -5), (2**62, 0), (-(2**63), 0), (1, 2_000_000_000)]
)
def test_a_timeout_that_is_none_is_refused(seconds: int, nanos: int) -> None:
    with pytest.raises(RequestError, match="timeout = "):
        timeout_of(pb.JobOrder(timeout=Duration(seconds=seconds, nanos=nanos)))


def test_a_request_id_is_a_uuid_in_any_spelling() -> None:
    plain = "0f8fad5bd9cb469fa16570867728950e"
    assert request_id_of(pb.JobOrder()) == ""
    for text in (plain, "0f8fad5b-d9cb-469f-a165-70867728950e", plain.upper()):
        assert request_id_of(pb.JobOrder(request_id=text)) == plain
    for text in ("1", plain + "0", "{" + plain + "}", "x" * 1_000_000, "é" * 32, plain + "\n"):
        with pytest.raises(RequestError, match="is no UUID"):
            request_id_of(pb.JobOrder(request_id=text))


def test_a_client_has_a_short_name_that_shows() -> None:
    assert client_of(pb.JobOrder(), default="peer") == "peer"
    assert client_of(pb.JobOrder(client=" Blender 5 "), default="peer") == "Blender 5"
    for name in ("x" * 65, "a\nb", "a\u202eb", "a\x00"):
        with pytest.raises(RequestError, match="client = ") as caught:
            client_of(pb.JobOrder(client=name), default="peer")
        assert caught.value.message.isprintable()


def test_kinds_have_the_names_of_prompt_files() -> None:
    assert kind_name(pb.ASSET_KIND_UNSPECIFIED) is None
    for kind in SPECS:
        assert kind_name(kind_number(kind)) == kind
    assert kind_name(pb.ASSET_KIND_SPRITE_SHEET) == "sprite_sheet"
    assert kind_number("hologram") == pb.ASSET_KIND_UNSPECIFIED


def test_capabilities_tell_the_schema_and_the_backends_of_each_kind() -> None:
    found = {capability.name: capability for capability in kind_capabilities()}
    assert list(found) == list(SPECS)
    for capability in found.values():
        assert capability.kind != pb.ASSET_KIND_UNSPECIFIED
        is_prompted = "prompt" in SPECS[capability.name].starts
        assert list(capability.backends[:1]) == (["procedural"] if is_prompted else [])
        assert json.loads(capability.schema_json)["required"] == ["assetgen", "kind"]


_HOSTILE = st.sampled_from(
    [
        "",
        "..",
        "../x",
        "C:\\x",
        "\\\\srv\\x",
        "a\x00b",
        "a\u202eb",
        "CON",
        "a:b",
        "{}",
        '{"a":',
        '{"size": 1e999}',
        "[]",
    ]
)
_TEXTS = _HOSTILE | st.text(max_size=30)
_NUMBERS = st.integers(-(2**31), 2**31 - 1)
_FLOATS = st.floats()
_OPTIONS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(
        lambda size, tile, meters, roughness: {
            "material": pb.MaterialOptions(
                size=size, tile=tile, surface=pb.SurfaceOptions(meters=meters, roughness=roughness)
            )
        },
        st.lists(_NUMBERS, max_size=3),
        _TEXTS,
        _FLOATS,
        st.lists(_FLOATS, max_size=3),
    ),
    st.builds(lambda role: {"texture": pb.TextureOptions(role=role)}, _TEXTS),
    st.builds(lambda budget: {"mesh": pb.MeshOptions(budget=budget)}, _NUMBERS),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _FLOATS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from([*document_table("material").keys, *document_table("texture").keys]) | st.text(
    max_size=8
)
SPEC_MESSAGES = st.builds(
    lambda fields, options: pb.AssetSpec(**fields, **options),
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.integers(-1, 8),
            "asset": _TEXTS,
            "prompt": _TEXTS,
            "negative": _TEXTS,
            "seed": st.integers(0, 2**64 - 1),
            "backend": _TEXTS,
            "style": _TEXTS,
            "variants": _NUMBERS,
            "settings_json": _TEXTS | st.dictionaries(_KEYS, _JSON, max_size=3).map(json.dumps),
        },
    ),
    _OPTIONS,
)
ORDER_MESSAGES = st.builds(
    lambda what, order: pb.JobOrder(**what, **order),
    SPEC_MESSAGES.map(lambda one: {"spec": one})
    | _TEXTS.map(lambda name: {"prompt_file": name})
    | st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "targets": st.lists(st.sampled_from(TARGETS) | _TEXTS, max_size=3),
            "request_id": _TEXTS,
            "priority": st.integers(-1, 5),
            "timeout": st.builds(Duration, seconds=st.integers(-(2**63), 2**63 - 1), nanos=_NUMBERS),
            "force": st.booleans(),
            "client": _TEXTS,
        },
    ),
)


@given(ORDER_MESSAGES)
def test_any_order_is_a_request_or_an_error_of_assetgen(order: pb.JobOrder) -> None:
    try:
        request = to_request(order, GAME)
        priority_of(order), timeout_of(order), request_id_of(order), client_of(order, default="peer")
    except AssetGenError as error:
        error.message.encode()
        return
    assert Request.from_json(request.to_json()) == request
    request.fingerprint()


@given(SPEC_MESSAGES)
def test_a_message_reads_the_same_after_it_went_over_the_wire(message: pb.AssetSpec) -> None:
    def read(one: pb.AssetSpec) -> object:
        try:
            return to_document(one)
        except AssetGenError as error:
            return str(error)

    assert read(pb.AssetSpec.FromString(message.SerializeToString())) == read(message)
