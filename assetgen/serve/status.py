"""How errors go over the wire: a gRPC code, a stable reason and the JSON of a JobError, from one table."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Final

from assetgen.errors import (
    AlreadyExists,
    AssetGenError,
    BackendUnavailable,
    Cancelled,
    Draining,
    Expired,
    FileChanged,
    FormatError,
    GenerationError,
    NotAllowed,
    NotFound,
    OutOfRange,
    PathRefused,
    ProjectGone,
    PromptFileError,
    PublishConflict,
    QueueFull,
    RequestError,
    SpecError,
    StoreError,
    TooLarge,
    Unauthenticated,
    Unsupported,
    WorkerLost,
)
from assetgen.serve.rpc import asset_pb2 as pb

ERROR_TRAILER: Final = "assetgen-error-json"
"""Trailer with the JSON of a JobError, ASCII only."""
LONGEST_MESSAGE: Final = 2000
"""Characters of a message on the wire: trailers of 8 KiB and more are refused by some peers."""


class Code(IntEnum):
    """Status codes of gRPC (google.rpc.Code)."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


_TABLE: Final[tuple[tuple[type[AssetGenError], Code, str], ...]] = (
    # The first row that fits decides, so the special ones come first.
    (PathRefused, Code.INVALID_ARGUMENT, "PATH_REFUSED"),
    (PromptFileError, Code.INVALID_ARGUMENT, "INVALID_PROMPT_FILE"),
    (SpecError, Code.INVALID_ARGUMENT, "INVALID_SPEC"),
    (BackendUnavailable, Code.FAILED_PRECONDITION, "BACKEND_UNAVAILABLE"),
    (WorkerLost, Code.INTERNAL, "WORKER_LOST"),
    (GenerationError, Code.INTERNAL, "GENERATION_FAILED"),
    (FormatError, Code.DATA_LOSS, "INVALID_FORMAT"),
    (PublishConflict, Code.FAILED_PRECONDITION, "PUBLISH_CONFLICT"),
    (StoreError, Code.UNAVAILABLE, "STORE_UNAVAILABLE"),
    (NotFound, Code.NOT_FOUND, "NOT_FOUND"),
    (AlreadyExists, Code.ALREADY_EXISTS, "ALREADY_EXISTS"),
    (ProjectGone, Code.FAILED_PRECONDITION, "PROJECT_GONE"),
    (QueueFull, Code.RESOURCE_EXHAUSTED, "QUEUE_FULL"),
    (TooLarge, Code.RESOURCE_EXHAUSTED, "TOO_LARGE"),
    (Unsupported, Code.UNIMPLEMENTED, "UNSUPPORTED"),
    (Unauthenticated, Code.UNAUTHENTICATED, "UNAUTHENTICATED"),
    (NotAllowed, Code.PERMISSION_DENIED, "NOT_ALLOWED"),
    (FileChanged, Code.FAILED_PRECONDITION, "FILE_CHANGED"),
    (OutOfRange, Code.OUT_OF_RANGE, "OUT_OF_RANGE"),
    (Draining, Code.UNAVAILABLE, "DRAINING"),
    (RequestError, Code.INVALID_ARGUMENT, "INVALID_REQUEST"),
    (Expired, Code.DEADLINE_EXCEEDED, "EXPIRED"),
    (Cancelled, Code.CANCELLED, "CANCELLED"),
    (AssetGenError, Code.INTERNAL, "INTERNAL"),
)


def code_of(error: AssetGenError) -> Code:
    """Return the gRPC code of an error."""
    return _row(error)[0]


def to_message(error: AssetGenError) -> pb.JobError:
    """Return an error as it goes over the wire."""
    code, reason = _row(error)
    message = pb.JobError(code=code, reason=reason, message=error.message[:LONGEST_MESSAGE])
    if error.place is not None:
        message.place.path = error.place.path
        message.place.line = error.place.line
        message.place.column = error.place.column
    if isinstance(error, RequestError) and error.retry_after_s is not None:
        message.retry_after.FromMilliseconds(round(error.retry_after_s * 1000))
    return message


def to_trailer(error: AssetGenError) -> str:
    """Return the value of the error trailer: JSON in ASCII, with the names of the contract."""
    code, reason = _row(error)
    document: dict[str, object] = {
        "code": int(code),
        "reason": reason,
        "message": error.message[:LONGEST_MESSAGE],
    }
    if error.place is not None:
        place = error.place
        document["place"] = {"path": place.path, "line": place.line, "column": place.column}
    if isinstance(error, RequestError) and error.retry_after_s is not None:
        document["retryAfter"] = f"{error.retry_after_s:.3f}s"
    return json.dumps(document)


def _row(error: AssetGenError) -> tuple[Code, str]:
    return next((code, reason) for kind, code, reason in _TABLE if isinstance(error, kind))
