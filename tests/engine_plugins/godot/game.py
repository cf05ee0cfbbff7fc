"""A Godot 3 project in a temporary folder, imported, looked at and heard by the engine without a window."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

PROGRAM: Final = "godot3-server"
_SCRIPTS: Final = Path(__file__).parent
_IMPORTERS: Final = {
    "ResourceImporterOggVorbis": ("ogg_vorbis", "AudioStreamOGGVorbis"),
    "ResourceImporterWAV": ("wav", "AudioStreamSample"),
}
"""The names that Godot 3 gives to the importers of Godot 4."""


@dataclass
class Game:
    """A project whose sounds play at `rate_hz`, so that the engine resamples none of that rate."""

    folder: Path
    home: Path
    rate_hz: int = 48_000

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.home.mkdir()
        text = f'config_version=4\n[application]\nconfig/name="sounds"\n[audio]\nmix_rate={self.rate_hz}\n'
        (self.folder / "project.godot").write_text(text)
        for script in ("look.gd", "play.gd"):
            shutil.copy(_SCRIPTS / script, self.folder)

    def put(self, path: str, data: bytes, settings: Mapping[str, Any]) -> None:
        """Place a file, and beside it what its importer must be told."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        (name,) = settings.keys() & _IMPORTERS.keys()
        importer, kind = _IMPORTERS[name]
        told = dict(settings[name])
        if importer == "wav":
            told["edit/loop"] = told["edit/loop_mode"] == 2  # all that Godot before 3.5 asks
        lines = [
            f'[remap]\nimporter="{importer}"\ntype="{kind}"\n[deps]\nsource_file="res://{path}"\n[params]'
        ]
        lines += [f"{key}={json.dumps(value)}" for key, value in told.items()]
        place.with_name(place.name + ".import").write_text("\n".join(lines) + "\n")

    def load(self, *paths: str) -> list[dict[str, Any]]:
        """Import everything, load each sound and return what the engine says of it.

        The editor of Godot 3.2.3 now and then crashes as it closes after a long import in a fresh home, whoever wrote
        the files; what it has imported by then is whole, and loading tells.
        """
        if self._start("--editor", "--quit").returncode != 0:
            self._start("--editor", "--quit")
        shown = self._run("-s", "look.gd", "--", *paths)
        return [json.loads(line) for line in shown.splitlines() if line.startswith("{")]

    def hear(self, path: str, *, seconds: float, from_position: float = 0.0) -> np.ndarray:
        """Return what is heard of an imported sound in so much time: (N, C) float32."""
        self._run("-s", "play.gd", repr(from_position), str(round(1000 * seconds)), path)
        data = (self.folder / "heard.wav").read_bytes()
        heard, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        assert rate_hz == self.rate_hz
        return heard

    def _run(self, *words: str) -> str:
        ended = self._start(*words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def _start(self, *words: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.home)}
        return subprocess.run(
            [PROGRAM, "--path", str(self.folder), *words],
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environ,
            timeout=300,
        )
