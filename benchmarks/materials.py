"""What a material costs: CPU seconds of a finished, encoded set on one thread, of a preview, and peak memory.

    python benchmarks/materials.py                  every material at 1024, one engine, one thread
    python benchmarks/materials.py --size 4096 --only cobblestone    peak memory of a 4K set
    python benchmarks/materials.py --device cuda    wall seconds of the maps alone on a GPU

A set is all maps from the recipe on: heights, normals, occlusion, mip chains, BC7 and BC5 blocks in DDS, PNG16.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch

from assetgen.backends.base import load_backend
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.blocks.warm_up import warm_up
from assetgen.context import Context
from assetgen.formats.material_bundle import read_material_bundle, write_material_bundle
from assetgen.imaging.preview import render_sphere
from assetgen.kinds.table import KINDS
from assetgen.media.material import Material
from assetgen.specs.material import MaterialSpec

PROMPTS = {name: name.replace("_", " ") for name in RECIPES} | {
    "five layers": "old wet mossy cracked rusty cobblestone with gold veins",
    "coated": "wet brick half covered with cracked white plaster, moss",
}
PREVIEW_SIZE = 256


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--target", default="godot")
    parser.add_argument("--only", action="append", help="one material; may be repeated")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warm_up()
    if options.device != "cpu":
        gpu(options.device, options.size)
        return
    prompts = {name: PROMPTS[name] for name in options.only or PROMPTS}
    make_set(PROMPTS["concrete"], 64, options.target)  # imports and first calls are no part of a set
    rows = {name: make_set(prompt, options.size, options.target) for name, prompt in prompts.items()}
    print(f"\n{options.size} px set for {options.target}, CPU seconds on one thread")
    print(f"{'material':16}{'maps':>8}{'keep':>8}{'encode':>8}{'set':>8}{'preview':>9}")
    for name, row in rows.items():
        preview = cpu_seconds(lambda name=name: preview_of(prompts[name]))
        print(f"{name:16}{row[0]:8.2f}{row[1]:8.2f}{row[2]:8.2f}{sum(row):8.2f}{preview:9.2f}")
    totals = [sum(row) for row in rows.values()]
    print(
        f"median {statistics.median(totals):.2f} s, slowest {max(totals):.2f} s, peak memory {peak_gib():.2f} GiB"
    )


def make_set(prompt: str, size: int, target: str) -> tuple[float, float, float]:
    """Return CPU seconds of generating the maps, of keeping them in the store's form, and of writing the set."""
    spec = MaterialSpec(asset="bench", prompt=prompt, size=(size, size), seed=1)
    value: list[Material] = []
    maps = cpu_seconds(lambda: value.append(generate(spec, Context())))
    keep = cpu_seconds(lambda: value.append(read_material_bundle(write_material_bundle(value.pop()))))
    encode = cpu_seconds(lambda: list(KINDS["material"].export(value.pop(), spec, target, Context())))
    return maps, keep, encode


def preview_of(prompt: str) -> None:
    spec = MaterialSpec(asset="bench", prompt=prompt, size=(PREVIEW_SIZE, PREVIEW_SIZE), seed=1)
    render_sphere(generate(spec, Context()), size=PREVIEW_SIZE)


def generate(spec: MaterialSpec, ctx: Context) -> Material:
    return load_backend("procedural", kind="material").generate(spec, ctx).value


def gpu(device: str, size: int) -> None:
    """Print wall seconds of the maps on a GPU, the third run of three."""
    ctx = Context(device=torch.device(device))
    every = []
    for name, prompt in PROMPTS.items():
        spec = MaterialSpec(asset="bench", prompt=prompt, size=(size, size), seed=1)
        for _ in range(3):
            torch.cuda.synchronize()
            started = time.perf_counter()
            generate(spec, ctx)
            torch.cuda.synchronize()
            seconds = time.perf_counter() - started
        every.append(seconds)
        print(f"{name:16}{seconds:8.3f} s", file=sys.stdout)
    print(
        f"{torch.cuda.get_device_name()}: median {statistics.median(every):.3f} s, slowest {max(every):.3f} s"
    )


def cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def peak_gib() -> float:
    """Return the peak resident memory of this process, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**30 if sys.platform == "darwin" else peak / 2**20


if __name__ == "__main__":
    main()
