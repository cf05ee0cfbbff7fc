"""Every command: its help teaches, its JSON parses, its exit code says how it went."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import jsonschema
import pytest

from assetgen.cli.main import _COMMANDS, _parser
from assetgen.execute.base import Done, Event, Failed, Progress
from assetgen.project.order import InspectOrder, WarmUpOrder
from assetgen.versions import ASSETGEN
from tests.bake.fakes import FakeExecutor
from tests.cli.command import CommandLine
from tests.project.folders import material, write

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"
COMMANDS = (
    "bake",
    "finish",
    "new",
    "explain",
    "catalog",
    "inspect",
    "schema",
    "doctor",
    "warmup",
    "clean",
    "generate",
    "watch",
    "jobs",
    "cancel",
    "serve",
)


def parsers() -> dict[str, argparse.ArgumentParser]:
    (commands,) = (a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(commands.choices)


def test_the_table_of_commands_is_whole() -> None:
    assert tuple(parsers()) == COMMANDS
    assert len(_COMMANDS) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example_and_a_word_on_every_option(assetgen: CommandLine, command: str) -> None:
    result = assetgen(command, "--help")
    assert result.code == 0
    assert re.search(rf"^  assetgen {command}\b", result.out, re.MULTILINE), "no example"
    for action in parsers()[command]._actions:
        assert action.help, action.dest


def test_the_help_of_all_shows_where_to_start(assetgen: CommandLine) -> None:
    result = assetgen("--help")
    assert result.code == 0
    assert "start here" in result.out
    assert all(re.search(rf"^    {command} ", result.out, re.MULTILINE) for command in COMMANDS)
    assert "exit codes" in result.out


def test_the_version_is_the_releases(assetgen: CommandLine) -> None:
    assert assetgen("--version").out == f"assetgen {ASSETGEN}\n"


def test_no_command_or_an_unknown_one_is_exit_code_2(assetgen: CommandLine) -> None:
    assert assetgen().code == 2
    assert assetgen("bakke").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_the_docs_tell_every_option(command: str) -> None:
    parts = re.split(r"^## ", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next(part for part in parts if part.startswith(f"`assetgen {command}"))
    for action in parsers()[command]._actions:
        name = (
            action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest.upper())
        )
        if name != "--help":
            assert f"`{name}" in section or f"{name}`" in section or f" {name}" in section, name


def test_catalog_tells_what_else_a_word_means(assetgen: CommandLine) -> None:
    assert '"rain" also means the layer wet; `assetgen catalog wet`' in assetgen("catalog", "rain").out
    assert assetgen("catalog", "downpour", "--json").json["also"] == "wet"
    assert assetgen("catalog", "brick", "--json").json["also"] is None


def test_catalog_lists_everything_tells_of_one_and_writes_a_page(
    assetgen: CommandLine, tmp_path: Path
) -> None:
    assert "cobblestone" in assetgen("catalog").out
    assert "brick_m" in assetgen("catalog", "brick").out
    assert assetgen("catalog", "mossy", "--json").json["name"] == "moss"
    assert assetgen("catalog", "brik").code == 2
    page = tmp_path / "pages" / "moss.html"
    result = assetgen("catalog", "moss", "--page", str(page), "--json")
    assert result.json == {"page": str(page), "entries": 1, "pictures": 1, "failed": 0}
    assert b"<!doctype html>" in page.read_bytes()


def test_explain_shows_what_was_understood_and_what_was_not(assetgen: CommandLine) -> None:
    result = assetgen("explain", "old mossy cobblestone with frumious bits")
    assert result.code == 0
    assert "cobblestone" in result.out
    assert "frumious" in result.out
    report = assetgen("explain", "old mossy cobblestone", "--negative", "moss", "--json").json
    assert report["prompt"] == "old mossy cobblestone"


def test_explain_strict_is_exit_code_2_for_an_unknown_word(assetgen: CommandLine) -> None:
    assert assetgen("explain", "old cobblestone", "--strict").code == 0
    result = assetgen("explain", "frumious cobblestone", "--strict")
    assert result.code == 2
    assert "frumious" in result.err


@pytest.mark.parametrize("kind", ["material", "texture"])
def test_a_new_file_can_be_baked(assetgen: CommandLine, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "game" / "walls" / "old_brick"
    result = assetgen("new", kind, path, "--json")
    assert result.json == {"path": f"{path}.prompt.toml", "kind": kind}
    assert assetgen("bake", tmp_path / "game", "--json").json["baked"] == 1


def test_new_keeps_the_words_given_and_never_overwrites(assetgen: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "a.prompt.toml"
    assert assetgen("new", "material", path, "--prompt", 'a "quoted" wall').out == f"wrote {path}\n"
    assert "quoted" in path.read_text(encoding="utf-8")
    before = path.read_bytes()
    again = assetgen("new", "material", tmp_path / "a")
    assert (again.code, path.read_bytes()) == (1, before)
    assert "is there already" in again.err


@pytest.mark.parametrize(("kind", "name"), [("materiel", "a"), ("material", "nul"), ("material", "a:b")])
def test_new_refuses_what_could_not_be_baked(
    assetgen: CommandLine, tmp_path: Path, kind: str, name: str
) -> None:
    assert assetgen("new", kind, tmp_path / "x" / name).code == 2
    assert not (tmp_path / "x").exists()


def test_new_below_a_file_is_an_error_in_words(assetgen: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, {"file": b""})
    result = assetgen("new", "material", tmp_path / "file" / "a")
    assert result.code == 1
    assert "cannot be written" in result.err


@pytest.mark.parametrize("kind", [None, "material", "texture", "project"])
def test_schemas_are_schemas_pretty_or_not(assetgen: CommandLine, kind: str | None) -> None:
    arguments = ["schema", *([kind] if kind else [])]
    pretty, short = assetgen(*arguments), assetgen(*arguments, "--json")
    assert pretty.json == short.json
    assert len(short.out.splitlines()) == 1
    jsonschema.Draft202012Validator.check_schema(short.json)


def test_a_schema_of_an_unknown_kind_is_exit_code_2(assetgen: CommandLine) -> None:
    assert assetgen("schema", "materiel").code == 2


def test_inspect_shows_a_prompt_file_with_its_defaults(assetgen: CommandLine, tmp_path: Path) -> None:
    path = write(tmp_path, {"a.prompt.toml": material("variants = 2")}) / "a.prompt.toml"
    facts = assetgen("inspect", path, "--json").json
    assert [asset["asset"] for asset in facts["assets"]] == ["a", "a_v2"]
    assert facts["assets"][0]["size"] == [1024, 1024]
    assert "output: " in assetgen("inspect", path).out


def test_inspect_checks_every_file_of_a_set(assetgen: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, {"a.prompt.toml": material()})
    assetgen("bake", tmp_path)
    manifest = tmp_path / "generated" / "unity" / "a" / "a.assetgen.json"
    assert assetgen("inspect", manifest, "--json").json == json.loads(manifest.read_bytes())
    (manifest.parent / "a_normal.png").write_bytes(b"torn")
    result = assetgen("inspect", manifest)
    assert result.code == 1
    assert "a_normal.png" in result.err


def test_inspect_of_nothing_or_of_a_broken_prompt_file_is_exit_code_2(
    assetgen: CommandLine, tmp_path: Path
) -> None:
    assert assetgen("inspect", tmp_path / "nothing.dds").code == 2
    write(tmp_path, {"a.prompt.toml": "x"})
    assert assetgen("inspect", tmp_path / "a.prompt.toml").code == 2


class Answering(FakeExecutor):
    """Answers questions about files and machines from a table, without torch."""

    def events(self):  # noqa: ANN201
        while self.waiting:
            task = self.waiting.popleft()
            if isinstance(task.work, InspectOrder):
                yield Done(task.id, {"path": str(task.work.path), "container": "dds", "mips": 7})
            else:
                yield Done(task.id, {"device": "cpu", "cores": 2, "gpus": []})


def answering(monkeypatch: pytest.MonkeyPatch, executor: type[FakeExecutor] = Answering) -> None:
    monkeypatch.setattr("assetgen.cli.ask.InlineExecutor", lambda settings: executor(settings, jobs=1))


def test_inspect_asks_a_worker_about_textures(
    assetgen: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch)
    write(tmp_path, {"a.dds": b"DDS "})
    assert assetgen("inspect", tmp_path / "a.dds", "--json").json["mips"] == 7
    assert "mips: 7" in assetgen("inspect", tmp_path / "a.dds").out


def test_the_doctor_finds_all_well(assetgen: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch)
    monkeypatch.setattr("assetgen.cli.doctor._version", lambda name: "1.0")
    result = assetgen("doctor")
    assert result.code == 0, result.out
    assert "all well" in result.out
    facts = assetgen("doctor", "--json").json
    assert facts["problems"] == []
    assert facts["assetgen"] == ASSETGEN


def test_the_doctor_names_what_is_missing(assetgen: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    from assetgen.errors import BackendUnavailable

    class Refusing(FakeExecutor):
        def events(self):  # noqa: ANN202
            refused: Event = Failed(self.waiting.popleft().id, BackendUnavailable("there is no GPU."))
            yield refused

    answering(monkeypatch, Refusing)
    monkeypatch.setattr("assetgen.cli.doctor._version", lambda name: None if name == "numba" else "1.0")
    result = assetgen("doctor")
    assert result.code == 1
    assert "problem    numba is not installed" in result.out
    assert "problem    there is no GPU." in result.out


KERNEL = {"kernel": "bc7", "machine": "x86_64", "seconds": 12.5, "compiled": True, "problem": None}
READY = KERNEL | {"kernel": "bc5", "seconds": 0.3, "compiled": False}
FAILED = KERNEL | {
    "kernel": "bc7 high",
    "machine": "sm_89",
    "compiled": False,
    "problem": "there is no NVRTC.",
}


@pytest.mark.parametrize(
    ("kernels", "code", "words"),
    [
        (
            [KERNEL, READY],
            0,
            ["x86_64", "bc7 +compiled in 12.5 s", "bc5 +ready", "1 of 2 .* in 12.8 s"],
        ),
        ([READY], 0, ["all 1 kernels are ready"]),
        (
            [READY, FAILED],
            1,
            ["sm_89", "bc7 high +FAILED: there is no NVRTC.", "1 of 2 kernels did not compile"],
        ),
    ],
)
def test_warmup_says_what_was_compiled_for_which_machine(
    assetgen: CommandLine, monkeypatch: pytest.MonkeyPatch, kernels: list[dict], code: int, words: list[str]
) -> None:
    orders = []

    class WarmingUp(FakeExecutor):
        def events(self):  # noqa: ANN202
            task = self.waiting.popleft()
            orders.append(task.work)
            yield Progress(task.id, 0, 2, "bc7 for x86_64")
            yield Done(task.id, {"kernels": kernels, "cache": "/cache"})

    monkeypatch.setattr("assetgen.execute.processes.ProcessExecutor", WarmingUp)
    result = assetgen("warmup", "--card", "sm_89")
    assert result.code == code
    for word in words:
        assert re.search(word, result.out), (word, result.out)
    assert assetgen("warmup", "--json").json["kernels"] == kernels
    assert orders == [WarmUpOrder(("sm_89",)), WarmUpOrder()]


def test_a_card_that_is_none_is_refused(assetgen: CommandLine) -> None:
    result = assetgen("warmup", "--card", "gtx")
    assert result.code == 2
    assert "write sm_75" in result.err


def test_clean_removes_what_was_baked_and_the_cache_when_asked(assetgen: CommandLine, tmp_path: Path) -> None:
    game = write(tmp_path / "game", {"a.prompt.toml": material()})
    assetgen("bake", game)
    removed = assetgen("clean", game, "--json").json
    assert removed["cache"] is False
    assert "a.assetgen.json" in {Path(path).name for path in removed["removed"]}
    assert assetgen("bake", game, "--json").json["cached"] == 1
    assert "and the cache" in assetgen("clean", game, "--cache").out
    assert not (tmp_path / "cache").exists()
    assert assetgen("bake", game, "--json").json["baked"] == 1


def test_clean_of_a_mistyped_folder_touches_nothing(assetgen: CommandLine, tmp_path: Path) -> None:
    game = write(tmp_path / "game", {"a.prompt.toml": material()})
    assetgen("bake", game)
    assert assetgen("clean", game / "wals").code == 2
    assert (game / "generated" / "unity" / "a" / "a.assetgen.json").is_file()


def test_settings_that_are_wrong_are_exit_code_2(
    assetgen: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSETGEN_JOBS", "some")
    result = assetgen("bake", ".")
    assert result.code == 2
    assert "ASSETGEN_JOBS" in result.err
