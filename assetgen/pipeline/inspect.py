"""What a texture, image or sound file is, for `assetgen inspect`."""

from __future__ import annotations

from pathlib import Path

from assetgen.errors import FormatError
from assetgen.export.containers import CONTAINERS
from assetgen.formats.exr_header import read_exr_header
from assetgen.formats.read_image import as_image, read_samples
from assetgen.formats.read_metadata import holds_metadata, read_metadata
from assetgen.formats.samples import Samples
from assetgen.formats.sniff import sniff, sniff_sound
from assetgen.imaging.tiling import seam_ratio
from assetgen.pipeline.inspect_sound import describe_sound

_NOTHING_SAID = "none"


def inspect_file(path: Path) -> dict[str, object]:
    """Return format, size, mips, where it came from and, for images, how well the edges meet, as plain JSON.

    Of a sound, what `describe_sound` says.

    Raises:
        FormatError: the file cannot be read as a texture, an image or a sound.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror}.") from error
    kind = sniff(data)
    sound = sniff_sound(data) if kind is None else None
    if sound is not None:
        return {"path": str(path), "container": sound, "bytes": len(data), **describe_sound(data)}
    facts = _container(data, kind) if kind in CONTAINERS else _picture(data, kind)
    return {
        "path": str(path),
        "container": kind,
        **facts,
        "bytes": len(data),
        "metadata": _metadata(data, kind),
    }


def _container(data: bytes, kind: str) -> dict[str, object]:
    file = CONTAINERS[kind].read(data)
    return {
        "format": file.shape.fmt.name,
        "srgb": file.shape.srgb,
        "width": file.shape.width,
        "height": file.shape.height,
        "mips": file.shape.mip_count,
    }


def _picture(data: bytes, kind: str | None) -> dict[str, object]:
    if kind == "exr" and (channels := _exr_channels(data)):
        return channels
    samples = read_samples(data)
    image = as_image(samples)
    seam = seam_ratio(image)
    return {
        "width": image.width,
        "height": image.height,
        "channels": image.channels,
        "alpha": image.alpha.value,
        "bits": samples.bits,
        "samples": "float" if samples.is_float else "integer",
        "color": _color(samples),
        **_exr_facts(data, kind),
        "seam_x": round(seam.x, 3),
        "seam_y": round(seam.y, 3),
    }


def _color(samples: Samples) -> str:
    """Return what the file says of its values, its profile by name."""
    said = samples.space.value if samples.space else "not said, taken as srgb"
    return f"{said} (ICC profile: {samples.profile})" if samples.profile else said


def _exr_channels(data: bytes) -> dict[str, object] | None:
    """Return the size and the channels of an EXR file that shows no picture of its own, only layers or data."""
    header = read_exr_header(data)
    if len(header.channels) == 1 or {"Y", "R"} & header.channels.keys():
        return None
    return {"width": header.width, "height": header.height, **_exr_facts(data, "exr")}


def _exr_facts(data: bytes, kind: str | None) -> dict[str, object]:
    if kind != "exr":
        return {}
    header = read_exr_header(data)
    layers = [f"{name} {form}" for name, form in header.channels.items()]
    return {"compression": header.compression, "layers": layers}


def _metadata(data: bytes, kind: str | None) -> object:
    """Return what the file says of its making; a sentence where it says nothing, or cannot."""
    if kind is None or not holds_metadata(kind):
        return f"{_NOTHING_SAID}: this format has no place for it; see the manifest beside the file"
    found = read_metadata(data)
    return dict(found.texts()) if found else f"{_NOTHING_SAID}: the file says nothing of its making"
