"""Building in this process: what is kept under which key, what is published, and what errors say."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from assetgen.context import Context
from assetgen.errors import AssetGenError, Cancelled, FormatError, GenerationError, SpecError
from assetgen.export.targets import TARGETS
from assetgen.kinds.material import MaterialKind
from assetgen.pipeline import build as building
from assetgen.pipeline.build import build
from assetgen.project.discover import discover
from assetgen.project.order import BuildOrder, Built
from assetgen.project.plan import AssetPlan, Need, plan
from assetgen.project.scan import scan
from assetgen.specs.texture import TEXTURE_ROLES
from assetgen.store import locks
from assetgen.store.manifest import Manifest, verify_set
from assetgen.store.store import Store
from assetgen.versions import ASSETGEN, STEPS
from tests.bake.fakes import settings_in
from tests.project.folders import material, texture, write

EDGE = 32


def cobblestone(*lines: str) -> str:
    return material(f"size = {EDGE}", "seed = 3", *lines).replace('"stone"', '"old cobblestone"')


def png(*levels: int, mode: str = "RGB", edge: int = EDGE) -> bytes:
    """Return a PNG of one color with a ramp in its first channel."""
    picture = PIL.Image.new(mode, (edge, edge), levels if len(levels) > 1 else levels[0])
    for x in range(edge):
        for y in range(edge):
            first = (levels[0] + x) % 256
            picture.putpixel((x, y), (first, *levels[1:]) if len(levels) > 1 else first)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@dataclass
class Workshop:
    """A project and an open store; previews are left out, which take longer than everything else."""

    root: Path
    store: Store

    def write(self, **files: str | bytes) -> None:
        suffixes = {str: ".prompt.toml", bytes: ".png"}
        write(self.root, {f"{name}{suffixes[type(text)]}": text for name, text in files.items()})

    def plans(self, *targets: str, force: bool = False) -> dict[str, AssetPlan]:
        found = scan(discover([self.root]), self.store)
        assert not found.errors, found.errors
        plans = plan(found.assets, self.store, targets=targets or None, force=force)
        return {one.asset: one for one in plans}

    def build(self, asset: str, *targets: str, force: bool = False, ctx: Context | None = None) -> Built:
        order = BuildOrder(plan=self.plans(*targets, force=force)[asset], force=force)
        return build(order, store=self.store, ctx=ctx or Context())

    def manifest(self, asset: str = "a", target: str = "web") -> Manifest:
        name = asset.rsplit("/", 1)[-1]
        return verify_set(self.root / "generated" / target / asset / f"{name}.assetgen.json")

    def files(self, asset: str = "a", target: str = "web") -> dict[str, str]:
        return self.manifest(asset, target).hashes()

    def picture(self, role: str, asset: str = "a", target: str = "web") -> PIL.Image.Image:
        path = self.root / "generated" / target / asset / f"{asset}_{role}.png"
        return PIL.Image.open(io.BytesIO(path.read_bytes()))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    monkeypatch.setattr(building, "render_previews", lambda value: {"flat": b"preview"})
    settings = settings_in(tmp_path)
    root = write(tmp_path / "game", {"assetgen.toml": 'assetgen = 1\ntargets = ["web"]\n'})
    with Store.open(settings.cache_dir, durability=settings.durability) as store:
        yield Workshop(root, store)


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the materials that were made, not taken from the store."""
    made: list[str] = []
    real = MaterialKind.make

    def make(self: MaterialKind, spec, sources, ctx):  # noqa: ANN001, ANN202
        made.append(spec.asset)
        return real(self, spec, sources, ctx)

    monkeypatch.setattr(MaterialKind, "make", make)
    return made


def test_two_targets_come_from_one_making_and_a_third_from_the_store(
    shop: Workshop, makes: list[str]
) -> None:
    shop.write(a=cobblestone())
    assert shop.build("a", "web", "unreal").was_made
    assert not shop.build("a", "blender").was_made
    assert makes == ["a"]
    web, blender = shop.files(target="web"), shop.files(target="blender")
    assert web == blender
    assert shop.plans("web", "unreal", "blender")["a"].need is Need.NOTHING


def test_a_fresh_making_and_the_stored_one_give_the_same_files(shop: Workshop, makes: list[str]) -> None:
    shop.write(a=cobblestone())
    shop.build("a", "web")
    fresh = shop.files()
    shop.store.index.forget_action(shop.manifest().full_key)
    (shop.root / "generated/web/a/a_albedo.png").unlink()
    assert shop.plans()["a"].need is Need.EXPORT
    assert not shop.build("a").was_made
    assert shop.files() == fresh
    assert shop.build("a", force=True).was_made
    assert shop.files() == fresh
    assert makes == ["a", "a"]


def test_a_damaged_bundle_is_made_again(shop: Workshop, makes: list[str]) -> None:
    shop.write(a=cobblestone())
    shop.build("a")
    record = shop.store.find(shop.plans()["a"].scanned.keys.make)
    assert isinstance(record, dict)
    path = shop.store.blobs.path(record["bundle"])
    path.chmod(0o644)
    path.write_bytes(b"rot")
    assert shop.build("a", "unreal").was_made
    assert makes == ["a", "a"]
    assert shop.store.blobs.verify() == ()


def test_a_set_in_the_cache_is_put_back_without_computing(shop: Workshop, makes: list[str]) -> None:
    shop.write(a=cobblestone())
    shop.build("a")
    before = shop.files()
    (shop.root / "generated/web/a/a_orm.png").unlink()
    built = shop.build("a")
    assert (built.was_made, built.warnings) == (False, ())
    assert makes == ["a"]
    assert shop.files() == before


def test_a_manifest_tells_everything(shop: Workshop) -> None:
    shop.write(a=cobblestone())
    built = shop.build("a", "web")
    manifest = shop.manifest()
    assert built.manifests == {"web": str(shop.root / "generated/web/a/a.assetgen.json")}
    keys = shop.plans()["a"].scanned.keys
    assert (manifest.key, manifest.full_key) == (keys.make, keys.exports["web"])
    assert (manifest.asset, manifest.kind, manifest.target) == ("a", "material", "web")
    assert [file.role for file in manifest.files] == ["albedo", "normal", "orm", "height"]
    for file in manifest.files:
        path = shop.root / "generated/web/a" / file.path
        assert path.stat().st_size == file.size_bytes
        assert (file.width, file.height, file.mips) == (EDGE, EDGE, 1)
        assert file.format == ("PNG16" if file.role == "height" else "PNG8")
        assert file.color_space == ("srgb" if file.role == "albedo" else "data")
    assert set(manifest.provenance) == {
        "spec",
        "seed",
        "backend",
        "licence",
        "steps",
        "assetgen",
        "torch",
        "device",
        "tile_m",
        "relief_m",
        "emissive_strength",
        "fallbacks",
        "make_seconds",
        "export_seconds",
    }
    facts = manifest.provenance
    assert (facts["seed"], facts["backend"], facts["assetgen"]) == (3, "procedural", ASSETGEN)
    assert facts["steps"] == STEPS
    assert isinstance(facts["spec"], dict)
    assert facts["spec"]["prompt"] == "old cobblestone"
    assert manifest.quality
    assert manifest.prompt_report is not None
    assert manifest.prompt_report["base"] == "cobblestone"


def test_a_dds_has_its_error_measured(shop: Workshop) -> None:
    shop.write(a=cobblestone())
    shop.build("a", "godot")
    quality = shop.manifest(target="godot").quality
    assert {"albedo_psnr_db", "normal_psnr_db", "orm_psnr_db"} <= set(quality)
    assert quality["albedo_psnr_db"] > 25


def test_blocks_that_had_to_be_made_in_another_way_are_noted(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("device", "encode", "warm_up"):  # as without numba
        monkeypatch.setattr(f"assetgen.blocks.{module}.kernels", dict)
    shop.write(a=cobblestone())
    shop.build("a", "godot")
    fallbacks = shop.manifest(target="godot").provenance["fallbacks"]
    assert isinstance(fallbacks, list)
    assert [note.partition(":")[0] for note in fallbacks] == [
        "BC7 was encoded by torch alone in one mode",
        "BC5 was encoded by torch alone",
    ]


@pytest.mark.parametrize("role", [role for role in TEXTURE_ROLES if role != "emissive"])
def test_a_texture_of_every_role_is_one_file(shop: Workshop, role: str) -> None:
    shop.write(a=cobblestone(f'role = "{role}"').replace('"material"', '"texture"'))
    shop.build("a")
    (file,) = shop.manifest().files
    assert (file.role, file.path) == (role, f"a_{role}.png")


def test_a_texture_in_two_formats_is_two_files(shop: Workshop) -> None:
    lines = ('role = "height"', 'export.formats = ["png16", "dds:bc4"]')
    shop.write(a=cobblestone(*lines).replace('"material"', '"texture"'))
    shop.build("a")
    assert sorted(shop.files()) == ["a_height.dds", "a_height.png"]


def test_emission_that_a_prompt_does_not_give_is_refused_or_noted(shop: Workshop) -> None:
    shop.write(
        a=cobblestone('role = "emissive"').replace('"material"', '"texture"'),
        b=cobblestone("maps.emissive = true"),
    )
    with pytest.raises(SpecError, match="gives off no light") as caught:
        shop.build("a")
    assert caught.value.asset == "a"
    assert any("gives off light" in warning for warning in shop.build("b").warnings)


def test_a_picture_becomes_a_texture_as_it_is(shop: Workshop) -> None:
    shop.write(a=texture('source = "p.png"'), p=png(10, 100, 200))
    assert shop.build("a").was_made
    assert shop.picture("albedo").tobytes() == PIL.Image.open(io.BytesIO(png(10, 100, 200))).tobytes()
    manifest = shop.manifest()
    assert manifest.prompt_report is None
    assert manifest.provenance["backend"] is None
    assert manifest.provenance["licence"] == "that of the source"


def test_pictures_by_role_become_a_material_with_the_rest_derived(shop: Workshop) -> None:
    shop.write(
        a='assetgen = 1\nkind = "material"\nsource = { albedo = "c.png", height = "h.png", orm = "o.png" }\n',
        c=png(10, 100, 200),
        h=png(40, mode="L"),
        o=png(11, 120, 240),
    )
    shop.build("a")
    assert [file.role for file in shop.manifest().files] == ["albedo", "normal", "orm", "height"]
    assert shop.picture("orm").getpixel((0, 0)) == (11, 120, 240)


def test_another_assets_map_is_a_source(shop: Workshop) -> None:
    shop.write(base=cobblestone(), a=texture('source = "base.prompt.toml"', 'role = "height"'))
    shop.build("base")
    shop.build("a")
    assert shop.files()["a_height.png"]
    whole, part = shop.picture("height", "base"), shop.picture("height", "a")
    assert whole.tobytes() == part.tobytes()


def test_an_asset_whose_source_was_not_built_says_so(shop: Workshop) -> None:
    shop.write(base=cobblestone(), a=texture('source = "base.prompt.toml"', 'role = "height"'))
    with pytest.raises(GenerationError, match=r"base\.prompt\.toml.* was not built") as caught:
        shop.build("a")
    assert caught.value.asset == "a"


def test_a_role_that_a_source_cannot_give_is_refused(shop: Workshop) -> None:
    shop.write(a=texture('source = { height = "h.png" }', 'role = "roughness"'), h=png(9, mode="L"))
    with pytest.raises(SpecError, match="no roughness can be had from a source that is height"):
        shop.build("a")


def test_a_source_that_changes_under_a_bake_is_never_kept_under_the_old_key(shop: Workshop) -> None:
    shop.write(a=texture('source = "p.png"'), p=png(10, 100, 200))
    planned = shop.plans()["a"]
    shop.write(p=png(90, 100, 200))
    with pytest.raises(GenerationError, match="changed while"):
        build(BuildOrder(plan=planned), store=shop.store, ctx=Context())
    assert shop.store.find(planned.scanned.keys.make) is None


def test_a_source_that_vanishes_is_an_error_in_words(shop: Workshop) -> None:
    shop.write(a=texture('source = "p.png"'), p=png(10, 100, 200))
    planned = shop.plans()["a"]
    (shop.root / "p.png").unlink()
    with pytest.raises(GenerationError, match="cannot be read"):
        build(BuildOrder(plan=planned), store=shop.store, ctx=Context())


def test_bytes_that_are_no_picture_are_named_by_role_and_asset(shop: Workshop) -> None:
    shop.write(a='assetgen = 1\nkind = "material"\nsource = { albedo = "p.png" }\n', p=b"no picture")
    with pytest.raises(FormatError, match=r"source\.albedo: ") as caught:
        shop.build("a")
    assert caught.value.asset == "a"


def test_a_cancel_leaves_nothing_published_and_the_last_good_set_in_place(shop: Workshop) -> None:
    shop.write(a=cobblestone())
    stages: list[str] = []
    ctx = Context(
        on_progress=lambda step, total, stage: stages.append(stage),
        is_cancelled=lambda: "encoding orm" in stages,
    )
    with pytest.raises(Cancelled) as caught:
        shop.build("a", ctx=ctx)
    assert caught.value.asset == "a"
    assert not (shop.root / "generated").exists()
    assert shop.plans()["a"].need is Need.EXPORT  # what was made stays made
    shop.build("a")
    before = shop.files()
    shop.write(a=cobblestone("maps.normal.strength = 2.0"))
    stages.clear()
    with pytest.raises(Cancelled):
        shop.build("a", ctx=ctx)
    assert shop.files() == before


def test_no_memory_is_an_error_of_that_asset(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    shop.write(a=cobblestone())
    monkeypatch.setattr(MaterialKind, "make", greedy)
    with pytest.raises(GenerationError, match="not enough memory") as caught:
        shop.build("a")
    assert caught.value.asset == "a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (material("size = 32").replace('"stone"', '"zzz qqq"'), "names no material"),
        (material("size = 32", "strict = true").replace('"stone"', '"frumious cobblestone"'), "frumious"),
        (cobblestone("maps.albedo = false", "maps.normal = false", "maps.height = false", "maps.orm = false",
                     "maps.emissive = true"), "nothing is left to export"),
    ],
)  # fmt: skip
def test_a_prompt_that_cannot_be_met_is_refused_with_the_asset_named(
    shop: Workshop, text: str, words: str
) -> None:
    shop.write(a=text)
    with pytest.raises(AssetGenError, match=words) as caught:
        shop.build("a")
    assert caught.value.asset == "a"
    assert not (shop.root / "generated").exists()


def test_a_record_of_the_making_is_plain_json(shop: Workshop) -> None:
    shop.write(a=cobblestone())
    shop.build("a")
    record = shop.store.find(shop.plans()["a"].scanned.keys.make)
    assert isinstance(record, dict)
    assert json.loads(json.dumps(record)) == record
    assert set(record) >= {
        "bundle",
        "previews",
        "prompt_report",
        "quality",
        "warnings",
        "fallbacks",
        "seconds",
    }
    assert shop.store.blobs.get(record["previews"]["flat"]) == b"preview"


def test_what_another_worker_makes_right_now_is_waited_for_and_taken(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write(a=cobblestone())
    made, going, may_go_on = [], threading.Event(), threading.Event()
    make = MaterialKind.make

    def slow(kind: MaterialKind, *arguments: object) -> object:
        made.append(1)
        going.set()
        assert may_go_on.wait(30)
        return make(kind, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(MaterialKind, "make", slow)
    waits = threading.Event()
    ctx = Context(on_progress=lambda step, total, stage: waits.set() if "elsewhere" in stage else None)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shop.build, "a", "web")
        assert going.wait(30)
        second = pool.submit(shop.build, "a", "godot", ctx=ctx)
        assert waits.wait(30)
        may_go_on.set()
        assert first.result().was_made
        assert not second.result().was_made
    assert len(made) == 1


def test_a_build_that_waits_for_another_can_be_cancelled(shop: Workshop) -> None:
    shop.write(a=cobblestone())
    key = shop.plans()["a"].scanned.keys.make
    with locks.exclusive(shop.store.blobs.root / "locks" / f"make-{key[:3]}"), pytest.raises(Cancelled):
        shop.build("a", "web", ctx=Context(is_cancelled=iter([False] * 4 + [True] * 99).__next__))


def atlas(*lines: str) -> str:
    return "\n".join(["assetgen = 1", 'kind = "atlas"', "page.extrude = 4", *lines]) + "\n"


CHIPTUNE = 'assetgen = 1\nkind = "audio"\nprompt = "chiptune, 120 bpm"\nbars = 1\nsample_rate = 22050\n'


def test_a_sound_is_written_as_its_target_wants_it_unless_its_file_names_formats(shop: Workshop) -> None:
    shop.write(song=CHIPTUNE, both=CHIPTUNE + '[export]\nformats = ["ogg", "wav"]\n')
    shop.build("song", *TARGETS)
    shop.build("both", "unreal", "godot")
    written = {target: [file.path for file in shop.manifest("song", target).files] for target in TARGETS}
    assert written == {target: ["song.wav" if target == "unreal" else "song.ogg"] for target in TARGETS}
    assert shop.files("both", "unreal") == shop.files("both", "godot")


@pytest.mark.parametrize("target", ["unity", "godot"])
def test_the_manifest_of_a_sound_says_what_its_engine_must_be_told(shop: Workshop, target: str) -> None:
    shop.write(song=CHIPTUNE)
    shop.build("song", target)
    (file,) = shop.manifest("song", target).files
    if target == "unity":
        beat_s = shop.manifest("song", target).quality["sound_first_beat_s"]
        assert file.engine["AudioSource"] == {"loop": True, "time": beat_s}
        return
    told: Any = file.engine["ResourceImporterOggVorbis"]
    assert (told["loop"], told["beat_count"], told["bar_beats"]) == (True, 4, 4)
    assert told["bpm"] == pytest.approx(shop.manifest("song", target).provenance["bpm"], abs=1e-4)


def test_an_atlas_holds_pictures_and_maps_of_other_assets_and_follows_both(
    shop: Workshop, makes: list[str]
) -> None:
    shop.write(a=cobblestone(), icons=atlas('uses = ["a", "*.png"]'), dot=png(10, 20, 30))
    shop.build("a")
    assert shop.build("icons").was_made
    manifest = shop.manifest("icons")
    assert manifest.kind == "atlas"
    assert [file.role for file in manifest.files][:4] == ["albedo", "normal", "orm", "height"]
    assert [file.role for file in manifest.files][4:] == ["atlas", "hash", "array"]
    told = json.loads((shop.root / "generated/web/icons/icons.atlas.json").read_bytes())
    assert [sprite["name"] for sprite in told["sprites"]] == ["a", "dot"]
    assert manifest.provenance["sprites"] == 2
    assert 0.0 < manifest.quality["fill"] <= 1.0
    assert shop.plans()["icons"].need is Need.NOTHING
    shop.write(dot=png(11, 20, 30))
    assert shop.plans()["icons"].need is Need.MAKE
    shop.build("icons")
    shop.write(more=png(12, 20, 30))  # nothing but the glob leads to it
    assert shop.plans()["icons"].need is Need.MAKE
    shop.build("icons")
    shop.write(a=cobblestone().replace("seed = 3", "seed = 4"))
    assert {asset: one.need for asset, one in shop.plans().items()} == {"a": Need.MAKE, "icons": Need.MAKE}
    shop.build("a")
    shop.build("icons")
    assert makes == ["a", "a"]


def test_where_an_atlas_goes_and_what_is_told_of_it_make_nothing_again(shop: Workshop) -> None:
    shop.write(icons=atlas('uses = ["*.png"]'), dot=png(10, 20, 30))
    assert shop.build("icons").was_made
    for line in ("pivot = [0.0, 1.0]", 'export.data = ["json"]', 'maps = ["albedo"]'):
        shop.write(icons=atlas('uses = ["*.png"]', line))
        assert not shop.build("icons").was_made
    shop.write(icons=atlas('uses = ["*.png"]', "trim = false"))
    assert shop.build("icons").was_made


def test_an_atlas_from_the_store_gives_the_very_same_files(shop: Workshop) -> None:
    shop.write(icons=atlas('uses = ["*.png"]'), dot=png(10, 20, 30), other=png(9, 8, 7, 200, mode="RGBA"))
    shop.build("icons")
    fresh = shop.files("icons")
    shop.store.index.forget_action(shop.manifest("icons").full_key)
    (shop.root / "generated/web/icons/icons_albedo.png").unlink()
    assert not shop.build("icons").was_made
    assert shop.files("icons") == fresh


def test_a_picture_of_an_atlas_that_is_too_large_is_named(shop: Workshop) -> None:
    shop.write(icons=atlas('uses = ["*.png"]', "page.max = 64"), big=png(1, 2, 3, edge=70))
    with pytest.raises(SpecError, match='"big" is 70x70 texels') as caught:
        shop.build("icons")
    assert caught.value.asset == "icons"
