"""Pictures and prompts that are found to be bad only while baking: one bake meets them all, in this process."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from assetgen.execute.inline import InlineExecutor
from assetgen.store.manifest import verify_set
from tests.cli.command import CommandLine, Outcome
from tests.project.folders import material, texture, write

EDGE = 32


def picture(mode: str, form: str, *, edge: int = EDGE, **options: Any) -> bytes:
    stream = io.BytesIO()
    PIL.Image.new(mode, (edge, edge), 77 if mode in ("L", "P", "1") else None).save(stream, form, **options)
    return stream.getvalue()


def promising(width: int, height: int) -> bytes:
    """Return a PNG whose header promises many pixels and whose data are a few zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(99)))
        + chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    """Return a PNG of one pixel with a comment that unpacks to 64 MiB."""
    whole = picture("L", "PNG", edge=16)
    body = b"Comment\0\0" + zlib.compress(bytes(64 << 20), 9)
    comment = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return whole[:33] + comment + whole[33:]


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "source.albedo:"),
    "text": (b"this is no picture", "source.albedo:"),
    "truncated": (picture("RGB", "PNG")[:60], "source.albedo:"),
    "bomb": (promising(30000, 30000), "source.albedo:"),
    "sliver": (promising(1 << 20, 16), "source.albedo:"),
    "zip bomb": (zip_bomb(), "source.albedo:"),
    "lab": (picture("LAB", "TIFF"), "LAB"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "source.albedo:"),
}
GOOD: dict[str, bytes] = {
    "grey": picture("L", "PNG"),
    "palette": picture("P", "PNG"),
    "one bit": picture("1", "PNG"),
    "jpeg": picture("RGB", "JPEG"),
    "alpha": picture("RGBA", "PNG"),
    "cmyk": picture("CMYK", "TIFF"),
}
PROMPTS = {
    "nothing": (material().replace('"stone"', '"qwertz asdfgh"'), "names no material"),
    "strict": (
        material("size = 32", "strict = true").replace('"stone"', '"frumious cobblestone"'),
        "frumious",
    ),
}


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, Outcome]:
    """The folder, a bake of everything, and the same bake again."""
    folder = tmp_path_factory.mktemp("pictures")
    game = write(folder / "game", {"assetgen.toml": 'assetgen = 1\ntargets = ["web"]\n'})
    for name, data in {**{name: data for name, (data, _) in BAD.items()}, **GOOD}.items():
        write(game, {f"{name}.bin": data, f"{name}.prompt.toml": texture(f'source = "{name}.bin"')})
    write(game, {f"{name}.prompt.toml": text for name, (text, _) in PROMPTS.items()})
    with pytest.MonkeyPatch.context() as patch:
        captured = _Captured()
        patch.setattr("sys.stdout", captured.out)
        patch.setattr("sys.stderr", captured.err)
        command = CommandLine(folder, patch, captured)  # type: ignore[arg-type]
        command.hire(InlineExecutor)
        return game, command("bake", game, "--json"), command("bake", game)


class _Captured:
    """What `capsys` does, for a fixture of a whole module."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def readouterr(self) -> Any:
        class Read:
            out, err = self.out.getvalue(), self.err.getvalue()

        for stream in (self.out, self.err):
            stream.seek(0)
            stream.truncate()
        return Read


def row(outcome: Outcome, name: str) -> dict[str, Any]:
    return next(asset for asset in outcome.json["assets"] if asset["name"] == name)


def test_the_bad_ones_fail_and_nothing_else(baked: tuple[Path, Outcome, Outcome]) -> None:
    _, first, again = baked
    assert first.code == again.code == 1
    failed = {asset["name"] for asset in first.json["assets"] if asset["status"] == "failed"}
    assert failed == {*BAD, *PROMPTS}
    assert first.json["baked"] == len(GOOD)
    assert f"0 baked, {len(GOOD)} cached, {len(failed)} failed" in again.out


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_named_with_the_line_that_names_it(
    baked: tuple[Path, Outcome, Outcome], name: str
) -> None:
    game, first, again = baked
    (error,) = row(first, name)["errors"]
    assert (error["file"], error["line"], error["column"]) == (str(game / f"{name}.prompt.toml"), 3, 10)
    assert BAD[name][1] in error["message"]
    assert f"{game / name}.prompt.toml:3:10: " in again.err
    assert "fault of assetgen" not in again.err
    assert not (game / "generated" / "web" / name).exists()


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_that_cannot_be_met_is_named_with_its_line(
    baked: tuple[Path, Outcome, Outcome], name: str
) -> None:
    game, first, _ = baked
    (error,) = row(first, name)["errors"]
    assert (error["file"], error["line"], error["column"]) == (str(game / f"{name}.prompt.toml"), 3, 10)
    assert PROMPTS[name][1] in error["message"]


@pytest.mark.parametrize("name", GOOD)
def test_pictures_of_every_common_mode_are_baked(baked: tuple[Path, Outcome, Outcome], name: str) -> None:
    game, first, _ = baked
    assert row(first, name)["status"] == "baked"
    manifest = verify_set(game / "generated" / "web" / name / f"{name}.assetgen.json")
    assert (manifest.files[0].width, manifest.files[0].height) == (EDGE, EDGE)
