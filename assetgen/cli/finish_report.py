"""What `assetgen finish` tells of each asset: in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assetgen.bake.results import AssetResult
    from assetgen.project.art import Art
    from assetgen.store.manifest import ManifestFile


def row_of(art: Art, asset: AssetResult, out: Path) -> dict[str, Any]:
    """Return what is to be told about one surface or sound, as JSON."""
    from assetgen.store.manifest import figure_names, verify_set

    manifests = {target: verify_set(Path(path)) for target, path in asset.manifests.items()}
    first = next(iter(manifests.values()), None)
    sets = [
        {
            "target": target,
            "folder": str(Path(asset.manifests[target]).parent),
            "files": [
                _file(file, name, manifest.quality) for name, file in figure_names(manifest.files).items()
            ],
        }
        for target, manifest in manifests.items()
    ]
    return {
        **asset.to_json(),
        "sources": {role: str(art.folder / file) for role, file in art.sources.items()},
        "taken": art.taken,
        "notes": list(art.notes),
        "finish": first.provenance.get("finish") if first is not None else None,
        "warnings": list(first.warnings) if first is not None else list(asset.warnings),
        "out": str(out),
        "sets": sets,
    }


def _file(file: ManifestFile, name: str, quality: Mapping[str, float]) -> dict[str, Any]:
    """Return a file with the figures that begin with its name."""
    figures = ("psnr_db", "lufs", "true_peak_db", "loop_kink", "loop_surprise", "loop_step_db")
    return {
        "role": file.role,
        "path": file.path,
        "format": file.format,
        "width": file.width,
        "height": file.height,
        "mips": file.mips,
        "size_bytes": file.size_bytes,
        **{figure: quality.get(f"{name}_{figure}") for figure in figures},
    }


def print_row(row: dict[str, Any]) -> None:
    """Print a row in words."""
    print(f"{row['name']}: {row['taken']}")
    for note in row["notes"]:
        print(f"  {note}")
    if row["status"] == "stale":
        print(f"  {row['reason']}, into {row['out']}")
    for sentence in (row["finish"] or {}).get("said", ()):
        print(f"  {sentence}")
    if row["status"] == "cached":
        print("  nothing to do: made before")
    for one in row["sets"]:
        print(f"  {one['target']}: {one['folder']}")
        for file in one["files"]:
            before = (row["finish"] or {}).get("source_lufs")
            print(f"    {file['path']:<34} {file['format']:<18} {_measured(file, before)}")


def _measured(file: dict[str, Any], before_lufs: float | None) -> str:
    """Return the figures of a file that are worth a glance."""
    size = f"{file['size_bytes'] / 1024:>9.0f} KiB"
    if not file["width"]:
        told = []
        if file["lufs"] is not None:
            before = "" if before_lufs is None else f"{before_lufs:.1f} -> "
            told = [f"{before}{file['lufs']:.1f} LUFS", f"peak {file['true_peak_db']:.1f} dB"]
        if file["loop_kink"] is not None:
            told.append(
                f"seam: kink {file['loop_kink']:.2f} of 1, surprise {file['loop_surprise']:.1f} of 3, "
                f"step {file['loop_step_db']:.1f} dB"
            )
        return size + "".join(f"  {one}" for one in told)
    psnr = f"  {file['psnr_db']:.1f} dB" if file["psnr_db"] is not None else ""
    mips = f"{file['mips']} levels" if file["mips"] > 1 else ""
    return f"{file['width']}x{file['height']:<6} {mips:<10}{size}{psnr}"
