"""Finished files over HTTP, by the hash of their bytes, with ranges: `GET /v1/files/<sha256>`.

What lies under a hash never changes, so the hash is the ETag, a range of it fits whatever was loaded before, and a
copy with the same ETag is never sent again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import ETag

from assetgen.errors import NotFound
from assetgen.serve.wire.connections import Gate
from assetgen.serve.wire.web_call import HEADERS

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
# A browser that got hold of one would save it, never show it as a page of ours.
_HEADERS: Final = {
    **HEADERS,
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
}


async def file_response(
    request: web.BaseRequest, sha256: str, *, find_file: Callable[[str], Path], gate: Gate
) -> web.StreamResponse:
    """Return the answer for one file; it sends the file when it is prepared.

    Args:
        request: GET or HEAD.
        sha256: what stands in the path.
        find_file: tells where the file lies, or raises NotFound; called in a thread.
        gate: of the connection, which stays busy while the file is sent.

    Raises:
        NotFound: there is no such file.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotFound(
            "files go by 64 lower case hexadecimal digits, their SHA-256; take them from the asset."
        )
    path = await asyncio.to_thread(find_file, sha256)
    listed = ",".join(request.headers.getall("If-None-Match", []))
    if f'"{sha256}"' in {value.strip().removeprefix("W/") for value in listed.split(",")}:
        return web.Response(status=304, headers={**HEADERS, "ETag": f'"{sha256}"'})
    return _File(path, sha256, gate)


class _File(web.FileResponse):
    """A file whose ETag is its hash."""

    def __init__(self, path: Path, sha256: str, gate: Gate) -> None:
        super().__init__(path, headers=_HEADERS)
        self._sha256 = sha256
        self._gate = gate

    @property
    def etag(self) -> ETag | None:
        """The hash."""
        return ETag(value=self._sha256)

    @etag.setter
    def etag(self, value: ETag | str | None) -> None:
        self.headers["ETag"] = f'"{self._sha256}"'

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the file.

        Of all headers only a range that is still good is looked at: aiohttp would judge conditions by the time of
        the file, and look for `<file>.gz` beside it when the caller takes gzip.
        """
        headers: dict[str, str] = {}
        condition = request.headers.get("If-Range", f'"{self._sha256}"').strip()
        if "Range" in request.headers and condition == f'"{self._sha256}"':
            headers["Range"] = request.headers["Range"]
        with self._gate.request():
            return await super().prepare(request.clone(headers=headers))
