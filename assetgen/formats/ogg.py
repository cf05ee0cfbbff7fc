"""The Ogg container: packets in pages.

Source: RFC 3533. Pages carry up to 255 segments of up to 255 bytes; a segment shorter than that ends a packet.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assetgen.errors import FormatError

_HEADER = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MOST_SEGMENTS = 255


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet and the granule position that its page may end with.

    Args:
        data: its bytes.
        granule: position at its end, in frames for Vorbis; a page has that of the last packet it finishes.
    """

    data: bytes
    granule: int


def write_pages(groups: Iterable[Sequence[Packet]], *, serial: int) -> bytes:
    """Return one logical stream: every group begins a new page, and takes more where it does not fit.

    Args:
        groups: packets that share pages; none is empty.
        serial: number of the stream, 0 to 2^32 - 1.
    """
    pages: list[tuple[bytearray, bytearray, int, bool]] = []
    for group in groups:
        lacing, body, granule = bytearray(), bytearray(), -1
        is_continued = False
        for packet in group:
            sizes = bytes([255]) * (len(packet.data) // 255) + bytes([len(packet.data) % 255])
            at = 0
            for number, size in enumerate(sizes):
                if len(lacing) == _MOST_SEGMENTS:
                    pages.append((lacing, body, granule, is_continued))
                    lacing, body, granule = bytearray(), bytearray(), -1
                    is_continued = number > 0
                lacing.append(size)
                body += packet.data[at : at + size]
                at += size
            granule = packet.granule
        pages.append((lacing, body, granule, is_continued))
    out = bytearray()
    for number, (lacing, body, granule, is_continued) in enumerate(pages):
        flags = _FIRST * (number == 0) | _LAST * (number == len(pages) - 1) | _CONTINUED * is_continued
        head = _HEADER.pack(b"OggS", 0, flags, granule, serial, number, 0, len(lacing)) + lacing
        page = bytearray(head + body)
        page[22:26] = struct.pack("<I", checksum(page))
        out += page
    return bytes(out)


def read_packets(data: bytes) -> list[Packet]:
    """Return the packets of the first logical stream of a file; -1 is the granule of those that end no page.

    Raises:
        FormatError: the bytes are no Ogg pages, a page is cut short or its checksum does not fit.
    """
    packets: list[Packet] = []
    current = bytearray()
    serial = None
    for flags, granule, number, lacing, body in _pages(data):
        serial = number if serial is None else serial
        if number != serial:
            continue
        if not flags & _CONTINUED:
            current = bytearray()
        at, finished = 0, False
        for size in lacing:
            current += body[at : at + size]
            at += size
            if size < 255:
                packets.append(Packet(bytes(current), -1))
                current, finished = bytearray(), True
        if finished:
            packets[-1] = Packet(packets[-1].data, granule)
    return packets


def _pages(data: bytes) -> Iterator[tuple[int, int, int, bytes, bytes]]:
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise FormatError("the Ogg file ends within the header of a page; it was cut short.")
        magic, version, flags, granule, serial, _, crc, count = _HEADER.unpack_from(data, at)
        if magic != b"OggS" or version != 0:
            raise FormatError("this is no Ogg file: a page does not begin with OggS.")
        lacing = data[at + _HEADER.size : at + _HEADER.size + count]
        begin = at + _HEADER.size + count
        end = begin + sum(lacing)
        if len(lacing) < count or end > len(data):
            raise FormatError("the Ogg file ends within a page; it was cut short.")
        page = bytearray(data[at:end])
        page[22:26] = bytes(4)
        if checksum(page) != crc:
            raise FormatError("a page of the Ogg file does not match its checksum; the file is damaged.")
        yield flags, granule, serial, lacing, data[begin:end]
        at = end


def checksum(page: bytes | bytearray) -> int:
    """Return the CRC-32 of a page, polynomial 0x04c11db7, neither reflected nor inverted.

    zlib has the same polynomial, reflected and inverted: bits are turned round on the way in and out.
    """
    crc = zlib.crc32(page.translate(_REFLECTED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(crc.to_bytes(4, "little").translate(_REFLECTED), "big")


_REFLECTED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
