"""The client is vendored into editors: every Python from 3.9 on, nothing but the standard library, few files."""

from __future__ import annotations

import ast
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import assetgen.client.connection
from tests.client.fake_daemon import FakeDaemon

HOME = Path(assetgen.client.connection.__file__).parent
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


@functools.cache
def interpreters() -> dict[str, str]:
    """Return a Python of each version that is on this machine; the one that runs the tests in any case."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    kept = Path.home() / ".pyenv" / "versions"
    for version in VERSIONS:
        kept_here = sorted(kept.glob(f"{version}.*/bin/python")) if kept.is_dir() else []
        path = str(kept_here[-1]) if kept_here else shutil.which(f"python{version}")
        if path and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0:
            found.setdefault(version, path)
    return found


@pytest.mark.parametrize("version", sorted(interpreters()))
def test_the_client_works_alone_in_every_python(daemon: FakeDaemon, tmp_path: Path, version: str) -> None:
    alone = tmp_path / "vendored"
    shutil.copytree(HOME, alone / "assetgen" / "client", ignore=shutil.ignore_patterns("__pycache__"))
    (alone / "assetgen" / "__init__.py").touch()
    script = Path(__file__).with_name("self_test.py")
    result = subprocess.run(
        [interpreters()[version], "-s", str(script)],
        env={**os.environ, "PYTHONPATH": str(alone), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.stdout == "well\n", result.stderr
    assert result.stderr == ""


def test_the_client_needs_the_standard_library_and_itself_alone() -> None:
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                is_own = name == "assetgen.client" or name.startswith("assetgen.client.")
                assert is_own or name.split(".")[0] in sys.stdlib_module_names, f"{path.name}: {name}"


def test_the_client_loads_neither_asyncio_nor_grpc() -> None:
    code = "import assetgen.client.connection, sys; print('asyncio' in sys.modules, 'grpc' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]
