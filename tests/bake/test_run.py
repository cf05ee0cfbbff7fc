"""A bake: its order, what it does after errors, interrupts, and the JSON it ends with."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from assetgen.bake.results import Status
from assetgen.bake.run import BakeOptions, bake
from assetgen.errors import GenerationError, Place, PromptFileError
from assetgen.execute.base import Event
from assetgen.project.order import BuildOrder
from assetgen.store.manifest import verify_set
from assetgen.store.store import Store
from tests.bake.fakes import FakeExecutor, Hiring, Watching
from tests.bake.projects import Game, statuses
from tests.project.folders import material, texture, write


def failing(*names: str) -> Hiring:
    def before(order: BuildOrder) -> None:
        if order.plan.asset in names:
            raise GenerationError("it did not work; try again.", asset=order.plan.asset)

    return Hiring(before=before)


def chain(length: int) -> dict[str, str | bytes]:
    """Textures of which each uses the one before."""
    files: dict[str, str | bytes] = {"t000.prompt.toml": material()}
    for number in range(1, length):
        files[f"t{number:03}.prompt.toml"] = texture(f'source = "t{number - 1:03}.prompt.toml"')
    return files


def test_what_is_used_is_built_before_what_uses_it(tmp_path: Path) -> None:
    game = Game(tmp_path, chain(4))
    hiring = Hiring()
    assert game.bake(hiring=hiring).exit_code == 0
    assert hiring.made == ["t000", "t001", "t002", "t003"]


def test_naming_one_file_bakes_what_it_uses_too(tmp_path: Path) -> None:
    game = Game(tmp_path, {**chain(3), "other.prompt.toml": material()})
    hiring = Hiring()
    game.bake("t002.prompt.toml", hiring=hiring)
    assert hiring.made == ["t000", "t001", "t002"]


def test_a_failure_fails_what_uses_it_and_nothing_else(tmp_path: Path) -> None:
    game = Game(tmp_path, {**chain(3), "a.prompt.toml": material(), "z.prompt.toml": material()})
    result = game.bake(hiring=failing("t000", "a"))
    assert statuses(result) == {
        "a": "failed",
        "t000": "failed",
        "z": "baked",
        "t001": "failed",
        "t002": "failed",
    }
    assert result.exit_code == 1
    assert "mend that one first" in str(result.assets[4].errors[0])
    verify_set(game.output / "unity" / "z" / "z.assetgen.json")


def test_a_long_chain_fails_without_a_deep_stack(tmp_path: Path) -> None:
    game = Game(tmp_path, chain(300))
    result = game.bake(hiring=failing("t000"))
    assert result.count(Status.FAILED) == 300


def test_an_error_of_a_build_gets_its_place_in_the_prompt_file(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    (error,) = game.bake(hiring=failing("a")).assets[0].errors
    assert error.place == Place(str(game.root / "a.prompt.toml"), 3, 10)


def test_a_file_that_cannot_be_read_stops_no_other_and_keeps_the_last_good_set(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material()})
    game.bake()
    write(game.root, {"a.prompt.toml": "assetgen = ", "b.prompt.toml": material("size = 64")})
    watcher = Watching()
    result = game.bake(watcher=watcher)
    assert result.exit_code == 2
    assert statuses(result)["b"] == "baked"
    assert [r.status for r in watcher.results] == [Status.FAILED, Status.BAKED]
    verify_set(game.output / "unity" / "a" / "a.assetgen.json")


def test_a_failed_bake_keeps_the_last_good_set(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    game.bake()
    manifest = game.output / "unity" / "a" / "a.assetgen.json"
    before = manifest.read_bytes()
    game.edit("a.prompt.toml", "size = 64")
    assert game.bake(hiring=failing("a")).exit_code == 1
    assert manifest.read_bytes() == before
    verify_set(manifest)


def test_the_next_bake_makes_only_what_failed(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material()})
    game.bake(hiring=failing("a"))
    hiring = Hiring()
    assert game.bake(hiring=hiring).exit_code == 0
    assert hiring.made == ["a"]


def test_a_dry_run_says_what_is_due_and_writes_nothing(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    hiring = Hiring()
    result = game.bake(dry_run=True, hiring=hiring)
    assert statuses(result) == {"a": "stale"}
    assert result.assets[0].reason == "to be made (never published)"
    assert result.exit_code == 1
    assert hiring.hired == []
    assert not game.output.exists()


def test_no_more_workers_are_hired_than_there_is_work(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material()})
    hiring = Hiring()
    options = BakeOptions(paths=(game.root,), jobs=16)
    bake(options, game.settings, watcher=Watching(), executor=hiring)
    assert [executor.jobs for executor in hiring.hired] == [2]
    assert all(executor.is_closed for executor in hiring.hired)


def test_the_watcher_is_told_counts_stages_and_every_due_asset(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material()})
    game.bake()
    write(game.root, {"b.prompt.toml": material()})
    watcher = Watching()
    game.bake(watcher=watcher)
    assert (watcher.due, watcher.cached) == (1, 1)
    assert watcher.stages == ["b: pretending"]
    assert [result.name for result in watcher.results] == ["b"]


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptFileError, match="no such file"):
        Game(tmp_path, {}).bake("typo")


class Interrupted(FakeExecutor):
    """Gets a Ctrl-C, as the terminal sends it, after its first event; a second one after `second` events."""

    second = 0

    def events(self):  # noqa: ANN201
        for number, event in enumerate(super().events(), 1):
            yield event
            if number in (1, self.second):
                signal.raise_signal(signal.SIGINT)


class InterruptedTwice(Interrupted):
    second = 2


def test_an_interrupt_lets_the_running_asset_end_and_the_next_bake_goes_on(tmp_path: Path) -> None:
    game = Game(tmp_path, {**chain(2), "a.prompt.toml": material()})
    before = signal.getsignal(signal.SIGINT)
    result = game.bake(hiring=Interrupted)  # type: ignore[arg-type]
    assert signal.getsignal(signal.SIGINT) is before
    assert statuses(result) == {"a": "baked", "t000": "cancelled", "t001": "cancelled"}
    assert result.exit_code == 130
    hiring = Hiring()
    assert game.bake(hiring=hiring).exit_code == 0
    assert hiring.made == ["t000", "t001"]


def test_a_second_interrupt_ends_the_workers_at_once_and_loses_nothing(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material()})
    closed: list[float] = []

    class Hurried(InterruptedTwice):
        def close(self, *, grace_s: float = 5.0) -> None:
            closed.append(grace_s)
            super().close()

    result = game.bake(hiring=Hurried)  # type: ignore[arg-type]
    assert closed == [0.0]
    assert set(statuses(result).values()) == {"cancelled"}
    assert result.exit_code == 130
    with Store.open(game.settings.cache_dir) as store:
        assert store.index.pending() == ()
    assert game.bake().exit_code == 0


def test_a_bake_outside_the_main_thread_leaves_signals_alone(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    game = Game(tmp_path, {"a.prompt.toml": material()})
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(game.bake).result().exit_code == 0


def test_an_executor_that_breaks_is_closed_all_the_same(tmp_path: Path) -> None:
    class Broken(FakeExecutor):
        def events(self) -> Event:  # type: ignore[override]
            raise ZeroDivisionError

    hired: list[Broken] = []

    def hire(settings: object, *, jobs: int) -> Broken:
        hired.append(Broken(settings, jobs=jobs))  # type: ignore[arg-type]
        return hired[-1]

    with pytest.raises(ZeroDivisionError):
        Game(tmp_path, {"a.prompt.toml": material()}).bake(hiring=hire)  # type: ignore[arg-type]
    assert hired[0].is_closed


def test_the_json_is_one_stable_object(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material(), "b.prompt.toml": material(), "c.prompt.toml": "x"})
    document = json.loads(json.dumps(game.bake(hiring=failing("b")).to_json()))
    assert list(document) == [
        "baked",
        "cached",
        "failed",
        "cancelled",
        "stale",
        "over_budget",
        "over_totals",
        "seconds",
        "report",
        "exit_code",
        "assets",
    ]
    assert (document["baked"], document["cached"], document["failed"], document["exit_code"]) == (1, 0, 2, 2)
    good, bad, unread = document["assets"]
    assert list(good) == [
        "name",
        "status",
        "seconds",
        "manifest",
        "manifests",
        "prompt_file",
        "reason",
        "errors",
        "warnings",
        "over_budget",
    ]
    assert good["manifest"] == good["manifests"]["unity"]
    assert Path(good["manifest"]).is_file()
    assert good["warnings"] == ["a note."]
    assert bad["manifest"] is None
    assert bad["errors"] == [
        {
            "type": "GenerationError",
            "message": "it did not work; try again.",
            "file": str(game.root / "b.prompt.toml"),
            "line": 3,
            "column": 10,
        }
    ]
    assert (unread["errors"][0]["line"], unread["errors"][0]["column"]) == (1, 2)


def test_everything_wrong_with_a_file_is_told_at_once_and_a_lack_of_the_whole_file_last(
    tmp_path: Path,
) -> None:
    game = Game(
        tmp_path, {"a.prompt.toml": 'assetgen = 1\nkind = "material"\npromt = "brick"\ntile = "xz"\n'}
    )
    (result,) = game.bake().assets
    assert [error.place.line for error in result.errors if error.place] == [3, 4, 1]
    assert 'did you mean "prompt"' in result.errors[0].message
