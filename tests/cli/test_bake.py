"""`assetgen bake` as a caller sees it: exit codes, what is printed where, and what stays after bad input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetgen.cli.progress import TerminalWatcher
from assetgen.execute.base import Event
from assetgen.store.manifest import verify_set
from tests.bake.fakes import FakeExecutor, Hiring
from tests.bake.test_run import Interrupted, failing
from tests.cli.command import CommandLine
from tests.project.folders import material, texture, write


@pytest.fixture
def game(tmp_path: Path) -> Path:
    return write(
        tmp_path / "game",
        {
            "assetgen.toml": "assetgen = 1\n",
            "a.prompt.toml": material(),
            "walls/b.prompt.toml": material('targets = ["web", "godot"]'),
        },
    )


def test_a_bake_and_the_same_again(assetgen: CommandLine, game: Path) -> None:
    first = assetgen("bake", game)
    assert (first.code, first.out.splitlines()[0][:17]) == (0, "2 baked, 0 cached")
    assert "made   a" in first.err
    second = assetgen("bake", game)
    assert (second.code, second.err) == (0, "")
    assert second.out.startswith("0 baked, 2 cached")
    assert (game / "a.prompt.lock").is_file()


def test_without_a_path_the_current_folder_is_baked(
    assetgen: CommandLine, game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(game / "walls")
    result = assetgen("bake", "--json", "--no-report").json
    assert [asset["name"] for asset in result["assets"]] == ["walls/b"]
    assert (game / "generated" / "web" / "walls" / "b" / "b.assetgen.json").is_file()


def test_an_empty_folder_is_no_error_and_says_what_to_do(assetgen: CommandLine, tmp_path: Path) -> None:
    result = assetgen("bake", tmp_path)
    assert result.code == 0
    assert "assetgen new" in result.out


def test_the_json_is_all_of_stdout(assetgen: CommandLine, game: Path) -> None:
    result = assetgen("bake", game, "--json")
    assert (result.json["baked"], result.json["exit_code"], result.err) == (2, 0, "")


def test_targets_on_the_command_line_stand_for_the_files_own(assetgen: CommandLine, game: Path) -> None:
    result = assetgen("bake", game, "--json", "--target", "unreal", "--target", "web", "--target", "unreal")
    assert [sorted(asset["manifests"]) for asset in result.json["assets"]] == [["unreal", "web"]] * 2


def test_a_plan_says_why_and_ends_well_a_check_does_not(assetgen: CommandLine, game: Path) -> None:
    plan = assetgen("bake", game, "--plan")
    assert plan.code == 0
    assert "a: to be made (never published)" in plan.out
    assert "2 due, 0 up to date" in plan.out
    assert assetgen("bake", game, "--check").code == 1
    assert not (game / "generated").exists()
    assetgen("bake", game)
    assert assetgen("bake", game, "--check").code == 0
    assert assetgen("bake", game, "--check", "--force").code == 1


def test_a_failed_asset_is_exit_code_1(assetgen: CommandLine, game: Path) -> None:
    assetgen.hire(failing("a"))
    result = assetgen("bake", game)
    assert result.code == 1
    assert "1 baked, 0 cached, 1 failed" in result.out
    assert f"{game / 'a.prompt.toml'}:3:10: it did not work; try again." in result.err


def test_an_interrupt_is_exit_code_130_and_the_next_bake_goes_on(assetgen: CommandLine, game: Path) -> None:
    assetgen.hire(Interrupted)
    first = assetgen("bake", game, "--json")
    assert (first.code, first.json["cancelled"], first.json["baked"]) == (130, 1, 1)
    assetgen.hire(Hiring())
    second = assetgen("bake", game, "--json")
    assert (second.code, second.json["baked"], second.json["cached"]) == (0, 1, 1)


def test_an_interrupt_while_planning_is_exit_code_130(
    assetgen: CommandLine, game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assetgen.bake.run.discover", interrupted)
    result = assetgen("bake", game)
    assert (result.code, result.err) == (130, "assetgen: stopped\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "unty"], "--target unty"),
        (["--profile", "shop"], "--profile shop"),
        (["--jobs", "0"], "--jobs 0"),
        (["--jobs", "1000"], "--jobs 1000"),
        (["--jobs", "many"], "--jobs"),
        (["--frobnicate"], "--frobnicate"),
        (["nowhere"], "nowhere"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2(
    assetgen: CommandLine, game: Path, arguments: list[str], words: str
) -> None:
    result = assetgen("bake", game, *arguments)
    assert result.code == 2
    assert words in result.err


def test_an_error_before_any_asset_is_json_too(assetgen: CommandLine, game: Path) -> None:
    write(game, {"assetgen.toml": "assetgen = 1\nfoo = 2\n"})
    result = assetgen("bake", game, "--json")
    assert (result.code, result.json["exit_code"]) == (2, 2)
    error = result.json["error"]
    assert (error["type"], error["file"], error["line"], error["column"]) == (
        "PromptFileError",
        str(game / "assetgen.toml"),
        2,
        1,
    )


def test_an_edited_output_is_named_and_force_keeps_it_as_bak(assetgen: CommandLine, game: Path) -> None:
    assetgen("bake", game)
    mine = game / "generated" / "unity" / "a" / "a_normal.png"
    mine.write_bytes(b"mine")
    refused = assetgen("bake", game)
    assert refused.code == 1
    assert "a_normal.png" in refused.err
    assert "--force" in refused.err
    assert assetgen("bake", game, "--force").code == 0
    assert mine.with_name("a_normal.png.bak").read_bytes() == b"mine"


PICTURES = {"source.png": b"\x89PNG"}
BAD: dict[str, tuple[str | bytes, str]] = {
    "malformed": ("assetgen = 1\nkind = material\n", ":2:8: this is not TOML"),
    "unclosed": ('assetgen = 1\nprompt = "stone\n', ":2:16: this is not TOML"),
    "unknown key": (material("saize = 512"), ":4:1: unknown key saize; did you mean"),
    "wrong type": (material('size = "big"'), ":4:8: size"),
    "boolean": (material("size = true"), ":4:8: size"),
    "nan": (material("surface.meters = nan"), ":4:18: surface.meters"),
    "infinity": (material("surface.meters = inf"), ":4:18: surface.meters"),
    "negative": (material("seed = -1"), ":4:8: seed"),
    "huge": (material("size = 1000000000"), ":4:8: size"),
    "no power of two": (material("size = 1000"), ":4:8: size = 1000 is not a power of two"),
    "endless integer": (material(f"seed = {'9' * 5000}"), "this is not TOML"),
    "latin 1": (b'assetgen = 1\nprompt = "caf\xe9"\n', ":2:14: byte 26 (0xe9) is not UTF-8"),
    "utf 16": ("assetgen = 1\n".encode("utf-16"), "is not UTF-8"),
    "too long": (material("#" * (1 << 20)), "larger than the limit"),
    "too deep": (material(f"params = {'[' * 40}{']' * 40}"), "nested deeper"),
    "far too deep": (material(f"params = {'[' * 20000}{']' * 20000}"), "nested deeper"),
    "absolute id": (material('id = "/etc/passwd"'), ':4:6: the asset id "/etc/passwd"'),
    "climbing id": (material('id = "../../x"'), ":4:6: the asset id"),
    "drive id": (material('id = "C:/x"'), ":4:6: the asset id"),
    "unc id": (material(r"id = '\\server\share'"), ":4:6: the asset id"),
    "device id": (material('id = "walls/nul"'), ":4:6: the asset id"),
    "git id": (material('id = ".git/hooks/x"'), ":4:6: the asset id"),
    "stream id": (material('id = "a:b"'), ":4:6: the asset id"),
    "bidi id": (material('id = "a\u202eb"'), ":4:6: the asset id"),
    "null id": (material('id = "a\\u0000b"'), ":4:6:"),
    "climbing source": (texture('source = "../../secret.png"'), ":3:10: source"),
    "source from a drive": (texture('source = "C:/secret.png"'), ":3:10: source"),
    "missing source": (texture('source = "sauce.png"'), 'did you mean "source.png"?'),
    "source that is a folder": (texture('source = "walls"'), ":3:10: source"),
    "circle": (texture('source = "bad.prompt.toml"'), "in a circle"),
    "unknown backend": (material('backend = "prozedural"'), 'there is no backend "prozedural"'),
    "unknown target": (material('targets = ["unty"]'), ":4:12: targets"),
    "nothing asked for": ('assetgen = 1\nkind = "material"\n', "neither prompt nor source"),
    "future format": (material().replace("assetgen = 1", "assetgen = 2"), ":1:12: assetgen"),
    "empty": ("", "bad.prompt.toml:1:1:"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_prompt_file_is_named_and_the_others_go_on(
    assetgen: CommandLine, game: Path, name: str
) -> None:
    text, words = BAD[name]
    write(game, {**PICTURES, "bad.prompt.toml": material()})
    assert assetgen("bake", game).code == 0
    write(game, {"bad.prompt.toml": text, "new.prompt.toml": material()})
    result = assetgen("bake", game, "--json")
    assert result.code == 2
    assert (result.json["baked"], result.json["cached"], result.json["failed"]) == (1, 2, 1)
    (bad,) = [asset for asset in result.json["assets"] if asset["status"] == "failed"]
    shown = assetgen("bake", game).err
    assert words in shown
    assert str(game / "bad.prompt.toml") in shown
    assert len(bad["errors"]) == 1
    verify_set(game / "generated" / "unity" / "bad" / "bad.assetgen.json")
    assert sorted(path.name for path in game.parent.iterdir()) == ["cache", "game"]


@pytest.mark.parametrize("output", ["../elsewhere", "/tmp/elsewhere", "C:/x", ".git/x", ""])
def test_an_output_folder_outside_the_project_is_refused(
    assetgen: CommandLine, game: Path, output: str
) -> None:
    write(game, {"assetgen.toml": f'assetgen = 1\noutput = "{output}"\n'})
    result = assetgen("bake", game)
    assert result.code == 2
    assert f"{game / 'assetgen.toml'}:2:10: output" in result.err


class Terminal:
    """A stream that is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_a_terminal_shows_stages_and_the_time_left(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assetgen.bake.run import BakeOptions, bake
    from tests.bake.fakes import settings_in

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("assetgen.cli.progress._REDRAW_S", 0.0)
    terminal = Terminal()
    watcher = TerminalWatcher(terminal)  # type: ignore[arg-type]
    bake(BakeOptions(paths=(game,)), settings_in(game.parent), watcher=watcher, executor=Hiring())
    assert "2 to make, 0 up to date\n" in terminal.text
    assert "[0/2] a: pretending 1/2" in terminal.text
    assert re.search(r"\[1/2\] about \d+\.\d s left \| walls/b: pretending 1/2", terminal.text)
    assert terminal.text.endswith("\r\x1b[2K")


def test_a_log_gets_whole_lines_without_control_characters(assetgen: CommandLine, game: Path) -> None:
    shown = assetgen("bake", game).err
    assert "\r" not in shown
    assert "\x1b" not in shown
    assert shown.endswith("\n")


def test_a_trace_of_our_own_fault_reaches_the_terminal(assetgen: CommandLine, game: Path) -> None:
    from assetgen.errors import GenerationError
    from assetgen.execute.base import Failed

    class Faulty(FakeExecutor):
        def events(self) -> Iterator[Event]:
            while self.waiting:
                yield Failed(self.waiting.popleft().id, GenerationError("a fault"), "Traceback: here\n")

    assetgen.hire(Faulty)
    assert "Traceback: here" in assetgen("bake", game).err
