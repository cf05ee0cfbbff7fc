"""A set of interface sounds from one material and one tuning, so that a whole menu belongs together.

They are short: a click of some milliseconds, notes that are over in a tenth to half a second, since they are
heard hundreds of times an hour and must never lag behind the hand (Gaver, "The SonicFinder", 1989: what is
pressed sounds like what it seems to be made of).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.effects.bodies import rung
from assetgen.backends.procedural.sounds.noise import band, highs, shaped
from assetgen.backends.procedural.sounds.shapes import burst, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feel:
    """What the interface seems to be made of.

    Args:
        modes: (against the note, gain) of each.
        ring_s: how long the lowest rings.
        rise_s: how soon.
        click: how loud the touch before it is.
        click_hz: where that lies.
        tap_hz: lowest mode of a button of it.
        tap_s: how long that rings.
    """

    modes: tuple[tuple[float, float], ...]
    ring_s: float
    rise_s: float
    click: float
    click_hz: float
    tap_hz: float
    tap_s: float


_FEELS: Final = {
    "soft": _Feel(
        modes=((1.0, 1.0), (2.0, 0.16), (3.0, 0.04)),
        ring_s=0.085,
        rise_s=0.0035,
        click=0.03,
        click_hz=1700,
        tap_hz=330,
        tap_s=0.009,
    ),
    "glass": _Feel(
        modes=((1.0, 1.0), (1.004, 0.5), (2.32, 0.35), (4.25, 0.18), (6.63, 0.08)),
        ring_s=0.15,
        rise_s=0.0005,
        click=0.10,
        click_hz=7000,
        tap_hz=2150,
        tap_s=0.014,
    ),
    "wood": _Feel(
        modes=((1.0, 1.0), (3.9, 0.30), (9.2, 0.08)),
        ring_s=0.040,
        rise_s=0.0009,
        click=0.20,
        click_hz=1800,
        tap_hz=610,
        tap_s=0.0075,
    ),
    "metal": _Feel(
        modes=((1.0, 1.0), (1.51, 0.45), (2.74, 0.35), (4.1, 0.2), (5.9, 0.1)),
        ring_s=0.12,
        rise_s=0.0003,
        click=0.16,
        click_hz=5200,
        tap_hz=1350,
        tap_s=0.020,
    ),
    "digital": _Feel(
        modes=((1.0, 1.0), (2.0, 0.5), (3.0, 0.33), (5.0, 0.2), (7.0, 0.14)),
        ring_s=0.055,
        rise_s=0.0015,
        click=0.04,
        click_hz=4000,
        tap_hz=980,
        tap_s=0.006,
    ),
}


def _note(
    tape: Tape,
    target: Tensor,
    name: str,
    voice: Voice,
    steps: float,
    at_s: float,
    gain: float,
    ring: float,
) -> None:
    """Play one note, `steps` semitones above the set's own."""
    feel = _FEELS[voice.option("feel", "soft")]
    root = 620 * voice.pitch * 2.0 ** (tape.same.draw("tuning", -2.0, 2.0) / 12)
    root *= 2.0 ** (tape.draw("moved", -0.25, 0.25) / 12)
    ratio = torch.tensor([ratio for ratio, _ in feel.modes])
    level = torch.tensor([level for _, level in feel.modes])
    vary = 0.8 + 0.4 * tape.uniform(f"{name}/level", len(feel.modes))[:, 0]
    hz = root * 2.0 ** (steps / 12) * ratio
    decay_s = feel.ring_s * ring * voice.trait("length", 1.0) / ratio**0.6
    tape.place(target, rung(tape, hz, decay_s, level * vary, attack_s=feel.rise_s), at_s, gain=0.34 * gain)
    touch = burst(tape, f"{name}/click", 0.02, shaped(band(feel.click_hz, 2.0), highs(400)))[0]
    touch = touch * struck(seconds_of(tape, 0.02), decay_s=0.0025, attack_s=0.0001)
    tape.place(target, touch, at_s, gain=0.4 * feel.click * gain)


def _set(
    *notes: tuple[float, float, float], ring: float = 1.0, air: float = 0.05
) -> Callable[[Tape, Voice], Tensor]:
    """Return the sound of a few notes: (semitones, seconds, gain) each; `ring` is how long they ring."""

    def play(tape: Tape, voice: Voice) -> Tensor:
        target = tape.zeros()
        for number, (steps, at_s, gain) in enumerate(notes):
            late = tape.draw(f"late/{number}", 0.0, 0.006) if at_s else 0.0
            begin_s = at_s * voice.trait("length", 1.0) + late
            loud = gain * tape.draw(f"gain/{number}", 0.9, 1.0)
            _note(tape, target, f"note/{number}", voice, steps, begin_s, loud, ring)
        return target + air * reverb(tape, target, "air", seconds=0.35, dark_hz=6000) if air else target

    return play


_PRESSES: Final = {
    "button": ((0.0, 1.0, 1.0), (0.065, 0.45, 1.25)),
    "key": ((0.0, 0.7, 0.85), (0.014, 1.0, 1.0), (0.095, 0.5, 1.3)),
    "switch": ((0.0, 0.5, 1.5), (0.006, 1.0, 0.8), (0.013, 0.35, 1.7)),
    "tick": ((0.0, 1.0, 1.7),),
}
"""(seconds, gain, how much higher) of every contact: down and up; down, bottom and up; a spring that flips; one."""


def click(tape: Tape, voice: Voice) -> Tensor:
    """A button goes down and, softer, up; a key strikes bottom between; a switch flips; a slider ticks."""
    feel = _FEELS[voice.option("feel", "soft")]
    target = tape.zeros()
    same = tape.same
    body_of = (1 + 0.10 * (same.uniform("tap", 4)[:, 0] - 0.5)) * same.draw("tap/hz", 0.88, 1.14)
    for press in range(voice.times(1)):
        begin_s = press * tape.draw(f"press/{press}", 0.10, 0.17)
        slow = tape.same.draw("slow", 0.82, 1.2) * tape.draw(f"slow/{press}", 0.97, 1.03)
        for number, (at_s, gain, higher) in enumerate(_PRESSES[voice.option("press", "button")]):
            name = f"{press}/{number}"
            snap = burst(tape, f"snap/{name}", 0.02, shaped(band(feel.click_hz * higher, 2.0), highs(400)))[0]
            snap = snap * struck(
                seconds_of(tape, 0.02), decay_s=0.0014 + 1.5 * feel.rise_s * 0.5, attack_s=0.00008
            )
            at = begin_s + at_s * slow
            tape.place(target, snap, at, gain=(0.10 + 0.9 * feel.click) * gain)
            ratio = torch.tensor([1.0, 2.1, 3.4, 5.2]) * body_of
            body = rung(
                tape,
                feel.tap_hz * higher**0.5 * voice.pitch * tape.draw(f"tap/{name}", 0.98, 1.02) * ratio,
                feel.tap_s / ratio**0.5,
                torch.tensor([1.0, 0.5, 0.35, 0.2]),
                attack_s=0.3 * feel.rise_s,
            )
            tape.place(target, body, at, gain=0.34 * gain)
    return target


INTERFACE: Final[dict[str, Callable[[Tape, Voice], Tensor]]] = {
    "click": click,
    "hover": _set((12, 0.0, 0.5), ring=0.28, air=0.0),
    "confirm": _set((0, 0.0, 0.9), (7, 0.085, 1.0)),
    "deny": _set((0, 0.0, 1.0), (-6, 0.11, 0.9), ring=0.8),
    "open_menu": _set((0, 0.0, 0.6), (4, 0.05, 0.7), (7, 0.10, 0.8), ring=0.8),
    "close_menu": _set((7, 0.0, 0.7), (4, 0.05, 0.6), (0, 0.10, 0.5), ring=0.8),
    "notification": _set((7, 0.0, 0.9), (12, 0.14, 1.0), (7, 0.28, 0.5), ring=1.7),
    "achievement": _set(
        (0, 0.0, 0.8), (4, 0.09, 0.8), (7, 0.18, 0.9), (12, 0.27, 1.0), (16, 0.36, 0.8), ring=1.9
    ),
}
