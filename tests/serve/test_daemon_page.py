"""The manual's table of errors is the one that the daemon goes by."""

from __future__ import annotations

import re
from pathlib import Path

from assetgen import errors
from assetgen.errors import AssetGenError
from assetgen.serve.status import code_of, to_message

PAGE = Path(__file__).parent.parent.parent / "docs" / "daemon.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([A-Z_]+) \|", re.MULTILINE)


def test_every_reason_stands_in_the_manual_with_its_status() -> None:
    told = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    tree = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssetGenError)
    ]
    real = {to_message(kind("x")).reason: code_of(kind("x")).name for kind in tree}
    assert {reason: told.get(reason) for reason in real} == real
