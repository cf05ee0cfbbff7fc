"""Compare the BC1, BC3, BC5 and BC6H encoders with others, in one run, per picture and in all.

    python -m benchmarks.bcn --images DIR        pictures; DIR/normal_wool.png counts as a normal map and is BC5
    python -m benchmarks.bcn --hdr DIR           .npy files of linear light, (H, W, 3), for BC6H
    python -m benchmarks.bcn --hdr DIR --peer NAME=LIBRARY:FUNCTION
                                                 a BC6H encoder in a shared library; repeat it for more

A peer for BC6H is a C function that encodes blocks of 16 texels, 48 half floats each, into 16 bytes each:

    void FUNCTION(const uint16_t *halves, size_t count, uint8_t *blocks);

Speed is in CPU seconds of one thread, so it holds on a busy machine; read the ratios, not the plain numbers.
PSNR is over the channels that a format holds, as texture2ddecoder reads them. For BC6H it is taken over the bits of
half floats (peak: the largest of them), and over nine exposures of the picture as a screen would show it (mPSNR).
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.quality import Quality
from assetgen.media.image import AlphaMode, ColorSpace, Image

_SIZE = 512
_LEAST_SECONDS = 0.2

Encode = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Run:
    """One encoder on one picture: Mpix a CPU second, and how near it came in one or two measures, in dB."""

    speed: float
    near_db: tuple[float, ...]


def crop(opened: PIL.Image.Image) -> np.ndarray:
    """Return the middle of a picture as (H, W, 4) uint8."""
    side = min(_SIZE, *opened.size) // 4 * 4
    left, top = (opened.width - side) // 2, (opened.height - side) // 2
    return np.asarray(opened.convert("RGBA").crop((left, top, left + side, top + side)))


def pictures(folder: Path) -> dict[str, np.ndarray]:
    """Return the middle of every picture in a folder."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".tga", ".webp"):
            with PIL.Image.open(path) as opened:
                found[path.stem] = crop(opened)
    return found


def lights(folder: Path) -> dict[str, np.ndarray]:
    """Return the middle of every .npy file in a folder, as half floats."""
    found = {}
    for path in sorted(folder.glob("*.npy")):
        light = np.load(path)
        side = min(_SIZE, *light.shape[:2]) // 4 * 4
        top, left = (light.shape[0] - side) // 2, (light.shape[1] - side) // 2
        middle = light[top : top + side, left : left + side, :3]
        found[path.stem] = np.ascontiguousarray(middle.clip(0, 65504).astype(np.float16))
    return found


def measured(encode: Encode, texels: int, near: Callable[[bytes], tuple[float, ...]]) -> Run:
    """Run an encoder until enough time is gone, and take its fastest call."""
    encode()
    best, spent, data = np.inf, 0.0, b""
    while spent < _LEAST_SECONDS:
        start = time.process_time()
        data = encode()
        seconds = time.process_time() - start
        best, spent = min(best, seconds), spent + seconds
    return Run(texels / best / 1e6, near(data))


def psnr_db(seen: np.ndarray, meant: np.ndarray, peak: float) -> float:
    error = np.mean((seen.astype(np.float64) - meant) ** 2)
    return float(10 * np.log10(peak**2 / max(error, 1e-9)))


def color_peers(fmt: BlockFormat, levels: np.ndarray) -> dict[str, Encode]:
    """Return the encoders that are installed beside us, bound to a picture."""
    peers: dict[str, Encode] = {}
    raw, size = levels.tobytes(), levels.shape[0]
    if importlib.util.find_spec("etcpak"):
        import etcpak

        call = {
            BlockFormat.BC1: etcpak.compress_bc1,
            BlockFormat.BC3: etcpak.compress_bc3,
            BlockFormat.BC5: etcpak.compress_bc5,
        }[fmt]
        peers["etcpak"] = lambda: call(raw, size, size)
    if importlib.util.find_spec("quicktex"):
        from quicktex import RawTexture
        from quicktex.s3tc.bc1 import BC1Encoder
        from quicktex.s3tc.bc3 import BC3Encoder
        from quicktex.s3tc.bc5 import BC5Encoder

        texture = RawTexture.frombytes(raw, size, size)
        if fmt is BlockFormat.BC5:
            peers["quicktex"] = lambda: bytes(BC5Encoder(0, 1).encode(texture))
            return peers
        for level in (0, 5, 10) if fmt is BlockFormat.BC1 else (5,):
            encoder = BC1Encoder(level, BC1Encoder.ColorMode.FourColor)
            if fmt is BlockFormat.BC3:
                encoder = BC3Encoder(level)
            peers[f"quicktex {level}"] = lambda e=encoder: bytes(e.encode(texture))
    return peers


def color_runs(fmt: BlockFormat, levels: np.ndarray) -> dict[str, Run]:
    """Run every encoder of an 8-bit format on a picture."""
    size, channels = levels.shape[0], fmt.channels
    meant = levels[:, :, :channels]

    def near(data: bytes) -> tuple[float, ...]:
        seen = decode_blocks(data, fmt, width=size, height=size).numpy() * 255
        return (psnr_db(seen, meant, 255),)

    pixels = torch.from_numpy(np.ascontiguousarray(meant, np.float32) / 255)
    alpha = AlphaMode.STRAIGHT if channels == 4 else AlphaMode.NONE
    image = Image(pixels, ColorSpace.SRGB, alpha)
    encoders = color_peers(fmt, levels) | own_encoders(image, fmt)
    return {name: measured(encode, size * size, near) for name, encode in encoders.items()}


def own_encoders(image: Image, fmt: BlockFormat) -> dict[str, Encode]:
    return {q.value: lambda q=q: encode_blocks(image, fmt, quality=q) for q in Quality}


def shown(light: np.ndarray, stops: int) -> np.ndarray:
    """Return light as a screen shows it at an exposure, 0..255."""
    return (255 * (light.astype(np.float64) * 2.0**stops) ** (1 / 2.2)).clip(0, 255)


def light_runs(light: np.ndarray, peers: dict[str, ctypes._CFuncPtr]) -> dict[str, Run]:
    """Run every BC6H encoder on a picture of light."""
    size = light.shape[0]
    split = light.reshape(size // 4, 4, size // 4, 4, 3).swapaxes(1, 2)
    halves = np.ascontiguousarray(split).view(np.uint16)
    blocks = np.empty((halves.size // 48, 16), np.uint8)

    def near(data: bytes) -> tuple[float, ...]:
        fmt = BlockFormat.BC6H_UFLOAT
        seen = decode_blocks(data, fmt, width=size, height=size).numpy().astype(np.float16)
        bits = psnr_db(seen.view(np.uint16), light.view(np.uint16), 0x7BFF)
        errors = [np.mean((shown(seen, stops) - shown(light, stops)) ** 2) for stops in range(-8, 9, 2)]
        return bits, float(10 * np.log10(255**2 / max(np.mean(errors), 1e-9)))

    def by_peer(call: ctypes._CFuncPtr) -> bytes:
        call(*map(ctypes.c_void_p, (halves.ctypes.data, len(blocks), blocks.ctypes.data)))
        return blocks.tobytes()

    image = Image(torch.from_numpy(light.astype(np.float32)), ColorSpace.LINEAR)
    encoders: dict[str, Encode] = {name: lambda c=call: by_peer(c) for name, call in peers.items()}
    encoders |= own_encoders(image, BlockFormat.BC6H_UFLOAT)
    return {name: measured(encode, size * size, near) for name, encode in encoders.items()}


def named_peer(text: str) -> tuple[str, ctypes._CFuncPtr]:
    """Return the name and the function that NAME=LIBRARY:FUNCTION stands for."""
    name, _, place = text.partition("=")
    path, _, function = place.rpartition(":")
    if not (name and path and function):
        raise SystemExit(
            f"--peer {text}: write NAME=LIBRARY:FUNCTION, as in fast=/tmp/libpeer.so:encode_fast"
        )
    call = ctypes.CDLL(str(Path(path).resolve()))[function]
    call.restype = None
    return name, call


def print_runs(title: str, rows: dict[str, dict[str, Run]], *, each: bool) -> None:
    """Print every encoder's speed and how near it came, in all and, if asked for, picture by picture."""
    if not rows:
        return
    encoders = list(next(iter(rows.values())))
    print(f"\n{title}: {len(rows)} pictures")
    if each:
        print(f"{'dB':24}" + "".join(f"{name[:11]:>12}" for name in encoders))
        for picture, runs in rows.items():
            print(f"{picture[:24]:24}" + "".join(f"{runs[name].near_db[0]:12.2f}" for name in encoders))
    for name in encoders:
        runs = [row[name] for row in rows.values()]
        speed = len(runs) / sum(1 / run.speed for run in runs)
        measures = np.array([run.near_db for run in runs])
        figures = "; ".join(
            f"{label} mean {column.mean():6.2f}, median {np.median(column):6.2f}, worst {column.min():6.2f} dB"
            for label, column in zip(("PSNR", "mPSNR"), measures.T, strict=False)
        )
        print(f"{name:14}{speed:8.2f} Mpix/s  {figures}")


def print_first_use() -> None:
    """Print the CPU seconds of the first block of every format: compiled, or loaded from the cache."""
    image = Image(torch.zeros(4, 4, 4), ColorSpace.LINEAR)
    for fmt in BlockFormat:
        start = time.process_time()
        encode_blocks(image, fmt)
        print(f"first use of {fmt.value}: {time.process_time() - start:.1f} CPU s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, help="folder of pictures")
    parser.add_argument("--hdr", type=Path, help="folder of .npy files")
    parser.add_argument("--peer", action="append", default=[], help="NAME=LIBRARY:FUNCTION, for BC6H")
    parser.add_argument("--each", action="store_true", help="print every picture")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print_first_use()
    found = pictures(options.images) if options.images else {}
    normals = {name: levels for name, levels in found.items() if "normal" in name}
    colors = {name: levels for name, levels in found.items() if name not in normals}
    clear = {name: levels for name, levels in colors.items() if (levels[:, :, 3] < 255).any()}
    for fmt, group in ((BlockFormat.BC5, normals), (BlockFormat.BC1, colors), (BlockFormat.BC3, clear)):
        rows = {name: color_runs(fmt, levels) for name, levels in group.items()}
        print_runs(fmt.value.upper(), rows, each=options.each)
    peers = dict(map(named_peer, options.peer))
    light = lights(options.hdr) if options.hdr else {}
    rows = {name: light_runs(levels, peers) for name, levels in light.items()}
    print_runs("BC6H", rows, each=options.each)


if __name__ == "__main__":
    main()
