"""Pages of Ogg: their checksum against its definition, and readers that no damage surprises."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FormatError
from assetgen.formats.ogg import Packet, checksum, read_packets, write_pages


def checksum_by_bits(page: bytes) -> int:
    """Return the CRC-32 as RFC 3533 tells it: high bit first, begun with 0, nothing inverted."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


@given(page=st.binary(max_size=600))
def test_a_checksum_is_what_its_definition_gives(page: bytes) -> None:
    assert checksum(page) == checksum(bytearray(page)) == checksum_by_bits(page)


def test_a_packet_longer_than_a_page_goes_on_in_the_next() -> None:
    long = bytes(range(256)) * 600  # two pages and a bit
    data = write_pages([[Packet(b"head", 0)], [Packet(long, 7), Packet(b"", 9)]], serial=5)
    assert [packet.data for packet in read_packets(data)] == [b"head", long, b""]
    assert data.count(b"OggS") == 4


def page(body: bytes, *, lacing: bytes, flags: int = 2, granule: int = 0, serial: int = 1) -> bytes:
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, 0, 0, len(lacing)) + lacing + body
    return head[:22] + struct.pack("<I", checksum(head)) + head[26:]


def test_other_streams_in_the_file_are_left_out() -> None:
    mixed = page(b"abc", lacing=b"\3") + page(b"other", lacing=b"\5", serial=2) + page(b"de", lacing=b"\2")
    assert [packet.data for packet in read_packets(mixed)] == [b"abc", b"de"]


def test_a_page_that_continues_nothing_adds_to_nothing() -> None:
    assert [packet.data for packet in read_packets(page(b"abc", lacing=b"\3", flags=1))] == [b"abc"]
    assert read_packets(page(b"", lacing=b"")) == []
    assert read_packets(page(bytes(255), lacing=b"\xff")) == []


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"OggS", "cut short"),
        (page(b"abc", lacing=b"\3")[:-1], "cut short"),
        (page(b"abc", lacing=b"\4"), "cut short"),
        (page(b"abc", lacing=b"\3") + b"rubbish that is longer than a header", "OggS"),
        (page(b"abc", lacing=b"\3")[:-1] + b"x", "checksum"),
    ],
)
def test_damaged_pages_are_refused(data: bytes, word: str) -> None:
    with pytest.raises(FormatError, match=word):
        read_packets(data)


def test_nothing_holds_no_packets() -> None:
    assert read_packets(b"") == []
