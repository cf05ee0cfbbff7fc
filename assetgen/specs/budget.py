"""What an asset may cost and how good it must be; a bake holds what it made against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assetgen.specs.fields import check_fields, integer, number, table_of

MOST_BYTES: Final = 1 << 50
MOST_TEXELS: Final = 1 << 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PsnrFloors:
    """The least PSNR of compressed maps in dB, by role; None asks for nothing."""

    all: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Every map without its own.")
    albedo: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Base color.")
    normal: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Normal map.")
    orm: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Every packed map.")
    roughness: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Roughness alone.")
    metallic: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Metallic alone.")
    occlusion: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Occlusion alone.")
    height: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Height map.")
    emissive: float | None = number(0, 99, default=None, stage="none", unit="dB", doc="Emitted light.")

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one asset for one target; None asks for nothing."""

    bytes: int | None = integer(
        1, MOST_BYTES, default=None, stage="none", unit="bytes", doc="Most that its files take on disk."
    )
    gpu_bytes: int | None = integer(
        1,
        MOST_BYTES,
        default=None,
        stage="none",
        unit="bytes",
        doc="Most that its encoded maps take in GPU memory, with their mips.",
    )
    texels: int | None = integer(
        1,
        MOST_TEXELS,
        default=None,
        stage="none",
        unit="texels",
        doc="Most texels of its files, mips not counted.",
    )
    psnr_db: PsnrFloors = table_of(  # noqa: RUF009
        PsnrFloors,
        default=PsnrFloors(),
        stage="none",
        doc="Least PSNR of encoded maps and of their mips of 64 texels and more.",
    )
    angle_deg: float | None = number(
        0,
        180,
        default=None,
        stage="none",
        unit="degrees",
        doc="Most that encoded normals are off on average.",
    )
    seam: float | None = number(
        0,
        1000,
        default=None,
        stage="none",
        doc="Most that any seam ratio comes to; 1.25 is where eyes see it.",
    )
    coverage: float | None = number(
        0, 1, default=None, stage="none", doc="Most that a mip's alpha coverage is off that of level 0."
    )

    def __post_init__(self) -> None:
        check_fields(self)
