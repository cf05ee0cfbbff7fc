"""The seam between recipes and what generates: a backend turns a spec into a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from assetgen.backends.table import find_backend
from assetgen.context import Context
from assetgen.specs.base import Spec


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Generated:
    """What a backend gives back.

    Args:
        value: the asset.
        prompt_report: how the prompt was understood, as JSON; None where there was none.
        warnings: plain sentences for the artist.
        fallbacks: where something else than was asked for had to be used, in plain sentences.
    """

    value: Any
    prompt_report: Mapping[str, object] | None = None
    warnings: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = field(default=())


class Backend(Protocol):
    """Generates assets; one instance lives as long as its worker."""

    def generate(self, spec: Spec, ctx: Context) -> Generated:
        """Return the asset that a spec asks for.

        Raises:
            BackendUnavailable: weights, a package or a device are missing.
            SpecError: the prompt asks for what this backend cannot make.
            Cancelled: somebody asked to stop.
        """
        ...


def load_backend(name: str, *, kind: str) -> Backend:
    """Import and return a backend.

    Raises:
        BackendUnavailable: there is none of that name, or it cannot make that kind.
    """
    entry = find_backend(name, kind=kind)
    return getattr(import_module(entry.module), entry.class_name)()
