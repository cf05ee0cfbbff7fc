"""The release, and the version of every step whose output can change, in one literal table.

A step's number is part of each cache key that the step can influence. Raise it whenever the step's output
changes for the same input; a golden test fails when output changed and the number did not.
"""

from __future__ import annotations

from typing import Final

ASSETGEN: Final = "0.1.0"
"""The release; the package metadata is made from it."""

KEY_SCHEMA: Final = 1
"""The shape of the canonical document under every key."""

STEPS: Final[dict[str, int]] = {
    "grammar": 4,  # prompt -> parameters, and the lexicon under it
    "procedural.material": 2,  # parameters -> maps
    "finish": 2,  # maps -> normals, occlusion, mip chains
    "sources": 1,  # source pictures -> maps: seams mended, maps estimated
    "pack": 1,  # maps -> the channels of an engine's textures
    "bc7": 2,
    "bc45": 2,
    "bc1": 1,
    "bc3": 1,
    "bc6h": 1,
    "dds": 2,
    "ktx2": 1,
    "png": 1,
    "pictures": 1,  # every other picture format
    "metadata": 1,  # what files say of their making
    "atlas": 1,  # pictures -> pages
    "procedural.sound": 3,  # parameters -> samples
    "master": 3,  # samples -> mastered and encoded files
    "sound_engines": 2,  # what engines are told of a sound
    "sheet": 1,  # pages -> mip chains and data files
}
