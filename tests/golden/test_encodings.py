from __future__ import annotations

import pytest

from tests.golden.encodings import current, recorded


@pytest.mark.parametrize(
    "step", ["bc7", "bc45", "bc1", "bc3", "bc6h", "dds", "ktx2", "png", "pictures", "metadata"]
)
def test_output_changes_only_together_with_its_version(step: str) -> None:
    now, before = current()[step], recorded()[step]
    assert now == before, (
        f"{step} makes other bytes than at version {before['version']}. If that is meant, raise its number "
        "in assetgen/versions.py and run python -m tests.golden.remake."
    )
