"""Thunder: one stroke is a chain of claps from all along the bolt, the far ones late and dull."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import happenings
from assetgen.backends.procedural.sounds.noise import highs, lows, shaped
from assetgen.backends.procedural.sounds.space import colored, reverb
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice
from assetgen.dsp.ring import filtered, frequencies_hz


def thunder(tape: Tape, voice: Voice) -> Tensor:
    """Strokes at odd times; near ones crack before they roll, far ones only roll."""
    made = tape.zeros()
    strokes = happenings(tape, "strokes", max(voice["often"], 1 / tape.seconds), even=0.55)
    for number, (at_s, own) in enumerate(zip(strokes.at_s.tolist(), strokes.own.tolist(), strict=True)):
        far = min(max(voice["distance"] + 0.3 * (own[0] - 0.5), 0.0), 1.0)
        stroke = _stroke(tape, f"stroke/{number}", far, loud=0.6 + 0.4 * own[1])
        tape.place(made, stroke, at_s, gain=1.0)
    return made + 0.35 * reverb(tape, colored(tape, made, lows(900)), "valley", seconds=3.5, dark_hz=500)


def _stroke(tape: Tape, name: str, far: float, *, loud: float) -> Tensor:
    """Return one stroke, (2, M): claps whose spacing and size follow how the bolt winds."""
    seconds = 3.5 + 4.5 * far
    length = tape.frames_of(seconds)
    time = torch.arange(length, dtype=torch.float32) / tape.rate_hz
    claps = 9 + round(10 * far)
    draws = tape.uniform(f"{name}/claps", claps, 4)
    starts = (draws[:, 0].pow(1.6) * seconds * 0.62).sort().values
    envelope = torch.zeros(2, length)
    for start, (_, size, hold, pan) in zip(starts.tolist(), draws.tolist(), strict=True):
        since = (time - start).clamp(min=0)
        soft = 0.012 + 0.10 * far
        clap = (1 - torch.exp(-since / soft)) * torch.exp(-since / (0.22 + 0.9 * hold + 0.6 * far))
        clap = clap * (0.25 + size) * torch.exp(-start * torch.tensor(0.55))
        envelope += clap * (since > 0) * torch.tensor([[1 - 0.4 * pan], [0.6 + 0.4 * pan]])
    hz = frequencies_hz(length, tape.rate_hz).clamp(min=1.0)
    drawn = tape.normal(f"{name}/air", 3 * length).view(3, length)
    dull = 260 - 170 * far
    rumble = filtered(drawn[:2] + 0.8 * drawn[2:], shaped(highs(24, 1.5), lows(dull, 1.1))(hz))
    rumble = rumble / rumble.std()
    stroke = rumble * envelope
    if far < 0.55:
        tear = filtered(drawn[:2], shaped(highs(500, 1.0), lows(5200, 1.0))(hz))
        sharp = torch.exp(-time / 0.11) * (1 - torch.exp(-time / 0.0012))
        crackle = (tape.uniform(f"{name}/crackle", length)[:, 0] < 0.0016).float()
        crackle = filtered(crackle[None], lows(3500, 1.0)(hz)) * torch.exp(-time / 0.35) * 9
        stroke = stroke + (tear / tear.std() * sharp * 1.5 + crackle) * (1 - far / 0.55) * 1.3
    fade = (1 - (time / seconds)).clamp(0, 1).pow(0.5) * (time / 0.004).clamp(max=1)
    return stroke * fade * (loud * (1.1 - 0.6 * far) * 0.55)
