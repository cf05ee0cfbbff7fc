from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.fake_daemon import FakeDaemon
from tests.client.fake_service import FakeService


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder, empty."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("ASSETGEN_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    return FakeService(tmp_path / "game")


@pytest.fixture
def daemon(state: Path, service: FakeService) -> Iterator[FakeDaemon]:
    daemon = FakeDaemon(state, service).start()
    yield daemon
    daemon.stop()
