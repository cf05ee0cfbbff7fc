"""The command line in this process: what it prints and how it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assetgen.cli.main import main
from assetgen.execute.base import ExecutorFactory


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """Runs commands with a cache of its own; bakes go to the executor given."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        monkeypatch.setenv("ASSETGEN_CACHE_DIR", str(folder / "cache"))
        monkeypatch.setenv("ASSETGEN_MODELS_DIR", str(folder / "models"))
        monkeypatch.setenv("ASSETGEN_CONFIG", "")
        monkeypatch.setenv("ASSETGEN_DEVICE", "cpu")
        monkeypatch.setenv("ASSETGEN_DURABILITY", "fast")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))

    def hire(self, executor: ExecutorFactory) -> None:
        self._monkeypatch.setattr("assetgen.bake.run.ProcessExecutor", executor)

    def __call__(self, *arguments: object) -> Outcome:
        self._capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse ends so
            code = int(end.code or 0)
        captured = self._capsys.readouterr()
        return Outcome(code, captured.out, captured.err)
