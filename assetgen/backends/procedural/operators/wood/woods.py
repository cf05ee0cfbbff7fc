"""The woods of the library: how each grows and what it looks like."""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.operators.wood.timber import Species

WOODS: Final[dict[str, Species]] = {
    "pine": Species(
        colors=("#b89e79", "#a68660", "#826141", "#61452f"),
        ring_m=0.0066,
        hardness=3.2,
        contrast=1.0,
        pores=0.2,
    ),
    "larch": Species(
        colors=("#b18d6a", "#997453", "#765239", "#563a29"),
        ring_m=0.0054,
        hardness=2.6,
        contrast=0.95,
        pores=0.25,
    ),
    "oak": Species(
        colors=("#ad9677", "#937b5b", "#745d44", "#564434"),
        ring_m=0.0050,
        hardness=1.8,
        contrast=0.75,
        pores=1.0,
    ),
    "walnut": Species(
        colors=("#876a51", "#6d523c", "#513a2b", "#3d2b21"),
        ring_m=0.0058,
        hardness=1.6,
        contrast=0.7,
        pores=0.7,
    ),
    "birch": Species(
        colors=("#cdb58e", "#bb9f77", "#a28460", "#84674a"),
        ring_m=0.0046,
        hardness=1.5,
        contrast=0.4,
        pores=0.15,
    ),
    "ash": Species(
        colors=("#c8b593", "#b09a77", "#8f7857", "#6f5b43"),
        ring_m=0.0058,
        hardness=2.4,
        contrast=0.9,
        pores=0.9,
    ),
    "cherry": Species(
        colors=("#a8714f", "#8f5a3e", "#74452f", "#583424"),
        ring_m=0.0048,
        hardness=1.6,
        contrast=0.5,
        pores=0.25,
    ),
    "mahogany": Species(
        colors=("#875239", "#6f3f2b", "#573021", "#42251b"),
        ring_m=0.0070,
        hardness=1.3,
        contrast=0.4,
        pores=0.8,
    ),
    "teak": Species(
        colors=("#a5794f", "#8a603b", "#6c482c", "#503524"),
        ring_m=0.0056,
        hardness=1.9,
        contrast=0.75,
        pores=0.7,
    ),
    "cedar": Species(
        colors=("#b27b57", "#965e41", "#77472f", "#593526"),
        ring_m=0.0040,
        hardness=2.8,
        contrast=0.8,
        pores=0.1,
    ),
    "ebony": Species(
        colors=("#4f4138", "#40342d", "#342a25", "#2b231f"),
        ring_m=0.0044,
        hardness=1.4,
        contrast=0.5,
        pores=0.5,
    ),
}
"""By the names that the option "species" of the materials takes."""
