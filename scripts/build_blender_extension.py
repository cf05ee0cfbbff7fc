"""Builds the Blender extension: one zip for every system, with the client of the daemon inside.

    python scripts/build_blender_extension.py                  dist/assetgen_blender-0.1.0.zip
    python scripts/build_blender_extension.py --out ZIP        somewhere else
    python scripts/build_blender_extension.py --into FOLDER    unpacked, for working on it
    python scripts/build_blender_extension.py --validate PYTHON    checked by that Python's own Blender (bpy)

The client is copied as it is, but for its imports: inside Blender it is a part of the extension, whatever that is
called there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "engine_plugins" / "blender" / "assetgen"
CLIENT = ROOT / "assetgen" / "client"
LARGEST_BYTES = 300 << 10
_TIME = (2026, 1, 1, 0, 0, 0)
"""In every entry, so that equal sources give equal zips."""
_IMPORT = re.compile(r"^(\s*)from assetgen\.client( import|\.\w+ import)", re.MULTILINE)


def vendored(source: str) -> str:
    """Return the client's source with imports that hold wherever its folder lies."""
    return _IMPORT.sub(lambda found: f"{found[1]}from .{found[2].lstrip('.')}", source)


def lay_out(folder: Path) -> None:
    """Write the whole extension into a folder, which is emptied first."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "_client"))
    (folder / "_client").mkdir()
    for path in sorted(CLIENT.glob("*.py")):
        text = vendored(path.read_text(encoding="utf-8"))
        licence = "# SPDX-License-Identifier: Apache-2.0\n"
        (folder / "_client" / path.name).write_text(licence + text, encoding="utf-8", newline="\n")


def build(out: Path) -> Path:
    """Write the zip and return its path.

    Raises:
        ValueError: it is larger than an extension of scripts has any reason to be.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "assetgen"
        lay_out(folder)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
            for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                package.writestr(entry, path.read_bytes())
    if out.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{out} has {out.stat().st_size} bytes, more than {LARGEST_BYTES}.")
    return out


def validate(package: Path, python: str) -> str:
    """Return what Blender's own tool says of a package, by a Python that has bpy.

    Raises:
        CalledProcessError: it is not well.
    """
    find = (
        "import importlib.util, pathlib; print(pathlib.Path(importlib.util.find_spec('bpy').origin).parent)"
    )
    home = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
    tools = sorted(Path(home).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    command = [python, str(tools[-1]), "validate", str(package)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> int:
    """Run the command line."""
    version = tomllib.loads((SOURCE / "blender_manifest.toml").read_text(encoding="utf-8"))["version"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / f"assetgen_blender-{version}.zip")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="lay it out there instead of packing it")
    parser.add_argument(
        "--validate", metavar="PYTHON", help="a Python with bpy, whose Blender checks the zip"
    )
    options = parser.parse_args()
    if options.into:
        lay_out(options.into)
        print(options.into)
        return 0
    package = build(options.out)
    print(f"{package}  {package.stat().st_size / 1024:.0f} KiB")
    if options.validate:
        print(validate(package, options.validate).strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
