"""Requests against projects: what they mean, when they are one piece of work, and what is still to be done."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from assetgen.errors import (
    AlreadyExists,
    AssetGenError,
    PathRefused,
    ProjectGone,
    PromptFileError,
    PublishConflict,
    RequestError,
    SpecError,
)
from assetgen.project.discover import discover
from assetgen.project.plan import Need
from assetgen.project.scan import ScannedAsset, scan
from assetgen.serve.jobs.job import Request
from assetgen.serve.requests.convert import to_request
from assetgen.serve.requests.planning import Planning
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.specs.base import derive_seed
from assetgen.store.manifest import verify_set
from tests.project.folders import material, texture, write
from tests.serve.requests.orders import Workshop, age
from tests.serve.requests.test_convert import ORDER_MESSAGES


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def only(shop: Workshop, request: Request) -> ScannedAsset:
    """Return the one asset that a request is to make."""
    (order,) = shop.planning.plan(request).orders
    return order.plan.scanned


def test_a_described_asset_reads_as_a_prompt_file_in_its_place_would(shop: Workshop) -> None:
    write(
        shop.root,
        {
            "assetgen.toml": """
assetgen = 1
targets = ["web", "godot"]
[style.grim]
prompt = "dark and wet"
surface.meters = 3
[[rule]]
match = "walls/**"
size = 256
""",
            "walls/assetgen.toml": 'assetgen = 1\noutput = "out"\n',
        },
    )
    described = only(shop, shop.described(style="grim", variants=1))
    write(shop.root, {"walls/brick.prompt.toml": material('style = "grim"').replace("stone", "old brick")})
    (filed,) = scan(discover([shop.root]), shop.store).assets
    assert described.document == filed.document
    assert described.keys == filed.keys
    assert described.targets == filed.targets == ("godot", "web")
    assert described.document["prompt"] == "old brick, dark and wet"
    assert described.document["size"] == [256, 256]
    assert described.document["seed"] == derive_seed("walls/brick")
    assert described.project.output_folder == shop.root / "walls" / "out"


def test_variants_are_assets_of_their_own(shop: Workshop) -> None:
    resolved = shop.planning.resolve(shop.described(variants=3))
    assert resolved.assets == ("walls/brick", "walls/brick_v2", "walls/brick_v3")
    assert resolved.title == "walls/brick"
    planned = shop.planning.plan(shop.described(variants=3))
    assert [order.plan.asset for order in planned.orders] == list(resolved.assets)
    assert list(planned.manifests) == list(resolved.assets)


def test_equal_work_has_an_equal_key(shop: Workshop) -> None:
    same = shop.described()
    assert shop.key(same) == shop.key(shop.described())
    assert shop.key(same) == shop.key(Request.from_json(same.to_json()))
    assert shop.key(same) == shop.key(shop.described(order={"targets": ["unity"], "without_previews": True}))
    assert shop.key(same) == shop.key(shop.described(settings_json='{"size": [1024.0, 1024], "tile": "xy"}'))
    assert shop.key(same) == Planning(shop.store).resolve(same).key


def test_a_prompt_file_and_its_description_are_one_piece_of_work(shop: Workshop) -> None:
    described = shop.key(shop.described(asset="walls/brick", prompt="stone"))
    write(shop.root, {"walls/brick.prompt.toml": material()})
    assert shop.key(shop.file("walls/brick.prompt.toml")) == described


@pytest.mark.parametrize(
    "fields",
    [
        {"asset": "walls/bricks"},
        {"kind": pb.ASSET_KIND_TEXTURE},
        {"prompt": "older brick"},
        {"negative": "moss"},
        {"seed": 1},
        {"style": "toon"},
        {"variants": 2},
        {"material": pb.MaterialOptions(size=[512])},
        {"material": pb.MaterialOptions(tile="x")},
        {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(meters=3.0))},
        {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(roughness=[0.5]))},
        {"material": pb.MaterialOptions(surface=pb.SurfaceOptions(metallic=1.0))},
        {"settings_json": '{"engine": {"unity": {"container": "png"}}}'},
        {"settings_json": '{"strict": true}'},
        {"order": {"targets": ["web"]}},
        {"order": {"force": True}},
        {"order": {"overwrite": True}},
    ],
)
def test_any_changed_field_is_another_piece_of_work(shop: Workshop, fields: dict[str, Any]) -> None:
    assert shop.key(shop.described(**fields)) != shop.key(shop.described())


def test_another_output_folder_is_another_piece_of_work(shop: Workshop) -> None:
    before = shop.key(shop.described())
    write(shop.root, {"assetgen.toml": 'assetgen = 1\noutput = "elsewhere"\n'})
    assert shop.key(shop.described()) != before


def test_edits_of_project_files_are_seen_at_once_in_spite_of_what_is_remembered(shop: Workshop) -> None:
    file = shop.root / "assetgen.toml"
    seen = []
    for size in (256, 512, 128):
        file.write_text(f"assetgen = 1\n[[rule]]\nmatch = '**'\nsize = {size}\n", encoding="utf-8")
        seen.append(only(shop, shop.described()).document["size"][0])
    age(file)
    seen += [only(shop, shop.described()).document["size"][0] for _ in range(2)]
    write(shop.root, {"walls/assetgen.toml": "assetgen = 1\n[[rule]]\nmatch = '**'\nsize = 64\n"})
    seen.append(only(shop, shop.described()).document["size"][0])
    (shop.root / "walls" / "assetgen.toml").unlink()
    seen.append(only(shop, shop.described()).document["size"][0])
    file.write_text("assetgen = 1\n", encoding="utf-8")
    seen.append(only(shop, shop.described()).document["size"][0])
    assert seen == [256, 512, 128, 128, 128, 64, 128, 1024]


def test_edits_of_prompt_files_and_pictures_are_seen_at_once(shop: Workshop) -> None:
    write(
        shop.root,
        {"a.prompt.toml": material(), "photo.png": b"one", "b.prompt.toml": texture('source = "photo.png"')},
    )
    seen = {shop.key(shop.file("a.prompt.toml"))}
    write(shop.root, {"a.prompt.toml": material("seed = 7")})
    seen.add(shop.key(shop.file("a.prompt.toml")))
    seen.add(shop.key(shop.file("b.prompt.toml")))
    age(shop.root / "photo.png")
    assert shop.key(shop.file("b.prompt.toml")) in seen
    write(shop.root, {"photo.png": b"two"})
    seen.add(shop.key(shop.file("b.prompt.toml")))
    write(shop.root, {"photo.png": b"six"})
    seen.add(shop.key(shop.file("b.prompt.toml")))
    assert len(seen) == 5


def test_sources_of_a_described_asset_start_at_the_root(shop: Workshop) -> None:
    write(shop.root, {"photos/wall.png": b"a picture"})
    request = shop.described(settings_json='{"source": "photos/wall.png"}')
    assert dict(only(shop, request).document["source"]) == {"albedo": "photos/wall.png"}


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"prompt": ""}, "spec", "there is neither prompt nor source"),
        ({"kind": 0}, "spec", "kind is missing"),
        ({"kind": pb.ASSET_KIND_MESH}, "spec.kind", 'kind = "mesh" is unknown'),
        ({"settings_json": '{"kind": ["material"]}'}, "spec.kind", "is not a name"),
        ({"settings_json": '{"assetgen": 2}'}, "spec.assetgen", "write assetgen = 1"),
        ({"settings_json": '{"sise": 512}'}, "spec.sise", 'did you mean "size"'),
        (
            {"settings_json": '{"maps": {"normal": {"strenth": 1}}}'},
            "spec.maps.normal.strenth",
            "did you mean",
        ),
        ({"settings_json": '{"targets": ["unrael"]}'}, "spec.targets[0]", 'did you mean "unreal"'),
        ({"style": "tooon"}, "spec.style", 'did you mean "toon"'),
        ({"backend": "sdxl"}, "spec.backend", "there is no backend"),
        ({"backend": "x" * 900}, "spec.backend", "64 characters"),
        ({"seed": 2**63}, "spec.seed", "is not an integer"),
        ({"variants": -1}, "spec.variants", "is not an integer 1..16"),
        ({"variants": 2**31 - 1}, "spec.variants", "is not an integer 1..16"),
        ({"material": pb.MaterialOptions(size=[1000])}, "spec.size", "is not a power of two"),
        ({"material": pb.MaterialOptions(size=[-512])}, "spec.size", "is not an integer 16..8192"),
        ({"material": pb.MaterialOptions(size=[0])}, "spec.size", "is not an integer 16..8192"),
        ({"material": pb.MaterialOptions(size=[32768, 32768])}, "spec.size[0]", "is not an integer 16..8192"),
        ({"material": pb.MaterialOptions(size=[2**31 - 1])}, "spec.size", "is not an integer 16..8192"),
        ({"material": pb.MaterialOptions(size=[512, 512, 512])}, "spec.size", "it has 3"),
        ({"material": pb.MaterialOptions(size=[512] * 1000)}, "spec.size", "it has 1000"),
        ({"settings_json": '{"size": true}'}, "spec.size", "size = true"),
        ({"settings_json": '{"size": "512"}'}, "spec.size", 'size = "512"'),
        ({"settings_json": '{"size": 1e300}'}, "spec.size", "is not an integer"),
        (
            {"settings_json": '{"surface": {"meters": -1}}'},
            "spec.surface.meters",
            "is not a number 0.05..100",
        ),
        ({"settings_json": '{"source": "../secret.png"}'}, "spec.source", "leads out of the project"),
        ({"settings_json": '{"source": "/../secret.png"}'}, "spec.source", "leads out of the project"),
        ({"settings_json": '{"source": "C:/secret.png"}'}, "spec.source", "name a file inside the project"),
        ({"settings_json": '{"source": "a\\\\b.png"}'}, "spec.source", "backslash"),
        ({"settings_json": '{"source": "gone.png"}'}, "spec.source.albedo", "which does not exist"),
        ({"settings_json": '{"source": "gone.prompt.toml"}'}, "spec.source.albedo", "which does not exist"),
    ],
)
def test_what_is_wrong_with_a_described_asset_is_placed_at_its_key(
    shop: Workshop, fields: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(PromptFileError) as caught:
        shop.planning.resolve(shop.described(**fields))
    assert caught.value.place is not None
    assert caught.value.place.path == place
    assert message in caught.value.message
    assert len(caught.value.message) < 600


ESCAPES = [
    "..",
    "../up",
    "a/../../up",
    "/etc/passwd",
    "C:/x",
    "C:x",
    "\\\\server\\share\\x",
    "//server/share/x",
    "\\\\?\\C:\\x",
    "\\\\.\\PhysicalDrive0",
    "a\\b",
    "a:stream",
    "a\x00b",
    "a\nb",
    "a\u202eb",
    "a\u200bb",
    "CON",
    "a/nul",
    "a/COM1.x",
    "com\u00b9",
    "a/LPT\u00b2",
    "a.",
    "a ",
    " a",
    "a//b",
    "a/./b",
    ".git/hooks/x",
    "a/.GIT/x",
    "-rf",
    "~/x",
    "a*",
    "a?",
    "a<b",
    'a"b',
    "a|b",
    "x" * 201,
    "x/" * 450 + "y" * 150,
    "\uff0e\uff0e/x",
    "a\uff1ab",
]


@pytest.mark.parametrize("name", ESCAPES, ids=range(len(ESCAPES)))
def test_an_id_or_prompt_file_that_could_leave_the_project_is_refused(shop: Workshop, name: str) -> None:
    before = sorted(shop.folder.rglob("*"))
    for file in (name, f"{name}.prompt.toml"):
        with pytest.raises((PathRefused, RequestError, PromptFileError)) as refused:
            shop.planning.resolve(shop.file(file))
        refused.value.message.encode()
    with pytest.raises(SpecError) as caught:
        shop.planning.resolve(shop.described(asset=name))
    assert caught.value.place is not None
    assert caught.value.place.path == "spec.asset"
    assert sorted(shop.folder.rglob("*")) == before


def test_a_prompt_file_is_named_by_its_suffix_and_must_be_there(shop: Workshop) -> None:
    write(shop.root, {"a.toml": material(), "dir.prompt.toml/x": ""})
    with pytest.raises(RequestError, match=r"its name ends in \.prompt\.toml"):
        shop.planning.resolve(shop.file("a.toml"))
    for name in ("b.prompt.toml", "dir.prompt.toml", "a.toml/b.prompt.toml"):
        with pytest.raises((PromptFileError, PathRefused)):
            shop.planning.resolve(shop.file(name))


def test_a_link_that_leads_out_of_the_project_is_refused(shop: Workshop) -> None:
    outside = write(shop.folder / "outside", {"a.prompt.toml": material(), "ü.prompt.toml": material()})
    try:
        (shop.root / "linked").symlink_to(outside, target_is_directory=True)
        (shop.root / "b.prompt.toml").symlink_to(outside / "a.prompt.toml")
    except OSError:
        return  # Windows grants links to few
    for name in ("linked/a.prompt.toml", "linked/u\u0308.prompt.toml", "b.prompt.toml"):
        with pytest.raises(PathRefused, match="is a link"):
            shop.planning.resolve(shop.file(name))


def test_a_prompt_file_is_found_in_the_spelling_of_its_disk(shop: Workshop) -> None:
    name = "mu\u0308nze.prompt.toml"
    write(shop.root, {name: material()})
    assert shop.planning.resolve(shop.file(name)).assets == ("m\u00fcnze",)


def test_an_error_in_a_prompt_file_has_its_line(shop: Workshop) -> None:
    write(shop.root, {"a.prompt.toml": material("size = 1000")})
    with pytest.raises(PromptFileError, match="power of two") as caught:
        shop.planning.resolve(shop.file("a.prompt.toml"))
    place = caught.value.place
    assert place is not None
    assert (place.path, place.line, place.column) == (str(shop.root / "a.prompt.toml"), 4, 8)


def test_an_error_of_the_project_is_told_with_its_file(shop: Workshop) -> None:
    write(shop.root, {"assetgen.toml": "assetgen = 1\n[[rule]]\nmatch = 'walls/*'\nsize = 1000\n"})
    with pytest.raises(PromptFileError, match="power of two") as caught:
        shop.planning.resolve(shop.described())
    assert caught.value.place is not None
    assert caught.value.place.path.endswith("assetgen.toml")
    assert caught.value.place.line == 4


def test_an_id_that_a_prompt_file_makes_is_taken(shop: Workshop) -> None:
    write(shop.root, {"walls/brick.prompt.toml": material(), "walls/slab_v2.prompt.toml": "broken"})
    with pytest.raises(AlreadyExists) as caught:
        shop.planning.resolve(shop.described())
    assert caught.value.message == (
        "walls/brick is made by walls/brick.prompt.toml; edit that file, or choose another id."
    )
    with pytest.raises(AlreadyExists, match="walls/slab_v2 is made by"):
        shop.planning.resolve(shop.described(asset="walls/slab", variants=2))
    shop.planning.resolve(shop.described(asset="walls/slab"))


def test_a_project_that_is_gone_says_so(shop: Workshop) -> None:
    request = shop.described()
    shutil.rmtree(shop.root)
    for ask in (shop.planning.resolve, shop.planning.plan):
        with pytest.raises(ProjectGone, match="is not there"):
            ask(request)
    write(shop.root, {"x": ""})
    write(shop.folder, {"assetgen.toml": "assetgen = 1\n"})
    with pytest.raises(ProjectGone, match="is part of the project"):
        shop.planning.resolve(request)


def test_what_is_due_is_ordered_and_what_is_in_place_is_not(shop: Workshop) -> None:
    request = shop.described(order={"targets": ["unity", "web"]})
    planned = shop.planning.plan(request)
    assert [order.plan.need for order in planned.orders] == [Need.MAKE]
    assert shop.carry_out(planned) == ["walls/brick"]
    for paths in (planned.manifests, shop.planning.plan(request).manifests):
        assert list(paths) == ["walls/brick"]
        assert [verify_set(Path(path)).target for path in paths["walls/brick"]] == ["unity", "web"]
    assert shop.planning.plan(request).orders == ()
    forced = shop.planning.plan(shop.described(order={"force": True, "overwrite": True}))
    assert [(order.force, order.overwrite) for order in forced.orders] == [(True, True)]
    other = shop.planning.plan(shop.described(order={"targets": ["godot"]}))
    assert [order.plan.need for order in other.orders] == [Need.EXPORT]


def test_what_the_cache_has_is_put_back_without_a_worker(shop: Workshop) -> None:
    request = shop.described(variants=2)
    shop.carry_out(shop.planning.plan(request))
    shutil.rmtree(shop.root / "generated")
    planned = shop.planning.plan(request)
    assert planned.orders == ()
    for paths in planned.manifests.values():
        verify_set(Path(paths[0]))


def test_what_the_cache_has_lost_is_ordered_again(shop: Workshop) -> None:
    request = shop.described()
    planned = shop.planning.plan(request)
    shop.carry_out(planned)
    shutil.rmtree(shop.root / "generated")
    shutil.rmtree(shop.settings.cache_dir / "blobs")
    again = shop.planning.plan(request)
    assert len(again.orders) == 1
    assert again.manifests == planned.manifests


def test_a_set_edited_by_hand_is_a_conflict_placed_at_the_prompt(shop: Workshop) -> None:
    write(shop.root, {"a.prompt.toml": material()})
    for request, place in (
        (shop.described(), ("spec.prompt", 0)),
        (shop.file("a.prompt.toml"), (str(shop.root / "a.prompt.toml"), 3)),
    ):
        planned = shop.planning.plan(request)
        shop.carry_out(planned)
        (path,) = next(iter(planned.manifests.values()))
        mine = next(Path(path).parent.glob("*_albedo.png"))
        mine.write_bytes(b"painted over by hand")
        with pytest.raises(PublishConflict) as caught:
            shop.planning.plan(request)
        assert caught.value.place is not None
        assert (caught.value.place.path, caught.value.place.line) == place
        assert mine.read_bytes() == b"painted over by hand"


def test_overwrite_moves_a_file_in_the_way_aside(shop: Workshop) -> None:
    planned = shop.planning.plan(shop.described())
    shop.carry_out(planned)
    mine = next((shop.root / "generated").rglob("*_albedo.png"))
    mine.write_bytes(b"painted over by hand")
    assert shop.planning.plan(shop.described(order={"overwrite": True})).orders == ()
    assert mine.with_name(f"{mine.name}.bak").read_bytes() == b"painted over by hand"


def linked(shop: Workshop) -> None:
    write(
        shop.root,
        {
            "base.prompt.toml": material("variants = 2"),
            "x/mid.prompt.toml": texture('source = "/base.prompt.toml"'),
            "x/top.prompt.toml": texture('source = "mid.prompt.toml"'),
        },
    )


def test_what_a_prompt_file_uses_is_made_before_it_and_not_published(shop: Workshop) -> None:
    linked(shop)
    request = shop.file("x/top.prompt.toml")
    assert shop.planning.resolve(request).assets == ("x/top",)
    planned = shop.planning.plan(request)
    assert [order.plan.asset for order in planned.orders] == ["base", "x/mid", "x/top"]
    assert [order.plan.targets != () for order in planned.orders] == [False, False, True]
    assert shop.carry_out(planned) == ["base", "x/mid", "x/top"]
    assert list(planned.manifests) == ["x/top"]
    assert [path.name for path in (shop.root / "generated" / "unity").rglob("*.assetgen.json")] == [
        "top.assetgen.json"
    ]
    assert shop.planning.plan(request).orders == ()


def test_what_is_used_is_made_again_only_when_the_cache_has_lost_it(shop: Workshop) -> None:
    linked(shop)
    shop.carry_out(shop.planning.plan(shop.file("x/top.prompt.toml")))
    described = shop.described(settings_json='{"source": "x/mid.prompt.toml"}', kind=pb.ASSET_KIND_TEXTURE)
    assert [order.plan.asset for order in shop.planning.plan(described).orders] == ["walls/brick"]
    mid = only(shop, described).keys.inputs["x/mid.prompt.toml"]
    shop.store.index.forget_action(mid)
    again = shop.planning.plan(described)
    assert [order.plan.asset for order in again.orders] == ["x/mid", "walls/brick"]
    forced = shop.planning.plan(shop.file("x/top.prompt.toml", force=True))
    assert [(order.plan.asset, order.force) for order in forced.orders] == [("x/mid", False), ("x/top", True)]


def test_an_edit_of_what_is_used_changes_the_key(shop: Workshop) -> None:
    linked(shop)
    request = shop.file("x/top.prompt.toml")
    before = shop.key(request)
    assert shop.planning.plan(request).key == before
    write(shop.root, {"base.prompt.toml": material("seed = 5")})
    assert shop.key(request) != before
    assert shop.planning.plan(request).key == shop.key(request)


def test_an_error_in_what_is_used_is_told_at_the_source(shop: Workshop) -> None:
    linked(shop)
    write(shop.root, {"base.prompt.toml": material("size = 3")})
    with pytest.raises(PromptFileError, match="uses x/mid") as caught:
        shop.planning.resolve(shop.file("x/top.prompt.toml"))
    assert caught.value.place is not None
    assert caught.value.place.path.endswith("top.prompt.toml")
    described = shop.described(settings_json='{"source": "base.prompt.toml"}')
    with pytest.raises(PromptFileError, match=r"base\.prompt\.toml:4:8: size = 3 is not") as caught:
        shop.planning.resolve(described)
    assert caught.value.place is not None
    assert caught.value.place.path == "spec.source.albedo"


def test_a_bare_folder_is_the_root_of_all_that_lies_in_it(shop: Workshop) -> None:
    write(shop.root, {"walls/a.prompt.toml": material()})
    (shop.root / "assetgen.toml").unlink()
    described = shop.described(asset="b", settings_json='{"source": "walls/a.prompt.toml"}')
    first, second = shop.planning.plan(described).orders
    assert (first.plan.asset, second.plan.asset) == ("walls/a", "b")
    assert shop.planning.resolve(shop.file("walls/a.prompt.toml")).assets == ("walls/a",)


def test_previews_are_asked_for_where_orders_know_them(shop: Workshop) -> None:
    for without in (False, True):
        (order,) = shop.planning.plan(shop.described(order={"without_previews": without})).orders
        assert getattr(order, "preview", not without) is not without


def test_many_threads_may_ask_at_once(shop: Workshop) -> None:
    expected = [shop.key(shop.described(seed=number)) for number in range(8)]
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        for _ in range(3):
            found[number] = shop.key(shop.described(seed=number))
            shop.planning.plan(shop.described(seed=number))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [found[number] for number in range(8)] == expected


def test_a_folder_that_may_not_be_read_is_an_error_of_assetgen(shop: Workshop) -> None:
    if os.name != "posix" or os.geteuid() == 0:
        return  # rights do not bind an administrator
    write(shop.root, {"closed/a.png": b"x"})
    (shop.root / "closed").chmod(0)
    try:
        with pytest.raises(AssetGenError):
            shop.planning.resolve(shop.described(settings_json='{"source": "closed/a.png"}'))
    finally:
        (shop.root / "closed").chmod(0o700)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ORDER_MESSAGES)
def test_any_order_is_resolved_or_an_error_of_assetgen(shop: Workshop, order: pb.JobOrder) -> None:
    try:
        resolved = shop.planning.resolve(to_request(order, shop.project))
    except AssetGenError as error:
        str(error).encode()
        return
    assert len(resolved.key) == 64
    assert resolved.assets
