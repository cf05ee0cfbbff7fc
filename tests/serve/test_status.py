"""Errors on the wire: every one of the tree has a code and a reason, and its text never breaks a header."""

from __future__ import annotations

import json

import pytest
from google.protobuf import json_format

from assetgen import errors
from assetgen.errors import AssetGenError, Place, QueueFull
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import LONGEST_MESSAGE, Code, code_of, to_message, to_trailer

TREE = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssetGenError)]


@pytest.mark.parametrize("kind", TREE)
def test_the_trailer_and_the_message_say_the_same(kind: type[AssetGenError]) -> None:
    error = kind("ä bad thing\r\nSet-Cookie: x; mend it.", place=Place("props/ü.toml", 3, 7))
    trailer = to_trailer(error)
    assert trailer.isascii()
    assert "\n" not in trailer
    assert json_format.Parse(trailer, pb.JobError()) == to_message(error)


def test_the_most_special_error_decides_the_code() -> None:
    assert code_of(errors.PathRefused("x")) is Code.INVALID_ARGUMENT
    assert to_message(errors.PublishConflict("x")).reason == "PUBLISH_CONFLICT"
    assert code_of(errors.StoreError("x")) is Code.UNAVAILABLE
    assert code_of(AssetGenError("x")) is Code.INTERNAL


def test_a_full_queue_says_when_to_try_again() -> None:
    error = QueueFull("500 jobs wait; try again later.", retry_after_s=1.5)
    assert to_message(error).retry_after.ToMilliseconds() == 1500
    assert json.loads(to_trailer(error))["retryAfter"] == "1.500s"


def test_a_long_message_is_cut_to_what_a_header_can_hold() -> None:
    assert len(to_message(AssetGenError("x" * 10_000)).message) == LONGEST_MESSAGE
