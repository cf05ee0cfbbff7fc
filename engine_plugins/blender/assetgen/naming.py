# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: of an asset by its prompt, of the files and data-blocks that come of it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

_WORDS, _CHARACTERS = 5, 40
_LONGEST_DATA_NAME = 63


def asset_id(kind: str, prompt: str, *, copy: int = 1) -> str:
    """Return an asset's id: `materials/old_mossy_cobblestone_3fa9c1`.

    The same prompt gives the same id, so that asking again replaces what was made.

    Args:
        copy: more than 1 for another one of the same prompt, beside those that were pinned.
    """
    words = " ".join(unicodedata.normalize("NFC", prompt).split())
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall(r"[a-z0-9]+", plain)[:_WORDS])[:_CHARACTERS].rstrip("_") or "asset"
    digest = hashlib.sha256(f"{kind}\0{words}".encode()).hexdigest()[:6]
    return f"{kind}s/{slug}_{digest}" + (f"_c{copy}" if copy > 1 else "")


def data_name(asset: str) -> str:
    """Return a data-block's name for an asset: its last part without the digest, as words."""
    last = re.sub(r"_[0-9a-f]{6}((?:_c\d+)?(?:_v\d+)?)$", r"\1", asset.rpartition("/")[2])
    words = last.replace("_", " ").strip() or "asset"
    return (words[:1].upper() + words[1:])[:_LONGEST_DATA_NAME]


def is_variant_of(asset: str, original: str) -> bool:
    """Return whether an asset is one of several that were made of one order."""
    return asset == original or re.fullmatch(re.escape(original) + r"_v\d+", asset) is not None


def project_root(folder: Path) -> Path | None:
    """Return the folder of the outermost `assetgen.toml` above, searched up to one that holds `.git`, or None."""
    found = None
    for one in (folder, *folder.parents):
        if (one / "assetgen.toml").is_file():
            found = one
        if (one / ".git").exists():
            break
    return found
