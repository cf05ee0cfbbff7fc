"""Which map a picture holds, told by the end of its file name: the names that libraries, engines and painters use.

`castle_brick_07_nor_gl_1k`, `Rock020_1K-JPG_Color`, `T_Wall_ORM` and `Wall_AlbedoTransparency` all say it. Ends that
are words of their own as well, such as the metal of `rusty_metal`, and single letters say it only beside another map
of the same surface.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PICTURE_SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".tga", ".bmp", ".exr", ".avif", ".jxl"}
)
"""Of file names that are taken for pictures when a folder is given."""

_SURE: Final[Mapping[str, str]] = {
    "albedo": "albedo albedomap alb albedotransparency albedoalpha basecolor basecolour basecolormap basemap bc "
    "diffuse diffusemap diff colormap diffusecolor",
    "normal": "normal normals normalmap norm nor nrm nml normalgl normalogl normalopengl norgl nrmgl "
    "normaldx normaldirectx nordx nrmdx",
    "height": "height heightmap displacement displacementmap disp displace parallax bumpmap",
    "roughness": "roughness roughnessmap rgh",
    "gloss": "gloss glossiness glossmap smoothness smoothnessmap",
    "metallic": "metallic metalness metallicmap metalnessmap",
    "occlusion": "ao occlusion ambientocclusion occlusionmap aomap mixedao occ",
    "emissive": "emissive emission emissivecolor emissivemap emissionmap",
    "orm": "orm arm aorm occlusionroughnessmetallic occlusionroughmetal aoroughmetal",
    "rma": "rma",
    "metallic_roughness": "metallicroughness metalroughness metalrough",
    "metallic_smoothness": "metallicsmoothness metallicgloss",
    "mask": "maskmap",
}
_BESIDE: Final[Mapping[str, str]] = {
    "albedo": "color colour col base d c",
    "normal": "n",
    "height": "depth bump h",
    "roughness": "rough r",
    "gloss": "smooth g",
    "metallic": "metal met mtl m",
    "emissive": "glow emit e",
    "mask": "mask",
}
_UNUSED: Final = (
    "specular spec specularlevel opacity alpha cavity curvature thickness translucency subsurface sss id "
    "preview thumbnail thumb render scattering edge transmission"
)
_ROLES: Final = {word: (role, True) for role, words in _SURE.items() for word in words.split()} | {
    word: (role, False) for role, words in _BESIDE.items() for word in words.split()
}
_NOT_USED: Final = frozenset(_UNUSED.split())
_SIZE: Final = re.compile(
    r"[_\-. ](?:\d{1,2}k|\d{3,5}x\d{3,5}|2048|4096|1024|512|8192|jpe?g|png|tiff?|exr|8bit|16bit)$",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEPARATORS: Final = "_-. "
_MOST_TOKENS: Final = 3


@dataclass(frozen=True, slots=True)
class MapName:
    """What a file name says.

    Args:
        base: the surface's name, without the part that names the map; may be empty.
        role: a role of source pictures; empty where the name tells none.
        is_sure: whether that holds for the picture alone, without another map of the surface beside it.
        normal_y: "opengl" or "directx" where the name tells it.
        is_unused: whether it is a map that no material here has, such as specular.
    """

    base: str
    role: str = ""
    is_sure: bool = False
    normal_y: str = ""
    is_unused: bool = False


def read_map_name(stem: str) -> MapName:
    """Return what a file name without its suffix says."""
    short = _without_size(stem)
    tokens = list(_TOKEN.finditer(short))
    for count in range(min(_MOST_TOKENS, len(tokens)), 0, -1):
        used = tokens[-count:]
        if used[-1].end() != len(short):
            break  # the name ends in something that is no word
        word = "".join(token.group() for token in used).casefold()
        base = _without_size(short[: used[0].start()].rstrip(_SEPARATORS))
        is_apart = used[0].start() == 0 or short[used[0].start() - 1] in _SEPARATORS
        if word in _NOT_USED and is_apart:
            return MapName(base, is_unused=True)
        if word in _ROLES and (len(word) > 2 or is_apart):
            role, is_sure = _ROLES[word]
            return MapName(base, role, is_sure, _normal_y(word) if role == "normal" else "")
    return MapName(stem)


def _without_size(text: str) -> str:
    while found := _SIZE.search(text):
        text = text[: found.start()]
    return text


def _normal_y(word: str) -> str:
    if word.endswith(("dx", "directx")):
        return "directx"
    return "opengl" if word.endswith("gl") else ""
