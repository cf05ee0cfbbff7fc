"""Compare the BC7 encoder with others, in one run: speed of a core, median, worst and class by class.

    python -m benchmarks.bc7                               pictures made here and our own materials, against etcpak
    python -m benchmarks.bc7 --images DIR                  real pictures as well: DIR/albedo_wool.png is class albedo
    python -m benchmarks.bc7 --peer NAME=LIBRARY:FUNCTION  an encoder in a shared library, see block_peers; repeat it
    python -m benchmarks.bc7 --threads 2                   how wall time falls with threads, on a quiet machine

Speed is counted in CPU seconds of one thread, so it holds on a busy machine; read the ratios, not the plain
numbers. PSNR is linear, over the channels a picture has. Pictures are weighed alike, and the median says more than
the mean, which a single near-lossless picture can carry.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.quality import Quality
from assetgen.media.image import AlphaMode, ColorSpace, Image
from benchmarks.block_peers import Encode, Run, etcpak_bc7, measure, named_peer
from benchmarks.block_pictures import made_pictures, own_pictures, real_pictures

Rows = dict[str, dict[str, Run]]
"""Per encoder, then per picture."""


def own_encoder(quality: Quality) -> Encode:
    """Return our encoder; the conversion from levels is no part of its work, but reading floats is."""
    images: dict[int, Image] = {}

    def encode(levels: np.ndarray) -> bytes:
        if id(levels) not in images:
            images[id(levels)] = as_image(levels)
        return encode_bc7(images[id(levels)], quality=quality)

    return encode


def as_image(levels: np.ndarray) -> Image:
    """Return levels as an image."""
    alpha = AlphaMode.STRAIGHT if levels.shape[2] == 4 else AlphaMode.NONE
    return Image(torch.from_numpy(levels.astype(np.float32) / 255), ColorSpace.SRGB, alpha)


def class_of(picture: str) -> str:
    return picture.partition("_")[0]


def print_table(rows: Rows, pictures: dict[str, np.ndarray]) -> None:
    """Print speed and PSNR of every encoder against the first."""
    base = next(iter(rows.values()))
    classes = sorted({class_of(name) for name in pictures})
    texels = sum(levels.shape[0] * levels.shape[1] for levels in pictures.values())
    print(
        f"\n{'gain over ' + next(iter(rows)):20}{'speed':>8}{'Mpix/s':>8}{'mean dB':>9}{'median':>8}{'worst':>8} |",
        end="",
    )
    print("".join(f"{name[:9]:>10}" for name in classes))
    for encoder, runs in rows.items():
        seconds = total_seconds(runs)
        gains = gains_over(runs, base)
        mean = np.mean([run.psnr_db for run in runs.values()])
        print(
            f"{encoder:20}{total_seconds(base) / seconds:7.2f}x{texels / seconds / 1e6:8.2f}{mean:9.2f}"
            f"{np.median(list(gains.values())):+8.2f}{min(gains.values()):+8.2f} |",
            end="",
        )
        by_class = [np.mean([g for name, g in gains.items() if class_of(name) == c]) for c in classes]
        print("".join(f"{gain:+10.2f}" for gain in by_class))


def print_pairs(rows: Rows, peers: list[str]) -> None:
    """Print each of our qualities against each peer, and the median of the gains picture by picture."""
    print(f"\n{'quality':12}{'against':20}{'speed':>8}{'median':>9}{'worst':>8}{'medians apart':>15}")
    base = next(iter(rows.values()))
    for quality in Quality:
        own = rows[quality.value]
        for peer in peers:
            gains = list(gains_over(own, rows[peer]).values())
            apart = np.median(list(gains_over(own, base).values())) - np.median(
                list(gains_over(rows[peer], base).values())
            )
            speed = total_seconds(rows[peer]) / total_seconds(own)
            print(
                f"{quality.value:12}{peer:20}{speed:7.2f}x{np.median(gains):+9.2f}{min(gains):+8.2f}{apart:+15.2f}"
            )


def print_pictures(rows: Rows, pictures: dict[str, np.ndarray]) -> None:
    """Print the PSNR of every picture: the first encoder's, then gains over it."""
    first, *others = rows
    print(f"\n{'dB':24}{first[:12]:>13}" + "".join(f"{name[:12]:>13}" for name in others))
    for name in pictures:
        base = rows[first][name].psnr_db
        print(
            f"{name[:24]:24}{base:13.2f}" + "".join(f"{rows[e][name].psnr_db - base:+13.2f}" for e in others)
        )


def total_seconds(runs: dict[str, Run]) -> float:
    return sum(run.seconds for run in runs.values())


def gains_over(runs: dict[str, Run], base: dict[str, Run]) -> dict[str, float]:
    return {name: run.psnr_db - base[name].psnr_db for name, run in runs.items()}


def print_threads(pictures: dict[str, np.ndarray], threads: int) -> None:
    """Print how wall time falls with threads; needs a machine with nothing else to do."""
    square = [p[:, :, :3] for p in pictures.values() if p.shape[:2] == (384, 384)]
    image = as_image(np.concatenate(square))
    for quality in Quality:
        walls, made = {}, {}
        for count in (1, threads):
            walls[count] = 1e9
            for _ in range(1 if quality is Quality.MAX else 3):
                start = time.perf_counter()
                made[count] = encode_bc7(image, quality=quality, threads=count)
                walls[count] = min(walls[count], time.perf_counter() - start)
        same = "same bytes" if made[1] == made[threads] else "OTHER BYTES"
        print(f"{quality.value:12}{threads} threads: {walls[1] / walls[threads]:.2f}x of one, {same}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, help="folder of pictures to add")
    parser.add_argument("--only-images", action="store_true", help="leave out the pictures made here")
    parser.add_argument(
        "--peer", action="append", default=[], help="NAME=LIBRARY:FUNCTION; the first is the base"
    )
    parser.add_argument("--threads", type=int, default=1, help="also time this many threads")
    parser.add_argument("--each", action="store_true", help="print every picture")
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.process_time()
    encode_bc7(Image(torch.rand(16, 16, 4), ColorSpace.SRGB))
    seconds = time.process_time() - start
    print(f"first use: {seconds:.1f} CPU s (compiled, or loaded from the cache)")
    pictures = {} if options.only_images else made_pictures() | own_pictures()
    if options.images:
        pictures |= real_pictures(options.images)
    peers = dict(named_peer(text, block_bytes=16) for text in options.peer)
    known = etcpak_bc7()
    if known is not None:
        peers[known[0]] = known[1]
    if not peers:
        raise SystemExit("there is nobody to compare with: pip install etcpak, or name a --peer.")
    encoders = peers | {quality.value: own_encoder(quality) for quality in Quality}
    rows = {
        name: {picture: measure(encode, levels, BlockFormat.BC7) for picture, levels in pictures.items()}
        for name, encode in encoders.items()
    }
    print_table(rows, pictures)
    print_pairs(rows, list(peers))
    if options.each:
        print_pictures(rows, pictures)
    if options.threads > 1:
        print_threads(pictures, options.threads)


if __name__ == "__main__":
    main()
