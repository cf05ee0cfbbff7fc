"""Blenders to test with: bpy in virtual environments of its own, kept between runs, and what a window needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VERSIONS = {"4.2": "bpy==4.2.*", "4.5": "bpy==4.5.*", "5.0": "bpy==5.0.1"}
"""What pip calls each; all are for Python 3.11, and about 370 MB to fetch."""
_INSTALL_S = 1800


def cache_dir() -> Path:
    """Return where Blenders are kept: `ASSETGEN_TEST_CACHE`, else a folder in the user's cache."""
    named = os.environ.get("ASSETGEN_TEST_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assetgen-tests"


def python_with(version: str) -> str:
    """Return a Python that has bpy of a version, installed when it is not there; skips when it cannot be."""
    folder = cache_dir() / f"bpy-{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "installed").exists() and not _has_bpy(python):
        base = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
        if base is None:
            pytest.skip(f"bpy {version} is for Python 3.11, which is not here")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([base, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "-q", VERSIONS[version]]
        result = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_S, check=False)
        if result.returncode != 0:
            pytest.skip(f"pip cannot install {VERSIONS[version]}: {result.stderr.strip()[-300:]}")
    if not _has_bpy(python):
        pytest.skip(f"bpy {version} is installed but cannot be loaded here")
    (folder / "installed").touch()
    return str(python)


def _has_bpy(python: Path) -> bool:
    if not python.exists():
        return False
    code = "import bpy; print(bpy.app.version_string)"
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0


def command_file(folder: Path) -> Path:
    """Return an executable that runs this checkout's assetgen, as an installed `assetgen` would."""
    path = folder / ("assetgen.cmd" if os.name == "nt" else "assetgen.sh")
    if os.name == "nt":
        path.write_text(f'@set PYTHONPATH={ROOT}\n@"{sys.executable}" -m assetgen %*\n', encoding="utf-8")
    else:
        line = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m assetgen "$@"'
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)
    return path


def environment(folder: Path) -> dict[str, str]:
    """Return an environment with a state, a cache and a Blender configuration of its own."""
    environ = {
        **os.environ,
        "ASSETGEN_STATE_DIR": str(folder / "state"),
        "ASSETGEN_CACHE_DIR": str(folder / "cache"),
        "ASSETGEN_DEVICE": "cpu",
        "BLENDER_USER_RESOURCES": str(folder / "user"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environ.pop("PYTHONPATH", None)
    for name in ("state", "cache", "user"):
        (folder / name).mkdir(exist_ok=True)
    return environ
