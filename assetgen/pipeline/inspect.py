"""What a texture or image file is, for `assetgen inspect`."""

from __future__ import annotations

from pathlib import Path

from assetgen.errors import FormatError
from assetgen.formats.dds import read_dds
from assetgen.formats.read_image import read_image
from assetgen.imaging.tiling import seam_ratio


def inspect_file(path: Path) -> dict[str, object]:
    """Return format, size, mips and, for images, how well the edges meet, as plain JSON.

    Raises:
        FormatError: the file cannot be read as a texture or an image.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror}.") from error
    if data[:4] == b"DDS ":
        file = read_dds(data)
        return {
            "path": str(path),
            "container": "dds",
            "format": file.shape.fmt.name,
            "srgb": file.shape.srgb,
            "width": file.shape.width,
            "height": file.shape.height,
            "mips": file.shape.mip_count,
            "bytes": len(data),
        }
    image = read_image(data)
    seam = seam_ratio(image)
    return {
        "path": str(path),
        "container": path.suffix.lstrip(".").lower(),
        "width": image.width,
        "height": image.height,
        "channels": image.channels,
        "alpha": image.alpha.value,
        "bytes": len(data),
        "seam_x": round(seam.x, 3),
        "seam_y": round(seam.y, 3),
    }
