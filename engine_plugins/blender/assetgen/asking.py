# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for, as the keys of a prompt file, from what stands in the panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import schema


def read_rows(parameters: Iterable[schema.Parameter], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of parameters to show, with the values that were set before.

    Args:
        known: values by the parameters' keys.
    """
    rows = []
    for one in parameters:
        value = known.get(one.key, one.start)
        if one.type == "choice" and value not in one.choices:
            value = one.start
        rows.append({"parameter": one, "is_set": one.key in known, "value": value})
    return rows


def spec_keys(
    *,
    kind: str,
    prompt: str,
    size: int = 0,
    style: str = "",
    backend: str = "",
    seed: int | None = None,
    variants: int = 1,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the keys of a prompt file; what is not said is left out.

    Args:
        values: of parameters, by their keys: `{"surface.meters": 2.0}` becomes `{"surface": {"meters": 2.0}}`.
    """
    keys: dict[str, Any] = {"kind": kind, "prompt": " ".join(prompt.split())}
    for name, value in (("size", size), ("style", style), ("backend", backend)):
        if value:
            keys[name] = value
    if seed is not None:
        keys["seed"] = seed
    if variants > 1:
        keys["variants"] = variants
    for key, value in (values or {}).items():
        place = keys
        *tables, last = key.split(".")
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    return keys
