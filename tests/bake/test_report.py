from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assetgen.bake import report
from assetgen.bake.report import write_reports
from assetgen.bake.results import AssetResult, BakeResult, Status
from assetgen.errors import Place, PromptFileError, SpecError
from assetgen.project.project_file import Project
from assetgen.settings import Durability, Settings
from assetgen.store.manifest import Manifest, ManifestFile
from assetgen.store.store import Store

JPEG = b"\xff\xd8\xff\xe0"
CLIP = b"OggS and a few seconds"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</template></dialog></style><h1>pwned</h1>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp;amp; straße 苔 \U0001f9f1 \u202egnol",
    "https://example.invalid/x.png url(https://example.invalid)",
    "nul \x00 and \ud800 alone",
)


def sha(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class Bench:
    """A project, a cache and what is baked in it, without baking."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(root=folder / "game", name="Old <Harbour>", output="generated")
        self.settings = Settings(
            cache_dir=folder / "cache", models_dir=folder / "models", durability=Durability.FAST
        )
        self.path = self.project.output_folder / "report.html"

    def asset(
        self,
        name: str,
        *,
        prompt: str = "old cobblestone",
        status: Status = Status.BAKED,
        account: dict | None = None,
        pictures: tuple[str, ...] = ("sphere", "plane", "maps"),
        picture: bytes = b"",
        clip: bytes = b"",
        files: tuple[ManifestFile, ...] = (),
        quality: dict[str, float] | None = None,
        warnings: tuple[str, ...] = (),
    ) -> AssetResult:
        key = sha("make", name)
        with Store.open(self.settings.cache_dir, durability=Durability.FAST) as store:
            previews = {p: store.blobs.put(picture or JPEG + f"{name} {p}".encode()) for p in pictures}
            previews |= {"clip": store.blobs.put(clip)} if clip else {}
            record = {
                "previews": previews,
                "prompt_report": account,
                "quality": {},
                "warnings": list(warnings),
                "fallbacks": ["made on the CPU"],
                "seconds": 1.5,
            }
            store.record(key, record, blobs=previews.values())
        manifest = Manifest(
            asset=name,
            kind="material",
            target="godot",
            key=key,
            full_key=sha("export", name),
            files=files or (self.file(name),),
            provenance={"spec": {}, "seed": 77, "backend": "procedural", "tile_m": 2.0, "relief_m": 0.0684},
            quality=quality or {"albedo_psnr_db": 42.7, "seam_height": 0.62},
        )
        path = self.project.output_folder / "godot" / name / manifest.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(manifest.to_json())
        return AssetResult(
            name=name,
            prompt_file=self.project.root / f"{name}.prompt.toml",
            status=status,
            seconds=1.25,
            manifests={"godot": str(path)},
            make_key=key,
            project=self.project,
            prompt=prompt,
        )

    @staticmethod
    def file(name: str) -> ManifestFile:
        return ManifestFile(
            role="albedo",
            path=f"{name.rsplit('/', 1)[-1]}_albedo.dds",
            format="BC7_UNORM_SRGB",
            media_type="image/vnd-ms.dds",
            size_bytes=22369776,
            sha256=sha(name),
            width=4096,
            height=4096,
            mips=13,
            color_space="srgb",
        )

    @staticmethod
    def sound(name: str, role: str = "sound") -> ManifestFile:
        return ManifestFile(
            role=role,
            path=f"{name}.ogg",
            format="OGG_VORBIS",
            media_type="audio/ogg",
            size_bytes=90_000,
            sha256=sha(name),
        )

    def failed(self, asset: AssetResult, error: SpecError | PromptFileError) -> AssetResult:
        return replace(
            asset, status=Status.FAILED, manifests={}, make_key=sha("now", asset.name), errors=(error,)
        )

    def write(self, *assets: AssetResult) -> str:
        result = write_reports(BakeResult(assets=assets, seconds=3.0), self.settings)
        assert result.report == self.path
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text outside of script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._inside else data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def embedded(page: str) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page)]


def account(prompt: str, word: str) -> dict:
    start = prompt.index(word)
    span = {
        "text": word,
        "start": start,
        "end": start + len(word),
        "kind": "ignored",
        "value": "",
        "how": "none",
    }
    ignored = {"text": word, "start": start, "end": start + len(word), "reason": "unknown word"}
    return {
        "prompt": prompt,
        "base": "cobblestone",
        "understood": ["base: cobblestone"],
        "ignored": [{**ignored, "suggestions": ["moss", "rust"]}],
        "no_effect": ["8k"],
        "warnings": ["'mosy' was read as 'mossy'."],
        "spans": [span],
    }


@pytest.mark.parametrize("prompt", HOSTILE)
def test_a_hostile_prompt_is_nothing_but_text(bench: Bench, prompt: str) -> None:
    plain = Elements(bench.write(bench.asset("wall"))).found
    said = {
        "prompt": prompt.replace("\ud800", "\ufffd"),
        "spans": [],
        "understood": [prompt[:4]],
        "ignored": [],
    }
    asset = bench.asset("stone", prompt=prompt, account=said, warnings=(said["prompt"],))
    page = bench.write(asset)
    elements = Elements(page)
    assert not [name for name, _ in elements.found if name in ("h1", "script", "style")][3:]
    assert {key for _, attributes in elements.found for key in attributes if key.startswith("on")} == set()
    assert len(elements.of("img")) == len([1 for name, _ in plain if name == "img"])
    shown = said["prompt"].replace("\x00", "\ufffd")
    assert shown in elements.text


def test_a_hostile_error_and_name_are_nothing_but_text(bench: Bench) -> None:
    error = SpecError(f"{HOSTILE[0]} is unknown; {HOSTILE[1]}", place=Place(HOSTILE[1], 1, 1))
    bad = bench.failed(bench.asset("wall"), error)
    elements = Elements(bench.write(replace(bad, name=HOSTILE[2], trace=HOSTILE[0])))
    assert len(elements.of("script")) == 1
    assert [attributes["class"] for attributes in elements.of("img")] == []
    assert HOSTILE[0] in elements.text
    assert HOSTILE[2].rpartition("/")[2] in elements.text


def test_every_asset_is_there_and_failed_ones_come_first(bench: Bench) -> None:
    names = [f"walls/stone_{number}" for number in range(5)]
    assets = [bench.asset(name, status=Status.CACHED) for name in names]
    assets[3] = bench.failed(assets[3], SpecError("it broke; mend it."))
    elements = Elements(bench.write(*assets))
    rows = elements.of("article")
    assert [row["data-status"] for row in rows] == ["failed"] + ["cached"] * 4
    assert sorted(row["id"] for row in rows) == [f"asset-{number}" for number in range(5)]
    assert all(name.rpartition("/")[2] in elements.text for name in names)
    assert "Old <Harbour>" in elements.text


def test_every_picture_is_embedded_once(bench: Bench) -> None:
    page = bench.write(bench.asset("wall"), bench.asset("floor"))
    wanted = {
        JPEG + f"{name} {p}".encode() for name in ("wall", "floor") for p in ("sphere", "plane", "maps")
    }
    found = embedded(page)
    assert len(found) == 6
    assert set(found) == wanted


def test_a_single_texture_shows_its_flat_picture(bench: Bench) -> None:
    page = bench.write(bench.asset("height", pictures=("flat", "tiled")))
    assert embedded(page) == [JPEG + b"height flat", JPEG + b"height tiled"]


def test_a_sound_is_played_from_its_file_and_from_its_clip_where_that_is_not_at_hand(bench: Bench) -> None:
    files = (bench.sound("rain"), bench.sound("rain_drops", "sound_drops"))
    page = bench.write(bench.asset("rain", pictures=("flat",), clip=CLIP, files=files))
    elements = Elements(page)
    clip = f"data:audio/ogg;base64,{base64.b64encode(CLIP).decode()}"
    sources = [attributes["src"] for attributes in elements.of("source")]
    assert sources == ["./godot/rain/rain.ogg", clip, "./godot/rain/rain_drops.ogg"]
    assert len(elements.of("audio")) == 2
    policy = next(a["content"] for a in elements.of("meta") if a.get("http-equiv"))
    assert "media-src 'self' file: data:" in html.unescape(policy)


def test_what_is_no_clip_is_not_embedded(bench: Bench) -> None:
    page = bench.write(bench.asset("rain", pictures=("flat",), clip=b"<svg>", files=(bench.sound("rain"),)))
    assert [a["src"] for a in Elements(page).of("source")] == ["./godot/rain/rain.ogg"]


def test_a_picture_has_no_player(bench: Bench) -> None:
    assert Elements(bench.write(bench.asset("wall"))).of("audio") == []


def test_what_is_no_picture_is_not_embedded(bench: Bench) -> None:
    page = bench.write(bench.asset("wall", picture=b"<svg onload=alert(1)>"))
    assert embedded(page) == []
    assert "no picture" in page


def test_pictures_stop_at_the_album_and_the_page_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "LARGEST_ALBUM", 2)
    page = bench.write(*(bench.asset(f"wall_{number}") for number in range(5)))
    assert len(embedded(page)) == 6
    assert "3 assets are shown without all of their pictures" in page


def test_when_room_is_short_every_card_still_has_its_main_picture(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "LARGEST_EMBEDDED", 4 * len(JPEG + b"wall_0 sphere"))
    page = bench.write(*(bench.asset(f"wall_{number}") for number in range(4)))
    assert embedded(page) == [JPEG + f"wall_{number} sphere".encode() for number in range(4)]
    assert "4 assets are shown without all of their pictures" in page


def test_ignored_words_stand_out_in_the_prompt_with_what_to_write_instead(bench: Bench) -> None:
    prompt = "苔 old cobblestone, glowing <b>, 8k"
    page = bench.write(bench.asset("wall", prompt=prompt, account=account(prompt, "glowing <b>")))
    assert '<p class="words" dir="auto">苔 old cobblestone, <mark class="ignored" title="ignored">' in page
    elements = Elements(page)
    assert prompt in elements.text
    assert "Try moss, rust" in elements.text
    for said in ("unknown word", "base: cobblestone", "'mosy' was read as 'mossy'.", "8k"):
        assert said.lower() in elements.text.lower()


def test_offsets_that_do_not_fit_the_prompt_do_no_harm(bench: Bench) -> None:
    spans = [
        {"start": -4, "end": 2, "kind": "base"},
        {"start": 2, "end": 99, "kind": "base"},
        {"start": 4, "end": 11, "kind": "trait", "value": "age"},
        {"start": 6, "end": 9, "kind": "ignored"},
        {"kind": "base"},
        "nonsense",
    ]
    page = bench.write(bench.asset("wall", account={"prompt": "old mossy wall", "spans": spans}))
    assert 'old <mark class="read" title="age">mossy w</mark>all' in page


def test_facts_figures_and_files_are_told(bench: Bench) -> None:
    page = bench.write(bench.asset("walls/stone", quality={"albedo_psnr_db": 30.0, "seam_height": 0.62}))
    elements = Elements(page)
    for fact in (
        "77",
        "procedural",
        "2 m",
        "68.4 mm",
        "4096 × 4096",
        "BC7 sRGB",
        "22.4 MB",
        "≤ 1.25",
        "30.0 dB",
    ):
        assert fact in elements.text
    links = [attributes["href"] for attributes in elements.of("a")]
    assert "./godot/walls/stone/stone_albedo.dds" in links
    assert "./../walls/stone.prompt.toml" in links
    assert [a["class"] for a in elements.of("tr") if a.get("class")] == ["good", "bad"]
    assert "Made on the CPU" in elements.text


def test_links_are_quoted(bench: Bench) -> None:
    page = bench.write(bench.asset("walls/50% grey #1"))
    assert 'href="./godot/walls/50%25%20grey%20%231/50%25%20grey%20%231_albedo.dds"' in page


def test_a_failed_asset_tells_place_line_and_mend_and_keeps_its_last_good_set(bench: Bench) -> None:
    asset = bench.asset("walls/stone")
    asset.prompt_file.parent.mkdir(parents=True)
    asset.prompt_file.write_text('kind = "material"\nsize = 1000\n')
    place = Place(str(asset.prompt_file), 2, 8)
    error = PromptFileError("size = 1000 is not a power of two; write size = 1024.", place=place)
    page = bench.write(bench.failed(asset, error))
    elements = Elements(page)
    assert "walls/stone.prompt.toml:2:8" in elements.text
    assert "2 size = 1000\n         ^" in elements.text
    assert "size = 1000 is not a power of two." in elements.text
    assert "Write size = 1024." in elements.text
    assert "Show the last good set" in elements.text
    assert JPEG + b"walls/stone sphere" in embedded(page)


def test_an_unreadable_file_is_shown_with_the_set_that_it_once_made(bench: Bench) -> None:
    good = bench.asset("walls/stone")
    error = PromptFileError("it is no TOML; close the quotes.", place=Place(str(good.prompt_file), 1, 1))
    bad = AssetResult(
        name=str(good.prompt_file),
        prompt_file=good.prompt_file,
        status=Status.FAILED,
        manifests={},
        errors=(error,),
        project=bench.project,
    )
    page = bench.write(bad)
    assert "Show the last good set" in page
    assert '<span class="folder">walls/</span>' in page


def test_a_failed_asset_without_an_earlier_set_opens_nothing(bench: Bench) -> None:
    asset = bench.asset("wall")
    Path(asset.manifests["godot"]).unlink()
    page = bench.write(bench.failed(asset, SpecError("it broke.")))
    assert "<template>" not in page
    assert "Show the last good set" not in page


def test_nothing_is_asked_of_any_other_place(bench: Bench) -> None:
    assert "://" not in bench.write(bench.asset("wall"), bench.asset("floor", pictures=("flat", "tiled")))
    page = bench.write(*(bench.asset(f"wall_{n}", prompt=text) for n, text in enumerate(HOSTILE)))
    for tag, attributes in Elements(page).found:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith(("data:image/", "data:", "./"))


def test_only_its_own_script_and_style_may_run(bench: Bench) -> None:
    page = bench.write(bench.asset("wall"))
    policy = next(a["content"] for a in Elements(page).of("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        source = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert source is not None
        digest = base64.b64encode(hashlib.sha256(source.group(1).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in html.unescape(policy)
    assert not [1 for _, attributes in Elements(page).found if "style" in attributes]


def test_a_report_stays_when_nothing_was_baked(bench: Bench) -> None:
    asset = bench.asset("wall")
    bench.write(asset)
    bench.path.write_bytes(bench.path.read_bytes() + b"untouched")
    assert bench.write(replace(asset, status=Status.CACHED)).endswith("untouched")


def test_a_report_is_written_anew_when_something_was_baked_or_failed(bench: Bench) -> None:
    asset = bench.asset("wall")
    for status in (Status.BAKED, Status.FAILED):
        bench.write(asset)
        bench.path.write_bytes(bench.path.read_bytes() + b"untouched")
        assert not bench.write(replace(asset, status=status)).endswith("untouched")


def test_a_report_is_written_anew_when_it_is_missing_or_about_other_assets(bench: Bench) -> None:
    wall, floor = bench.asset("wall", status=Status.CACHED), bench.asset("floor", status=Status.CACHED)
    assert "wall" in bench.write(wall)
    both = bench.write(wall, floor)
    assert len(Elements(both).of("article")) == 2
    assert len(Elements(bench.write(floor)).of("article")) == 1


def test_a_mended_asset_is_no_longer_shown_as_failed(bench: Bench) -> None:
    asset = bench.asset("wall", status=Status.CACHED)
    assert 'data-status="failed"' in bench.write(
        replace(bench.failed(asset, SpecError("it broke.")), make_key="")
    )
    assert 'data-status="failed"' not in bench.write(asset)


def test_a_report_is_whole_or_not_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = bench.asset("wall")
    before = bench.write(asset)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        result = write_reports(BakeResult(assets=(asset,), seconds=1.0), bench.settings)
    assert result.report is None
    assert bench.path.read_text(encoding="utf-8") == before
    assert [path.name for path in bench.path.parent.iterdir() if path.is_file()] == ["report.html"]


def test_each_project_has_its_own_report(bench: Bench, tmp_path: Path) -> None:
    other = Bench(tmp_path / "second")
    other.settings = bench.settings
    assets = (bench.asset("wall"), other.asset("floor"))
    result = write_reports(BakeResult(assets=assets, seconds=1.0), bench.settings)
    assert result.report == bench.path
    assert len(Elements(bench.path.read_text(encoding="utf-8")).of("article")) == 1
    assert len(Elements(other.path.read_text(encoding="utf-8")).of("article")) == 1


def test_a_bake_of_nothing_writes_nothing(bench: Bench) -> None:
    result = write_reports(BakeResult(assets=(), seconds=0.0), bench.settings)
    assert result.report is None
    assert not bench.path.exists()


def test_missing_pictures_and_records_leave_a_card_without_them(bench: Bench) -> None:
    asset = bench.asset("wall")
    page = bench.write(replace(asset, make_key=sha("never made")))
    assert embedded(page) == []
    assert "no picture" in page
    assert "wall_<wbr>albedo.dds" in page
