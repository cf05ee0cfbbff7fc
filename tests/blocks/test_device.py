"""Blocks are made where the pixels are if they can be, and otherwise in a way that is noted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from assetgen.blocks import device
from assetgen.blocks.block_format import BlockFormat
from assetgen.blocks.cuda_driver import CudaFailure
from assetgen.blocks.decode import decode_blocks
from assetgen.blocks.device import Way, choose_way, noted_fallbacks
from assetgen.blocks.encode import encode_blocks
from assetgen.blocks.encoders import ENCODERS
from assetgen.blocks.launch import Launch
from assetgen.blocks.nvrtc import NvrtcMissing
from assetgen.blocks.quality import Quality
from assetgen.errors import BackendUnavailable, SpecError
from tests.blocks.c_compiler import needs_compiler, run_in_c
from tests.blocks.pictures import mixed_levels, picture, psnr_db

CUDA, MPS, CPU = torch.device("cuda"), torch.device("mps"), torch.device("cpu")


@pytest.fixture(autouse=True)
def _nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_broken", {})


@pytest.fixture
def no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assetgen.blocks.device.kernels", dict)
    monkeypatch.setattr("assetgen.blocks.encode.kernels", dict)


@pytest.mark.parametrize(
    ("where", "quality", "way", "words"),
    [
        (CPU, Quality.BALANCED, Way.CPU, ""),
        (CUDA, Quality.BALANCED, Way.CUDA, ""),
        (MPS, Quality.BALANCED, Way.CPU, "BC7 was encoded on the CPU: no kernel runs on this device."),
        (
            MPS,
            Quality.FAST,
            Way.TORCH,
            "BC7 was encoded by torch in one mode: no kernel runs on this device.",
        ),
    ],
)
def test_each_device_has_its_way(
    where: torch.device, quality: Quality, way: Way, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "hip", None)
    assert choose_way(where, BlockFormat.BC7, quality) == (way, words)


def test_a_card_of_another_maker_has_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "hip", "7.0")
    assert choose_way(CUDA, BlockFormat.BC5, Quality.HIGH)[0] is Way.CPU


@pytest.mark.usefixtures("no_numba")
def test_without_numba_torch_encodes_and_it_is_noted() -> None:
    levels = mixed_levels(16, 3)
    with noted_fallbacks() as notes:
        data = [
            encode_blocks(picture(levels), fmt) for fmt in (BlockFormat.BC7, BlockFormat.BC5, BlockFormat.BC4)
        ]
    assert [note.partition(":")[0] for note in notes] == [
        "BC7 was encoded by torch alone in one mode",
        "BC5 was encoded by torch alone",
        "BC4 was encoded by torch alone",
    ]
    texels = decode_blocks(data[0], BlockFormat.BC7, width=16, height=16).numpy()[..., :3] * 255
    assert psnr_db(np.rint(texels), levels) > 18
    with pytest.raises(SpecError, match="BC4"):
        encode_blocks(picture(levels[..., :1]), BlockFormat.BC5)


@pytest.mark.usefixtures("no_numba")
def test_a_format_that_only_kernels_write_asks_for_numba() -> None:
    with pytest.raises(BackendUnavailable, match="numba"):
        encode_blocks(picture(mixed_levels(8, 3)), BlockFormat.BC1)


def as_on_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pixels count as lying on a card."""
    real = choose_way
    monkeypatch.setattr(torch.version, "hip", None)
    for module in ("device", "encode"):
        monkeypatch.setattr(f"assetgen.blocks.{module}.choose_way", lambda _, *rest: real(CUDA, *rest))


@needs_compiler
def test_the_card_gets_the_kernel_and_gives_back_the_blocks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def encode_on_cuda(launch: Launch, *_: object, cache_dir: Path) -> torch.Tensor:
        data = run_in_c(launch, tmp_path)
        return torch.frombuffer(bytearray(data), dtype=torch.uint8).reshape(launch.shape[0], -1)

    as_on_a_card(monkeypatch)
    monkeypatch.setattr("assetgen.blocks.cuda_encode.encode_on_cuda", encode_on_cuda)
    image = picture(mixed_levels(32, 2)[:30])
    with noted_fallbacks() as notes:
        data = encode_blocks(image, BlockFormat.BC5, quality=Quality.FAST)
    assert data == ENCODERS[BlockFormat.BC5](image, quality=Quality.FAST, threads=1)
    assert not notes


def test_without_the_toolchain_the_cpu_takes_over_once_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def encode_on_cuda(launch: Launch, *_: object, cache_dir: Path) -> torch.Tensor:
        tries.append(launch.name)
        raise NvrtcMissing("there is no NVRTC.")

    as_on_a_card(monkeypatch)
    monkeypatch.setattr("assetgen.blocks.cuda_encode.encode_on_cuda", encode_on_cuda)
    image = picture(mixed_levels(16, 3))
    encode = partial(encode_blocks, image, BlockFormat.BC5, quality=Quality.FAST)
    with noted_fallbacks() as notes:
        assert encode() == encode() == ENCODERS[BlockFormat.BC5](image, quality=Quality.FAST, threads=1)
    assert list(notes) == ["BC5 was encoded on the CPU: there is no NVRTC."]
    assert len(tries) == 1


@pytest.mark.parametrize(("code", "is_kept"), [(2, False), (700, True)])
def test_a_full_card_is_tried_again_and_a_broken_one_is_not(
    monkeypatch: pytest.MonkeyPatch, code: int, is_kept: bool
) -> None:
    def encode_on_cuda(*_: object, cache_dir: Path) -> torch.Tensor:
        raise CudaFailure("the driver says no", code)

    as_on_a_card(monkeypatch)
    monkeypatch.setattr("assetgen.blocks.cuda_encode.encode_on_cuda", encode_on_cuda)
    with noted_fallbacks() as notes:
        assert encode_blocks(picture(mixed_levels(8, 2)), BlockFormat.BC5, quality=Quality.FAST)
    assert list(notes) == ["BC5 was encoded on the CPU: the driver says no"]
    assert (BlockFormat.BC5 in device._broken) == is_kept
