"""The add-on in a real window of the system's Blender under Xvfb: every state of the panel, with its picture.

`ASSETGEN_TEST_PICTURES` names a folder that keeps the pictures.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from scripts.build_blender_extension import lay_out
from tests.engine_plugins.blender.blenders import command_file, environment

SCRIPT = Path(__file__).with_name("window.py")
PICTURES = (
    "missing",
    "starting",
    "idle",
    "typing",
    "running",
    "done",
    "variants",
    "kept",
    "broken",
    "sound",
    "away",
)
SIZE = (1440, 900)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_every_state_of_the_panel_shows_in_a_window(tmp_path: Path) -> None:
    for program, package in (("blender", "blender"), ("xvfb-run", "xvfb"), ("xdotool", "xdotool")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here: apt-get install {package}")
    out = Path(os.environ.get("ASSETGEN_TEST_PICTURES") or tmp_path / "pictures")
    out.mkdir(parents=True, exist_ok=True)
    lay_out(tmp_path / "addons" / "assetgen")
    environ = {**environment(tmp_path), "LIBGL_ALWAYS_SOFTWARE": "1"}
    command = command_file(tmp_path)
    width, height = SIZE
    words = ["xvfb-run", "-a", "-s", f"-screen 0 {width}x{height}x24 +extension GLX", "blender"]
    words += ["--factory-startup", "-p", "0", "0", str(width), str(height), "--python", str(SCRIPT), "--"]
    words += [str(tmp_path / "addons"), str(out), str(command)]
    try:
        subprocess.run(words, env=environ, cwd=tmp_path, capture_output=True, timeout=600, check=False)
    finally:
        subprocess.run([str(command), "serve", "--stop"], env=environ, capture_output=True, check=False)
    log = (out / "log.txt").read_text(encoding="utf-8")
    assert log.rstrip().endswith("well"), log
    for name in PICTURES:
        header = (out / f"{name}.png").read_bytes()[:24]
        assert struct.unpack(">II", header[16:24]) == SIZE, name
    told = re.search(r"told after ([0-9.]+) s", log)
    assert told is not None
    assert float(told[1]) < 2.0
