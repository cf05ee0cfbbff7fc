"""Programs that others wrote read our pictures and what they say; slow, and skipped where a program is not there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from assetgen.formats.exr import write_exr
from assetgen.formats.read_image import read_samples
from assetgen.formats.write_picture import write_picture
from assetgen.media.image import ColorSpace, Image
from assetgen.specs.picture_formats import PICTURE_FORMATS
from tests.formats.pictures import ORIGIN, file_of, rough, soft

pytestmark = pytest.mark.slow


def program(*command: str | Path) -> bytes:
    """Run a program and return what it prints."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run([*map(str, command)], capture_output=True, check=True).stdout


def saved(folder: Path, data: bytes, suffix: str) -> Path:
    path = folder / f"picture.{suffix}"
    path.write_bytes(data)
    return path


def codes(image: Image, bits: int) -> np.ndarray:
    return np.rint(image.pixels.numpy().astype(np.float64) * ((1 << bits) - 1)).astype(np.int64)


@pytest.mark.parametrize("word", ["jxl_lossless", "jxl16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_reference_decoder_reads_lossless_jpeg_xl(tmp_path: Path, word: str, channels: int) -> None:
    bits = PICTURE_FORMATS[word].bits
    image = rough(channels, bits, width=64, height=48)
    path, out = saved(tmp_path, write_picture(image, word, metadata=ORIGIN), "jxl"), tmp_path / "out.png"
    program("djxl", path, out)
    assert np.array_equal(read_samples(out.read_bytes()).array, codes(image, bits))


@pytest.mark.parametrize("channels", [3, 4])
def test_the_reference_decoder_reads_lossless_webp(tmp_path: Path, channels: int) -> None:
    image = rough(channels, 8, width=64, height=48)
    path = saved(tmp_path, write_picture(image, "webp_lossless", metadata=ORIGIN), "webp")
    out = tmp_path / "out.png"
    program("dwebp", path, "-o", out)
    assert np.array_equal(read_samples(out.read_bytes()).array[..., :channels], codes(image, 8))


@pytest.mark.parametrize(
    ("word", "decode"),
    [
        ("jxl", ["djxl"]),
        ("avif", ["avifdec"]),
        ("webp", ["convert"]),
        ("jpeg", ["convert"]),
        ("avif", ["ffmpeg", "-loglevel", "error", "-i"]),
        ("webp", ["ffmpeg", "-loglevel", "error", "-i"]),
    ],
)
def test_others_see_lossy_color_as_we_do(tmp_path: Path, word: str, decode: list[str]) -> None:
    image = soft(3, width=64, height=48)
    path, out = saved(tmp_path, write_picture(image, word, metadata=ORIGIN), word), tmp_path / "out.png"
    program(*decode, path, out)
    seen = read_samples(out.read_bytes())
    apart = seen.array[..., :3] / ((1 << seen.bits) - 1) - image.pixels.numpy()
    assert -10 * np.log10(np.mean(apart**2)) > 37


@pytest.mark.parametrize("word", ["png16", "tiff16"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_imagemagick_reads_16_bits(tmp_path: Path, word: str, channels: int) -> None:
    image = rough(channels, 16, width=64, height=48)
    path = saved(tmp_path, write_picture(image, word, metadata=ORIGIN), PICTURE_FORMATS[word].suffix)
    form = {1: "gray", 3: "rgb", 4: "rgba"}[channels]
    raw = program("convert", path, "-depth", "16", "-endian", "LSB", f"{form}:-")
    assert np.array_equal(np.frombuffer(raw, "<u2").reshape(48, 64, channels), codes(image, 16))


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("compression", ["zip", "piz", "none"])
def test_a_decoder_of_its_own_reads_exr(tmp_path: Path, bits: int, compression: str) -> None:
    pixels = soft(3, width=64, height=48).pixels * 30
    data = write_exr(Image(pixels, ColorSpace.LINEAR), bits=bits, compression=compression, metadata=ORIGIN)
    path = saved(tmp_path, data, "exr")
    raw = program("ffmpeg", "-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gbrpf32le", "-")
    green, blue, red = np.frombuffer(raw, "<f4").reshape(3, 48, 64)
    expected = pixels.numpy().astype(np.float16 if bits == 16 else np.float32).astype(np.float32)
    assert np.array_equal(np.stack([red, green, blue], axis=2), expected)


def test_the_libraries_own_tools_find_our_headers_in_order(tmp_path: Path) -> None:
    layers = {"": soft(4, space=ColorSpace.LINEAR), "normal": soft(3, space=ColorSpace.DATA)}
    header = program("exrheader", saved(tmp_path, write_exr(layers, metadata=ORIGIN), "exr")).decode()
    assert "normal.R, 16-bit floating-point" in header
    assert f'assetgen:asset (type string): "{ORIGIN.asset}"' in header
    tags = program("tiffinfo", saved(tmp_path, file_of("tiff16", origin=True), "tif")).decode()
    assert "Bits/Sample: 16" in tags
    assert "Photometric Interpretation: RGB color" in tags


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_exiftool_sees_what_a_file_says(tmp_path: Path, word: str) -> None:
    path = saved(tmp_path, file_of(word, origin=True), PICTURE_FORMATS[word].suffix)
    (said,) = json.loads(program("exiftool", "-j", "-u", "-charset", "UTF8", path))
    assert "Warning" not in said
    if word.startswith("exr"):
        assert ORIGIN.prompt in said.values()
        return
    assert said["Title"] == ORIGIN.asset
    assert said["Description"] == ORIGIN.prompt
    assert said["Rights"] == said["UsageTerms"] == ORIGIN.licence
    assert said["CreatorTool"] == ORIGIN.generator
    assert said["Negative"] == ORIGIN.negative
    assert int(said["Seed"]) == ORIGIN.seed
    assert said["Key"] == ORIGIN.key
    assert said["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")


@pytest.mark.parametrize("word", list(PICTURE_FORMATS))
def test_exiftool_finds_nothing_in_a_stripped_file(tmp_path: Path, word: str) -> None:
    path = saved(tmp_path, file_of(word), PICTURE_FORMATS[word].suffix)
    printed = program("exiftool", "-j", "-u", path).decode().lower()
    assert not any(
        name in printed for name in ('assetgen"', "xmp", "title", "software", "creatortool", "seed")
    )
