"""How existing art is finished: its seams mended, the maps it lacks guessed, its conventions told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assetgen.specs.fields import check_fields, choice, number, switch

REPAIRS: Final = ("auto", "always", "never")
LIGHTS: Final = ("top", "bottom", "left", "right")
NORMAL_YS: Final = ("opengl", "directx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What happens to source pictures on their way; nothing of it concerns what is generated."""

    repair: str = choice(
        *REPAIRS,
        default="auto",
        doc="Mend the seams that `tile` forbids: where there are any, anyway, or never.",
    )
    normal_y: str = choice(
        *NORMAL_YS,
        default="opengl",
        doc="Green channel of a normal map among the sources: +Y or -Y (DirectX).",
    )
    estimate: bool = switch(default=True, doc="Estimate the maps that the sources lack from those they have.")
    relief: float | None = number(
        0.0,
        10.0,
        default=None,
        unit="m",
        doc="Height between the lowest and the highest point; estimated when absent.",
    )
    detail: float = number(
        0.0,
        1.0,
        default=0.5,
        doc="Of an estimated height: 0 large shapes alone, 1 every grain as deep as it looks.",
    )
    invert: bool = switch(default=False, doc="Of an estimated height: dark is high instead of deep.")
    light: str | None = choice(
        *LIGHTS,
        default=None,
        doc="Side from which a photograph was lit, which makes height from shading; even light when absent.",
    )
    delight: float | None = number(
        0.0,
        1.0,
        default=None,
        doc="How far slow changes of light are taken out of the color; where they would show when absent.",
    )

    def __post_init__(self) -> None:
        check_fields(self)
