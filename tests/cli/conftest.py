from __future__ import annotations

from pathlib import Path

import pytest

from tests.bake.fakes import Hiring
from tests.cli.command import CommandLine


@pytest.fixture
def assetgen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """The command line with a fake executor."""
    command = CommandLine(tmp_path, monkeypatch, capsys)
    command.hire(Hiring())
    return command
