"""`assetgen finish`: pictures that somebody made to engine-ready materials, without a prompt file or a project."""

from __future__ import annotations

import argparse
import glob
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.bake.results import AssetResult, BakeResult
    from assetgen.project.art import Art

_MORE = """\
examples:
  assetgen finish brick.png                          every map, for Unity, into finished/unity/brick
  assetgen finish wall_albedo.png wall_n.png         one surface: what is there is kept, the rest estimated
  assetgen finish scans/castle_brick_07_1k           a folder of maps, told apart by the ends of their names
  assetgen finish *.jpg --target godot --target web  several pictures, several engines
  assetgen finish photo.jpg --size 2048 --sizes 2048,1024,512 --light top --quality high
  assetgen finish old_n.png old.png --normal-y directx --repair never
  assetgen finish *.jpg --dry-run                    what would be taken for what, and where it would go

A picture whose edges do not meet is mended: a strip of itself is cut in over the seam, and nothing is blurred. Each
edge becomes the nearest power of two. Height, normals, roughness and occlusion that are missing are estimated. What
was found and done is printed; nothing is done twice (the cache goes by content), and no picture of yours is changed.

names:  _albedo _color _diff  _normal _n _nor_gl _NormalDX  _height _disp  _roughness _rough  _gloss _smoothness
        _metallic  _ao  _emissive  _orm _arm  _rma  _MaskMap _MetallicSmoothness; sizes such as _2k are passed over

to turn what is estimated:  --invert for light joints between dark bricks, --light top for a photograph in the sun,
        --detail 0.2 for less grain, --relief 0.05 for deeper relief; in a prompt file: finish = { ... }

exit codes:
  0  all well                 2  an option, a name or a picture's path is wrong
  1  a picture failed         130  stopped with Ctrl-C
"""
_DEFAULT_OUT = "finished"


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "finish",
        summary="make engine-ready materials of pictures, without a prompt file",
        more=_MORE,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="pictures, globs, or folders of maps")
    parser.add_argument(
        "--target",
        action="append",
        metavar="T",
        help="unity (default), unreal, blender, godot or web; may be repeated",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(_DEFAULT_OUT), metavar="DIR", help="(default: finished)"
    )
    parser.add_argument("--name", help="of the material, where there is one")
    parser.add_argument("--size", metavar="N[xM]", help="texels (default: the nearest powers of two)")
    parser.add_argument(
        "--sizes", metavar="N,N,...", help="longer edge of each set to write, such as 4096,2048,1024"
    )
    parser.add_argument("--tile", help="edges that shall meet: xy (default), x, y or none")
    parser.add_argument("--repair", help="mend seams: auto (default), always or never")
    parser.add_argument("--normal-y", metavar="Y", help="green of a given normal map: opengl or directx")
    parser.add_argument("--no-estimate", action="store_true", help="export what is there alone")
    parser.add_argument(
        "--light", metavar="SIDE", help="a photograph was lit from top, bottom, left or right"
    )
    parser.add_argument("--invert", action="store_true", help="dark is high instead of deep")
    parser.add_argument(
        "--detail", type=float, metavar="D", help="relief in fine grain, 0 to 1 (default 0.5)"
    )
    parser.add_argument(
        "--relief", type=float, metavar="M", help="metres from lowest to highest (default: estimated)"
    )
    parser.add_argument("--delight", type=float, metavar="D", help="take slow light out of the color, 0 to 1")
    parser.add_argument("--meters", type=float, metavar="M", help="edge length of the tile (default 2)")
    parser.add_argument("--roughness", metavar="LOW,HIGH", help="limits of an estimated roughness")
    parser.add_argument(
        "--metallic", type=float, metavar="D", help="0 (default) to 1, where no picture says it"
    )
    parser.add_argument("--quality", help="effort of block compression: fast, balanced, high or max")
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
    parser.add_argument(
        "--force", action="store_true", help="make again; foreign files in the way move to .bak"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; touch nothing")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Finish them; return the exit code."""
    from assetgen.bake.run import BakeOptions, QuietWatcher, bake_described
    from assetgen.cli.progress import TerminalWatcher
    from assetgen.errors import PromptFileError, SpecError
    from assetgen.project.art import describe_art, gather_art
    from assetgen.settings import MAX_JOBS, load_settings

    if options.jobs is not None and not 1 <= options.jobs <= MAX_JOBS:
        raise SpecError(f"--jobs {options.jobs} is no number of workers; write 1 to {MAX_JOBS}.")
    arts = gather_art(_expanded(options.files))
    if not arts:
        raise SpecError("none of these pictures is a map of a material; name a color picture among them.")
    if options.name and len(arts) > 1:
        raise SpecError(
            f"--name is for one surface, and these are {len(arts)}: {', '.join(a.name for a in arts)}."
        )
    document = _document(options)
    try:
        files = [describe_art(art, document, output=options.out, name=options.name) for art in arts]
    except PromptFileError as error:
        raise SpecError(f"{_as_option(error)}") from error
    settings = load_settings(os.environ)
    what = BakeOptions(
        paths=(), jobs=options.jobs, force=options.force, overwrite=options.force, dry_run=options.dry_run
    )
    watcher = QuietWatcher() if options.json or options.dry_run else TerminalWatcher(sys.stderr)
    result = bake_described(files, what, settings, watcher=watcher)
    rows = [_row(art, asset, options.out) for art, asset in _paired(arts, files, result)]
    if options.json:
        print(json.dumps({**result.to_json(), "assets": rows}))
    else:
        for row in rows:
            _print(row)
    return 0 if options.dry_run and result.exit_code == 1 else result.exit_code


def _expanded(names: Sequence[str]) -> list[Path]:
    """Return the paths, with globs expanded that no shell has expanded."""
    paths: list[Path] = []
    for name in names:
        is_glob = not Path(name).exists() and any(sign in name for sign in "*?[")
        paths += [Path(found) for found in sorted(glob.glob(name))] if is_glob else [Path(name)]  # noqa: PTH207
    return paths or [Path(name) for name in names]


def _document(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options as the keys of a prompt file; what is not given is absent."""
    finish = {
        "repair": options.repair,
        "normal_y": options.normal_y,
        "estimate": False if options.no_estimate else None,
        "relief": options.relief,
        "detail": options.detail,
        "invert": True if options.invert else None,
        "light": options.light,
        "delight": options.delight,
    }
    roughness = _numbers("--roughness", options.roughness, float, "0.4,0.9")
    document = {
        "targets": list(dict.fromkeys(options.target)) if options.target else None,
        "size": _size(options.size),
        "tile": options.tile,
        "finish": _given(finish),
        "surface": _given({"meters": options.meters, "roughness": roughness, "metallic": options.metallic}),
        "export": _given(
            {"sizes": _numbers("--sizes", options.sizes, int, "2048,1024"), "quality": options.quality}
        ),
    }
    return {name: value for name, value in document.items() if value not in (None, {})}


def _given(keys: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if value is not None}


def _size(text: str | None) -> list[int] | None:
    if text is None:
        return None
    found = _numbers("--size", text.lower().replace("x", ","), int, "1024 or 1024x512")
    return found * 2 if found is not None and len(found) == 1 else found


def _numbers(option: str, text: str | None, kind: type[int | float], example: str) -> list[Any] | None:
    from assetgen.errors import SpecError

    if text is None:
        return None
    try:
        found = [kind(part) for part in text.split(",")]
    except ValueError:
        raise SpecError(f"{option} {text} is not understood; write {example}.") from None
    return found * 2 if option == "--roughness" and len(found) == 1 else found


def _as_option(error: Exception) -> str:
    """Return the words of an error about a key as words about the option that set it."""
    text = getattr(error, "message", str(error))
    for key in ("finish", "surface", "export"):
        text = text.replace(f"{key}.", "--", 1) if text.startswith(f"{key}.") else text
    return text.replace("--normal_y", "--normal-y")


def _paired(arts: Sequence[Art], files: Sequence[Any], result: BakeResult) -> list[tuple[Art, AssetResult]]:
    by_key = {(file.project.root, file.specs[0].asset): art for art, file in zip(arts, files, strict=True)}
    pairs = []
    for asset in result.assets:
        root = asset.project.root if asset.project else asset.prompt_file.parent
        art = by_key.get((root, asset.name))
        if art is not None:
            pairs.append((art, asset))
    return pairs


def _row(art: Art, asset: AssetResult, out: Path) -> dict[str, Any]:
    """Return what is to be told about one surface, as JSON."""
    from assetgen.store.manifest import verify_set

    manifests = {target: verify_set(Path(path)) for target, path in asset.manifests.items()}
    first = next(iter(manifests.values()), None)
    sets = [
        {
            "target": target,
            "folder": str(Path(asset.manifests[target]).parent),
            "files": [
                {
                    "role": file.role,
                    "path": file.path,
                    "format": file.format,
                    "width": file.width,
                    "height": file.height,
                    "mips": file.mips,
                    "size_bytes": file.size_bytes,
                    "psnr_db": manifest.quality.get(f"{file.role}_psnr_db"),
                }
                for file in manifest.files
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


def _print(row: dict[str, Any]) -> None:
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
            psnr = f"  {file['psnr_db']:.1f} dB" if file["psnr_db"] is not None else ""
            mips = f"{file['mips']} levels" if file["mips"] > 1 else ""
            print(
                f"    {file['path']:<34} {file['format']:<18} {file['width']}x{file['height']:<6} {mips:<10}"
                f"{file['size_bytes'] / 1024:>9.0f} KiB{psnr}"
            )
