"""What is shipped: one small zip for every system, standard library only, and rules that Blender asks for."""

from __future__ import annotations

import ast
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from assetgen.versions import ASSETGEN
from scripts.build_blender_extension import LARGEST_BYTES, build, lay_out, vendored
from tests.engine_plugins.blender.extension import FOLDER

WITHOUT_BLENDER = (
    "asking course desk following naming node_plan notes remote report schema session wording".split()  # noqa: SIM905
)
MODULES = sorted(FOLDER.glob("*.py"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built") / "assetgen.zip")


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
    return found


def test_the_zip_is_small_and_holds_the_client_and_the_licence(package: Path) -> None:
    assert package.stat().st_size < LARGEST_BYTES
    with zipfile.ZipFile(package) as found:
        names = set(found.namelist())
        client = found.read("_client/connection.py").decode()
    assert {"__init__.py", "blender_manifest.toml", "LICENSE", "_client/web.py"} <= names
    assert not [
        name for name in names if name.endswith((".pyc", ".so", ".dll", ".whl")) or "__pycache__" in name
    ]
    assert "from .errors import" in client
    assert "assetgen.client" not in "\n".join(
        line for line in client.splitlines() if line.startswith(("from", "import"))
    )


def test_equal_sources_give_equal_zips(package: Path, tmp_path: Path) -> None:
    assert build(tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_nothing_but_the_standard_library_and_blender_is_imported(tmp_path: Path) -> None:
    lay_out(tmp_path / "assetgen")
    allowed = {"bpy", "aud", "addon_utils", "assetgen", *sys.stdlib_module_names}
    for path in (tmp_path / "assetgen").rglob("*.py"):
        wrong = [name for level, name in imports(path) if level == 0 and name.split(".")[0] not in allowed]
        assert not wrong, f"{path.name}: {wrong}"
        if path.parent.name == "_client":
            assert not [name for level, name in imports(path) if level == 0 and name.startswith("assetgen")]


def test_imports_of_the_client_hold_wherever_it_lies() -> None:
    text = "from assetgen.client import discovery\n    from assetgen.client.web import Wire\n# from assetgen.client\n"
    assert vendored(text) == "from . import discovery\n    from .web import Wire\n# from assetgen.client\n"


def test_the_manifest_and_the_old_table_say_the_same() -> None:
    manifest = tomllib.loads((FOLDER / "blender_manifest.toml").read_text(encoding="utf-8"))
    tree = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8"))
    table = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
    assert manifest["version"] == ASSETGEN == ".".join(map(str, table["version"]))
    assert manifest["name"] == table["name"]
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["blender_version_min"] == "4.2.0"
    assert len(manifest["tagline"]) <= 64
    assert all(len(reason) <= 64 and not reason.endswith(".") for reason in manifest["permissions"].values())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_names_its_licence_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "SPDX-License-Identifier: GPL-3.0-or-later" in text[:200]
    assert len(text.splitlines()) <= 320


def test_what_threads_run_knows_no_blender() -> None:
    for name in WITHOUT_BLENDER:
        path = FOLDER / f"{name}.py"
        own = {module.split(".")[0] for level, module in imports(path) if level == 1 and module}
        assert not {name for _, name in imports(path) if name.split(".")[0] == "bpy"}, path
        assert own <= {*WITHOUT_BLENDER, "_client"}, f"{name} imports {own - set(WITHOUT_BLENDER)}"
    starters = [path.stem for path in MODULES if "threading" in {name for _, name in imports(path)}]
    assert starters == ["session"]


def test_registered_properties_are_no_texts() -> None:
    """With postponed annotations Blender would see texts where it looks for properties."""
    for path in MODULES:
        if path.stem not in WITHOUT_BLENDER:
            assert (0, "__future__") not in imports(path), path


def test_no_kind_is_known_by_name_but_in_the_table_of_landings() -> None:
    kinds = {"material", "texture", "sprite_sheet", "atlas", "audio", "mesh"}
    free = {"landing", "properties", "schema"}  # the table, a default, and the order of a list
    for path in MODULES:
        if path.stem in free:
            continue
        texts = {
            node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
        }
        assert not kinds & texts, f"{path.name}: {kinds & texts}"
