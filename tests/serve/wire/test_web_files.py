"""Files by their hash over HTTP: whole, in ranges, and never twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.serve.wire.echo import (
    Daemon,
    Reply,
    ask,
    run,
)


def test_a_file_comes_whole_in_ranges_and_not_again(tmp_path: Path) -> None:
    data = bytes(range(256)) * 400
    sha256 = hashlib.sha256(data).hexdigest()
    (tmp_path / sha256).write_bytes(data)
    (tmp_path / f"{sha256}.gz").write_bytes(b"never this")
    etag = f'"{sha256}"'

    async def check(daemon: Daemon) -> None:
        async def get(**headers: str) -> Reply:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await ask(daemon, f"/v1/files/{sha256}", method="GET", content_type=None, headers=named)

        whole = await get(Accept_Encoding="gzip, br")
        assert (whole.status, whole.body, whole.headers["etag"]) == (200, data, etag)
        assert whole.headers["content-type"] == "application/octet-stream"
        assert whole.headers["content-disposition"] == "attachment"
        assert whole.headers["x-content-type-options"] == "nosniff"
        for extra in ({}, {"If_Range": etag}):
            part = await get(Range="bytes=1000-1999", **extra)
            assert (part.status, part.body) == (206, data[1000:2000])
            assert part.headers["content-range"] == f"bytes 1000-1999/{len(data)}"
        assert (await get(Range=f"bytes={len(data) - 5}-")).body == data[-5:]
        assert (await get(Range="bytes=-7")).body == data[-7:]
        changed = await get(Range="bytes=1000-1999", If_Range='"other"')
        assert (changed.status, changed.body) == (200, data)
        assert (await get(Range=f"bytes={len(data)}-")).status == 416
        assert (await get(Range="bytes=x")).status == 416
        for listed in (etag, f'"other", W/{etag}'):
            assert (await get(If_None_Match=listed)).status == 304
        assert (await get(If_None_Match='"other"')).status == 200
        reply = await ask(daemon, f"/v1/files/{sha256}", method="HEAD", content_type=None)
        assert (reply.status, reply.headers["content-length"]) == (200, str(len(data)))

    run(check, folder=tmp_path)


@pytest.mark.parametrize(
    "name",
    ["0" * 64, "", "0" * 63, "A" * 64, "../" + "0" * 61, "%2e%2e%2fsecret", "0" * 64 + "/", "0" * 64 + "%00"],
)
def test_anything_but_a_known_hash_is_not_found(name: str, tmp_path: Path) -> None:
    (tmp_path.parent / "secret").write_text("x")

    async def check(daemon: Daemon) -> None:
        reply = await ask(daemon, f"/v1/files/{name}", method="GET", content_type=None)
        assert reply.status == 404
        assert (await ask(daemon, f"/v1/files/{name}", b"", content_type=None)).status == 405

    run(check, folder=tmp_path)
