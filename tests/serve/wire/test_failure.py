"""What a failed call says fits into a header of any peer, whatever the error said."""

from __future__ import annotations

import json

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import AssetGenError, NotFound, Place, QueueFull
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import Code
from assetgen.serve.wire.failure import HTTP_STATUS, LARGEST_MESSAGE, LARGEST_TRAILER, failure_of


def check_sizes(error: AssetGenError) -> pb.JobError:
    failure = failure_of(error, method="GetJob")
    assert len(failure.encoded_message) <= LARGEST_MESSAGE
    assert len(failure.trailer) <= LARGEST_TRAILER
    for text in (failure.encoded_message, failure.trailer):
        assert text.isascii()
        assert text.isprintable()
    failure.message.encode()
    return json_format.Parse(failure.trailer, pb.JobError(), ignore_unknown_fields=False)


@pytest.mark.parametrize("letter", ["a", "ü", "漢", "\U0001f600", '"', "\\", "%", "\n", "\0", "\x7f"])
@pytest.mark.parametrize("length", [0, 1, 700, 1999, 2000, 5000])
def test_a_long_message_is_cut_by_its_bytes(letter: str, length: int) -> None:
    error = check_sizes(QueueFull(letter * length, place=Place("a.toml", 3, 7), retry_after_s=1.5))
    assert error.reason == "QUEUE_FULL"
    assert error.place.line == 3
    assert error.retry_after.ToMilliseconds() == 1500


def test_a_short_message_stays_whole() -> None:
    error = NotFound("wörk is\nwrong; 100 % of it.")
    failure = failure_of(error, method="GetJob")
    assert failure.message == error.message
    assert failure.encoded_message == "w%C3%B6rk is%0Awrong; 100 %25 of it."
    assert json.loads(failure.trailer)["message"] == error.message


def test_an_endless_path_does_not_push_the_message_out() -> None:
    error = check_sizes(NotFound("it is gone.", place=Place("漢" * 4000)))
    assert error.message.startswith("it is gone.")


@given(st.text(st.characters(codec=None), max_size=400), st.text(st.characters(codec=None), max_size=400))
def test_any_text_at_all_fits(message: str, path: str) -> None:
    failure = failure_of(AssetGenError(message, place=Place(path)), method="GetJob")
    assert failure.encoded_message.isascii()
    assert "\n" not in failure.trailer
    assert json.loads(failure.trailer)["code"] == Code.INTERNAL


def test_every_code_has_an_http_status() -> None:
    assert set(HTTP_STATUS) == set(Code)
