"""`assetgen doctor`: what was found on this machine, and what to do about what was not."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json
from assetgen.versions import ASSETGEN

_LIBRARIES = (
    "torch",
    "numpy",
    "numba",
    "pillow",
    "tifffile",
    "OpenEXR",
    "texture2ddecoder",
    "zstandard",
    "diffusers",
    "trimesh",
    "soundfile",
)
_LEAST_FREE_GIB = 2.0

_MORE = """\
examples:
  assetgen doctor                 what was found, and a line for each problem
  assetgen doctor --json          the same for a script; exit code 1 if there is a problem
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "doctor", summary="check this machine: libraries, device, cache", more=_MORE
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found; return 1 if something is missing that a bake needs."""
    from assetgen.cli.ask import ask_worker
    from assetgen.errors import AssetGenError
    from assetgen.project.order import MachineOrder
    from assetgen.settings import load_settings
    from assetgen.store.store import Store

    settings = load_settings(os.environ)
    problems = []
    libraries = {name: _version(name) for name in _LIBRARIES}
    problems += [
        f"{name} is not installed; run pip install assetgen again." for name, v in libraries.items() if not v
    ]
    machine: dict[str, object] = {}
    try:
        machine = ask_worker(MachineOrder())
    except (AssetGenError, ImportError) as error:
        problems.append(str(error))
    try:
        with Store.open(settings.cache_dir, durability=settings.durability):
            pass
    except AssetGenError as error:
        problems.append(str(error))
    free_gib = shutil.disk_usage(_existing(settings.cache_dir)).free / 2**30
    if free_gib < _LEAST_FREE_GIB:
        problems.append(
            f"only {free_gib:.1f} GiB are free where the cache lies; set ASSETGEN_CACHE_DIR elsewhere."
        )
    facts = {
        "assetgen": ASSETGEN,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cache": str(settings.cache_dir),
        "cache_free_gib": round(free_gib, 1),
        "models": str(settings.models_dir),
        "jobs": settings.jobs,
        "libraries": libraries,
        "machine": machine,
        "problems": problems,
    }
    print(json.dumps(facts) if options.json else _text(facts))
    return 1 if problems else 0


def _mends(pictures: dict[str, bool]) -> list[str]:
    """Return a line for each codec that is missing: what stands in for its formats, and how to get it."""
    from assetgen.specs.picture_formats import EXTRAS, PICTURE_FORMATS

    missing: dict[str, list[str]] = {}
    for name, is_there in pictures.items():
        if not is_there:
            missing.setdefault(PICTURE_FORMATS[name].needs, []).append(name)
    return [
        f"without {', '.join(names)}: others are written in their place; {EXTRAS[needs]}"
        for needs, names in missing.items()
    ]


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _text(facts: dict) -> str:
    machine = facts["machine"]
    gpus = ", ".join(f"{gpu['name']} ({gpu['memory_gib']} GiB)" for gpu in machine.get("gpus", ()))
    lines = [
        f"assetgen   {facts['assetgen']}, Python {facts['python']}, {facts['system']}",
        f"device     {machine.get('device', 'unknown')}, {machine.get('cores', '?')} cores, GPU: {gpus or 'none'}",
        f"cache      {facts['cache']} ({facts['cache_free_gib']} GiB free)",
        f"models     {facts['models']}",
        "libraries  " + ", ".join(f"{name} {v or 'MISSING'}" for name, v in facts["libraries"].items()),
    ]
    pictures = machine.get("pictures", {})
    lines.append("pictures   " + ", ".join(name for name, is_there in pictures.items() if is_there))
    lines += [f"           {mend}" for mend in _mends(pictures)]
    lines += [f"problem    {problem}" for problem in facts["problems"]] or ["all well"]
    return "\n".join(lines)
