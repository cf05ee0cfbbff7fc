"""The built extension in real Blenders with a live daemon: every scene of `scenes.py`, in each version."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.build_blender_extension import build, validate
from tests.engine_plugins.blender.blenders import VERSIONS, command_file, environment, python_with

SCRIPT = Path(__file__).with_name("scenes.py")
SCENES = [
    node.name
    for node in ast.parse(SCRIPT.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args] == ["stage"]
]
WITHOUT_DAEMON = "a_script_without_a_window_waits_for_its_result"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass
class House:
    """One Blender, one package, one state folder."""

    python: str
    package: Path
    command: Path
    environ: dict[str, str]

    def daemon(self, *arguments: str) -> str:
        words = [str(self.command), "serve", *arguments]
        result = subprocess.run(words, env=self.environ, capture_output=True, text=True, check=False)
        return result.stdout + result.stderr


@pytest.fixture(scope="module", params=VERSIONS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp(f"blender-{request.param}")
    package = build(folder / "assetgen.zip")
    house = House(python_with(request.param), package, command_file(folder), environment(folder))
    yield house
    house.daemon("--stop")


def test_blenders_own_tool_finds_the_package_well(house: House) -> None:
    assert "Success" in validate(house.package, house.python)


@pytest.mark.parametrize("scene", sorted(SCENES, key=lambda name: name != WITHOUT_DAEMON))
def test_scene(house: House, scene: str, tmp_path: Path) -> None:
    environ = {**house.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "user")}
    if scene == WITHOUT_DAEMON:
        house.daemon("--stop")
    else:
        start = "import sys; from assetgen.client.discovery import start_daemon; start_daemon(sys.argv[1:])"
        subprocess.run([sys.executable, "-c", start, str(house.command)], env=house.environ, check=True)
    words = [house.python, str(SCRIPT), str(house.package), str(tmp_path / "game"), str(house.command), scene]
    result = subprocess.run(
        words, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert result.stdout.rstrip().endswith("well"), result.stdout[-2000:] + result.stderr[-4000:]
