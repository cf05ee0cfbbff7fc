"""The commands that talk to the daemon: what they ask of it, what they print, how they end."""

from __future__ import annotations

import json
import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assetgen.client.discovery import read_endpoint, start_daemon
from assetgen.client.events import Preview
from assetgen.client.models import Job
from assetgen.errors import SpecError
from assetgen.serve.options import ServeOptions
from assetgen.settings import Settings
from tests.cli.command import CommandLine
from tests.client.fake_daemon import FakeDaemon
from tests.client.fake_service import FakeService
from tests.project.folders import material, write

ROOT = Path(__file__).parents[2]
ASKING = [["jobs"], ["cancel", "--all"], ["serve", "--status"], ["generate", "moss", "--no-start"]]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("ASSETGEN_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one prompt file; the current folder."""
    files = {"assetgen.toml": "assetgen = 1\n", "walls/old_brick.prompt.toml": material()}
    root = write(tmp_path / "game", files)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def service(game: Path) -> FakeService:
    return FakeService(game)


@pytest.fixture
def daemon(state: Path, service: FakeService) -> Iterator[FakeDaemon]:
    daemon = FakeDaemon(state, service).start()
    yield daemon
    daemon.stop()


def orders(service: FakeService) -> list[dict[str, Any]]:
    return [message["order"] for name, message in service.calls if name == "CreateJob"]


def interrupt_when(monkeypatch: pytest.MonkeyPatch, name: str, is_due: Callable[[Any], bool]) -> None:
    """Press Ctrl-C when a method of a command is called with what is waited for."""
    module, kind, method = name.rsplit(".", 2)
    owner = getattr(sys.modules[module], kind)
    original = getattr(owner, method)

    def pressed(self: Any, value: Any) -> None:
        original(self, value)
        if is_due(value):
            raise KeyboardInterrupt

    monkeypatch.setattr(owner, method, pressed)


@pytest.mark.parametrize("arguments", ASKING)
def test_without_a_daemon_the_exit_code_is_3(
    assetgen: CommandLine, state: Path, arguments: list[str]
) -> None:
    result = assetgen(*arguments)
    assert result.code == 3
    assert "assetgen serve" in result.err
    as_json = assetgen(*arguments, "--json")
    assert as_json.json["exit_code"] == 3
    assert as_json.json["error"]["type"] == "DaemonNotRunning"
    assert list(state.iterdir()) == [], "nothing was started"


def test_generate_makes_an_asset_and_prints_where_its_files_lie(
    assetgen: CommandLine, daemon: FakeDaemon, service: FakeService, game: Path
) -> None:
    words = ["old mossy wall", "--asset", "walls/moss", "--size", "64x32", "--seed", "7", "--style", "toon"]
    result = assetgen("generate", *words, "--target", "unity", "--target", "unity", "--kind", "texture")
    assert result.code == 0, result.err
    assert result.out == f"walls/moss  unity  {game / 'generated/unity/walls/moss'} (2 files)\n"
    assert "note: the word frumious was not understood" in result.err
    (order,) = orders(service)
    assert order["spec"]["kind"] == "ASSET_KIND_TEXTURE"
    assert json.loads(order["spec"]["settingsJson"]) == {"size": [64, 32]}
    assert (order["spec"]["seed"], order["spec"]["style"], order["targets"]) == ("7", "toon", ["unity"])
    assert (order["client"], order["force"]) == ("command line", False)
    assert service.projects[order["project"]]["root"] == str(game)


def test_generate_of_a_prompt_file_names_it_from_the_projects_root(
    assetgen: CommandLine,
    daemon: FakeDaemon,
    service: FakeService,
    game: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(game / "walls")
    result = assetgen("generate", "old_brick.prompt.toml", "--force", "--json")
    assert result.code == 0, result.err
    assert result.json["state"] == "succeeded"
    assert result.json["assets"][0]["sets"][0]["files"][0]["role"] == "albedo"
    (order,) = orders(service)
    assert order["promptFile"] == "walls/old_brick.prompt.toml"
    assert (order["force"], order["overwrite"]) == (True, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["gone.prompt.toml"],
        ["walls/old_brick.prompt.toml", "--size", "64"],
        ["moss", "--size", "64x64x64"],
        ["moss", "--size", "big"],
        ["moss", "--project", "nowhere"],
        ["nonsense"],
    ],
)
def test_generate_of_nonsense_is_exit_code_2(
    assetgen: CommandLine, daemon: FakeDaemon, arguments: list[str]
) -> None:
    assert assetgen("generate", *arguments).code == 2


def test_a_job_that_fails_tells_the_place_and_is_exit_code_1(
    assetgen: CommandLine, daemon: FakeDaemon
) -> None:
    result = assetgen("generate", "broken wall", "--json")
    assert result.code == 1
    assert "a.prompt.toml:3:1: it died." in result.err
    error = result.json["error"]
    assert (error["type"], error["reason"], error["line"]) == ("JobFailed", "WORKER_LOST", 3)


def test_generate_keeps_the_newest_preview_in_a_file(
    assetgen: CommandLine, daemon: FakeDaemon, tmp_path: Path
) -> None:
    assert assetgen("generate", "moss", "--preview-file", tmp_path / "now.webp").code == 0
    assert (tmp_path / "now.webp").read_bytes() == b"RIFFpreview"
    assert not (tmp_path / "now.webp.new").exists()
    refused = assetgen("generate", "moss", "--preview-file", tmp_path / "no" / "now.webp")
    assert refused.code == 1
    assert "cannot be written" in refused.err


def test_ctrl_c_cancels_the_job(
    assetgen: CommandLine, daemon: FakeDaemon, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_when(
        monkeypatch,
        "assetgen.cli.generate._Show.tell",
        lambda events: any(isinstance(event, Preview) for event in events),
    )
    result = assetgen("generate", "slow moss")
    assert result.code == 130
    assert "cancelling" in result.err
    (job,) = service.jobs.values()
    assert job.state == "CANCELLED"


def test_a_detached_job_goes_on_is_listed_and_can_be_cancelled(
    assetgen: CommandLine, daemon: FakeDaemon, service: FakeService
) -> None:
    job_id = assetgen("generate", "slow moss", "--asset", "walls/moss", "--detach").out.strip()
    assert f"jobs/{job_id}" in service.jobs
    listed = assetgen("jobs").out.splitlines()
    assert listed[0].split() == ["job", "state", "done", "title", "client", "age"]
    assert listed[1].split()[0] == job_id[:8]
    assert "walls/moss" in listed[1]
    assert assetgen("jobs", "--json").json["jobs"][0]["job"] == job_id
    result = assetgen("cancel", job_id[:6])
    assert (result.code, result.out) == (0, f"cancelled {job_id[:8]}  walls/moss\n")
    assert service.jobs[f"jobs/{job_id}"].state == "CANCELLED"
    assert "no jobs run or wait" in assetgen("jobs").out
    assert "cancelled" in assetgen("jobs", "--all").out


def test_cancel_refuses_what_is_unclear_and_takes_all_when_told(
    assetgen: CommandLine, daemon: FakeDaemon, service: FakeService
) -> None:
    for _ in range(2):
        assetgen("generate", "slow moss", "--detach")
    assert assetgen("cancel").code == 2
    assert assetgen("cancel", "zz").code == 1
    first, second = (name.removeprefix("jobs/") for name in service.jobs)
    service.jobs[f"jobs/{first[:4]}0000"] = service.jobs.pop(f"jobs/{first}")
    service.jobs[f"jobs/{first[:4]}0000"].name = f"jobs/{first[:4]}0000"
    service.jobs[f"jobs/{first[:4]}1111"] = service.jobs.pop(f"jobs/{second}")
    service.jobs[f"jobs/{first[:4]}1111"].name = f"jobs/{first[:4]}1111"
    unclear = assetgen("cancel", first[:4])
    assert unclear.code == 2
    assert "2 jobs begin with" in unclear.err
    assert len(assetgen("cancel", "--all", "--json").json["cancelled"]) == 2
    assert {job.state for job in service.jobs.values()} == {"CANCELLED"}


def test_the_table_of_jobs_has_straight_columns() -> None:
    from assetgen.cli.jobs import table

    jobs = [
        Job(
            "jobs/0123456789ab",
            "running",
            title="walls/old_brick",
            client="blender",
            fraction=0.5,
            create_time=10,
        ),
        Job("jobs/fedcba987654", "queued", title="a", client="unity", create_time=0),
    ]
    assert table(jobs, now=100.0) == [
        "job       state    done  title            client   age",
        "01234567  running  50%   walls/old_brick  blender  1 min 30 s",
        "fedcba98  queued   0%    a                unity",
    ]


def test_following_the_jobs_ends_well_with_ctrl_c(
    assetgen: CommandLine, daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def looked(client: object, options: object) -> None:
        looks.append(1)
        if len(looks) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("assetgen.cli.jobs._print", looked)
    monkeypatch.setattr("assetgen.cli.jobs._EVERY_S", 0.0)
    assert assetgen("jobs", "--watch").code == 0
    assert len(looks) == 2


def changes() -> list[dict[str, Any]]:
    place = {"path": "walls/a.prompt.toml", "line": 2, "column": 8}
    error = {"code": 3, "reason": "INVALID_SPEC", "message": "no such kind.", "place": place}
    old = {"name": "projects/p/assets/old", "asset": "old", "sets": [{"target": "unity"}]}
    return [
        {"updated": old},
        {"failed": {"promptFile": "walls/a.prompt.toml", "errors": [error]}},
        {"caughtUp": {}},
        {"started": {"name": "jobs/0123", "title": "walls/a.prompt.toml"}},
        {"recovered": "walls/a.prompt.toml"},
        {"orphaned": "walls/b"},
        {"updated": {**old, "asset": "walls/a", "name": "projects/p/assets/walls/a"}},
    ]


@pytest.fixture
def watched(daemon: FakeDaemon, service: FakeService, monkeypatch: pytest.MonkeyPatch) -> FakeService:
    """A project in which things have happened; Ctrl-C comes after the last of them."""
    service.changes = changes()
    interrupt_when(
        monkeypatch,
        "assetgen.cli.watch._Teller.tell",
        lambda change: getattr(getattr(change, "asset", None), "asset", "") == "walls/a",
    )
    return service


def test_watch_prints_what_is_made_what_fails_where_and_what_recovers(
    assetgen: CommandLine, watched: FakeService, game: Path
) -> None:
    result = assetgen("watch")
    assert result.code == 0, result.err
    assert result.out.splitlines() == [
        "FAILED  walls/a.prompt.toml:2:8: no such kind.",
        "making  walls/a.prompt.toml",
        "well    walls/a.prompt.toml",
        "gone    the prompt file of walls/b; its files stay",
        "made    walls/a  (unity)",
    ]
    assert f"watching {game}" in result.err


def test_watch_as_json_is_an_object_a_line(assetgen: CommandLine, watched: FakeService) -> None:
    lines = [json.loads(line) for line in assetgen("watch", "--json").out.splitlines()]
    assert [line["change"] for line in lines] == ["failed", "started", "recovered", "orphaned", "updated"]
    assert (lines[0]["line"], lines[0]["column"]) == (2, 8)


@pytest.mark.parametrize("was_watched", [False, True])
def test_a_project_is_watched_afterwards_only_if_it_was_before(
    assetgen: CommandLine, watched: FakeService, game: Path, was_watched: bool
) -> None:
    watched.do_RegisterProject({"root": str(game), "watch": was_watched})
    assert assetgen("watch").code == 0
    told = [m["watch"] for name, m in watched.calls if name == "RegisterProject" and "watch" in m]
    assert told == ([] if was_watched else [True, False])


def test_watch_of_no_project_is_exit_code_2(assetgen: CommandLine, daemon: FakeDaemon) -> None:
    assert assetgen("watch", "nowhere").code == 2


def test_status_tells_about_the_daemon(assetgen: CommandLine, daemon: FakeDaemon, game: Path) -> None:
    assetgen("generate", "moss")
    result = assetgen("serve", "--status")
    assert result.code == 0
    assert f"process {os.getpid()}" in result.out
    assert "cpu-0 on cpu: idle" in result.out
    assert f"project    {game}" in result.out
    assert assetgen("serve", "--status", "--json").json["workers"][0]["name"] == "cpu-0"


def test_stop_ends_the_daemon_and_is_content_when_there_is_none(
    assetgen: CommandLine, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert assetgen("serve", "--stop").out == "no daemon runs\n"
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    endpoint = start_daemon([sys.executable, str(ROOT / "tests" / "client" / "fake_daemon.py")], 60)
    assert assetgen("serve", "--stop", "--json").json == {"stopped": True, "pid": endpoint.pid}
    assert read_endpoint() is None


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ServeOptions, Settings]]:
    """What the daemon was asked to run with; it ends at once, with 78."""
    found: list[tuple[ServeOptions, Settings]] = []

    def run_daemon(options: ServeOptions, settings: Settings) -> int:
        found.append((options, settings))
        return 78

    module = types.ModuleType("assetgen.serve.daemon")
    module.run_daemon = run_daemon  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "assetgen.serve.daemon", module)
    return found


def test_serve_runs_with_what_the_command_line_says_and_ends_with_its_code(
    assetgen: CommandLine, ran: list[tuple[ServeOptions, Settings]], game: Path
) -> None:
    words = "--project . --watch --host ::1 --port 7700 --web-port 7701 --unix s --tls-cert c --tls-key k"
    more = "--workers 3 --parent-pid 42 --idle-exit 60 --reflection --metrics-port 0 --log-level debug"
    assert assetgen("serve", *words.split(), *more.split()).code == 78
    ((options, settings),) = ran
    assert options == ServeOptions(
        projects=(game,),
        watch=True,
        host="::1",
        port=7700,
        web_port=7701,
        unix=game / "s",
        tls_cert=game / "c",
        tls_key=game / "k",
        workers=3,
        parent_pid=42,
        idle_exit_s=60.0,
        reflection=True,
        metrics_port=0,
        log_level="debug",
    )
    assert settings.device == "cpu"


def test_serve_alone_is_the_default_of_everything(
    assetgen: CommandLine, ran: list[tuple[ServeOptions, Settings]]
) -> None:
    assetgen("serve")
    assert ran[0][0] == ServeOptions()


@pytest.mark.parametrize(
    "options",
    [
        {"port": 65536},
        {"web_port": -1},
        {"metrics_port": 70000},
        {"tls_cert": Path("c")},
        {"workers": 0},
        {"parent_pid": 0},
        {"idle_exit_s": 0.0},
        {"idle_exit_s": float("nan")},
        {"log_level": "loud"},
    ],
)
def test_options_that_cannot_be_are_refused_by_their_flag(options: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="--"):
        ServeOptions(**options)
