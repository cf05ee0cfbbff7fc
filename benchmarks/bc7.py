"""Compare the BC7 and BC5 encoders with etcpak: `python -m benchmarks.bc7 [--images DIR] [--threads N]`.

Pictures are made here, in the kinds that game textures come in; real ones are added with --images. Speed is
counted in CPU seconds of one thread, so it holds on a busy machine; read the ratios, not the plain numbers.
PSNR is over the channels a picture has; the last figure is over RGBA, because etcpak lets opaque alpha slip
to 254, which buys it some color and costs engines their test for opacity.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import etcpak
import numpy as np
import PIL.Image
import torch

from assetgen.blocks.bc7 import encode_bc7
from assetgen.blocks.bc45 import encode_bc5
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.quality import Quality
from assetgen.media.image import ColorSpace, Image

_SIZE = 512
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One encoder on one picture: CPU seconds and the texels it gave back, (H, W, C) 0..255."""

    seconds: float
    texels: np.ndarray


def fractal(rng: np.random.Generator, falloff: float) -> np.ndarray:
    """Return tileable noise 0..1 whose amplitude falls with frequency to that power."""
    f = np.fft.fftfreq(_SIZE)
    radius = np.hypot(f[:, None], f[None])
    radius[0, 0] = 1
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((_SIZE, _SIZE))) * radius**-falloff).real
    return (field - field.min()) / np.ptp(field)


def cells(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (distance to the nearest border of a stone, number of the stone), as cobbles lie."""
    y, x = np.mgrid[0:_SIZE, 0:_SIZE] / _SIZE
    nearest, second = np.full((2, _SIZE, _SIZE), 9.0)
    owner = np.zeros((_SIZE, _SIZE), int)
    for k, (px, py) in enumerate(rng.random((count, 2))):
        dx, dy = np.abs(x - px), np.abs(y - py)
        distance = np.hypot(np.minimum(dx, 1 - dx), np.minimum(dy, 1 - dy))
        closer = distance < nearest
        second = np.where(closer, nearest, np.minimum(second, distance))
        owner = np.where(closer, k, owner)
        nearest = np.minimum(nearest, distance)
    return (second - nearest) * np.sqrt(count), owner


def normal_map(height: np.ndarray) -> np.ndarray:
    """Return the tangent-space normals of a tileable height field, stored as n * 0.5 + 0.5."""
    slope_x = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    slope_y = np.roll(height, 1, 0) - np.roll(height, -1, 0)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)
    return normal / np.linalg.norm(normal, axis=-1, keepdims=True) * 0.5 + 0.5


def made_pictures() -> dict[str, np.ndarray]:
    """Return pictures 0..1, (H, W, 3 or 4)."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:_SIZE, 0:_SIZE] / _SIZE
    rough, soft, fine = fractal(rng, 1.2), fractal(rng, 1.6), fractal(rng, 0.8)
    grain = 0.03 * rng.standard_normal((_SIZE, _SIZE, 1))
    rock = np.stack([0.1 + 0.7 * rough, 0.1 + 0.65 * rough + 0.1 * soft, 0.1 + 0.6 * rough + 0.12 * fine], -1)
    course = (x * 16 + 0.5 * (np.floor(y * 32) % 2)) % 1
    mortar = ((course < 0.08) | ((y * 32) % 1 < 0.12))[..., None]
    brick = np.array([0.55, 0.22, 0.15]) * (0.7 + 0.5 * fine[..., None]) + grain
    edge, stone = cells(rng, 120)
    top = np.clip(edge * 2, 0, 1)
    tone = rng.uniform(0.35, 0.6, 120)[stone][..., None] * (1 + 0.08 * rng.standard_normal((120, 3))[stone])
    cobble = tone * (0.4 + 0.6 * top[..., None]) * (0.85 + 0.3 * fine[..., None]) + 0.5 * grain
    orm = np.stack([0.4 + 0.6 * top, 0.9 - 0.35 * top * fine, np.zeros_like(top)], -1)
    metal = np.stack([1 - 0.4 * rough, 0.3 + 0.5 * fine, (soft > 0.55) * 1.0], -1)
    angle, radius = np.arctan2(y - 0.5, x - 0.5), np.hypot(x - 0.5, y - 0.5)
    coverage = np.clip((0.4 + 0.08 * np.sin(9 * angle) - radius) * _SIZE / 3, 0, 1)
    leaf = np.stack([0.2 + 0.2 * rough, 0.45 + 0.3 * rough, 0.1 + 0.1 * fine, coverage], -1)
    pictures = {
        "gradient": np.stack([0.1 + 0.8 * x, 0.2 + 0.3 * (x + y), 0.5 + 0.4 * np.sin(6 * y)], -1),
        "rock": rock + grain,
        "brick": np.where(mortar, np.array([0.6, 0.58, 0.55]) * (0.8 + 0.3 * soft[..., None]), brick),
        "cobble": cobble,
        "cobble orm": orm,
        "metal orm": metal,
        "normal": normal_map(top * 3 + fine * 6),
        "leaf": leaf,
        "noise": rng.random((_SIZE, _SIZE, 3)),
    }
    return {name: np.clip(pixels, 0, 1) for name, pixels in pictures.items()}


def real_pictures(folder: Path) -> dict[str, np.ndarray]:
    """Return the middle of every picture in a folder."""
    pictures = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".tga", ".webp"):
            with PIL.Image.open(path) as opened:
                side = min(_SIZE, *opened.size) // 4 * 4
                left, top = (opened.width - side) // 2, (opened.height - side) // 2
                crop = opened.crop((left, top, left + side, top + side))
                pictures[path.stem] = np.asarray(crop.convert("RGBA" if "A" in crop.mode else "RGB")) / 255
    return pictures


def measure(encode: Callable[[], bytes], fmt: BlockFormat, size: int) -> Run:
    """Return the least CPU seconds of several calls, and the texels of the result."""
    seconds = []
    data = b""
    for _ in range(_REPEATS):
        start = time.process_time()
        data = encode()
        seconds.append(time.process_time() - start)
    return Run(min(seconds), decode_blocks(data, fmt, width=size, height=size).numpy() * 255)


def psnr_db(run: Run, levels: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio over the channels of `levels`."""
    error = run.texels[:, :, : levels.shape[2]] - levels
    return float(10 * np.log10(255**2 / max(np.mean(error**2), 1e-9)))


def compare(title: str, rows: dict[str, dict[str, tuple[Run, float, float]]]) -> None:
    """Print a table of PSNR per picture, then speed and medians against the first encoder."""
    encoders = list(next(iter(rows.values())))
    print(f"\n{title:24}" + "".join(f"{name:>12}" for name in encoders) + "   (dB; then gain)")
    for picture, runs in rows.items():
        base = runs[encoders[0]][1]
        cells_ = [f"{base:12.2f}", *(f"{runs[name][1] - base:+12.2f}" for name in encoders[1:])]
        print(f"{picture[:24]:24}" + "".join(cells_))
    seconds = {name: sum(runs[name][0].seconds for runs in rows.values()) for name in encoders}
    texels = sum(runs[encoders[0]][0].texels[..., 0].size for runs in rows.values())
    for name in encoders:
        gains = [runs[name][1] - runs[encoders[0]][1] for runs in rows.values()]
        rgba = [runs[name][2] - runs[encoders[0]][2] for runs in rows.values()]
        print(
            f"{name:24} {seconds[encoders[0]] / seconds[name]:6.2f}x speed, "
            f"{texels / seconds[name] / 1e6:7.2f} Mpix/s, "
            f"median {np.median(gains):+.2f} dB, worst {min(gains):+.2f} dB, median over all stored channels "
            f"{np.median(rgba):+.2f} dB"
        )


def run_bc7(pictures: dict[str, np.ndarray]) -> None:
    """Compare BC7."""
    linear = etcpak.BC7CompressBlockParams()
    linear.init_linear_weights()
    rows = {}
    for name, pixels in pictures.items():
        levels = np.floor(pixels * 255 + 0.5)
        size, channels = levels.shape[1], levels.shape[2]
        full = np.concatenate([levels, np.full((size, size, 4 - channels), 255.0)], -1)
        raw = full.astype(np.uint8).tobytes()
        image = Image(torch.from_numpy((levels / 255).astype(np.float32)), ColorSpace.SRGB)
        runs = {
            "etcpak": measure(
                lambda r=raw, n=size: etcpak.compress_bc7(r, n, n, linear), BlockFormat.BC7, size
            )
        }
        for quality in Quality:
            encode = lambda i=image, q=quality: encode_bc7(i, quality=q)  # noqa: E731
            runs[quality.value] = measure(encode, BlockFormat.BC7, size)
        rows[name] = {k: (run, psnr_db(run, levels), psnr_db(run, full)) for k, run in runs.items()}
    compare("BC7", rows)


def run_bc5(pictures: dict[str, np.ndarray]) -> None:
    """Compare BC5 on the first two channels."""
    rows = {}
    for name, pixels in pictures.items():
        levels = np.floor(pixels * 255 + 0.5)
        size = levels.shape[1]
        raw = (
            np.concatenate([levels[:, :, :3], np.full((size, size, 1), 255.0)], -1).astype(np.uint8).tobytes()
        )
        image = Image(torch.from_numpy((levels[:, :, :2] / 255).astype(np.float32)), ColorSpace.DATA)
        runs = {"etcpak": measure(lambda r=raw, n=size: etcpak.compress_bc5(r, n, n), BlockFormat.BC5, size)}
        for quality in Quality:
            encode = lambda i=image, q=quality: encode_bc5(i, quality=q)  # noqa: E731
            runs[quality.value] = measure(encode, BlockFormat.BC5, size)
        rows[name] = {k: (run, *[psnr_db(run, levels[:, :, :2])] * 2) for k, run in runs.items()}
    compare("BC5", rows)


def run_threads(pictures: dict[str, np.ndarray], threads: int) -> None:
    """Print how wall time falls with threads; needs a machine with nothing else to do."""
    pixels = np.concatenate([p[:, :, :3] for p in pictures.values() if p.shape[0] == _SIZE]).astype(
        np.float32
    )
    image = Image(torch.from_numpy(pixels), ColorSpace.SRGB)
    alone = None
    for count in dict.fromkeys((1, threads)):
        start = time.perf_counter()
        data = encode_bc7(image, threads=count)
        seconds = time.perf_counter() - start
        alone = alone or (seconds, data)
        same = "same bytes" if data == alone[1] else "OTHER BYTES"
        print(f"{count} threads: {seconds:.2f} s, {alone[0] / seconds:.2f}x, {same}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--images", type=Path, help="folder of pictures to add")
    parser.add_argument("--threads", type=int, default=1, help="also time this many threads")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tiny = Image(torch.rand(16, 16, 2), ColorSpace.DATA)
    start = time.process_time()
    encode_bc7(tiny)
    encode_bc5(tiny)
    seconds = time.process_time() - start
    print(f"first use of both kernels: {seconds:.1f} CPU s (compiled, or loaded from the cache)")
    pictures = made_pictures()
    if options.images:
        pictures |= real_pictures(options.images)
    run_bc7(pictures)
    run_bc5(pictures)
    if options.threads > 1:
        run_threads(pictures, options.threads)


if __name__ == "__main__":
    main()
