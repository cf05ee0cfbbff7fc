"""Documents to start from: one full example a kind, and the places in them that a mutation can reach."""

from __future__ import annotations

import copy
from typing import Any

from assetgen.specs.wording import KeyPath

TEXTURE: dict[str, Any] = {
    "assetgen": 1,
    "kind": "texture",
    "prompt": "worn red brick wall, thin grey mortar, a little moss",
    "negative": "text",
    "source": {"albedo": "a.png", "normal": "b.png"},
    "id": "walls/brick",
    "seed": 4127,
    "backend": "procedural",
    "style": "toon",
    "variants": 2,
    "strict": True,
    "targets": ["unity", "web"],
    "engine": {"unity": {"pack": "urp", "container": "dds"}, "unreal": {"normal_y": "directx"}},
    "allow_npot": False,
    "budget": {"bytes": 3_000_000, "psnr_db": {"all": 30, "albedo": 38.5}, "seam": 1.25},
    "size": [2048, 2048],
    "tile": "xy",
    "finish": {"repair": "never", "normal_y": "directx", "estimate": False, "relief": 0.02, "detail": 0.2},
    "role": "albedo",
    "mipmaps": True,
    "export": {"role": "albedo", "formats": ["png", "dds:bc7"], "mipmaps": True, "mip_filter": "mitchell"},
}

MATERIAL: dict[str, Any] = {
    "assetgen": 1,
    "kind": "material",
    "prompt": "cracked basalt dungeon floor",
    "size": 2048,
    "tile": "x",
    "maps": {
        "albedo": True,
        "normal": {"strength": 1.2},
        "height": {"bits": 16},
        "orm": True,
        "emissive": False,
    },
    "surface": {"meters": 2.0, "roughness": [0.35, 0.9], "metallic": 0.0},
    "export": {
        "sizes": [2048, 512],
        "albedo": "bc7",
        "normal": "bc5",
        "height": "png16",
        "quality": "fast",
        "mip_edges": "mirror",
    },
    "finish": {"invert": True, "light": "top", "delight": 0.5},
    "params": {"slab_size": 0.4, "grain": "fine"},
}

ATLAS: dict[str, Any] = {
    "assetgen": 1,
    "kind": "atlas",
    "uses": ["sprites/*.png", "walls/brick"],
    "source": {"hero": "hero.png"},
    "names": "path",
    "page": {
        "max": 2048,
        "pot": True,
        "square": False,
        "padding": 2,
        "extrude": 1,
        "align": 4,
        "rotate": True,
    },
    "mips": 3,
    "trim": True,
    "pivot": [0.5, 1.0],
    "alpha": "cutout",
    "cutoff": 0.4,
    "maps": ["albedo", "normal"],
    "export": {"data": ["json", "hash"], "quality": "fast"},
}

AUDIO: dict[str, Any] = {
    "assetgen": 1,
    "kind": "audio",
    "prompt": "calm lo-fi beat",
    "mode": "music",
    "seconds": 12.5,
    "bars": 16,
    "bpm": 84.0,
    "lead_in": 0.25,
    "key": "F# minor",
    "loop": {"crossfade_ms": 250.0},
    "takes": 2,
    "channels": "mono",
    "sample_rate": 48000,
    "master": {
        "profile": "game_music",
        "lufs": -18.0,
        "true_peak": -1.5,
        "low": 2.0,
        "mid": -1.5,
        "high": 3.0,
    },
    "export": {"formats": ["ogg", "wav"], "quality": 0.6, "stems": True},
}

PROJECT: dict[str, Any] = {
    "assetgen": 1,
    "name": "Dungeon",
    "output": "generated",
    "targets": ["godot"],
    "style": {"ruins": {"prompt": "overgrown", "size": 512, "maps": {"normal": {"strength": 2}}}},
    "rule": [{"match": "props/**", "style": "ruins", "export": {"quality": "fast", "formats": ["png"]}}],
}


def paths_in(document: object) -> list[KeyPath]:
    """Return the path of everything in a document but the document itself."""
    found: list[KeyPath] = []
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    else:
        return found
    for name, value in items:
        found.append((name,))
        found.extend((name, *rest) for rest in paths_in(value))
    return found


def changed(document: dict[str, Any], path: KeyPath, value: object) -> dict[str, Any]:
    """Return a copy of a document with one value replaced or added."""
    copied = copy.deepcopy(document)
    inner: Any = copied
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return copied


def without(document: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    """Return a copy of a document without one value."""
    copied = copy.deepcopy(document)
    inner: Any = copied
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return copied
