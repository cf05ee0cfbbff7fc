"""Frames of gRPC-Web: one message in, trailers out, and clean refusals for everything else."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import RequestError, TooLarge, Unsupported
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.wire.frames import TRAILERS, pack, pack_trailers, unpack_one
from assetgen.serve.wire.methods import METHODS
from assetgen.serve.wire.web_call import Dialect, decode

MOST = 1000
GENERATE = METHODS["/assetgen.v1.AssetService/Generate"]


@given(st.binary(max_size=MOST))
def test_a_message_survives_its_frame(data: bytes) -> None:
    assert unpack_one(pack(data), encoding="identity", most=MOST) == data
    assert unpack_one(pack(gzip.compress(data), flag=1), encoding="gzip", most=MOST + 100) == data


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "send a frame"),
        (b"\0\0\0\0", "send a frame"),
        (pack(b"abc")[:-1], "1 of its 3 bytes are missing"),
        (pack(b"abc") + b"x", "1 bytes follow"),
        (pack(b"abc") + pack(b"def"), "8 bytes follow"),
        (pack(b"abc", flag=0x80), "flag 0x80"),
        (pack(b"abc", flag=2), "flag 0x02"),
        (pack(b"abc", flag=1), "not gzip"),
        (pack(gzip.compress(b"abc")[:-1], flag=1), "does not end"),
        (pack(gzip.compress(b"abc") + b"x", flag=1), "does not end"),
        (pack(gzip.compress(b"abc") * 2, flag=1), "does not end"),
        (pack(zlib.compress(b"abc"), flag=1), "not gzip"),
        (pack(b"", flag=1), "does not end"),
    ],
)
def test_what_is_no_single_message_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        unpack_one(body, encoding="gzip", most=MOST)


def test_a_message_may_have_the_most_bytes_and_not_one_more() -> None:
    assert len(unpack_one(pack(bytes(MOST)), encoding="identity", most=MOST)) == MOST
    assert len(unpack_one(pack(gzip.compress(bytes(MOST)), flag=1), encoding="gzip", most=MOST)) == MOST
    for body in (pack(bytes(MOST + 1)), pack(gzip.compress(bytes(MOST + 1)), flag=1)):
        with pytest.raises(TooLarge):
            unpack_one(body, encoding="gzip", most=MOST)


def test_a_frame_that_lies_about_its_size_is_refused_by_what_it_says() -> None:
    with pytest.raises(TooLarge):
        unpack_one(b"\0\xff\xff\xff\xffabc", encoding="identity", most=MOST)


@pytest.mark.parametrize("encoding", ["identity", "br", "zstd", "deflate", "", "gzip, br", "GZIP"])
def test_only_gzip_is_unpacked(encoding: str) -> None:
    with pytest.raises(Unsupported):
        unpack_one(pack(gzip.compress(b"abc"), flag=1), encoding=encoding, most=MOST)


def test_nothing_in_a_trailer_can_end_its_line() -> None:
    frame = pack_trailers({"grpc-status": "3", "grpc-message": "a\r\nb: c\0\x7fü"})
    assert frame[0] == TRAILERS
    assert frame[5:] == b"grpc-status: 3\r\ngrpc-message: a??b: c???\r\n"


def answer_of(body: bytes, dialect: Dialect, encoding: str = "gzip") -> str:
    """Return how a body is taken; anything but a message or a clean refusal fails the test."""
    try:
        message = decode(body, GENERATE, dialect, encoding, 1 << 20)
    except RequestError as error:
        return type(error).__name__
    assert isinstance(message, pb.GenerateRequest)
    return "message"


@given(st.binary(max_size=300), st.sampled_from(Dialect))
def test_any_bytes_at_all_get_an_answer(body: bytes, dialect: Dialect) -> None:
    answer_of(body, dialect)


@given(st.binary(max_size=300), st.sampled_from([0, 1, 2, 0x80, 0x81]), st.sampled_from(Dialect))
def test_any_bytes_in_a_frame_get_an_answer(data: bytes, flag: int, dialect: Dialect) -> None:
    answer_of(pack(data, flag=flag), dialect)
    answer_of(pack(gzip.compress(data), flag=flag), dialect)


def json_like() -> st.SearchStrategy[object]:
    names = st.sampled_from(
        ["order", "detach", "spec", "seed", "kind", "timeout", "material", "size", "tile", "x"]
    )
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
    )


@given(json_like())
def test_any_json_gets_an_answer(document: object) -> None:
    answer_of(json.dumps(document).encode("utf-8", "surrogatepass"), Dialect.PLAIN)


VALID = pb.GenerateRequest(
    order=pb.JobOrder(
        project="projects/p",
        spec=pb.AssetSpec(kind=pb.ASSET_KIND_MATERIAL, prompt="mossy stone", seed=7),
        targets=["unity", "godot"],
    ),
    detach=True,
).SerializeToString()


@given(
    st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 80)
)
def test_a_damaged_message_gets_an_answer(changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(VALID)
    for place, value in changes:
        damaged[place] = value
    answer_of(pack(bytes(damaged[: len(damaged) - cut])), Dialect.PROTO)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "message"),
        (b"{}", "message"),
        (b'{"order": {"promptFile": "a.toml"}}', "message"),
        (b'{"order": {"prompt_file": "a.toml"}}', "message"),
        (b'{"order": {"promtFile": "a.toml"}}', "RequestError"),
        (b"[]", "RequestError"),
        (b"null", "RequestError"),
        (b"NaN", "RequestError"),
        (b'{"detach": NaN}', "RequestError"),
        (b'{"order": {"spec": {"seed": 1e400}}}', "RequestError"),
        (b'{"order": {"spec": {"seed": -1}}}', "RequestError"),
        (b'{"order": {"spec": {"seed": ' + b"9" * 5000 + b"}}}", "RequestError"),
        (b'{"order": {"timeout": "never"}}', "RequestError"),
        (b'{"order": {"timeout": "999999999999999s"}}', "RequestError"),
        (b'{"order": {"spec": {}, "promptFile": "both"}}', "RequestError"),
        (b'{"order": {}, "order": {}}', "RequestError"),
        (b'{"a": ' * 100_000, "RequestError"),
        (b"[" * 100_000, "RequestError"),
        (b'{"order": ' * 40 + b"1" + b"}" * 40, "RequestError"),
        (b"\xff\xfe", "RequestError"),
        (b'"\\ud800"', "RequestError"),
        (b'{"order": {"client": "\\ud800"}}', "RequestError"),
    ],
)
def test_json_is_read_as_proto3_has_it_or_refused(body: bytes, outcome: str) -> None:
    assert answer_of(body, Dialect.PLAIN) == outcome
