"""Made sounds as bytes: what the store keeps between making and exporting.

Layout: 8 magic bytes, a little-endian u32 header length, the header as JSON, then one zstd frame for each signal:
its float32 samples, little-endian, channel by channel. A later export starts from these bytes, so it gives the same
files.
"""

from __future__ import annotations

import json
import struct

import numpy as np
import torch
import zstandard
from torch import Tensor

from assetgen.errors import FormatError
from assetgen.formats.bundle_parts import DAMAGE, unpack_frame
from assetgen.media.audio import AudioClip, Sounds

_MAGIC = b"AGSOUND1"
_LEVEL = 1


def is_audio_bundle(data: bytes) -> bool:
    """Return whether bytes begin as a bundle does."""
    return data[:8] == _MAGIC


def write_audio_bundle(sounds: Sounds) -> bytes:
    """Return the takes of a sound, with their stems and what was chosen for them."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    frames: list[bytes] = []

    def kept(signal: Tensor) -> int:
        frames.append(compressor.compress(signal.cpu().numpy().astype("<f4").tobytes()))
        return len(frames[-1])

    takes = [
        {
            "rate_hz": clip.sample_rate_hz,
            "shape": list(clip.samples.shape),
            "loop": list(clip.loop) if clip.loop else None,
            "bytes": kept(clip.samples),
            "stems": {name: kept(stem) for name, stem in clip.stems.items()},
        }
        for clip in sounds.takes
    ]
    header = json.dumps({"takes": takes, "facts": dict(sounds.facts), "mode": sounds.mode}).encode()
    return b"".join([_MAGIC, struct.pack("<I", len(header)), header, *frames])


def read_audio_bundle(data: bytes) -> Sounds:
    """Return the sounds of a bundle.

    Raises:
        FormatError: the bytes are no bundle, or a torn one.
    """
    if not is_audio_bundle(data) or len(data) < 12:
        raise FormatError("these bytes are no audio bundle.")
    at = 12 + struct.unpack_from("<I", data, 8)[0]
    try:
        header = json.loads(data[12:at])
        takes = []
        for entry in header["takes"]:
            shape = (int(entry["shape"][0]), int(entry["shape"][1]))
            samples = _signal(data[at : at + entry["bytes"]], shape)
            at += entry["bytes"]
            stems = {}
            for name, size in dict(entry["stems"]).items():
                stems[name] = _signal(data[at : at + size], shape)
                at += size
            loop = entry["loop"]
            takes.append(
                AudioClip(
                    samples=samples,
                    sample_rate_hz=int(entry["rate_hz"]),
                    loop=(int(loop[0]), int(loop[1])) if loop else None,
                    stems=stems,
                )
            )
        mode, facts = header["mode"], dict(header["facts"])
        if not isinstance(mode, str) or not all(
            isinstance(fact, int | float | str) for fact in facts.values()
        ):
            raise ValueError("its mode is no text, or a fact neither a number nor a text")
        sounds = Sounds(takes=tuple(takes), mode=mode, facts=facts)
    except DAMAGE as error:
        raise FormatError(f"the audio bundle is torn: {error}") from error
    if at != len(data):
        raise FormatError("the audio bundle is torn: there is more in it than it tells of.")
    return sounds


def _signal(frame: bytes, shape: tuple[int, int]) -> Tensor:
    raw = unpack_frame(frame, shape[0] * shape[1] * 4)
    return torch.from_numpy(np.frombuffer(raw, "<f4").reshape(shape).astype(np.float32))
