"""The watch over real files: what it tells, once each, and what leaves it calm."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from assetgen.errors import AssetGenError, QueueFull
from assetgen.project.discover import discover
from assetgen.project.outputs import put_in_place
from assetgen.project.plan import plan
from assetgen.project.scan import scan
from assetgen.serve.watch import reports
from assetgen.serve.watch.wakes import Wakes
from assetgen.serve.watch.watch import Watch
from assetgen.settings import Durability
from assetgen.store.store import Store
from tests.bake.fakes import pretend
from tests.project.folders import material, texture, write

LONG_S = 15.0
PNG = b"\x89PNG\r\n\x1a\n not really"


class Diary:
    """What a watch told, in order; `expect` waits for the next entries."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []
        self.errors: dict[str, tuple[AssetGenError, ...]] = {}
        self.bulk: set[str] = set()
        self.refuses = 0
        self._news = threading.Condition()

    def due(self, path: str, *, bulk: bool) -> None:
        if self.refuses:
            self.refuses -= 1
            raise QueueFull("full; try again.", retry_after_s=0.05)
        if bulk:
            self.bulk.add(path)
        self._write("due", path)

    def failed(self, path: str, errors: tuple[AssetGenError, ...]) -> None:
        self.errors[path] = errors
        self._write("failed", path)

    def recovered(self, path: str) -> None:
        self._write("recovered", path)

    def orphaned(self, asset: str) -> None:
        self._write("orphaned", asset)

    def _write(self, what: str, name: str) -> None:
        with self._news:
            self.entries.append((what, name))
            self._news.notify_all()

    def expect(self, *entries: tuple[str, str]) -> None:
        """Wait until exactly these have come, in any order, and begin a new page."""
        with self._news:
            self._news.wait_for(lambda: len(self.entries) >= len(entries), LONG_S)
            assert sorted(self.entries) == sorted(entries)
            self.entries = []


class Desk:
    """A project under watch."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "game"
        self.root.mkdir()
        self.store = Store.open(folder / "cache", durability=Durability.FAST)
        self.diary = Diary()
        self.watch: Watch | None = None

    def start(self, **rest: object) -> Watch:
        diary = self.diary
        self.watch = Watch(
            self.root,
            self.store,
            on_due=diary.due,
            on_failed=diary.failed,
            on_recovered=diary.recovered,
            on_orphaned=diary.orphaned,
            **rest,  # type: ignore[arg-type]
        )
        self.watch.start()
        assert self.watch.wait_quiet(LONG_S)
        return self.watch

    def write(self, **files: str | bytes) -> None:
        write(
            self.root,
            {name.replace("__", "/").replace("_toml", ".prompt.toml"): c for name, c in files.items()},
        )

    def build(self) -> None:
        """Put a finished set in place for everything that is due."""
        for one in plan(scan(discover((self.root,)), self.store).assets, self.store):
            for target in one.targets:
                manifest = pretend(self.store, one.scanned, target)
                put_in_place(self.store, one.scanned, target, manifest, overwrite=True)

    def calm(self) -> None:
        """Check that a save that comes now is all that is told: nothing before it was news."""
        self.write(calm_toml=material(f"seed = {len(list(self.root.iterdir()))}{os.urandom(2)[0]}"))
        self.diary.expect(("due", "calm.prompt.toml"))

    def close(self) -> None:
        if self.watch is not None:
            self.watch.stop()
        self.store.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Desk]:
    # Waits that only cost time: how long a file is missing before it is gone, and the timers behind the events.
    monkeypatch.setattr("assetgen.serve.watch.reconcile.GONE_S", 0.4)
    monkeypatch.setattr("assetgen.serve.watch.pace.PERIOD_S", 0.5)
    monkeypatch.setattr("assetgen.serve.watch.pace.LIVE_PERIOD_S", 0.5)
    monkeypatch.setattr("assetgen.serve.watch.pace.POLL_S", 0.3)
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_what_is_due_at_the_start_is_told_once(desk: Desk) -> None:
    desk.write(a_toml=material(), b_toml=material("seed = 1"))
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"), ("due", "b.prompt.toml"))
    desk.calm()


def test_without_catching_up_only_edits_are_told(desk: Desk) -> None:
    desk.write(a_toml=material(), b_toml=material("seed = 1"))
    desk.start(catch_up=False)
    desk.write(a_toml=material("seed = 2"))
    desk.diary.expect(("due", "a.prompt.toml"))


def test_what_is_in_place_is_not_due_until_it_is_edited(desk: Desk) -> None:
    desk.write(a_toml=material())
    desk.build()
    desk.start()
    desk.write(a_toml=material("seed = 2"))
    desk.diary.expect(("due", "a.prompt.toml"))


def test_a_save_that_changes_no_meaning_is_no_news(desk: Desk) -> None:
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    desk.write(a_toml=material("# a remark"))
    desk.calm()


def test_after_a_try_the_next_save_is_told_again_even_of_a_remark(desk: Desk) -> None:
    desk.write(a_toml=material())
    watch = desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    watch.finished("a.prompt.toml")
    desk.write(a_toml=material("# a remark"))
    desk.diary.expect(("due", "a.prompt.toml"))


def test_an_error_is_told_with_all_that_is_wrong_and_its_end_too(desk: Desk) -> None:
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    desk.write(a_toml=material("sise = 64", "seeed = 1"))
    desk.diary.expect(("failed", "a.prompt.toml"))
    assert len(desk.diary.errors["a.prompt.toml"]) == 2
    desk.write(a_toml=material())
    desk.diary.expect(("recovered", "a.prompt.toml"), ("due", "a.prompt.toml"))


def test_users_of_a_file_are_due_with_it_through_any_number_of_steps(desk: Desk) -> None:
    desk.write(
        a_toml=material(),
        b_toml=texture('source = "a.prompt.toml"'),
        c_toml=texture('source = "b.prompt.toml"'),
    )
    desk.start(catch_up=False)
    desk.write(a_toml=material("seed = 4"))
    desk.diary.expect(*(("due", f"{name}.prompt.toml") for name in "abc"))


def test_a_picture_that_changes_makes_its_users_due(desk: Desk) -> None:
    write(desk.root, {"art/brick.png": PNG})
    desk.write(a_toml=texture('source = "art/brick.png"'), b_toml=material())
    desk.start(catch_up=False)
    write(desk.root, {"art/brick.png": PNG + b"2"})
    desk.diary.expect(("due", "a.prompt.toml"))


def test_a_picture_that_was_missing_mends_its_user_when_it_comes(desk: Desk) -> None:
    desk.write(a_toml=texture('source = "art/brick.png"'))
    desk.start()
    desk.diary.expect(("failed", "a.prompt.toml"))
    write(desk.root, {"art/brick.png": PNG})
    desk.diary.expect(("recovered", "a.prompt.toml"), ("due", "a.prompt.toml"))


def test_a_picture_that_a_glob_finds_makes_the_atlas_due_when_it_comes_and_when_it_goes(desk: Desk) -> None:
    write(desk.root, {"art/a.png": PNG, "elsewhere/b.png": PNG})
    desk.write(icons_toml='assetgen = 1\nkind = "atlas"\nuses = ["art/*.png"]\n', b_toml=material())
    desk.start(catch_up=False)
    write(desk.root, {"art/b.png": PNG + b"2"})
    desk.diary.expect(("due", "icons.prompt.toml"))
    (desk.root / "art" / "b.png").unlink()
    desk.diary.expect(("due", "icons.prompt.toml"))
    write(desk.root, {"elsewhere/c.png": PNG})
    desk.calm()


def test_an_atlas_that_found_nothing_is_mended_by_the_first_picture(desk: Desk) -> None:
    desk.write(icons_toml='assetgen = 1\nkind = "atlas"\nuses = ["art/*.png"]\n')
    desk.start()
    desk.diary.expect(("failed", "icons.prompt.toml"))
    write(desk.root, {"art/a.png": PNG})
    desk.diary.expect(("recovered", "icons.prompt.toml"), ("due", "icons.prompt.toml"))


def test_a_prompt_file_that_a_glob_finds_makes_the_atlas_due(desk: Desk) -> None:
    desk.write(walls__a_toml=material(), icons_toml='assetgen = 1\nkind = "atlas"\nuses = ["walls/*"]\n')
    desk.start(catch_up=False)
    desk.write(walls__b_toml=material("seed = 5"))
    desk.diary.expect(("due", "walls/b.prompt.toml"), ("due", "icons.prompt.toml"))


def test_a_broken_source_takes_its_user_with_it_and_back(desk: Desk) -> None:
    desk.write(a_toml=material(), b_toml=texture('source = "a.prompt.toml"'))
    desk.start(catch_up=False)
    desk.write(a_toml="assetgen = ")
    desk.diary.expect(("failed", "a.prompt.toml"), ("failed", "b.prompt.toml"))
    desk.write(a_toml=material("seed = 3"))
    names = ("a.prompt.toml", "b.prompt.toml")
    desk.diary.expect(*((what, name) for what in ("recovered", "due") for name in names))


def test_a_rule_makes_due_what_lies_below_its_project_file_and_nothing_else(desk: Desk) -> None:
    write(desk.root, {"assetgen.toml": "assetgen = 1\n", "walls/assetgen.toml": "assetgen = 1\n"})
    desk.write(a_toml=material(), walls__b_toml=material("seed = 1"))
    desk.start(catch_up=False)
    write(desk.root, {"walls/assetgen.toml": 'assetgen = 1\n[[rule]]\nmatch = "**"\nsize = 128\n'})
    desk.diary.expect(("due", "walls/b.prompt.toml"))


def test_a_broken_project_file_is_told_once_and_keeps_the_files_below_as_they_were(desk: Desk) -> None:
    write(desk.root, {"assetgen.toml": "assetgen = 1\n"})
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    write(desk.root, {"assetgen.toml": "assetgen = \n"})
    desk.diary.expect(("failed", "assetgen.toml"))
    write(desk.root, {"assetgen.toml": 'assetgen = 1\n[[rule]]\nmatch = "*"\nsize = 128\n'})
    desk.diary.expect(("recovered", "assetgen.toml"), ("due", "a.prompt.toml"))


def test_two_files_that_want_one_id_both_fail_and_both_recover(desk: Desk) -> None:
    desk.write(a_toml=material(), b_toml=material("seed = 1"))
    desk.start(catch_up=False)
    desk.write(b_toml=material('id = "a"'))
    desk.diary.expect(("failed", "a.prompt.toml"), ("failed", "b.prompt.toml"))
    desk.write(b_toml=material("seed = 2"))
    recovered = [("recovered", "a.prompt.toml"), ("recovered", "b.prompt.toml")]
    desk.diary.expect(*recovered, ("due", "b.prompt.toml"), ("due", "a.prompt.toml"))


def test_a_deleted_file_leaves_an_orphan_and_its_output_alone(desk: Desk) -> None:
    desk.write(a_toml=material("variants = 2"))
    desk.build()
    files = sorted(p for p in (desk.root / "generated").rglob("*") if p.is_file())
    desk.start()
    (desk.root / "a.prompt.toml").unlink()
    desk.diary.expect(("orphaned", "a"), ("orphaned", "a_v2"))
    assert sorted(p for p in (desk.root / "generated").rglob("*") if p.is_file()) == files


def test_a_renamed_file_that_keeps_its_id_leaves_no_orphan(desk: Desk) -> None:
    desk.write(a_toml=material('id = "rock"'))
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    (desk.root / "a.prompt.toml").rename(desk.root / "b.prompt.toml")
    desk.diary.expect(("due", "b.prompt.toml"))
    (desk.root / "b.prompt.toml").unlink()
    desk.diary.expect(("orphaned", "rock"))


def test_a_file_saved_by_moving_it_away_and_writing_it_anew_is_no_orphan(desk: Desk) -> None:
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    backup = desk.root / "a.prompt.toml~"
    (desk.root / "a.prompt.toml").rename(backup)
    desk.write(a_toml=material("seed = 2"))
    backup.unlink()
    desk.diary.expect(("due", "a.prompt.toml"))
    desk.calm()


def test_nothing_that_a_build_writes_is_an_input(desk: Desk) -> None:
    desk.write(a_toml=texture('source = "generated/unity/b/b_albedo.png"'), b_toml=material())
    write(desk.root, {"generated/unity/b/b_albedo.png": PNG})
    desk.start(catch_up=False)
    desk.build()
    trash = {
        "generated/unity/b/b_albedo.png": PNG + b"3",
        "generated/inner.prompt.toml": material(),
        "b.prompt.lock": b"{}",
        "b.prompt.toml.bak": b"x",
        ".b.prompt.toml.assetgen-tmp": b"x",
        ".git/c.prompt.toml": material(),
    }
    write(desk.root, trash)
    desk.calm()


def test_a_full_queue_is_asked_again(desk: Desk) -> None:
    desk.diary.refuses = 2
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    assert desk.diary.refuses == 0


def test_many_files_at_once_come_as_bulk_and_one_save_does_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assetgen.serve.watch.watch.BULK", 4)
    names = [f"{n}.prompt.toml" for n in range(6)]
    write(desk.root, {name: material(f"seed = {n}") for n, name in enumerate(names)})
    for name in names:  # written a minute ago: all have settled when the watch first looks
        written = (desk.root / name).stat().st_mtime - 60
        os.utime(desk.root / name, (written, written))
    desk.start()
    desk.diary.expect(*(("due", name) for name in names))
    assert len(desk.diary.bulk) == 6
    desk.diary.bulk.clear()
    desk.write(a_toml=material())
    desk.diary.expect(("due", "a.prompt.toml"))
    assert not desk.diary.bulk


def test_a_watch_that_rests_because_nothing_happens_is_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assetgen.serve.watch.watch.STALE_S", 0.02)
    watch = desk.start()
    assert _becomes(lambda: watch.health.is_caught_up and watch.health.is_well)
    threading.Event().wait(0.1)
    assert watch.health.is_well, watch.health.detail


def test_a_root_that_vanishes_makes_no_orphans_and_is_watched_again_when_it_is_back(desk: Desk) -> None:
    desk.write(a_toml=material())
    watch = desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    away = desk.root.with_name("away")
    desk.root.rename(away)
    assert _becomes(lambda: not watch.health.is_well)
    assert "cannot be read" in watch.health.detail
    away.rename(desk.root)
    assert _becomes(lambda: watch.health.is_well)
    desk.write(a_toml=material("seed = 2"))
    desk.diary.expect(("due", "a.prompt.toml"))


def test_a_root_replaced_by_another_folder_is_watched_from_then_on(desk: Desk) -> None:
    desk.write(a_toml=material())
    desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    other = desk.root.with_name("other")
    write(other, {"a.prompt.toml": material("seed = 7"), "b.prompt.toml": material("seed = 8")})
    desk.root.rename(desk.root.with_name("old"))
    other.rename(desk.root)
    desk.diary.expect(("due", "a.prompt.toml"), ("due", "b.prompt.toml"))
    desk.calm()


def test_dead_events_are_started_again(desk: Desk) -> None:
    desk.write(a_toml=material())
    watch = desk.start()
    desk.diary.expect(("due", "a.prompt.toml"))
    restarts = watch.health.restarts
    assert watch._wakes is not None
    watch._wakes.stop()
    desk.write(a_toml=material("seed = 2"))
    desk.diary.expect(("due", "a.prompt.toml"))
    assert _becomes(lambda: watch.health.restarts > restarts)


def test_a_thread_of_the_events_that_dies_is_one_line_in_the_log_and_wakes_the_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    woken = threading.Event()
    wakes = Wakes(tmp_path, woken.set)
    try:
        assert wakes.is_alive
        reader = type("Reader", (threading.Thread,), {"__module__": "watchdog.fake"})(target=lambda: {}["x"])
        with caplog.at_level("INFO", logger="assetgen.watch"):
            reader.start()
            assert woken.wait(LONG_S)
            reader.join()
        assert [record.getMessage() for record in caplog.records] == [
            "the file events of a folder ended (KeyError); they are started again"
        ]
    finally:
        wakes.stop()
    assert not wakes.is_alive


def test_polling_sees_a_save_without_events(desk: Desk) -> None:
    desk.write(a_toml=material())
    watch = desk.start(poll=True)
    desk.diary.expect(("due", "a.prompt.toml"))
    desk.write(a_toml=material("seed = 2"))
    desk.diary.expect(("due", "a.prompt.toml"))
    assert watch.health.events == "polling"


def test_a_save_proves_the_events(desk: Desk) -> None:
    watch = desk.start()
    assert watch.health.events == "unproven"
    desk.write(a_toml=material())
    desk.diary.expect(("due", "a.prompt.toml"))
    assert watch.health.events == "live"


def test_no_thread_is_left_after_stop(desk: Desk) -> None:
    before = set(threading.enumerate())
    desk.write(a_toml=material())
    watch = desk.start()
    assert set(threading.enumerate()) > before
    watch.stop()
    watch.stop()
    assert set(threading.enumerate()) <= before
    assert not watch.health.is_well


def test_a_watch_that_was_never_started_stops(desk: Desk) -> None:
    diary = desk.diary
    Watch(
        desk.root,
        desk.store,
        on_due=diary.due,
        on_failed=diary.failed,
        on_recovered=diary.recovered,
        on_orphaned=diary.orphaned,
    ).stop()


def test_the_breaker_trips_after_five_reports_of_unchanged_inputs_and_a_change_resets_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    breaker = reports.Breaker(lambda: now[0])
    assert [breaker.allows("a", inputs="1") for _ in range(8)] == [True] * 5 + [False] * 3
    assert breaker.tripped == ("a",)
    assert len(caplog.records) == 1
    assert breaker.allows("a", inputs="2")
    assert breaker.tripped == ()
    for _ in range(20):
        now[0] += 15.0
        assert breaker.allows("b", inputs="1")


def _becomes(claim: object) -> bool:
    """Wait for what no event tells of."""
    assert callable(claim)
    tick = threading.Event()
    return any(claim() or tick.wait(0.05) for _ in range(int(LONG_S / 0.05)))
