"""Ogg Vorbis, and loops in it that do not click.

An encoder that sees a loop alone invents what comes before its first and after its last frame, so the two ends no
longer meet when decoded. `write_loop` encodes the loop with its own end before it and its own beginning behind it,
and keeps just those packets that decode to one period: every packet was made knowing its true neighbours. What comes
out is an ordinary Vorbis file of exactly the loop's length.

Source: Xiph.Org, "Vorbis I specification": 4.2 headers, 4.3 audio packets; a decoder gives out a quarter of the
last block and a quarter of this one with every packet, and nothing with the first.
"""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import soundfile

from assetgen.errors import FormatError
from assetgen.formats.ogg import Packet, read_packets, write_pages
from assetgen.formats.vorbis_comment import read_comments, write_comments

SERIAL: Final = 0x61676E31
"""Number of the stream; a constant, so that the same sound gives the same bytes."""

_PIECE = 4096
"""Frames handed to the encoder at a time: libvorbis overflows its stack on a minute in one piece."""
_TRUE_LEADS = (8192, 4096, 12_288, 16_384, 6144, 3072, 2048)
"""Frames of a loop's end that are encoded before it: longer than a block, and short enough to hold few hits."""
_SILENT_LEAD = 8192 + 64
"""Silence before those: while it lasts, blocks are long and their boundaries evenly spaced."""
_SHIFTS, _SHIFT = 16, 64
_TAIL = 8192
BLOCK_STEP: Final = 1024
"""Frames from one long block to the next at usual sample rates. A loop of a whole number of them is coded alike at
its end and before its beginning; in others the error of the coding jumps, which a sustained tone does not hide."""
_PACKETS_A_PAGE = 40


def write_vorbis(samples: np.ndarray, rate_hz: int, *, quality: float, texts: Mapping[str, str]) -> bytes:
    """Return a sound that plays once.

    Args:
        samples: (N, C) float32.
        rate_hz: sample rate.
        quality: -0.1 smallest to 1 best; 0.5 is about 160 kb/s in stereo.
        texts: comments by name.
    """
    stream = _encode([samples], rate_hz, samples.shape[1], quality)
    groups = _audio_groups(stream.audio, stream.ends, length=len(samples))
    return write_pages([*stream.headers(texts), *groups], serial=SERIAL)


class WrittenLoop(NamedTuple):
    """A loop as a file, and how well it closes.

    Args:
        data: the file.
        past: frames by which the loop goes on past the last packet boundary in it. At 0 it closes as if the stream
            went on: what follows its last packet is its first one. Elsewhere the error of the coding jumps from
            its end to its beginning. None: no packet began with the loop, which was encoded like a sound that ends.
        lead: what was encoded before it, frames of the loop's end and of silence; None where nothing helped.
    """

    data: bytes
    past: int | None
    lead: tuple[int, int] | None


def write_loop(
    samples: np.ndarray,
    rate_hz: int,
    *,
    quality: float,
    texts: Mapping[str, str],
    like: WrittenLoop | None = None,
) -> WrittenLoop:
    """Return a sound whose decoded end meets its decoded beginning.

    Args:
        samples: (N, C) float32, one period.
        rate_hz: sample rate.
        quality: as for `write_vorbis`.
        texts: comments by name; LOOPSTART and LOOPLENGTH are added, which many engines read.
        like: how the same sound was written a little louder or softer; saves the search for what to encode before.
    """
    frames = len(samples)
    texts = {"LOOPSTART": "0", "LOOPLENGTH": str(frames), **texts}
    for parts in _leads(samples, rate_hz, quality, like):
        lead = _lead(samples, *parts)
        stream = _encode([lead, samples, _after(samples, frames)], rate_hz, samples.shape[1], quality)
        first = stream.packet_beginning_at(len(lead))
        if first is not None:
            end = len(lead) + frames
            last = stream.packet_reaching(end)
            past = 0 if stream.ends[last] == end else end - stream.ends[last - 1]
            packets = stream.audio[first - 1 : last + 1]
            if past == 0 and stream.blocks[last - 1 : last + 1] == stream.blocks[first - 2 : first]:
                packets[-1] = packets[0]
            groups = _audio_groups(packets, stream.ends[first - 1 : last + 1], length=frames)
            return WrittenLoop(write_pages([*stream.headers(texts), *groups], serial=SERIAL), past, parts)
    return WrittenLoop(write_vorbis(samples, rate_hz, quality=quality, texts=texts), None, None)


def read_vorbis_texts(data: bytes) -> dict[str, str]:
    """Return the comments of an Ogg Vorbis file.

    Raises:
        FormatError: it is none.
    """
    packets = read_packets(data)
    if len(packets) < 2 or not packets[1].data.startswith(b"\x03vorbis"):
        raise FormatError("the Ogg file holds no Vorbis stream.")
    return read_comments(packets[1].data[7:])[1]


@dataclass(frozen=True, slots=True)
class _Stream:
    """The packets that an encoder made.

    Args:
        identification: the first header.
        vendor: who encoded it.
        setup: the third header.
        audio: the audio packets.
        blocks: the block size of each, in frames.
        ends: frames given out once each of them has been decoded.
    """

    identification: bytes
    vendor: bytes
    setup: bytes
    audio: list[bytes]
    blocks: list[int]
    ends: list[int]

    def headers(self, texts: Mapping[str, str]) -> list[list[Packet]]:
        comment = b"\x03vorbis" + write_comments(self.vendor, texts) + b"\x01"
        return [[Packet(self.identification, 0)], [Packet(comment, 0), Packet(self.setup, 0)]]

    def packet_beginning_at(self, frame: int) -> int | None:
        """Return the packet that gives out the samples from a frame on, if one does."""
        return next((k for k in range(1, len(self.ends)) if self.ends[k - 1] == frame), None)

    def past_packet(self, frame: int) -> int:
        """Return how many frames before a frame the last packet before it ends."""
        return frame - max(end for end in self.ends if end <= frame)

    def packet_reaching(self, frame: int) -> int:
        return next(k for k in range(len(self.ends)) if self.ends[k] >= frame)


def _leads(
    samples: np.ndarray, rate_hz: int, quality: float, like: WrittenLoop | None
) -> Iterator[tuple[int, int]]:
    """Yield frames of a loop's end, and of silence before it, that let a packet begin with the loop's first frame.

    Blocks are long where nothing happens and short around a hit; after one, their boundaries are where it wants
    them. So the true end of the loop comes in out of silence, late enough to leave most hits out, and the length of
    that silence is tried until the boundaries fall right, with just the beginning of the loop behind it.
    """
    if like is not None:
        if like.lead is None:
            return
        yield like.lead
    for true in _TRUE_LEADS:
        past: list[int] = []
        for shift in range(_SHIFTS):
            parts = true, _SILENT_LEAD + shift * _SHIFT
            lead = _lead(samples, *parts)
            trial = _encode([lead, _after(samples, 0)], rate_hz, samples.shape[1], quality)
            past.append(trial.past_packet(len(lead)))
            if past[-1] == 0:
                yield parts
            elif shift == 2 and past[2] == past[0]:
                break  # A hit holds the boundaries where they are, to a short block, whatever comes before it.


def _lead(samples: np.ndarray, true: int, silent: int) -> np.ndarray:
    """Return the end of a loop as it comes in out of silence."""
    ending = np.take(samples, np.arange(-true, 0), axis=0, mode="wrap")
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(true // 4) / (true // 4))
    ending[: true // 4] *= rise[:, None].astype(np.float32)
    return np.concatenate([np.zeros((silent, samples.shape[1]), np.float32), ending])


def _after(samples: np.ndarray, frame: int) -> np.ndarray:
    """Return what comes behind a frame of a loop, enough that the encoder knows where it goes."""
    return np.take(samples, np.arange(frame, frame + _TAIL), axis=0, mode="wrap")


def _encode(parts: Sequence[np.ndarray], rate_hz: int, channels: int, quality: float) -> _Stream:
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer, "w", rate_hz, channels, format="OGG", subtype="VORBIS", compression_level=1.0 - quality
    ) as file:
        for part in parts:
            for start in range(0, len(part), _PIECE):
                file.write(part[start : start + _PIECE])
    identification, comment, setup, *audio = (packet.data for packet in read_packets(buffer.getvalue()))
    vendor, _ = read_comments(comment[7:])
    blocks = _block_sizes(identification, setup, audio)
    ends = [0]
    for before, after in itertools.pairwise(blocks):
        ends.append(ends[-1] + before // 4 + after // 4)
    return _Stream(identification, vendor, setup, audio, blocks, ends)


def _audio_groups(audio: Sequence[bytes], ends: Sequence[int], *, length: int) -> list[list[Packet]]:
    """Return packets as pages; the last page's granule trims the sound to its length.

    There are two pages at least: of one that is first and last FFmpeg cannot tell which end its granule trims, and
    cuts nothing, or all of 128 frames.

    Args:
        audio: the packets.
        ends: frames given out once each of them has been decoded, of any origin.
        length: frames of the sound.
    """
    packets = [Packet(data, min(end - ends[0], length)) for data, end in zip(audio, ends, strict=True)]
    packets[-1] = Packet(packets[-1].data, length)
    if len(packets) <= _PACKETS_A_PAGE:
        return [packets[:-1], packets[-1:]]
    return [packets[k : k + _PACKETS_A_PAGE] for k in range(0, len(packets), _PACKETS_A_PAGE)]


def _block_sizes(identification: bytes, setup: bytes, audio: Sequence[bytes]) -> list[int]:
    """Return the block size of every audio packet, in frames."""
    sizes = (1 << (identification[28] & 15), 1 << (identification[28] >> 4))
    flags = _mode_flags(setup)
    bits = (len(flags) - 1).bit_length()
    return [sizes[flags[(packet[0] >> 1) & ((1 << bits) - 1)]] for packet in audio]


@functools.lru_cache(maxsize=4)
def _mode_flags(setup: bytes) -> list[int]:
    """Return which modes use long blocks, read from the end of the setup header: the list of modes closes it.

    A mode is a flag, two types of 16 bits that are always 0, and the number of a mapping; their count stands before.
    A mapping's number may look like a count as well, so the longest list that fits is the right one.
    """
    bits = "".join(f"{byte:08b}"[::-1] for byte in setup).rstrip("0")
    end = len(bits) - 1  # the framing bit
    flags: list[int] = []
    found: list[int] = []
    while end >= 41 and bits[end - 40 : end - 8] == "0" * 32:
        end -= 41
        flags.insert(0, int(bits[end]))
        if int(bits[end - 6 : end][::-1], 2) + 1 == len(flags):
            found = list(flags)
    if not found:
        raise FormatError("the Vorbis encoder wrote a setup header that is not understood.")
    return found
