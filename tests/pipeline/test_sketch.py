"""What is shown of an asset and when: a sketch before it is made, its sphere when it is, the kept one at once.

Of a sound a few seconds are heard, too.
"""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from pathlib import Path

import numpy
import PIL.Image
import pytest
import soundfile

from assetgen.context import Context
from assetgen.errors import Cancelled
from assetgen.execute.base import LARGEST_SOUND, Done, Event, Preview, Progress, Task
from assetgen.execute.inline import InlineExecutor
from assetgen.formats.jpeg import write_jpeg
from assetgen.kinds.material import MaterialKind
from assetgen.media.picture import Picture
from assetgen.pipeline import build as building
from assetgen.pipeline import sketch as sketching
from assetgen.pipeline.build import build
from assetgen.pipeline.previews import PICTURE, render_face
from assetgen.pipeline.sketch import EDGE, draw_sketch, is_worth_sketching
from assetgen.project.order import BuildOrder
from assetgen.specs.material import MaterialSpec
from assetgen.specs.texture import TextureSpec
from assetgen.store.store import Store
from tests.bake.projects import Game
from tests.project.folders import material

LARGE = 512


def prompt_file(size: int = LARGE, *lines: str) -> str:
    return material(f"size = {size}", 'targets = ["web"]', *lines).replace('"stone"', '"red brick wall"')


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sketches so small that a build of twice their edge counts as large, and is quick."""
    monkeypatch.setattr(sketching, "EDGE", 32)


def shown(
    game: Game, asset: str = "a", *, force: bool = False, preview: bool = True, ctx: Context | None = None
) -> list[Picture]:
    """Build an asset and return what was shown meanwhile."""
    pictures: list[Picture] = []
    ctx = replace(ctx or Context(), on_preview=pictures.append)
    order = BuildOrder(plan=game.plan(force=force)[asset], force=force, preview=preview)
    with Store.open(game.settings.cache_dir, durability=game.settings.durability) as store:
        build(order, store=store, ctx=ctx)
    return pictures


def kinds(pictures: list[Picture]) -> list[tuple[bool, int]]:
    return [(picture.is_coarse, picture.width) for picture in pictures]


def pixels(picture: Picture) -> numpy.ndarray:
    with PIL.Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (picture.width, picture.height)
        return numpy.asarray(image.resize((64, 64)), dtype=float) / 255


def test_a_sketch_comes_first_and_then_the_sphere(tmp_path: Path, small: None) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    assert kinds(shown(game)) == [(True, 32), (False, PICTURE)]


def test_what_is_kept_is_shown_without_making_anything(
    tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    fresh = shown(game)
    (game.output / "web/a/a_albedo.png").unlink()
    monkeypatch.setattr(MaterialKind, "make", None)
    kept = shown(game)
    assert kinds(kept) == [(False, PICTURE)]
    assert kept[0].data == fresh[-1].data


def test_a_forced_build_shows_nothing_old(tmp_path: Path, small: None) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    shown(game)
    assert kinds(shown(game, force=True)) == [(True, 32), (False, PICTURE)]


def test_nothing_is_shown_to_nobody(tmp_path: Path, small: None) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    assert shown(game, preview=False) == []


def test_a_sketch_resembles_what_it_announces_more_than_any_other_seed() -> None:
    spec = MaterialSpec(asset="a", prompt="red brick wall", size=(LARGE, LARGE), seed=5)
    made = render_face(MaterialKind().make(spec, {}, Context()).value, size=EDGE)
    real = pixels(Picture(data=write_jpeg(made), width=EDGE, height=EDGE))
    sketch = draw_sketch(spec, MaterialKind(), Context())
    other = draw_sketch(replace(spec, seed=6), MaterialKind(), Context())
    assert sketch is not None
    assert other is not None
    near, far = (float(abs(pixels(picture) - real).mean()) for picture in (sketch, other))
    assert near < 0.01 < 0.03 < far


def test_sizes_to_export_do_not_matter_to_a_sketch() -> None:
    spec = MaterialSpec(asset="a", prompt="concrete", size=(LARGE, LARGE))
    sized = replace(spec, export=replace(spec.export, sizes=(LARGE, LARGE // 2)))
    assert draw_sketch(sized, MaterialKind(), Context()) is not None


@pytest.mark.parametrize(
    ("spec", "is_worth"),
    [
        (MaterialSpec(asset="a", prompt="stone"), True),  # 1024
        (MaterialSpec(asset="a", prompt="stone", size=(512, 512)), True),
        (MaterialSpec(asset="a", prompt="stone", size=(EDGE, EDGE)), False),
        (MaterialSpec(asset="a", prompt="stone", backend="other"), False),
        (MaterialSpec(asset="a", source={"albedo": "a.png"}, size=(1024, 1024)), False),
        (TextureSpec(asset="a", prompt="stone", size=(1024, 1024)), True),
    ],
)
def test_only_what_takes_its_time_is_sketched(spec: MaterialSpec | TextureSpec, is_worth: bool) -> None:
    assert is_worth_sketching(spec) is is_worth


def test_a_sketch_that_fails_costs_only_itself(
    tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody thought of that")

    monkeypatch.setattr(sketching, "render_face", broken)
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    with caplog.at_level(logging.WARNING, logger="assetgen.pipeline"):
        assert kinds(shown(game)) == [(False, PICTURE)]
    assert "a has no sketch" in caplog.text


def test_a_cancel_stops_a_sketch(tmp_path: Path, small: None) -> None:
    stages: list[str] = []
    ctx = Context(
        on_progress=lambda step, total, stage: stages.append(stage),
        is_cancelled=lambda: stages == ["sketching"],
    )
    with pytest.raises(Cancelled):
        shown(Game(tmp_path, {"a.prompt.toml": prompt_file(64)}), ctx=ctx)
    assert stages == ["sketching"]


def test_a_damaged_preview_is_not_shown(tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    with monkeypatch.context() as patch:
        patch.setattr(building, "render_previews", lambda value: {"flat": b"no picture"})
        shown(game, preview=False)
    (game.output / "web/a/a_albedo.png").unlink()
    assert shown(game) == []


SOUND = (
    'assetgen = 1\nkind = "audio"\nprompt = "coin pickup"\ntargets = ["web"]\ntakes = 2\nchannels = "mono"\n'
)


def test_a_sound_is_shown_with_its_first_take_to_listen_to_whether_it_is_made_or_kept(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": SOUND})
    (fresh,) = shown(game)
    take, take_hz = soundfile.read(game.output / "web/a/a_1.ogg")
    clip, clip_hz = soundfile.read(io.BytesIO(fresh.sound))
    assert len(clip) / clip_hz == pytest.approx(len(take) / take_hz, abs=1e-4)
    (game.output / "web/a/a_1.ogg").unlink()
    (kept,) = shown(game)
    assert (kept.data, kept.sound) == (fresh.data, fresh.sound)


def test_what_is_only_seen_is_shown_without_a_sound(tmp_path: Path, small: None) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64)})
    assert [picture.sound for picture in shown(game)] == [b"", b""]


@pytest.mark.parametrize(("size", "is_sent"), [(LARGEST_SOUND, True), (LARGEST_SOUND + 1, False)])
def test_a_worker_sends_a_sound_that_is_not_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, is_sent: bool
) -> None:
    monkeypatch.setattr(building, "render_sound", lambda heard: {"clip": bytes(size)})
    game = Game(tmp_path, {"a.prompt.toml": SOUND})
    executor = InlineExecutor(game.settings)
    executor.submit(Task("7", BuildOrder(plan=game.plan()["a"], preview=True)))
    (preview,) = [event for event in executor.events() if isinstance(event, Preview)]
    executor.close()
    assert preview.sound == (bytes(size) if is_sent else b"")
    assert preview.data


def test_a_worker_sends_pictures_and_a_fraction_that_only_grows(tmp_path: Path, small: None) -> None:
    game = Game(tmp_path, {"a.prompt.toml": prompt_file(64, 'prompt = "mossy red brick wall"').replace(
        'prompt = "red brick wall"\n', "")})  # fmt: skip
    executor = InlineExecutor(game.settings)
    executor.submit(Task("7", BuildOrder(plan=game.plan()["a"], preview=True)))
    events: list[Event] = list(executor.events())
    executor.close()
    assert isinstance(events[-1], Done)
    previews = [event for event in events if isinstance(event, Preview)]
    assert [(one.id, one.asset, one.media_type, one.is_coarse) for one in previews] == [
        ("7", "a", "image/jpeg", True),
        ("7", "a", "image/jpeg", False),
    ]
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, pytest.approx(0.93, abs=0.06))
    assert len(set(fractions)) >= 6
