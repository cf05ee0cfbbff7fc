"""Time mip chains against torch, and hold their levels against other tools: `python -m benchmarks.mips`.

Speed is that of a 4096 x 4096 RGBA chain down to 1x1 over a chain of torch's area downsampling in the same
process, in CPU seconds and wall seconds of one run each, the least of a few. The same work means linear light
on both sides; "sRGB, straight alpha" is a texture as it lies on disk: decoded, weighted by alpha, filtered,
and encoded again at each level, while torch's chain only averages codes. Read the ratios.

Nearness is the PSNR between our level and another tool's at 8 bits, with the same filter: NVTT's nvcompress
(box, in linear light of a plain gamma of 2.2), Pillow's reduce (box), ImageMagick's resize (Kaiser with three
lobes and beta 4, Mitchell). Each of them starts from level 0 or from its own rounded level before, as it
does by itself; tools that are not installed are passed over.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from torch.nn.functional import interpolate

from assetgen.imaging.edges import Edge
from assetgen.imaging.halve import LightInMemory, halve
from assetgen.imaging.kernels import Filter
from assetgen.imaging.mips import build_mips
from assetgen.media.image import AlphaMode, ColorSpace, Image, MipChain

_NEAR_LEVELS = 4


def picture(size: int, channels: int = 3) -> torch.Tensor:
    """Return (N, N, C): smooth slopes, fine noise, hard edges and a zone plate, which no filter finds easy."""
    generator = torch.Generator().manual_seed(5)
    x = (torch.arange(size) + 0.5) / size
    noise = torch.rand(size, size, generator=generator)
    checks = ((x * 13).floor()[:, None] + (x * 9).floor()) % 2
    plate = ((x - 0.5)[:, None].square() + (x - 0.5).square()).mul(torch.pi * size * 0.8).cos() * 0.5 + 0.5
    slope = x[:, None] * 0.6 + x * 0.4
    mixed = (
        slope * 0.5 + noise * 0.2 + checks * 0.3,
        plate,
        slope * checks * 0.8 + noise * 0.2,
        1 - checks * noise,
    )
    return torch.stack(mixed[:channels], dim=-1).contiguous()


def area_chain(planes: torch.Tensor) -> list[torch.Tensor]:
    """Return torch's own chain of (1, C, H, W) by area."""
    levels = [planes]
    while max(levels[-1].shape[2:]) > 1:
        height, width = (max(edge // 2, 1) for edge in levels[-1].shape[2:])
        levels.append(interpolate(levels[-1], size=(height, width), mode="area"))
    return levels


def standard_chain(pixels: torch.Tensor) -> list[torch.Tensor]:
    """Return torch's chain with the work that sRGB and straight alpha ask for, written plainly."""
    color, alpha = pixels[..., :3], pixels[..., 3:]
    linear = torch.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    levels = area_chain(torch.cat((linear * alpha, alpha), dim=-1).permute(2, 0, 1)[None])
    encoded = []
    for level in levels[1:]:
        weight = level[:, 3:]
        light = level[:, :3] / weight.clamp_min(1e-4)
        code = torch.where(
            light <= 0.0031308, light * 12.92, 1.055 * light.clamp_min(1e-8) ** (1 / 2.4) - 0.055
        )
        encoded.append(torch.cat((code, weight), dim=1).clamp(0, 1))
    return encoded


def seconds(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return (CPU, wall) seconds, each the least of the repeats."""
    best = (float("inf"), float("inf"))
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = (min(best[0], time.process_time() - cpu), min(best[1], time.perf_counter() - wall))
    return best


def compare_speed(size: int, repeats: int) -> None:
    """Print our chains over torch's."""
    pixels = torch.rand(size, size, 4, generator=torch.Generator().manual_seed(1))
    planar = pixels.permute(2, 0, 1).contiguous()[None]
    peers = {
        "area, same memory layout": lambda: area_chain(pixels.permute(2, 0, 1)[None]),
        "area, planes": lambda: area_chain(planar),
        "area + sRGB + alpha": lambda: standard_chain(pixels),
    }
    wraps = (True, True)
    linear = Image(pixels, ColorSpace.LINEAR, AlphaMode.NONE, wraps)
    stored = Image(pixels, ColorSpace.SRGB, AlphaMode.STRAIGHT, wraps)
    ours: dict[str, Callable[[], object]] = {
        **{
            f"linear RGBA, {kernel.value}": lambda k=kernel: build_mips(linear, kernel=k) for kernel in Filter
        },
        "sRGB, straight alpha, kaiser": lambda: build_mips(stored),
    }
    base = {name: seconds(work, repeats) for name, work in peers.items()}
    print(f"{size} x {size} RGBA, {torch.get_num_threads()} thread(s), torch {torch.__version__}")
    for name, (cpu, wall) in base.items():
        print(f"  torch {name:<26} {cpu:.3f} s CPU {wall:.3f} s wall")
    for name, work in ours.items():
        cpu, wall = seconds(work, repeats)
        ratios = "  ".join(f"{cpu / b[0]:.2f} / {wall / b[1]:.2f}" for b in base.values())
        print(f"  {name:<32} {cpu:.3f} s CPU {wall:.3f} s wall  CPU / wall over each torch chain: {ratios}")


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Return the PSNR of two 8-bit pictures in dB."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def away(one: np.ndarray, other: np.ndarray) -> int:
    """Return how many codes two 8-bit pictures differ by at most."""
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def codes(level: Image) -> np.ndarray:
    """Return a level at 8 bits."""
    return (level.pixels.clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()


def nvtt_levels(source: Path, count: int) -> Iterator[np.ndarray]:
    """Yield NVTT's levels below 0: box, uncompressed."""
    out = source.with_suffix(".dds")
    subprocess.run(["nvcompress", "-color", "-repeat", "-rgb", source, out], check=True, capture_output=True)
    data = out.read_bytes()
    size, bits = int.from_bytes(data[12:16], "little"), int.from_bytes(data[88:92], "little")
    masks = [int.from_bytes(data[92 + 4 * i : 96 + 4 * i], "little") for i in range(3)]
    order = [(mask & -mask).bit_length() // 8 for mask in masks]
    at = 128
    for level in range(count + 1):
        edge = size >> level
        texels = np.frombuffer(data, np.uint8, edge * edge * bits // 8, at).reshape(edge, edge, bits // 8)
        at += texels.size
        if level:
            yield texels[..., order]


def pillow_levels(source: Path, count: int) -> Iterator[np.ndarray]:
    """Yield Pillow's levels below 0: box, each from level 0, codes as they are."""
    with PIL.Image.open(source) as opened:
        for level in range(1, count + 1):
            yield np.asarray(opened.reduce(1 << level))


def magick_level(source: Path, kernel: Filter) -> np.ndarray:
    """Return ImageMagick's level 1, codes as they are."""
    out = source.with_name(f"magick_{kernel.value}.png")
    filters = {
        Filter.KAISER: ["-filter", "Kaiser", "-define", "filter:lobes=3", "-define", "filter:kaiser-beta=4"],
        Filter.MITCHELL: ["-filter", "Mitchell"],
        Filter.BOX: ["-filter", "Box"],
    }[kernel]
    command = ["convert", source, *filters, "-resize", "50%"]
    subprocess.run([*command, "-depth", "8", f"PNG24:{out}"], check=True, capture_output=True)
    with PIL.Image.open(out) as opened:
        return np.asarray(opened.convert("RGB"))


def gamma_box(image: Image) -> MipChain:
    """Return our box chain in light of a plain gamma of 2.2, which is what NVTT takes sRGB for."""
    linear = build_mips(Image(image.pixels**2.2, ColorSpace.LINEAR, wraps=image.wraps), kernel=Filter.BOX)
    return MipChain(tuple(level.with_pixels(level.pixels ** (1 / 2.2)) for level in linear.levels))


def compare_levels(size: int) -> None:
    """Print how near our levels come to those of other tools."""
    image = Image((picture(size) * 255).round() / 255, ColorSpace.DATA, wraps=(True, True))
    clamp = (Edge.CLAMP, Edge.CLAMP)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "picture.png"
        PIL.Image.fromarray(codes(image)).save(source)
        if shutil.which("nvcompress"):
            ours = gamma_box(image).levels[1:]
            standard = build_mips(
                Image(image.pixels, ColorSpace.SRGB, wraps=image.wraps), kernel=Filter.BOX
            ).levels[1:]
            for level, theirs in enumerate(nvtt_levels(source, _NEAR_LEVELS)):
                near, far = codes(ours[level]), codes(standard[level])
                print(
                    f"NVTT box, level {level + 1}: {psnr(near, theirs):.1f} dB at its gamma, at most "
                    f"{away(near, theirs)} codes away; {psnr(far, theirs):.1f} dB as true sRGB"
                )
        box = build_mips(image, kernel=Filter.BOX).levels[1:]
        for level, theirs in enumerate(pillow_levels(source, _NEAR_LEVELS)):
            print(f"Pillow box, level {level + 1}: {psnr(codes(box[level]), theirs):.1f} dB")
        if shutil.which("convert"):
            for kernel in Filter:
                # Data is held to the texels around it; what other tools do shows in opaque color.
                level, theirs = _ringing_level(image, kernel, clamp), magick_level(source, kernel)
                inner = (slice(8, -8), slice(8, -8))
                near, far = psnr(level[inner], theirs[inner]), away(level[inner], theirs[inner])
                print(
                    f"ImageMagick {kernel.value}, level 1: {psnr(level, theirs):.1f} dB, away from the edges "
                    f"{near:.1f} dB and at most {far} codes"
                )


def _ringing_level(image: Image, kernel: Filter, edges: tuple[Edge, Edge]) -> np.ndarray:
    light = image.pixels.permute(2, 0, 1).contiguous()
    half = halve(LightInMemory(light, edges[1]), kernel=kernel, edges=edges, may_ring=True)
    return codes(image.with_pixels(half.permute(1, 2, 0).contiguous()))


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    compare_speed(options.size, options.repeats)
    compare_levels(512)


if __name__ == "__main__":
    main()
