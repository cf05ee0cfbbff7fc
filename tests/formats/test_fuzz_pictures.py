"""Damaged pictures are read or refused with one kind of error, whatever the format and wherever the damage."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import suppress

import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.read_image import read_image
from assetgen.formats.read_metadata import read_metadata
from assetgen.formats.write_picture import write_picture
from assetgen.specs.picture_formats import PICTURE_FORMATS
from tests.formats.hdr_files import hdr_file
from tests.formats.pictures import ORIGIN, file_of, rough, soft

LIMIT_PIXELS = 1 << 20


def _others() -> dict[str, bytes]:
    """Return files of formats that are only read, and of forms that our writers do not choose."""
    found = {"hdr": hdr_file(rough(3, 8).pixels.numpy() * 9)}
    for kind in ("TGA", "BMP", "GIF"):
        out = io.BytesIO()
        PIL.Image.new("RGB", (30, 20), (9, 200, 77)).save(out, kind)
        found[kind.lower()] = out.getvalue()
    out = io.BytesIO()
    PIL.Image.new("RGB", (30, 20), (9, 200, 77)).save(out, "TIFF", compression="tiff_lzw")
    found["lzw"] = out.getvalue()
    found["deep_alpha"] = write_picture(soft(4), "png16", metadata=ORIGIN)
    return found


FILES = {**{word: file_of(word, origin=True) for word in PICTURE_FORMATS}, **_others()}


def survives(data: bytes) -> bool:
    """Read everything that can be read of a file; return whether it was a picture."""
    with suppress(FormatError):
        read_metadata(data)
    try:
        image = read_image(data, limit_pixels=LIMIT_PIXELS)
    except FormatError:
        return False
    assert image.width * image.height <= LIMIT_PIXELS
    assert torch.isfinite(image.pixels).all()
    return True


@pytest.mark.parametrize("name", sorted(FILES))
@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 1 << 14),
)
def test_a_damaged_picture_is_read_or_refused(name: str, changes: list[tuple[int, int]], cut: int) -> None:
    data = FILES[name]
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    survives(bytes(damaged))
    survives(data[: cut % len(data)])


@pytest.mark.parametrize("name", sorted(set(FILES) - {"gif"}))
def test_a_picture_of_half_its_bytes_is_refused_or_whole_in_size(name: str) -> None:
    data = FILES[name]
    assert survives(data)
    survives(data[: len(data) // 2])


_STORM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from tests.formats.mutants import mutants
from tests.formats.test_fuzz_pictures import FILES, survives
survives(FILES[sys.argv[1]])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = sum(survives(data) for data in mutants(FILES[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(read, (after - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are asked of Linux")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(FILES))
def test_thousands_of_damaged_pictures_crash_no_process_and_take_little_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STORM, name, "4000", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # A megapixel of four floats, twice, and a decoder's own tables.
    assert int(done.stdout.split()[-1]) < 200
