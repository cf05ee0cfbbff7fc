from __future__ import annotations

from pathlib import Path

import pytest

from assetgen.errors import SpecError
from assetgen.settings import Durability, Settings, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def load(config: Path, text: str = "", **environ: str) -> Settings:
    config.write_text(text, encoding="utf-8")
    return load_settings({"ASSETGEN_CONFIG": str(config), **environ})


def test_without_a_word_there_is_a_cache_a_device_and_a_job_per_core(config: Path) -> None:
    settings = load(config)
    assert settings.cache_dir.is_absolute()
    assert "assetgen" in str(settings.cache_dir)
    assert settings.device == "auto"
    assert settings.jobs >= 1
    assert settings.durability is Durability.FULL


def test_a_missing_user_file_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings({}).durability is Durability.FULL


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(config: Path) -> None:
    text = 'device = "cuda:1"\njobs = 3\ncache_dir = "kept"\ndurability = "fast"\n'
    settings = load(config, text, ASSETGEN_JOBS="5")
    assert settings.jobs == 5
    assert settings.device == "cuda:1"
    assert settings.durability is Durability.FAST
    assert settings.cache_dir == config.parent / "kept"


def test_an_empty_variable_counts_as_absent(config: Path) -> None:
    assert load(config, "jobs = 2", ASSETGEN_JOBS="").jobs == 2


def test_a_relative_folder_in_the_environment_starts_at_the_working_folder(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(config, ASSETGEN_CACHE_DIR="a/../b").cache_dir == tmp_path / "b"


@pytest.mark.parametrize(
    ("text", "environ", "said"),
    [
        ("", {"ASSETGEN_JOBS": "0"}, "ASSETGEN_JOBS"),
        ("", {"ASSETGEN_JOBS": "many"}, "ASSETGEN_JOBS"),
        ("", {"ASSETGEN_DEVICE": "gpu"}, "ASSETGEN_DEVICE"),
        ("", {"ASSETGEN_DURABILITY": "very"}, "ASSETGEN_DURABILITY"),
        ("", {"ASSETGEN_CACHE_DIR": "a\0b"}, "ASSETGEN_CACHE_DIR"),
        ("jobs = true", {}, "jobs"),
        ("jobs = 1.5", {}, "jobs"),
        ("jobs = 100000", {}, "jobs"),
        ("device = 1", {}, "device"),
        ("models_dir = 7", {}, "models_dir"),
        ('cash_dir = "x"', {}, "did you mean 'cache_dir'"),
        ("jobs = ", {}, "settings.toml"),
    ],
)
def test_nonsense_is_refused_and_named(config: Path, text: str, environ: dict[str, str], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        load(config, text, **environ)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="not there"):
        load_settings({"ASSETGEN_CONFIG": str(tmp_path / "none.toml")})


def test_settings_check_themselves(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="absolute"):
        Settings(cache_dir=Path("here"), models_dir=tmp_path)
