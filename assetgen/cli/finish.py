"""`assetgen finish`: pictures and sounds that somebody made to engine-ready assets, without a prompt file."""

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
        "--eq", metavar="LOW,MID,HIGH", help="dB below 150 Hz, about 1 kHz and above 5 kHz, such as 2,0,-3"
    )
    sound.add_argument(
        "--formats", metavar="F,F,...", help="ogg (default), wav, wav24, wav32f, flac, mp3 or opus"
    )
    sound.add_argument("--channels", help="stereo (default) or mono")
    sound.add_argument("--sample-rate", type=int, metavar="HZ", help="such as 48000 (default: as it is)")
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
    from assetgen.cli.finish_options import as_option, of_pictures, of_sounds, refuse_idle
    from assetgen.cli.finish_report import print_row, row_of
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
    documents = {"material": of_pictures(options), "audio": of_sounds(options)}
    refuse_idle(options, {art.kind for art in arts})
    try:
        files = [
            describe_art(art, documents[art.kind], output=options.out, name=options.name) for art in arts
        ]
    except PromptFileError as error:
        raise SpecError(as_option(error)) from error
    settings = load_settings(os.environ)
    what = BakeOptions(
        paths=(), jobs=options.jobs, force=options.force, overwrite=options.force, dry_run=options.dry_run
    )
    watcher = QuietWatcher() if options.json or options.dry_run else TerminalWatcher(sys.stderr)
    result = bake_described(files, what, settings, watcher=watcher)
    rows = [row_of(art, asset, options.out) for art, asset in _paired(arts, files, result)]
    if options.json:
        print(json.dumps({**result.to_json(), "assets": rows}))
    else:
        for row in rows:
            print_row(row)
    return 0 if options.dry_run and result.exit_code == 1 else result.exit_code


def _expanded(names: Sequence[str]) -> list[Path]:
    """Return the paths, with globs expanded that no shell has expanded."""
    paths: list[Path] = []
    for name in names:
        is_glob = not Path(name).exists() and any(sign in name for sign in "*?[")
        paths += [Path(found) for found in sorted(glob.glob(name))] if is_glob else [Path(name)]  # noqa: PTH207
    return paths or [Path(name) for name in names]


def _paired(arts: Sequence[Art], files: Sequence[Any], result: BakeResult) -> list[tuple[Art, AssetResult]]:
    by_key = {(file.project.root, file.specs[0].asset): art for art, file in zip(arts, files, strict=True)}
    pairs = []
    for asset in result.assets:
        root = asset.project.root if asset.project else asset.prompt_file.parent
        art = by_key.get((root, asset.name))
        if art is not None:
            pairs.append((art, asset))
    return pairs
