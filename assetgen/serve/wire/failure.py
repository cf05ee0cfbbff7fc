"""What a call that failed says, the same on both ports: a code, a short message and the JSON trailer.

Peers refuse metadata above 8 KiB in sum, and percent-encoding makes a letter of the message up to twelve bytes, so
both texts are cut by their bytes on the wire.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from assetgen.errors import AssetGenError
from assetgen.serve.status import Code, code_of, to_trailer

LARGEST_MESSAGE: Final = 2 << 10
"""Bytes of the percent-encoded message at most."""
LARGEST_TRAILER: Final = 4 << 10
"""Bytes of the JSON trailer at most."""
HTTP_STATUS: Final = {
    Code.OK: 200,
    Code.CANCELLED: 499,
    Code.UNKNOWN: 500,
    Code.INVALID_ARGUMENT: 400,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 400,
    Code.ABORTED: 409,
    Code.OUT_OF_RANGE: 400,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.DATA_LOSS: 500,
    Code.UNAUTHENTICATED: 401,
}
"""HTTP status of each code, as google.rpc.Code maps them."""

# RFC 3986 leaves these as they are; everything else that is not a letter or digit is encoded.
_PLAIN: Final = " !\"#$&'()*+,-./:;<=>?@[]^_`{|}~"
_log: Final = logging.getLogger("assetgen.serve")


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed call: `message` is plain text, `trailer` ASCII JSON of a JobError."""

    code: Code
    message: str
    trailer: str

    @property
    def encoded_message(self) -> str:
        """The message as the header `grpc-message` wants it: percent-encoded, ASCII."""
        return quote(self.message, safe=_PLAIN)


def failure_of(error: Exception, *, method: str) -> Failure:
    """Return what goes over the wire for an error.

    One that assetgen did not raise on purpose is a fault of its own: the caller learns only that, and the traceback
    goes to the log.
    """
    if not isinstance(error, AssetGenError):
        _log.error("%s failed through a fault of assetgen", method, exc_info=error)
        kind = type(error).__name__
        error = AssetGenError(f"this is a fault of assetgen ({kind}); the daemon's log has the details.")
    return Failure(code_of(error), _cut(error.message), _cut_trailer(to_trailer(error)))


def _cut(text: str) -> str:
    """Return as much of a text as fits, without the lone surrogates that odd file names bring along."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    if len(quote(whole, safe=_PLAIN)) <= LARGEST_MESSAGE:
        return whole
    kept, size = [], 0
    for letter in whole:
        size += len(quote(letter, safe=_PLAIN))
        if size > LARGEST_MESSAGE - 3:
            break
        kept.append(letter)
    return "".join(kept) + "..."


def _cut_trailer(trailer: str) -> str:
    if len(trailer) <= LARGEST_TRAILER:
        return trailer
    document = json.loads(trailer)
    if len(json.dumps(document.get("place"))) > LARGEST_TRAILER // 2:
        del document["place"]
    room = LARGEST_TRAILER - len(json.dumps({**document, "message": "..."}))
    message = document["message"]
    while len(json.dumps(message)) - 2 > room:
        message = message[: len(message) * 9 // 10]
    return json.dumps({**document, "message": message + "..."})
