"""`assetgen finish`: pictures and sounds that somebody made to engine-ready assets, without a prompt file."""

from __future__ import annotations

import argparse
import glob
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetgen.cli.parsers import Commands, add_command, add_json

if TYPE_CHECKING:
    from assetgen.bake.results import AssetResult, BakeResult
    from assetgen.project.art import Art
    from assetgen.store.manifest import ManifestFile

_MORE = """\
examples:
  assetgen finish brick.png                          every map, for Unity, into finished/unity/brick
  assetgen finish wall_albedo.png wall_n.png         one surface: what is there is kept, the rest estimated
  assetgen finish scans/castle_brick_07_1k           a folder of maps, told apart by the ends of their names
  assetgen finish *.jpg --target godot --target web  several pictures, several engines
  assetgen finish photo.jpg --size 2048 --sizes 2048,1024,512 --light top --quality high
  assetgen finish old_n.png old.png --normal-y directx --repair never
  assetgen finish *.jpg --dry-run                    what would be taken for what, and where it would go
  assetgen finish rain.wav                           a loop without a seam, at -23 LUFS, as OGG
  assetgen finish sounds --formats ogg,wav --mode sfx
  assetgen finish theme.flac --mode music --lufs -16 --crossfade 250 --quality 0.7

A picture whose edges do not meet is mended: a strip of itself is cut in over the seam, and nothing is blurred. Each
edge becomes the nearest power of two. Height, normals, roughness and occlusion that are missing are estimated. What
was found and done is printed; nothing is done twice (the cache goes by content), and no picture of yours is changed.

names:  _albedo _color _diff  _normal _n _nor_gl _NormalDX  _height _disp  _roughness _rough  _gloss _smoothness
        _metallic  _ao  _emissive  _orm _arm  _rma  _MaskMap _MetallicSmoothness; sizes such as _2k are passed over

A sound of three seconds or more, or one that names a loop (smpl chunk, LOOPSTART), is an ambience and goes round: the
place near its end that is most like its beginning is found, the two fade into each other, and the written file is
decoded again and measured. A shorter one is an effect. --mode says otherwise. Each is mastered: -23 LUFS for
ambiences, -16 for music, a peak of -3 dB for effects; never above the ceiling when decoded.

to turn what is estimated:  --invert for light joints between dark bricks, --light top for a photograph in the sun,
        --detail 0.2 for less grain, --relief 0.05 for deeper relief; in a prompt file: finish = { ... }

exit codes:
  0  all well                 2  an option, a name or a path is wrong
  1  a file failed            130  stopped with Ctrl-C
"""
_DEFAULT_OUT = "finished"
_FOR_PICTURES = (
    "size",
    "sizes",
    "tile",
    "repair",
    "normal_y",
    "no_estimate",
    "light",
    "invert",
    "detail",
    "relief",
    "delight",
    "meters",
    "roughness",
    "metallic",
)
_SPELLED = {
    "--normal_y": "--normal-y",
    "--true_peak": "--true-peak",
    "--crossfade_ms": "--crossfade",
    "--profile": "--master",
}
"""Options that are called otherwise than the key they set."""
_FOR_SOUNDS = ("mode", "no_loop", "crossfade", "lufs", "true_peak", "master", "formats", "channels")


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "finish",
        summary="make engine-ready materials of pictures and loops of sounds, without a prompt file",
        more=_MORE,
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="pictures, sounds, globs, or folders of them"
    )
    parser.add_argument(
        "--target",
        action="append",
        metavar="T",
        help="unity (default), unreal, blender, godot or web; may be repeated",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(_DEFAULT_OUT), metavar="DIR", help="(default: finished)"
    )
    parser.add_argument("--name", help="of the asset, where there is one")
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
    parser.add_argument(
        "--quality",
        action="append",
        metavar="Q",
        help="of textures fast, balanced, high or max; of lossy sounds 0 to 1; may be given for each",
    )
    sound = parser.add_argument_group("sounds")
    sound.add_argument("--mode", help="what they are: ambience, music or sfx (default: by length and loop)")
    sound.add_argument("--no-loop", action="store_true", help="play once, whatever they are")
    sound.add_argument(
        "--crossfade", type=float, metavar="MS", help="how long an end fades into its beginning (default 400)"
    )
    sound.add_argument("--lufs", type=float, metavar="L", help="integrated loudness, such as -18")
    sound.add_argument("--true-peak", type=float, metavar="DB", help="highest true peak, such as -1")
    sound.add_argument(
        "--master",
        metavar="PROFILE",
        help="game_ambience, game_music, streaming or sfx (default: by mode); off leaves levels alone",
    )
    sound.add_argument(
        "--formats", metavar="F,F,...", help="ogg (default), wav, wav24, wav32f, flac, mp3 or opus"
    )
    sound.add_argument("--channels", help="stereo (default) or mono")
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
            f"--name is for one asset, and these are {len(arts)}: {', '.join(a.name for a in arts)}."
        )
    documents = {"material": _of_pictures(options), "audio": _of_sounds(options)}
    _refuse_idle(options, {art.kind for art in arts})
    try:
        files = [
            describe_art(art, documents[art.kind], output=options.out, name=options.name) for art in arts
        ]
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


def _of_pictures(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options for pictures as the keys of a prompt file; what is not given is absent."""
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
    sizes = _numbers("--sizes", options.sizes, int, "2048,1024")
    return _given(
        {
            "targets": _targets(options),
            "size": _size(options.size),
            "tile": options.tile,
            "finish": _given(finish),
            "surface": _given(
                {"meters": options.meters, "roughness": roughness, "metallic": options.metallic}
            ),
            "export": _given({"sizes": sizes, "quality": _qualities(options)[0]}),
        }
    )


def _of_sounds(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options for sounds as the keys of a prompt file; what is not given is absent.

    Raises:
        SpecError: two of them contradict each other.
    """
    from assetgen.errors import SpecError

    once = "--no-loop" if options.no_loop else "--mode sfx" if options.mode == "sfx" else ""
    if once and options.crossfade is not None:
        raise SpecError(
            f"--crossfade is for sounds that go round, and {once} plays once; leave one of them out."
        )
    if options.master == "off" and (options.lufs is not None or options.true_peak is not None):
        raise SpecError("--master off leaves levels alone; leave it out, or --lufs and --true-peak.")
    master: Any = _given({"lufs": options.lufs, "true_peak": options.true_peak, "profile": options.master})
    loop: Any = _given({"crossfade_ms": options.crossfade})
    formats = options.formats.replace(" ", "").split(",") if options.formats else None
    return _given(
        {
            "targets": _targets(options),
            "mode": options.mode,
            "channels": options.channels,
            "loop": False if options.no_loop else loop,
            "master": False if options.master == "off" else master,
            "export": _given({"formats": formats, "quality": _qualities(options)[1]}),
        }
    )


def _refuse_idle(options: argparse.Namespace, kinds: set[str]) -> None:
    """Refuse options that would do nothing, as there is no file that they are for.

    Raises:
        SpecError: such an option was given.
    """
    from assetgen.errors import SpecError

    quality = dict(zip(("pictures", "sounds"), _qualities(options), strict=True))
    for kind, what, names in (("material", "pictures", _FOR_PICTURES), ("audio", "sounds", _FOR_SOUNDS)):
        if kind in kinds:
            continue
        values = {name: getattr(options, name) for name in names}
        given = [f"--{name.replace('_', '-')}" for name, value in values.items() if not _is_absent(value)]
        given += [] if quality[what] is None else [f"--quality {quality[what]}"]
        if given:
            raise SpecError(f"{given[0]} is for {what}, and there are none among these files; leave it out.")


def _is_absent(value: object) -> bool:
    """Return whether an option was not given; a number may be 0, and a switch is off."""
    return value is None or value is False


def _targets(options: argparse.Namespace) -> list[str] | None:
    return list(dict.fromkeys(options.target)) if options.target else None


def _qualities(options: argparse.Namespace) -> tuple[str | None, float | None]:
    """Return the last word, which is for pictures, and the last number, which is for sounds."""
    word: str | None = None
    number: float | None = None
    for text in options.quality or ():
        try:
            number = float(text)
        except ValueError:
            word = text
    return word, number


def _given(keys: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if value is not None and value != {}}


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
    for key in ("finish", "surface", "export", "master", "loop"):
        text = text.replace(f"{key}.", "--", 1) if text.startswith(f"{key}.") else text
    for key, option in _SPELLED.items():
        text = text.replace(key, option)
    return text


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
                f"step {file['loop_step_db']:.1f} of 3 dB"
            )
        return size + "".join(f"  {one}" for one in told)
    psnr = f"  {file['psnr_db']:.1f} dB" if file["psnr_db"] is not None else ""
    mips = f"{file['mips']} levels" if file["mips"] > 1 else ""
    return f"{file['width']}x{file['height']:<6} {mips:<10}{size}{psnr}"
