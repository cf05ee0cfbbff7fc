"""What readers that others wrote make of our DDS and KTX2 files, texel by texel, level by level.

Each reader is asked for what it can read and skipped with a reason where it is not installed:
OpenImageIO and imagecodecs (packages of the `dev` extra), `ktx` of KTX-Software 5 and `dds_dump` (over Microsoft's
DirectXTex) on the PATH, NVIDIA Texture Tools likewise, and node with the package ktx-parse in NODE_PATH or in
node_modules of a folder above.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from assetgen.export.texels import decode_texels
from assetgen.formats.dds import read_dds, write_dds
from assetgen.formats.dds_header import HEADER_BYTES
from assetgen.formats.ktx2 import read_ktx2, write_ktx2
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape, Texture
from tests.formats.browser.browser import node_modules
from tests.formats.test_dds import LEGACY, legacy
from tests.formats.textures import random_texture

SIZES = [(16, 16), (20, 12), (5, 3), (1, 1)]
FLOATS = (TexelFormat.BC6H_UFLOAT, TexelFormat.BC6H_SFLOAT)


def full(fmt: TexelFormat, width: int, height: int, *, srgb: bool = False) -> Texture:
    mip_count = max(width, height).bit_length()
    return random_texture(Shape(fmt=fmt, width=width, height=height, mip_count=mip_count, srgb=srgb))


def texels(texture: Texture, level: int, *, layer: int = 0, face: int = 0) -> np.ndarray:
    width, height = texture.shape.level_size(level)
    image = texture.image(level, layer=layer, face=face)
    return decode_texels(image, texture.shape.fmt, width=width, height=height).double().numpy()


OPEN_IMAGE_IO = [
    # format, sRGB, how far decoders may lie apart: BC1 to BC5 leave the rounding of what lies between ends open
    (TexelFormat.BC1, False, 1),
    (TexelFormat.BC1, True, 1),
    (TexelFormat.BC3, False, 1),
    (TexelFormat.BC3, True, 1),
    (TexelFormat.BC4, False, 1),
    (TexelFormat.BC5, False, 1),
    (TexelFormat.BC7, False, 0),
    (TexelFormat.BC7, True, 0),
    (TexelFormat.RGBA8, False, 0),
    (TexelFormat.RGBA8, True, 0),
]


@pytest.mark.parametrize(("fmt", "srgb", "apart"), OPEN_IMAGE_IO)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_openimageio_reads_every_level_of_a_dds_file(
    tmp_path: Path, fmt: TexelFormat, srgb: bool, apart: int, width: int, height: int
) -> None:
    oiio = pytest.importorskip("OpenImageIO")
    texture = full(fmt, width, height, srgb=srgb)
    (tmp_path / "a.dds").write_bytes(write_dds(texture))
    reader = oiio.ImageInput.open(str(tmp_path / "a.dds"))
    for level in range(texture.shape.mip_count):
        assert reader.seek_subimage(0, level)
        channels = reader.spec().nchannels
        seen = np.atleast_3d(reader.read_image(0, level, 0, channels, oiio.UINT8)).astype(float)
        expected = texels(texture, level)
        count = min(channels, expected.shape[2])
        assert seen.shape[:2] == expected.shape[:2]
        assert np.abs(seen[..., :count] - expected[..., :count] * 255).max() <= apart + 0.01
    assert not reader.seek_subimage(0, texture.shape.mip_count)
    reader.close()


@pytest.mark.parametrize("fmt", FLOATS)
def test_openimageio_reads_half_floats_of_bc6h(tmp_path: Path, fmt: TexelFormat) -> None:
    oiio = pytest.importorskip("OpenImageIO")
    texture = full(fmt, 20, 12)
    (tmp_path / "a.dds").write_bytes(write_dds(texture))
    reader = oiio.ImageInput.open(str(tmp_path / "a.dds"))
    for level in range(texture.shape.mip_count):
        seen = np.asarray(reader.read_image(0, level, 0, 3, oiio.FLOAT))
        assert np.array_equal(seen, texels(texture, level))
    reader.close()


@pytest.mark.parametrize(
    ("fmt", "srgb"),
    [(TexelFormat.BC4, False), (TexelFormat.BC5, False), (TexelFormat.BC7, False), (TexelFormat.BC7, True)],
)
@pytest.mark.parametrize(("width", "height"), [(16, 16), (20, 12)])  # it takes multiples of four alone
def test_imagecodecs_reads_dds_files(fmt: TexelFormat, srgb: bool, width: int, height: int) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    texture = full(fmt, width, height, srgb=srgb)
    seen = np.atleast_3d(imagecodecs.dds_decode(write_dds(texture)))
    assert np.abs(seen - texels(texture, 0) * 255).max() < 0.01


@pytest.mark.parametrize("fmt", FLOATS)
def test_imagecodecs_reads_half_floats_of_bc6h(fmt: TexelFormat) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    texture = full(fmt, 20, 12)
    assert np.array_equal(imagecodecs.dds_decode(write_dds(texture)), texels(texture, 0))


def test_imagecodecs_finds_the_faces_of_a_cube_map() -> None:
    """It looks for the next face right behind level 0, so the cube has no mips."""
    imagecodecs = pytest.importorskip("imagecodecs")
    texture = random_texture(Shape(fmt=TexelFormat.BC7, width=8, height=8, is_cube=True))
    seen = imagecodecs.dds_decode(write_dds(texture))
    assert seen.shape == (6, 8, 8, 4)
    for face in range(6):
        assert np.array_equal(seen[face], np.rint(texels(texture, 0, face=face) * 255))


def test_openimageio_finds_the_faces_of_a_cube_map_behind_each_others_mips(tmp_path: Path) -> None:
    """It finds level 0 of every face, but misses smaller levels of anybody's cube maps."""
    oiio = pytest.importorskip("OpenImageIO")
    texture = random_texture(Shape(fmt=TexelFormat.BC7, width=8, height=8, mip_count=4, is_cube=True))
    (tmp_path / "a.dds").write_bytes(write_dds(texture))
    reader = oiio.ImageInput.open(str(tmp_path / "a.dds"))
    assert reader.spec().get_string_attribute("dds:CubeMapSides") == "+x -x +y -y +z -z"
    seen = np.asarray(reader.read_image(0, 0, 0, 4, oiio.UINT8)).reshape(6, 8, 8, 4)
    for face in range(6):
        assert np.array_equal(seen[face], np.rint(texels(texture, 0, face=face) * 255))
    reader.close()


@pytest.fixture(scope="module")
def dds_dump() -> str:
    tool = shutil.which("dds_dump")
    if tool is None:
        pytest.skip("dds_dump, see dds_dump.cpp beside this file, is not on the PATH")
    return tool


def check_with_directxtex(tool: str, folder: Path, data: bytes, texture: Texture) -> None:
    """Compare every image of every level with what Microsoft's own library reads."""
    shape, path, dumped = texture.shape, folder / "a.dds", folder / "a.floats"
    path.write_bytes(data)
    said = subprocess.run([tool, str(path), str(dumped)], check=True, capture_output=True, text=True).stdout
    assert [int(word) for word in said.split()] == [
        *(shape.width, shape.height, shape.images, shape.mip_count),
        *(shape.fmt.dxgi(srgb=shape.srgb), int(shape.is_cube), shape.alpha.value),
    ]
    floats, start = np.fromfile(dumped, "<f4"), 0
    # Ends of BC1 to BC5 are 8 bits or less, and how to round what lies between them is left open.
    apart = 1e-6 if shape.fmt is TexelFormat.BC7 or shape.fmt.is_float or not shape.fmt.is_blocks else 0.005
    for layer in range(shape.layers):
        for face in range(shape.faces):
            for level in range(shape.mip_count):
                expected = texels(texture, level, layer=layer, face=face)
                height, width, channels = expected.shape
                seen = floats[start : start + width * height * 4].reshape(height, width, 4)
                assert np.abs(seen[..., :channels] - expected).max() <= apart, (shape, layer, face, level)
                start += width * height * 4
    assert start == len(floats)


@pytest.mark.slow
def test_directxtex_reads_every_image_of_every_dds_file(dds_dump: str, tmp_path: Path) -> None:
    for shape in shapes_of_all_kinds():
        texture = random_texture(shape)
        check_with_directxtex(dds_dump, tmp_path, write_dds(texture), texture)
    for alpha in Alpha:
        texture = random_texture(Shape(fmt=TexelFormat.BC7, width=5, height=3, mip_count=3, alpha=alpha))
        check_with_directxtex(dds_dump, tmp_path, write_dds(texture), texture)


@pytest.mark.slow
@pytest.mark.parametrize("caps2", [0, 0xFE00])
@pytest.mark.parametrize("code", [row[0] for row in LEGACY])
def test_directxtex_reads_older_files_as_we_do(dds_dump: str, tmp_path: Path, code: str, caps2: int) -> None:
    fmt = next(row[1] for row in LEGACY if row[0] == code)
    shape = Shape(fmt=fmt, width=8, height=8, mip_count=4, is_cube=caps2 != 0)
    body = write_dds(random_texture(shape))[HEADER_BYTES:]
    data = legacy(code.encode(), width=8, height=8, mip_count=4, caps2=caps2) + body
    check_with_directxtex(dds_dump, tmp_path, data, read_dds(data))


def shapes_of_all_kinds() -> list[Shape]:
    shapes = [
        Shape(fmt=fmt, width=w, height=h, mip_count=max(w, h).bit_length(), srgb=srgb)
        for fmt in TexelFormat
        for srgb in (False, True)
        for w, h in SIZES
        if fmt.has_srgb or not srgb
    ]
    for fmt in (TexelFormat.BC7, TexelFormat.BC1, TexelFormat.R8, TexelFormat.RGBA16F):
        for layers, is_cube in ((3, False), (1, True), (2, True)):
            shapes.append(Shape(fmt=fmt, width=5, height=5, mip_count=3, layers=layers, is_cube=is_cube))
    for alpha in (Alpha.OPAQUE, Alpha.PREMULTIPLIED):
        shapes.append(Shape(fmt=TexelFormat.BC1, width=4, height=4, alpha=alpha))
    return shapes


@pytest.mark.slow
def test_khronos_own_tool_finds_nothing_to_say_about_our_ktx2_files_and_extracts_their_images(
    tmp_path: Path,
) -> None:
    ktx = shutil.which("ktx")
    if ktx is None:
        pytest.skip("ktx of KTX-Software is not on the PATH")
    for shape in shapes_of_all_kinds():
        texture = random_texture(shape)
        for zstd_level in (None, 6):
            path = tmp_path / "a.ktx2"
            path.write_bytes(write_ktx2(texture, zstd_level=zstd_level))
            command = [ktx, "validate", "--warnings-as-errors", "--format", "mini-json", str(path)]
            said = json.loads(subprocess.run(command, capture_output=True, check=False, text=True).stdout)
            assert (said["valid"], said["messages"]) == (True, []), shape
        level, layer, face = shape.mip_count - 1, shape.layers - 1, shape.faces - 1
        where = ["--level", str(level)]
        where += ["--layer", str(layer)] if shape.layers > 1 else []
        where += ["--face", str(face)] if shape.is_cube else []
        command = [ktx, "extract", "--raw", *where, str(path), str(tmp_path / "raw")]
        subprocess.run(command, check=True, capture_output=True)
        assert (tmp_path / "raw").read_bytes() == texture.image(level, layer=layer, face=face), shape


@pytest.mark.slow
@pytest.mark.parametrize("packing", [[], ["--zstd", "19"], ["--zlib", "6"]])
def test_files_of_khronos_own_tool_are_read(tmp_path: Path, packing: list[str]) -> None:
    ktx = shutil.which("ktx")
    if ktx is None:
        pytest.skip("ktx of KTX-Software is not on the PATH")
    pixels = np.random.default_rng(0).integers(0, 256, (6, 12, 12, 4), dtype=np.uint8)
    faces = [str(tmp_path / f"{face}.png") for face in range(6)]
    for face, path in enumerate(faces):
        PIL.Image.fromarray(pixels[face]).save(path)
    made = str(tmp_path / "made.ktx2")
    options = ["--format", "R8G8B8A8_SRGB", "--assign-tf", "srgb", "--generate-mipmap", *packing]
    for kind, sources in ((["--cubemap"], faces), ([], faces[:1]), (["--layers", "3"], faces[:3])):
        subprocess.run([ktx, "create", *options, *kind, *sources, made], check=True, capture_output=True)
        texture = read_ktx2(Path(made).read_bytes())
        layers, is_cube = 3 if len(sources) == 3 else 1, len(sources) == 6
        assert texture.shape == Shape(
            fmt=TexelFormat.RGBA8, width=12, height=12, mip_count=4, srgb=True, layers=layers, is_cube=is_cube
        )
        assert texture.levels[0] == pixels[: len(sources)].tobytes()


_KTX_PARSE = """
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
const [module, ...paths] = process.argv.slice(1);
const { read } = await import(pathToFileURL(module));
const told = paths.map((path) => {
  const file = read(readFileSync(path));
  const [dfd] = file.dataFormatDescriptor;
  const levels = file.levels.map((level) => createHash("sha256").update(level.levelData).digest("hex"));
  const text = (value) => typeof value === "string" ? value : new TextDecoder().decode(value.slice(0, -1));
  const texts = Object.fromEntries(Object.entries(file.keyValue).map(([key, value]) => [key, text(value)]));
  return { header: [file.vkFormat, file.typeSize, file.pixelWidth, file.pixelHeight, file.pixelDepth,
    file.layerCount, file.faceCount, file.levelCount, file.supercompressionScheme],
    dfd: [dfd.colorModel, dfd.colorPrimaries, dfd.transferFunction, dfd.flags, dfd.bytesPlane[0]],
    samples: dfd.samples.length, unpacked: file.levels.map((level) => level.uncompressedByteLength),
    levels, texts };
});
console.log(JSON.stringify(told));
"""


def test_ktx_parse_finds_every_level_and_text(tmp_path: Path) -> None:
    node, modules = shutil.which("node"), node_modules("ktx-parse")
    if node is None or modules is None:
        pytest.skip("node, or its package ktx-parse, is not here")
    written = []
    for number, shape in enumerate(shapes_of_all_kinds()):
        texture = random_texture(shape)
        (tmp_path / f"{number}.ktx2").write_bytes(
            write_ktx2(texture, metadata={"prompt": "wet ✓"}, zstd_level=None, writer="us")
        )
        written.append(texture)
    paths = [str(tmp_path / f"{number}.ktx2") for number in range(len(written))]
    module = str(modules / "ktx-parse/dist/index.mjs")
    command = [node, "--input-type=module", "-e", _KTX_PARSE, "--", module, *paths]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for texture, told in zip(written, said, strict=True):
        shape = texture.shape
        assert told["header"][2:] == [
            *(shape.width, shape.height, 0),
            *(shape.layers if shape.layers > 1 else 0, shape.faces, shape.mip_count, 0),
        ]
        is_color = shape.srgb or shape.fmt.is_float
        flags = int(shape.alpha is Alpha.PREMULTIPLIED)
        assert told["dfd"][1:] == [int(is_color), 2 if shape.srgb else 1, flags, shape.fmt.unit_bytes]
        assert told["levels"] == [hashlib.sha256(level).hexdigest() for level in texture.levels]
        assert told["unpacked"] == [len(level) for level in texture.levels]
        assert told["texts"] == {"KTXorientation": "rd", "KTXwriter": "us", "prompt": "wet ✓"}


def test_nvidias_tools_write_files_that_are_read(tmp_path: Path) -> None:
    compress, assemble = shutil.which("nvcompress"), shutil.which("nvassemble")
    if compress is None or assemble is None:
        pytest.skip("nvcompress and nvassemble of NVIDIA Texture Tools are not on the PATH")
    rng = np.random.default_rng(0)
    faces = [str(tmp_path / f"{face}.tga") for face in range(6)]
    for face in faces:
        PIL.Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(face)
    cube = str(tmp_path / "cube.dds")
    subprocess.run([assemble, "-cube", *faces, "-o", cube], check=True, capture_output=True)
    for option, source, expected in [
        ("-bc1", cube, Shape(fmt=TexelFormat.BC1, width=16, height=16, mip_count=5, is_cube=True)),
        ("-bc1", faces[0], Shape(fmt=TexelFormat.BC1, width=16, height=16, mip_count=5)),
        ("-bc3", faces[0], Shape(fmt=TexelFormat.BC3, width=16, height=16, mip_count=5)),
        ("-bc4", faces[0], Shape(fmt=TexelFormat.BC4, width=16, height=16, mip_count=5)),
        ("-bc5", faces[0], Shape(fmt=TexelFormat.BC5, width=16, height=16, mip_count=5)),
    ]:
        path = tmp_path / "made.dds"
        subprocess.run([compress, "-silent", option, source, str(path)], check=True, capture_output=True)
        assert read_dds(path.read_bytes()).shape == expected
