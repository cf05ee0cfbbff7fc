"""Damaged copies of files, for readers that must survive them."""

from __future__ import annotations

import random
from collections.abc import Iterator


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield damaged copies: bytes set, bits turned, ends cut, pieces doubled or moved; headers more than the rest."""
    rng = random.Random(seed)
    for _ in range(count):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            span = len(damaged) if rng.random() < 0.5 else min(len(damaged), 300)
            at = rng.randrange(span)
            way = rng.randrange(6)
            if way == 0:
                damaged[at] = rng.randrange(256)
            elif way == 1:
                damaged[at] ^= 1 << rng.randrange(8)
            elif way == 2:
                damaged[at : at + 4] = rng.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\x80")
                )
            elif way == 3:
                del damaged[at + 1 + rng.randrange(64) :]
            elif way == 4:
                damaged[at:at] = damaged[at : at + rng.randrange(32)]
            else:
                del damaged[at : at + rng.randrange(1, 32)]
            if not damaged:
                damaged = bytearray(b"\0")
        yield bytes(damaged)
