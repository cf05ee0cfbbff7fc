"""Every asset kind, whole in one literal table."""

from __future__ import annotations

from typing import Any, Final

from assetgen.kinds.atlas import AtlasKind
from assetgen.kinds.audio import AudioKind
from assetgen.kinds.base import Kind
from assetgen.kinds.material import MaterialKind
from assetgen.kinds.texture import TextureKind

KINDS: Final[dict[str, Kind[Any]]] = {
    "texture": TextureKind(),
    "material": MaterialKind(),
    "atlas": AtlasKind(),
    "audio": AudioKind(),
}
