"""GPU encoders write the bytes of the CPU: as C on this machine, as PTX by inspection, on a card if there is one."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.cuda_encode import encode_on_cuda, machine_code
from assetgen.blocks.cuda_kernel import translate_kernel
from assetgen.blocks.encoders import ENCODERS
from assetgen.blocks.launch import Launch, launch_of
from assetgen.blocks.nvrtc import NvrtcMissing, compile_cuda, nvrtc_version
from assetgen.blocks.quality import Quality
from assetgen.media.image import Image
from tests.blocks.c_compiler import needs_compiler, run_in_c
from tests.blocks.pictures import mixed_levels, picture
from tests.blocks.ptx import run_ptx

EVERY_ONE = [(fmt, quality) for fmt in ENCODERS for quality in Quality]
QUICK = [(BlockFormat.BC5, Quality.BALANCED), (BlockFormat.BC7, Quality.FAST)]


def has_nvrtc() -> bool:
    try:
        nvrtc_version()
    except NvrtcMissing:
        return False
    return True


needs_nvrtc = pytest.mark.skipif(not has_nvrtc(), reason="there is no NVRTC here")
needs_card = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")


def some_picture(channels: int, edge: int = 64) -> Image:
    levels = mixed_levels(edge, channels, seed=3)[: edge - 3, : edge - 1]
    image = picture(levels)
    return Image(image.pixels, image.space, alpha=image.alpha, wraps=(True, False))


def launch_for(image: Image, fmt: BlockFormat, quality: Quality) -> Launch:
    return launch_of(partial(ENCODERS[fmt], quality=quality, threads=1), image)


def test_every_kernel_has_a_cuda_form() -> None:
    for fmt, quality in EVERY_ONE:
        assert "__global__" in translate_kernel(launch_for(some_picture(4), fmt, quality)).source


def test_one_translation_serves_every_picture() -> None:
    kernels = {
        translate_kernel(launch_for(some_picture(channels, edge), BlockFormat.BC7, Quality.FAST)).digest
        for channels, edge in ((1, 8), (4, 16))
    }
    assert len(kernels) == 1


@needs_compiler
@pytest.mark.parametrize(("fmt", "quality"), QUICK)
def test_the_translated_kernel_writes_the_bytes_of_the_cpu(
    tmp_path: Path, fmt: BlockFormat, quality: Quality
) -> None:
    for channels in (3, 4):
        image = some_picture(channels)
        expected = ENCODERS[fmt](image, quality=quality, threads=1)
        assert run_in_c(launch_for(image, fmt, quality), tmp_path) == expected


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize(("fmt", "quality"), EVERY_ONE)
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_every_translated_kernel_writes_the_bytes_of_the_cpu(
    tmp_path: Path, fmt: BlockFormat, quality: Quality, channels: int
) -> None:
    image = some_picture(channels, 512)
    expected = ENCODERS[fmt](image, quality=quality, threads=2)
    assert run_in_c(launch_for(image, fmt, quality), tmp_path, optimise=2) == expected


@needs_nvrtc
@pytest.mark.parametrize("fmt", [BlockFormat.BC5, pytest.param(BlockFormat.BC7, marks=pytest.mark.slow)])
def test_the_ptx_keeps_every_float_operation_as_the_cpu_has_it(fmt: BlockFormat) -> None:
    launch = launch_for(some_picture(4), fmt, Quality.BALANCED)
    code, _ = compile_cuda(translate_kernel(launch).source, "compute_75")
    ptx = code.decode()
    assert re.search(r"\bmul\.rn\.f32|\bmul\.f32", ptx)
    assert not re.search(r"\bfma\.|\bmad\.f32|\.ftz|\.approx|div\.full", ptx)


@needs_nvrtc
def test_machine_code_is_made_once_and_made_again_when_it_was_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = translate_kernel(launch_for(some_picture(2), BlockFormat.BC4, Quality.FAST))
    code = machine_code(kernel, "sm_80", cache_dir=tmp_path)
    (kept,) = (tmp_path / "kernels").iterdir()
    with monkeypatch.context() as without:
        without.setattr("assetgen.blocks.cuda_encode.compile_cuda", None)
        assert machine_code(kernel, "sm_80", cache_dir=tmp_path) == code
    kept.write_bytes(kept.read_bytes()[:-7])
    assert machine_code(kernel, "sm_80", cache_dir=tmp_path) == code
    assert [path.name for path in (tmp_path / "kernels").iterdir()] == [kept.name]


@needs_nvrtc
def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "kernels").write_text("a file in the way")
    kernel = translate_kernel(launch_for(some_picture(2), BlockFormat.BC4, Quality.FAST))
    assert machine_code(kernel, "sm_80", cache_dir=tmp_path)


@needs_nvrtc
def test_an_unknown_card_is_said_to_be_unknown() -> None:
    with pytest.raises(NvrtcMissing, match="install a newer torch"):
        compile_cuda("", "sm_999")


@pytest.mark.gpu
@needs_card
@pytest.mark.parametrize(("fmt", "quality"), EVERY_ONE)
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_a_card_writes_the_bytes_of_the_cpu(
    tmp_path: Path, fmt: BlockFormat, quality: Quality, channels: int
) -> None:
    image = some_picture(channels, 512)
    expected = np.frombuffer(ENCODERS[fmt](image, quality=quality, threads=2), np.uint8).reshape(
        -1, fmt.block_bytes
    )
    there = image.with_pixels(image.pixels.cuda())
    device = there.pixels.device
    launch = launch_for(there, fmt, quality)
    blocks = encode_on_cuda(launch, device, cache_dir=tmp_path)
    assert blocks.device.type == "cuda"
    assert (blocks.cpu().numpy() == expected).all(axis=1).mean() >= 0.99


def runs_as_ptx(image: Image, fmt: BlockFormat, quality: Quality, folder: Path) -> bool:
    launch = launch_for(image, fmt, quality)
    code, _ = compile_cuda(translate_kernel(launch).source, "compute_75")
    return run_ptx(code.decode().rstrip("\0"), launch, folder) == ENCODERS[fmt](
        image, quality=quality, threads=1
    )


@needs_nvrtc
@needs_compiler
def test_the_ptx_of_the_compiler_writes_the_bytes_of_the_cpu(tmp_path: Path) -> None:
    assert runs_as_ptx(some_picture(2, 32), BlockFormat.BC5, Quality.FAST, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@needs_nvrtc
@needs_compiler
@pytest.mark.parametrize(("fmt", "quality"), EVERY_ONE)
@pytest.mark.parametrize("channels", [3, 4])
def test_the_ptx_of_every_kernel_writes_the_bytes_of_the_cpu(
    tmp_path: Path, fmt: BlockFormat, quality: Quality, channels: int
) -> None:
    assert runs_as_ptx(some_picture(channels, 128), fmt, quality, tmp_path)
