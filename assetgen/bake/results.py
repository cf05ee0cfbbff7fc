"""What a bake came to: one result an asset, and the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from assetgen.bake.budget import Excess
from assetgen.errors import AssetGenError
from assetgen.project.project_file import Project


class Status(Enum):
    """How an asset fared; the values are part of the documented JSON."""

    BAKED = "baked"
    """Generated or exported now."""
    CACHED = "cached"
    """Nothing was computed: it was in place, or came from the cache."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Somebody stopped the bake before it was done."""
    STALE = "stale"
    """With --check or --plan: a bake would do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetResult:
    """How one asset, or one prompt file that could not be read, fared.

    Args:
        name: the asset's id; of an unreadable file its path.
        prompt_file: where it was asked for.
        status: how it fared.
        seconds: wall time spent on it.
        manifests: path of the manifest by target.
        reason: what was to be done and why, in a few words; empty when it was in place already.
        errors: what went wrong.
        warnings: what the artist should know.
        make_key: key of the made value, for looking up previews; empty for an unreadable file.
        trace: Python traceback of a fault of assetgen itself.
        project: what the prompt file belongs to, when that is known.
        prompt: the words it was asked for with; empty when there are none or the file is unreadable.
        over_budget: every limit of its budget that it does not keep; its files are in place all the same.
    """

    name: str
    prompt_file: Path
    status: Status
    seconds: float = 0.0
    manifests: Mapping[str, str]
    reason: str = ""
    errors: tuple[AssetGenError, ...] = ()
    warnings: tuple[str, ...] = ()
    make_key: str = ""
    trace: str = ""
    project: Project | None = None
    prompt: str = ""
    over_budget: tuple[Excess, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the documented JSON of one asset."""
        return {
            "name": self.name,
            "status": self.status.value,
            "seconds": round(self.seconds, 3),
            "manifest": next(iter(self.manifests.values()), None),
            "manifests": dict(self.manifests),
            "prompt_file": str(self.prompt_file),
            "reason": self.reason,
            "errors": [error_json(error) for error in self.errors],
            "warnings": list(self.warnings),
            "over_budget": [excess.to_json() for excess in self.over_budget],
        }


def error_json(error: AssetGenError) -> dict[str, object]:
    """Return the documented JSON of an error; what is unknown is None."""
    place = error.place
    return {
        "type": type(error).__name__,
        "message": error.message,
        "file": place.path if place else None,
        "line": place.line if place and place.line else None,
        "column": place.column if place and place.column else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeResult:
    """A whole bake.

    Args:
        assets: one result each, in the order of the plan; unreadable files last.
        seconds: wall time.
        bad_files: how many prompt files could not be read.
        report: where report.html was written, if it was.
        over_totals: every limit for all assets together that they do not keep.
    """

    assets: tuple[AssetResult, ...]
    seconds: float
    bad_files: int = 0
    report: Path | None = None
    over_totals: tuple[Excess, ...] = ()

    def count(self, status: Status) -> int:
        """Return how many assets fared so."""
        return sum(asset.status is status for asset in self.assets)

    @property
    def over_budget(self) -> int:
        """How many assets do not keep their budget, and how many limits for all of them are not kept."""
        return sum(bool(asset.over_budget) for asset in self.assets) + len(self.over_totals)

    @property
    def exit_code(self) -> int:
        """Return how a process that baked ends.

        0 all well, 1 an asset failed, is stale or over its budget, 2 a prompt file cannot be read, 130 stopped.
        """
        if self.count(Status.CANCELLED):
            return 130
        if self.bad_files:
            return 2
        return 1 if self.count(Status.FAILED) or self.count(Status.STALE) or self.over_budget else 0

    def to_json(self) -> dict[str, object]:
        """Return the documented JSON that `bake --json` ends with."""
        return {
            **{status.value: self.count(status) for status in Status},
            "over_budget": self.over_budget,
            "over_totals": [excess.to_json() for excess in self.over_totals],
            "seconds": round(self.seconds, 3),
            "report": str(self.report) if self.report else None,
            "exit_code": self.exit_code,
            "assets": [asset.to_json() for asset in self.assets],
        }
