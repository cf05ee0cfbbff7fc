"""The data format descriptor of a KTX2 file: what each format's texels mean, bit by bit.

Source: Khronos Data Format Specification 1.3, "Khronos Basic Data Format Descriptor Block" and "Compressed
formats"; KTX 2.0, "Data Format Descriptor". The standard library alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from assetgen.errors import FormatError
from assetgen.formats.texel_format import TexelFormat
from assetgen.formats.texture import Alpha, Shape

_BLOCK: Final = struct.Struct("<I I HH 4B 4B 8B")
"""Total size, vendor and type, version and block size; model, primaries, transfer, flags; block sides; planes."""
_SAMPLE: Final = struct.Struct("<H B B I I I")
"""Bit offset, bit length - 1, channel and qualifiers, position, lowest and highest value."""
LEAST_BYTES: Final = _BLOCK.size
_VERSION: Final = 2
_MODEL_RGBSDA: Final = 1
_PRIMARIES_NONE: Final = 0
_PRIMARIES_BT709: Final = 1
_TRANSFER_LINEAR: Final = 1
_TRANSFER_SRGB: Final = 2
_PREMULTIPLIED: Final = 1

_RED, _GREEN, _BLUE, _ALPHA = 0, 1, 2, 15
_IS_LINEAR: Final = 0x10
_IS_SIGNED: Final = 0x40
_IS_FLOAT: Final = 0x80
_MOST: Final = 0xFFFFFFFF
_ONE: Final = 0x3F800000
_MINUS_ONE: Final = 0xBF800000


@dataclass(frozen=True, slots=True)
class _Sample:
    channel: int
    offset: int
    bits: int
    low: int = 0
    high: int = _MOST
    qualifiers: int = 0


_CHANNELS: Final = (_RED, _GREEN, _BLUE, _ALPHA)
_MODELS: Final[dict[TexelFormat, tuple[int, tuple[_Sample, ...]]]] = {
    # A lone sample of BC1 on channel 1 says that texels may be clear; on channel 0 none is.
    TexelFormat.BC1: (128, (_Sample(1, 0, 64),)),
    TexelFormat.BC3: (130, (_Sample(_ALPHA, 0, 64), _Sample(0, 64, 64))),
    TexelFormat.BC4: (131, (_Sample(0, 0, 64),)),
    TexelFormat.BC5: (132, (_Sample(_RED, 0, 64), _Sample(_GREEN, 64, 64))),
    TexelFormat.BC6H_UFLOAT: (133, (_Sample(0, 0, 128, 0, _ONE, _IS_FLOAT),)),
    TexelFormat.BC6H_SFLOAT: (133, (_Sample(0, 0, 128, _MINUS_ONE, _ONE, _IS_FLOAT | _IS_SIGNED),)),
    TexelFormat.BC7: (134, (_Sample(0, 0, 128),)),
}


def descriptor_bytes(shape: Shape) -> bytes:
    """Return the descriptor of a texture.

    Color has the primaries of BT.709; what is neither sRGB nor float is data and has none.
    """
    model, samples = _samples(shape)
    side = 3 if shape.fmt.is_blocks else 0
    size = _BLOCK.size + _SAMPLE.size * len(samples)
    is_color = shape.srgb or shape.fmt.is_float
    head = _BLOCK.pack(
        *(size, 0, _VERSION, size - 4),
        *(model, _PRIMARIES_BT709 if is_color else _PRIMARIES_NONE),
        *(_TRANSFER_SRGB if shape.srgb else _TRANSFER_LINEAR,),
        *(_PREMULTIPLIED if shape.alpha is Alpha.PREMULTIPLIED else 0,),
        *(side, side, 0, 0),
        *(shape.fmt.unit_bytes, 0, 0, 0, 0, 0, 0, 0),
    )
    return head + b"".join(_sample_bytes(sample, srgb=shape.srgb) for sample in samples)


def check_descriptor(data: bytes, shape: Shape) -> Alpha:
    """Return what the descriptor of a texture says about its alpha.

    Args:
        data: at least LEAST_BYTES.
        shape: what the header said.

    Raises:
        FormatError: it describes something else.
    """
    size, kind, _, block_size, model, _, transfer, flags, *sides_and_planes = _BLOCK.unpack_from(data)
    if size != len(data) or kind != 0 or block_size != size - 4:
        raise FormatError("a KTX2 file's data format descriptor is not one basic block; it is damaged.")
    expected, samples = _samples(shape)
    side = 3 if shape.fmt.is_blocks else 0
    if model != expected or sides_and_planes[:4] != [side, side, 0, 0]:
        raise FormatError(
            f"a KTX2 file says it is {shape.label} and describes color model {model}, not {expected}."
        )
    if (transfer == _TRANSFER_SRGB) is not shape.srgb and shape.fmt.has_srgb:
        raise FormatError(f"a KTX2 file says it is {shape.label} and describes transfer function {transfer}.")
    if size != _BLOCK.size + _SAMPLE.size * len(samples):
        raise FormatError(f"a KTX2 file of {shape.label} describes other channels than that has.")
    return Alpha.PREMULTIPLIED if flags & _PREMULTIPLIED else shape.alpha


def _samples(shape: Shape) -> tuple[int, tuple[_Sample, ...]]:
    """Return the color model and the samples of a format."""
    fmt = shape.fmt
    if fmt is TexelFormat.BC1 and shape.alpha is Alpha.OPAQUE:
        return 128, (_Sample(0, 0, 64),)
    if fmt in _MODELS:
        return _MODELS[fmt]
    bits = 8 * fmt.channel_bytes
    low, high, qualifiers = 0, (1 << bits) - 1, 0
    if fmt.is_float:
        low, high, qualifiers = _MINUS_ONE, _ONE, _IS_FLOAT | _IS_SIGNED
    channels = _CHANNELS[: fmt.channels]
    return _MODEL_RGBSDA, tuple(
        _Sample(channel, number * bits, bits, low, high, qualifiers)
        for number, channel in enumerate(channels)
    )


def _sample_bytes(sample: _Sample, *, srgb: bool) -> bytes:
    # Alpha is never sRGB-encoded, and where color is, that has to be said.
    linear = _IS_LINEAR if srgb and sample.channel == _ALPHA else 0
    kind = sample.channel | sample.qualifiers | linear
    return _SAMPLE.pack(sample.offset, sample.bits - 1, kind, 0, sample.low, sample.high)
