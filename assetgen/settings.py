"""What differs from machine to machine: where the cache lies, which device, how many jobs, how durable.

Three sources, the first that speaks wins: `ASSETGEN_*` in the environment, the user's `settings.toml`, the
default. Nothing here changes what an asset looks like, so nothing here is part of a cache key.

    ASSETGEN_CACHE_DIR    cache_dir     the user's cache folder
    ASSETGEN_MODELS_DIR   models_dir    `models` in the user's data folder
    ASSETGEN_DEVICE       device        auto, cpu, mps, cuda or cuda:<n>
    ASSETGEN_JOBS         jobs          auto, or how many worker processes
    ASSETGEN_DURABILITY   durability    full or fast
    ASSETGEN_CONFIG       -             another settings.toml
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from assetgen.errors import Place, SpecError

MAX_JOBS: Final = 256

_DEVICE: Final = re.compile(r"auto|cpu|mps|cuda(:\d{1,2})?")
_FIELDS: Final = ("cache_dir", "models_dir", "device", "jobs", "durability")


class Durability(Enum):
    """How much of a finished write survives a power cut; a killed process loses nothing in either."""

    FULL = "full"
    """Files and their folders are flushed to the disk before they count as written."""

    FAST = "fast"
    """The operating system flushes when it likes: three times faster, for tests and throw-away caches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The machine's settings, checked.

    Args:
        cache_dir: absolute folder of the store.
        models_dir: absolute folder in which model weights are looked for.
        device: `auto`, `cpu`, `mps`, `cuda` or `cuda:<n>`.
        jobs: how many worker processes may run at once, 1 to 256.
        durability: what must survive a power cut.

    Raises:
        SpecError: a relative folder, an unknown device, or a number of jobs out of range.
    """

    cache_dir: Path
    models_dir: Path
    device: str = "auto"
    jobs: int = 1
    durability: Durability = Durability.FULL

    def __post_init__(self) -> None:
        for name, path in (("cache_dir", self.cache_dir), ("models_dir", self.models_dir)):
            if not path.is_absolute():
                raise SpecError(f"{name} = {str(path)!r} is not an absolute path; write it from the root on.")
        if not _DEVICE.fullmatch(self.device):
            raise SpecError(f'device = {self.device!r} is unknown; write "auto", "cpu", "mps" or "cuda:0".')
        if not 1 <= self.jobs <= MAX_JOBS:
            raise SpecError(f"jobs = {self.jobs} is out of range; write a number from 1 to {MAX_JOBS}.")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of this machine and user.

    Args:
        environ: the environment, usually `os.environ`. An empty variable counts as absent.

    Raises:
        SpecError: a value is nonsense; the message names the variable or the file.
    """
    from platformdirs import user_cache_path, user_config_path, user_data_path

    config = environ.get("ASSETGEN_CONFIG")
    path = Path(config) if config else user_config_path("assetgen", appauthor=False) / "settings.toml"
    values = _read_toml(path, is_required=bool(config))
    values |= _read_environment(environ)
    return Settings(
        cache_dir=_folder(values.get("cache_dir"), user_cache_path("assetgen", appauthor=False)),
        models_dir=_folder(values.get("models_dir"), user_data_path("assetgen", appauthor=False) / "models"),
        device=_device(values.get("device")),
        jobs=_jobs(values.get("jobs")),
        durability=_durability(values.get("durability")),
    )


@dataclass(frozen=True, slots=True)
class _Value:
    """A raw value and the words that say where it was written."""

    raw: object
    source: str
    folder: Path
    place: Place | None = None

    def refuse(self, reason: str) -> SpecError:
        return SpecError(f"{self.source} = {self.raw!r} {reason}", place=self.place)


def _read_environment(environ: Mapping[str, str]) -> dict[str, _Value]:
    names = {field: f"ASSETGEN_{field.upper()}" for field in _FIELDS}
    here = Path.cwd()
    return {
        field: _Value(environ[name], name, here) for field, name in names.items() if environ.get(name, "")
    }


def _read_toml(path: Path, *, is_required: bool) -> dict[str, _Value]:
    place = Place(str(path))
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        if is_required:
            raise SpecError("ASSETGEN_CONFIG names a file that is not there.", place=place) from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError(f"the settings cannot be read: {error}.", place=place) from error
    for name in document:
        if name not in _FIELDS:
            nearest = difflib.get_close_matches(name, _FIELDS, n=1, cutoff=0.0)[0]
            raise SpecError(f"{name!r} is not a setting; did you mean {nearest!r}?", place=place)
    return {name: _Value(raw, name, path.parent, place) for name, raw in document.items()}


def _folder(value: _Value | None, default: Path) -> Path:
    if value is None:
        return default
    if not isinstance(value.raw, str) or not value.raw or "\0" in value.raw:
        raise value.refuse("is not a folder; write a path in quotes.")
    try:
        path = Path(value.raw).expanduser()
    except RuntimeError as error:
        raise value.refuse("names a home folder that cannot be found.") from error
    return Path(os.path.normpath(value.folder.absolute() / path))


def _device(value: _Value | None) -> str:
    if value is None:
        return "auto"
    if not isinstance(value.raw, str) or not _DEVICE.fullmatch(value.raw.strip().lower()):
        raise value.refuse('is not a device; write "auto", "cpu", "mps", "cuda" or "cuda:0".')
    return value.raw.strip().lower()


def _jobs(value: _Value | None) -> int:
    if value is None or value.raw == "auto":
        return min(os.cpu_count() or 1, MAX_JOBS)
    jobs = value.raw
    if isinstance(jobs, str) and jobs.strip().isascii() and jobs.strip().isdigit():
        jobs = int(jobs.strip()[:9])
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= MAX_JOBS:
        raise value.refuse(f'is not a number of jobs; write "auto" or 1 to {MAX_JOBS}.')
    return jobs


def _durability(value: _Value | None) -> Durability:
    if value is None:
        return Durability.FULL
    try:
        return Durability(value.raw.strip().lower() if isinstance(value.raw, str) else value.raw)
    except ValueError:
        raise value.refuse('is not a durability; write "full" or "fast".') from None
