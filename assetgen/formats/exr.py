"""OpenEXR out and in: any number of channels in layers, half or 32-bit floats, through the project's own library.

Color in an EXR file is linear light. A layer's channels are named R, G, B, A, or Y and A for grey; a layer with a
name puts it and a dot before each.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from typing import Final

import numpy as np

from assetgen.errors import FormatError
from assetgen.formats.codecs import codec, reader
from assetgen.formats.exr_header import ExrHeader, read_exr_header
from assetgen.formats.samples import Samples, check_size
from assetgen.media.image import ColorSpace, Image
from assetgen.media.metadata import Metadata

LARGEST_HALF: Final = 65504.0
_NAMES: Final = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}
_COMPRESSIONS: Final = {"zip": "ZIP_COMPRESSION", "piz": "PIZ_COMPRESSION", "none": "NO_COMPRESSION"}
_MOST_PIXEL_BYTES: Final = 64
"""A picture of the largest size may hold this much a pixel: sixteen floats."""
_DAMAGE: Final = (
    RuntimeError,
    ValueError,
    TypeError,
    OSError,
    MemoryError,
    OverflowError,
    KeyError,
    IndexError,
)


def write_exr(
    layers: Image | Mapping[str, Image],
    *,
    bits: int = 16,
    compression: str = "zip",
    metadata: Metadata | None = None,
) -> bytes:
    """Return images as the layers of an EXR file.

    Args:
        layers: one image, or several of one size by layer name; the empty name is the picture that viewers show.
            Values are written as they are; half floats end at 65504.
        bits: 16 for half, 32 for full floats.
        compression: "zip", "piz" (smaller where there is grain) or "none"; all keep every bit.
        metadata: where it came from, kept as string attributes.

    Raises:
        FormatError: an sRGB image, which EXR cannot say; images of different sizes; other bits or compressions.
        BackendUnavailable: OpenEXR is not installed.
    """
    library = codec("OpenEXR")
    if isinstance(layers, Image):
        layers = {"": layers}
    if bits not in (16, 32) or compression not in _COMPRESSIONS:
        raise FormatError(
            f"an EXR file has 16 or 32 bits and zip, piz or none here, not {bits} and {compression}."
        )
    if len({(image.width, image.height) for image in layers.values()}) != 1:
        raise FormatError("the layers of an EXR file are of one size, and at least one.")
    channels: dict[str, np.ndarray] = {}
    for layer, image in layers.items():
        if image.space is ColorSpace.SRGB:
            raise FormatError(
                "color in an EXR file is linear light, and this image is sRGB; convert it first."
            )
        pixels = image.pixels.detach().cpu().numpy()
        for index, name in enumerate(_NAMES[image.channels]):
            channels[f"{layer}.{name}" if layer else name] = _plane(pixels[..., index], bits)
    header = {"compression": getattr(library, _COMPRESSIONS[compression]), "type": library.scanlineimage}
    if metadata is not None:
        header |= {name: text.replace("\0", "") for name, text in metadata.pairs().items()}
    stream = BytesIO()
    library.File(header, channels).write(stream)
    return stream.getvalue()


def read_exr(data: bytes, *, limit_pixels: int, layer: str = "") -> Samples:
    """Return one layer of an EXR file: grey, color, either with alpha, or the one channel that there is.

    Raises:
        FormatError: it is damaged or too large, has no such layer, or its library is not installed.
    """
    header, planes = _planes(data, limit_pixels)
    names = _layer_names(header, layer)
    array = np.stack([planes[name] for name in names], axis=2)
    if array.dtype.kind == "u":
        array = array.astype(np.float32)
    return Samples(array=array, bits=array.dtype.itemsize * 8, space=ColorSpace.LINEAR)


def read_exr_channels(data: bytes, *, limit_pixels: int) -> dict[str, np.ndarray]:
    """Return every channel of an EXR file by name, (H, W) float16, float32 or uint32.

    Raises:
        FormatError: it is damaged or too large, or its library is not installed.
    """
    return _planes(data, limit_pixels)[1]


def _plane(plane: np.ndarray, bits: int) -> np.ndarray:
    if bits == 32:
        return np.ascontiguousarray(plane, np.float32)
    return np.clip(plane, -LARGEST_HALF, LARGEST_HALF).astype(np.float16)


def _planes(data: bytes, limit_pixels: int) -> tuple[ExrHeader, dict[str, np.ndarray]]:
    header = read_exr_header(data)
    check_size(header.width, header.height, limit_pixels)
    if header.width * header.height * header.pixel_bytes > limit_pixels * _MOST_PIXEL_BYTES:
        raise FormatError(
            f"this EXR file has {len(header.channels)} channels, too many for its size; drop some."
        )
    library = reader("OpenEXR", "EXR")
    try:
        with redirect_stdout(StringIO()):  # the library prints what ails a file, and leaves its parts out
            file = library.File(BytesIO(data), separate_channels=True, num_threads=0)
        planes = {name: np.asarray(channel.pixels) for name, channel in file.channels().items()}
    except _DAMAGE as error:
        raise FormatError(f"this EXR file is damaged ({error}); save it again.") from error
    if any(plane.shape != (header.height, header.width) for plane in planes.values()) or not planes:
        raise FormatError("this EXR file gives other channels than its header promises; save it again.")
    return header, planes


def _layer_names(header: ExrHeader, layer: str) -> tuple[str, ...]:
    """Return the names of the channels that make up a layer, in the order of an image."""
    start = f"{layer}." if layer else ""
    own = {name.removeprefix(start) for name in header.channels if name.startswith(start)}
    for names in (_NAMES[4], _NAMES[3], _NAMES[2], _NAMES[1]):
        if own >= set(names):
            return tuple(start + name for name in names)
    if len(header.channels) == 1 and not layer:
        return tuple(header.channels)
    listed = ", ".join(sorted(header.channels))
    wanted = f'no layer "{layer}"' if layer else "no channels R, G, B or Y"
    raise FormatError(f"this EXR file has {wanted}, but {listed}; rename them.")
