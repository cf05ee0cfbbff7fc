"""Measure the block encoders on an NVIDIA card: `python -m benchmarks.gpu [--size N] [--json FILE]`.

Speed is in Mpix/s of the kernel alone, by CUDA events, the median of several runs; equality and PSNR are against the
CPU's blocks of a 1024 crop of the same picture; the last figure is a material's base color, normal map and ORM with
mips, from tensors on the card to the bytes of DDS files. Without a card, --estimate says what can be said: registers,
stack and compile time by NVRTC, and the operations that a block takes, counted by running the translated kernel.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.cuda_encode import encode_on_cuda
from assetgen.blocks.cuda_kernel import ENTRY, packed, translate_kernel
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.device import noted_fallbacks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.encoders import ENCODERS
from assetgen.blocks.launch import Launch, launch_of
from assetgen.blocks.nvrtc import compile_cuda, nvrtc_version
from assetgen.blocks.quality import Quality
from assetgen.export.texels import encode_texels
from assetgen.formats.dds import write_dds
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import flat_texture
from assetgen.imaging.mips import build_mips, build_normal_mips
from assetgen.media.image import ColorSpace, Image

_CROP = 1024
_REPEATS = 7


def fractal(size: int, falloff: float, seed: int) -> torch.Tensor:
    """Return tileable noise 0..1 whose amplitude falls with frequency to that power, (size, size)."""
    frequency = torch.fft.fftfreq(size)
    radius = torch.hypot(frequency[:, None], frequency[None])
    radius[0, 0] = 1
    white = torch.randn((size, size), generator=torch.Generator().manual_seed(seed))
    field = torch.fft.ifft2(torch.fft.fft2(white) * radius**-falloff).real
    return (field - field.min()) / (field.max() - field.min())


def color(size: int) -> Image:
    """Return a brick wall: smooth color, grain and hard edges."""
    y, x = torch.meshgrid(torch.arange(size) / 512, torch.arange(size) / 512, indexing="ij")
    course = (x * 16 + 0.5 * (torch.floor(y * 32) % 2)) % 1
    is_mortar = ((course < 0.08) | ((y * 32) % 1 < 0.12))[..., None]
    fine, soft = fractal(size, 0.8, 1)[..., None], fractal(size, 1.6, 2)[..., None]
    brick = torch.tensor((0.55, 0.22, 0.15)) * (0.7 + 0.5 * fine)
    mortar = torch.tensor((0.6, 0.58, 0.55)) * (0.8 + 0.3 * soft)
    grain = 0.03 * torch.randn((size, size, 1), generator=torch.Generator().manual_seed(3))
    return _image(torch.where(is_mortar, mortar, brick) + grain, ColorSpace.SRGB)


def normal(size: int) -> Image:
    """Return the normal map of rough ground, as n * 0.5 + 0.5."""
    height = fractal(size, 1.2, 4) * size / 32
    slopes = [torch.roll(height, 1, axis) - torch.roll(height, -1, axis) for axis in (1, 0)]
    vectors = torch.stack([slopes[0], -slopes[1], torch.ones_like(height)], -1)
    return _image(vectors / vectors.norm(dim=-1, keepdim=True) * 0.5 + 0.5, ColorSpace.DATA)


def orm(size: int) -> Image:
    """Return occlusion, roughness and metallic that have little to do with each other."""
    fine, soft = fractal(size, 0.8, 5), fractal(size, 1.6, 6)
    planes = [1 - 0.4 * fractal(size, 1.2, 7), 0.3 + 0.5 * fine, (soft > 0.55).float()]
    return _image(torch.stack(planes, -1), ColorSpace.DATA)


def _image(pixels: torch.Tensor, space: ColorSpace) -> Image:
    return Image(pixels.float().clamp(0, 1), space, wraps=(True, True))


def launch_for(image: Image, fmt: BlockFormat, quality: Quality) -> Launch:
    return launch_of(partial(ENCODERS[fmt], quality=quality, threads=1), image)


def psnr_db(image: Image, data: bytes, fmt: BlockFormat) -> float:
    texels = decode_blocks(data, fmt, width=image.width, height=image.height)
    count = min(texels.shape[2], image.channels)
    error = (texels[..., :count] - image.pixels[..., :count].cpu()).square().mean(dtype=torch.float64)
    return float(-10 * torch.log10(error.clamp(min=1e-10)))


def on_card(image: Image, fmt: BlockFormat, quality: Quality, cache_dir: Path) -> dict[str, object]:
    """Return speed, and nearness to the CPU's blocks."""
    device = torch.device("cuda")
    there = image.with_pixels(image.pixels.to(device))
    encode = partial(encode_on_cuda, launch_for(there, fmt, quality), device, cache_dir=cache_dir)
    began = time.perf_counter()
    encode()
    torch.cuda.synchronize()
    first_s, runs = time.perf_counter() - began, []
    for _ in range(_REPEATS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        encode()
        end.record()
        torch.cuda.synchronize()
        runs.append(start.elapsed_time(end))
    crop = Image(image.pixels[:_CROP, :_CROP].contiguous(), image.space)
    cpu = ENCODERS[fmt](crop, quality=quality, threads=torch.get_num_threads())
    gpu = encode_blocks(crop.with_pixels(crop.pixels.to(device)), fmt, quality=quality)
    same = np.frombuffer(cpu, np.uint8).reshape(-1, fmt.block_bytes) == np.frombuffer(gpu, np.uint8).reshape(
        -1, fmt.block_bytes
    )
    megapixels = image.width * image.height / 1e6
    return {
        "mpix_per_s": round(megapixels / statistics.median(runs) * 1e3, 1),
        "ms": round(statistics.median(runs), 3),
        "first_s": round(first_s, 2),
        "equal_blocks": float(same.all(axis=1).mean()),
        "psnr_db": round(psnr_db(crop, gpu, fmt), 3),
        "psnr_db_off_cpu": round(psnr_db(crop, gpu, fmt) - psnr_db(crop, cpu, fmt), 4),
    }


def whole_set(size: int, quality: Quality) -> dict[str, object]:
    """Return the time of a material from tensors on the card to DDS bytes: mips, blocks, copy, container."""
    maps = [
        (color(size), TexelFormat.BC7),
        (normal(size), TexelFormat.BC5),
        (orm(size), TexelFormat.BC7),
    ]
    there = [(image.with_pixels(image.pixels.cuda()), encoding) for image, encoding in maps]
    runs, total = [], 0
    for _ in range(_REPEATS):
        torch.cuda.synchronize()
        began = time.perf_counter()
        total = sum(len(dds_of(image, encoding, quality)) for image, encoding in there)
        runs.append((time.perf_counter() - began) * 1e3)
    return {"ms": round(statistics.median(runs), 1), "best_ms": round(min(runs), 1), "bytes": total}


def dds_of(image: Image, encoding: TexelFormat, quality: Quality) -> bytes:
    chain = build_normal_mips(image).chain if encoding is TexelFormat.BC5 else build_mips(image)
    levels = [encode_texels(level, encoding, quality=quality, threads=1) for level in chain.levels]
    return write_dds(flat_texture(levels, fmt=encoding, width=image.width, height=image.height))


_COUNTED = """\
#include <math.h>
static unsigned long long counts[4];
struct Counted {
  float v;
  Counted() {}
  Counted(float x) : v(x) {}
  explicit operator float() const { return v; }
  explicit operator double() const { return v; }
  explicit operator long long() const { return (long long)v; }
  explicit operator int() const { return (int)v; }
};
#define BINARY(op, kind) \\
  static inline Counted operator op(Counted a, Counted b) { ++counts[kind]; return a.v op b.v; }
#define TEST(op) static inline bool operator op(Counted a, Counted b) { ++counts[0]; return a.v op b.v; }
BINARY(+, 0) BINARY(-, 0) BINARY(*, 0) BINARY(/, 1)
TEST(<) TEST(<=) TEST(>) TEST(>=) TEST(==) TEST(!=)
static inline Counted operator-(Counted a) { return -a.v; }
static inline Counted floorf(Counted a) { ++counts[0]; return floorf(a.v); }
static inline Counted sqrtf(Counted a) { ++counts[1]; return sqrtf(a.v); }
"""


def operations(launch: Launch) -> dict[str, float]:
    """Return what a block takes on average: float operations, divisions and roots, scratch reads and writes."""
    text = re.sub(r"\bfloat\b", "Counted", translate_kernel(launch).source)
    text = re.sub(r"^(\s*Counted t\d+ = v_s\[.*;)$", r"\1 ++counts[2];", text, flags=re.MULTILINE)
    text = re.sub(r"^(\s*v_s\[.*\] = .*;)$", r"\1 ++counts[3];", text, flags=re.MULTILINE)
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "counted.cpp", Path(folder) / "counted.so"
        source.write_text(_COUNTED + text + '\nextern "C" unsigned long long *counted() { return counts; }\n')
        flags = ["-O1", "-std=c++17", "-ffp-contract=off", "-shared", "-fPIC", "-w"]
        subprocess.run([compiler, *flags, str(source), "-o", str(library)], check=True)
        loaded = ctypes.CDLL(str(library))
        out = np.zeros(launch.shape, np.uint64)
        arguments = packed(launch, out)
        addresses = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(value) for value in arguments))
        getattr(loaded, ENTRY)(addresses, ctypes.c_longlong(launch.shape[0]))
        loaded.counted.restype = ctypes.POINTER(ctypes.c_ulonglong * 4)
        counts = list(loaded.counted().contents)
    names = ("float_operations", "divisions_and_roots", "scratch_reads", "scratch_writes")
    return {name: round(count / launch.shape[0], 1) for name, count in zip(names, counts, strict=True)}


def estimate(fmt: BlockFormat, quality: Quality, architecture: str) -> dict[str, object]:
    """Return what is known of a kernel without a card."""
    launch = launch_for(color(256), fmt, quality)
    began = time.process_time()
    code, said = compile_cuda(translate_kernel(launch).source, architecture, options=["--ptxas-options=-v"])
    found = {
        "compile_cpu_s": round(time.process_time() - began, 1),
        "code_bytes": len(code),
        "registers": max(map(int, re.findall(r"Used (\d+) registers", said)), default=0),
        "stack_bytes": max(map(int, re.findall(r"(\d+) bytes stack frame", said)), default=0),
        "spilled_bytes": sum(map(int, re.findall(r"(\d+) bytes spill stores", said))),
    }
    return {**found, **operations(launch)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--size", type=int, default=4096, help="edge of the picture in texels")
    parser.add_argument("--formats", default=",".join(fmt.value for fmt in ENCODERS), help="bc7,bc5,...")
    parser.add_argument("--qualities", default=",".join(quality.value for quality in Quality))
    parser.add_argument("--estimate", metavar="ARCH", help="no card: say what is known for sm_90 or the like")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    formats = [BlockFormat(name) for name in options.formats.split(",")]
    qualities = [Quality(name) for name in options.qualities.split(",")]
    rows: dict[str, object] = {"torch": torch.__version__, "nvrtc": nvrtc_version()}
    if options.estimate:
        measure = partial(estimate, architecture=options.estimate)
    elif not torch.cuda.is_available():
        parser.error("there is no CUDA device here; --estimate sm_90 says what can be said without.")
    else:
        rows["device"] = torch.cuda.get_device_name()
        image, folder = color(options.size), tempfile.mkdtemp()
        measure = partial(on_card, image, cache_dir=Path(folder))
    with noted_fallbacks() as notes:
        for fmt in formats:
            for quality in qualities:
                rows[f"{fmt.value} {quality.value}"] = measure(fmt, quality)
                print(
                    f"{fmt.value:<12} {quality.value:<9} {rows[f'{fmt.value} {quality.value}']}", flush=True
                )
        if not options.estimate:
            for quality in qualities:
                rows[f"set {quality.value}"] = whole_set(options.size, quality)
                print(f"{'set':<12} {quality.value:<9} {rows[f'set {quality.value}']}", flush=True)
    for note in notes:
        print("NOTE", note)
    if options.json:
        options.json.write_text(json.dumps({**rows, "notes": list(notes)}, indent=2))


if __name__ == "__main__":
    main()
