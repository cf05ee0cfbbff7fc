"""What recipes of sounds play, as levels of octaves over time, tied to the versions of their steps.

Levels to half a decibel are the same on every machine, so that they are compared with a tolerance of one step; a hash
of the samples would be another on every processor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict

import torch
from torch import Tensor

from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.sounds.generate import generate_sounds
from assetgen.context import Context
from assetgen.dsp.master import PROFILES, master
from assetgen.specs.audio import AudioSpec
from assetgen.versions import STEPS

PATH: Final = Path(__file__).with_name("sounds.json")
TOLERANCE: Final = 1
"""Half decibels."""
_STEPS: Final = ("grammar", "procedural.sound", "master")
_RATE_HZ: Final = 22_050
_PIECES, _OCTAVES = 3, 8
_LOWEST_HZ: Final = 43.0
_FLOOR_DB: Final = -110.0
_PROFILE: Final = {"ambience": "game_ambience", "sfx": "sfx", "music": "game_music"}


class Golden(TypedDict):
    """The versions of the steps, and the levels of every sound, see `play`."""

    versions: dict[str, int]
    levels: dict[str, str]


def prompts() -> list[tuple[str, str]]:
    """Return (first word, mode) of every sound and scene of the catalog."""
    catalog = load_sounds()
    sounds = [(card.words[0], card.mode) for card in catalog.sounds.values()]
    return sounds + [(card.words[0], "ambience") for card in catalog.scenes.values()]


def play(prompt: str, mode: str) -> str:
    """Return the levels of the mastered first take, two hexadecimal digits each: octave by octave, then in time."""
    long = {"bars": 1} if mode == "music" else {"seconds": 2.0}
    spec = AudioSpec(
        asset="golden",
        prompt=prompt,
        mode=mode,
        seed=1,
        sample_rate=_RATE_HZ,
        takes=1,
        **(long if mode != "sfx" else {}),
    )
    clip = generate_sounds(spec, Context()).value.takes[0]
    return "".join(f"{level:02x}" for level in _levels(master(clip, PROFILES[_PROFILE[mode]]).clip.samples))


def _levels(samples: Tensor) -> list[int]:
    length = max(samples.shape[-1] // _PIECES, 1)
    pieces = samples.double().mean(0)[: _PIECES * length].view(_PIECES, length)
    power = torch.fft.rfft(pieces).abs().square() / length**2
    octave = torch.log2(
        (torch.arange(power.shape[1]) * (_RATE_HZ / length)).clamp(min=1.0) / _LOWEST_HZ
    ).floor()
    rows = [power[:, octave == number].sum(1) for number in range(_OCTAVES)]
    db = 10 * torch.log10(torch.stack(rows).flatten() + 1e-20)
    return [min(max(round(2 * (level - _FLOOR_DB)), 0), 255) for level in db.tolist()]


def current() -> Golden:
    """Return what the code plays now."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            levels = {f"{prompt} ({mode})": play(prompt, mode) for prompt, mode in prompts()}
    finally:
        torch.set_num_threads(threads)
    return Golden(versions={step: STEPS[step] for step in _STEPS}, levels=levels)


def recorded() -> Golden:
    """Return what was played when the versions were last set."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def differences(now: Golden, before: Golden) -> dict[str, float]:
    """Return by how many decibels every sound changed that changed by more than the tolerance; 128 for a new one."""
    changed = {}
    for name, word in now["levels"].items():
        old = before["levels"].get(name, "")
        steps = 256 if len(old) != len(word) else max(map(abs, _steps(word, old)))
        if steps > TOLERANCE:
            changed[name] = steps / 2
    return changed


def _steps(word: str, other: str) -> list[int]:
    return [int(word[i : i + 2], 16) - int(other[i : i + 2], 16) for i in range(0, len(word), 2)]


def to_json(golden: Golden) -> str:
    """Return the text of the golden file, a line for every sound."""
    lines = [f"  {json.dumps(name)}: {json.dumps(word)}" for name, word in golden["levels"].items()]
    return f'{{"versions": {json.dumps(golden["versions"])},\n "levels": {{\n' + ",\n".join(lines) + "}}\n"
