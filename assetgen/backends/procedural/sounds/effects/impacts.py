"""Things that fall on one another, and things that break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import (
    MATTERS,
    Matter,
    bounces,
    pushed,
    ratios,
    rung,
    strike,
)
from assetgen.backends.procedural.sounds.noise import band, highs, lows, shaped
from assetgen.backends.procedural.sounds.shapes import burst, held, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


def impact(tape: Tape, voice: Voice) -> Tensor:
    """One thing falls on another, and may bounce; or knocks, as often as the prompt says."""
    matter = MATTERS[voice.option("matter", "wood")]
    target = tape.zeros()
    size, force = (voice["size"] * 2 + 0.3) / voice.pitch, voice["force"]
    knocks = voice.times(1)
    for knock in range(knocks):
        at_s = knock * tape.draw(f"knock/{knock}", 0.19, 0.23)
        hard = force * tape.draw(f"hard/{knock}", 0.8, 1.0) if knocks > 1 else force
        most = round(voice["bounces"] * 6) if knocks == 1 else 0
        blows = bounces(
            matter, force=hard, gap_s=(0.10 + 0.16 * size * force) * (0.9 + 0.2 * hard), most=most
        )
        for number, (later_s, share) in enumerate(blows):
            blow = strike(tape, f"blow/{knock}/{number}", matter, size=size, force=share, body="thing")
            tape.place(
                target, blow, at_s + later_s, pan=tape.draw(f"pan/{number}", -0.2, 0.2), gain=0.7 * share**0.5
            )
    if matter is MATTERS["flesh"]:
        _slap(tape, target, force)
    return target + 0.05 * reverb(tape, target, "room", seconds=0.4, dark_hz=3500)


def _slap(tape: Tape, target: Tensor, force: float) -> None:
    """Press air out between skin and fist: a short smack over the dull blow."""
    made = burst(tape, "slap", 0.12, shaped(band(1700, 2.4), highs(500)))[0]
    tape.place(
        target,
        made * struck(seconds_of(tape, 0.12), decay_s=0.010, attack_s=0.0008),
        0.001,
        gain=0.16 + 0.34 * force,
    )


@dataclass(frozen=True, slots=True)
class _Break:
    """How a thing breaks: its snaps, its pieces, how large they are, how long they fall, what dust they raise."""

    snaps: int
    snap_hz: float
    pieces: int
    least: float
    most: float
    fall_s: float
    dust: float
    dust_hz: float


_BREAKS: Final = {
    "glass": _Break(5, 5200, 64, 0.10, 0.75, 0.30, 0.22, 7500),
    "ceramic": _Break(4, 2600, 24, 0.22, 1.10, 0.28, 0.12, 4200),
    "wood": _Break(12, 1500, 13, 0.35, 1.50, 0.26, 0.10, 2600),
    "stone": _Break(6, 1100, 38, 0.22, 1.70, 0.30, 0.45, 1500),
    "ice": _Break(7, 3600, 34, 0.14, 0.90, 0.26, 0.16, 5200),
}


def shatter(tape: Tape, voice: Voice) -> Tensor:
    """It breaks in a few snaps, and every piece falls, rings in its own pitch and skips away.

    Source: Warren and Verbrugge, "Auditory perception of breaking and bouncing events" (1984): one burst, then many
    independent trains of blows, each of one pitch and ever faster.
    """
    name = voice.option("matter", "glass")
    how, matter = _BREAKS[name], MATTERS["ceramic" if name == "ice" else name]
    target = tape.zeros()
    tape.place(
        target, strike(tape, "crack", matter, size=1.3, force=1.0, body="whole", damp=70), 0.0, gain=0.75
    )
    long_s = 0.03 + 0.10 * tape.draw("long", 0.7, 1.3)
    for number, (when, loud, where) in enumerate(tape.uniform("snaps", how.snaps, 3).tolist()):
        at_s = 0.0 if number == 0 else long_s * when**1.4
        snap = burst(
            tape, f"snap/{number}", 0.09, shaped(band(how.snap_hz * (0.6 + 0.9 * where), 2.6), highs(250))
        )[0]
        decay_s = 0.004 + 0.012 * loud
        tape.place(
            target,
            snap * struck(seconds_of(tape, 0.09), decay_s=decay_s, attack_s=0.00012),
            at_s,
            pan=0.6 * where - 0.3,
            gain=0.30 if number == 0 else 0.05 + 0.22 * loud,
        )
    _pieces(tape, target, how, matter, round(how.pieces * (0.5 + voice["pieces"])), voice["spread"])
    if how.dust:
        long_s = 0.7 + 0.6 * voice["spread"]
        dust = burst(tape, "dust", long_s, shaped(band(how.dust_hz, 2.0), highs(200)), channels=2)
        loud = held(seconds_of(tape, long_s), rise_s=0.02, hold_s=0.10, fall_s=long_s - 0.13).pow(2.2)
        tape.place(target, dust * loud, 0.01, gain=0.10 * how.dust)
    if name in ("stone", "wood"):
        body = burst(tape, "body", 0.5, shaped(highs(45), lows(240)), channels=2)
        tape.place(target, body * struck(seconds_of(tape, 0.5), decay_s=0.07, attack_s=0.003), 0.0, gain=0.30)
    return target + 0.08 * reverb(tape, target, "room", seconds=0.6, dark_hz=6000)


def _pieces(tape: Tape, target: Tensor, how: _Break, matter: Matter, count: int, spread: float) -> None:
    """Let every piece fall: one ring each, heard again at every skip."""
    draws = tape.uniform("pieces", count, 7).tolist()
    ring_at, tones = matter.hz, 5
    for number, (when, size, where, hard, drag, hop, far) in enumerate(draws):
        # Many small, few large ones.
        large = how.least * (how.most / how.least) ** size**1.6
        own = Tape(tape.frames, tape.rate_hz, tape.stream(f"piece/{number}"))
        hz = ring_at / large * ratios(own, "lump", tones)
        decay_s = (0.6 + 0.8 * own.uniform("decay", tones)[:, 0]) / (
            matter.drag * (1.2 + 2.2 * drag) + 3.14 * hz * matter.loss
        )
        gain = pushed(hz, matter.contact_s * large**0.5) * (0.2 + 0.8 * own.uniform("gain", tones)[:, 0])
        ring = rung(tape, hz, decay_s.clamp(max=0.12), gain, attack_s=matter.contact_s / 2)
        scratch = burst(own, "touch", 0.006, shaped(highs(1200), lows(min(3.0 / matter.contact_s, 12_000))))[
            0
        ]
        scratch = scratch * struck(seconds_of(tape, 0.006), decay_s=0.0010, attack_s=0.00004)
        ring = ring / ring.abs().max().clamp(min=1e-6)
        count_of = min(len(ring), len(scratch))
        ring[:count_of] += (0.15 + 0.5 * matter.grit) * scratch[:count_of]
        thrown = far < 0.45
        at_s = (0.012 + 0.10 * when) if thrown else how.fall_s * (0.55 + 0.9 * when) + 0.75 * spread * when**2
        loud = (0.09 + 0.30 * hard) * large**0.5 * (1.0 if thrown else 0.8)
        gap_s = (0.05 + 0.16 * hop) * (0.5 + spread)
        for later_s, share in bounces(matter, force=1.0, gap_s=gap_s, most=1 if thrown else 4):
            tape.place(target, ring, at_s + later_s, pan=1.7 * where - 0.85, gain=loud * share**1.3)
