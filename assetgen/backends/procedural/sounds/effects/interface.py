"""A set of interface sounds from one material and one tuning, so that a whole menu belongs together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.sounds.noise import band, highs, shaped
from assetgen.backends.procedural.sounds.shapes import burst, modes, seconds_of, struck
from assetgen.backends.procedural.sounds.space import reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice


@dataclass(frozen=True, slots=True)
class _Feel:
    """What the interface seems to be made of: modes against the note, how long they ring, the click before."""

    ratios: tuple[tuple[float, float], ...]
    ring_s: float
    click: float
    click_hz: float


_FEELS: Final = {
    "soft": _Feel(((1.0, 1.0), (2.0, 0.18), (3.0, 0.05)), 0.16, 0.05, 2500),
    "glass": _Feel(((1.0, 1.0), (2.32, 0.35), (4.25, 0.18), (6.63, 0.08)), 0.34, 0.10, 7000),
    "wood": _Feel(((1.0, 1.0), (3.9, 0.35), (9.2, 0.08)), 0.055, 0.22, 1800),
    "metal": _Feel(((1.0, 1.0), (1.51, 0.5), (2.74, 0.35), (4.1, 0.2)), 0.28, 0.16, 5200),
    "digital": _Feel(((1.0, 1.0), (2.0, 0.5), (3.0, 0.33), (5.0, 0.2)), 0.09, 0.06, 4000),
}


def _note(
    tape: Tape, target: Tensor, name: str, voice: Voice, steps: float, at_s: float, gain: float = 1.0
) -> None:
    """Play one note, `steps` semitones above the set's own."""
    feel = _FEELS[voice.option("feel", "soft")]
    root = 620 * voice.pitch * 2.0 ** (tape.draw("tuning", -2.0, 2.0) / 12)
    hz = root * 2.0 ** (steps / 12)
    ring = feel.ring_s * voice.trait("length", 1.0)
    tones = [(hz * ratio, ring / ratio**0.6, level) for ratio, level in feel.ratios]
    tape.place(target, modes(tape, 6 * ring, tones, attack_s=0.0012), at_s, gain=0.34 * gain)
    click = burst(tape, f"{name}/click", 0.03, shaped(band(feel.click_hz, 2.0), highs(400)))[0]
    tape.place(
        target, click * struck(seconds_of(tape, 0.03), decay_s=0.003), at_s, gain=0.4 * feel.click * gain
    )


def _set(*notes: tuple[float, float, float]) -> Callable[[Tape, Voice], Tensor]:
    """Return the sound of a few notes: (semitones, seconds, gain) each."""

    def play(tape: Tape, voice: Voice) -> Tensor:
        target = tape.zeros()
        for number, (steps, at_s, gain) in enumerate(notes):
            late = tape.draw(f"late/{number}", 0.0, 0.004) if at_s else 0.0
            _note(
                tape, target, f"note/{number}", voice, steps, at_s * voice.trait("length", 1.0) + late, gain
            )
        return target + 0.07 * reverb(tape, target, "air", seconds=0.6, dark_hz=6000)

    return play


def click(tape: Tape, voice: Voice) -> Tensor:
    """A button goes down and, softer, up."""
    target = tape.zeros()
    for number, (at_s, gain, hz) in enumerate(((0.0, 1.0, 1.0), (tape.draw("up", 0.05, 0.08), 0.45, 1.25))):
        feel = _FEELS[voice.option("feel", "soft")]
        snap = burst(tape, f"snap/{number}", 0.03, shaped(band(feel.click_hz * hz, 2.2), highs(500)))[0]
        tape.place(target, snap * struck(seconds_of(tape, 0.03), decay_s=0.0028), at_s, gain=0.4 * gain)
        body = modes(tape, 0.06, [(420 * hz * voice.pitch, 0.008, 1.0), (1310 * hz, 0.005, 0.5)])
        tape.place(target, body, at_s, gain=0.5 * gain)
    return target


INTERFACE: Final[dict[str, Callable[[Tape, Voice], Tensor]]] = {
    "click": click,
    "hover": _set((12, 0.0, 0.5)),
    "confirm": _set((0, 0.0, 0.9), (7, 0.085, 1.0)),
    "deny": _set((0, 0.0, 1.0), (-6, 0.11, 0.9)),
    "open_menu": _set((0, 0.0, 0.6), (4, 0.05, 0.7), (7, 0.10, 0.8)),
    "close_menu": _set((7, 0.0, 0.7), (4, 0.05, 0.6), (0, 0.10, 0.5)),
    "notification": _set((7, 0.0, 0.9), (12, 0.14, 1.0), (7, 0.28, 0.5)),
    "achievement": _set((0, 0.0, 0.8), (4, 0.09, 0.8), (7, 0.18, 0.9), (12, 0.27, 1.0), (16, 0.36, 0.8)),
}
