"""From a request to sounds: parts drawn, brought to one loudness, mixed, and begun where it is calmest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.catalog.sounds import find_sound
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.look import resolve
from assetgen.backends.procedural.sounds.music.song import BEATS, Song
from assetgen.backends.procedural.sounds.music.styles import STYLES
from assetgen.backends.procedural.sounds.music.theory import Key, parse_key
from assetgen.backends.procedural.sounds.space import far_away
from assetgen.backends.procedural.sounds.table import AMBIENCES, EFFECTS
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice
from assetgen.context import Context
from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness
from assetgen.errors import SpecError
from assetgen.media.audio import AudioClip
from assetgen.specs.audio import DEFAULT_BARS, DEFAULT_LEAD_IN, MOST_BARS

STEP: Final = 1024
"""Loops are a whole number of these long, which is what lets their OGG files close; see formats/vorbis.py."""
_MIX_LUFS = -26.0
_SHORTEST_LEAD_IN_S = 0.002
"""Music that begins on its first beat begins this much before it, so that no stroke lies on the cut."""
_HEAD_S, _FADE_S = 0.0008, 0.004
_SILENT = 1e-3
_MOVED = 0.08
"""So much of its range a parameter moves from take to take."""
_LIGHT_MOODS = ("happy", "calm", "dreamy", "epic")


def draw_ambience(
    request: SoundRequest, *, seconds: float, rate_hz: int, seed: int, ctx: Context
) -> AudioClip:
    """Return a loop of the sounds that were asked for, each a stem."""
    tape = Tape(_whole_steps(seconds, rate_hz), rate_hz, seed)
    stems: dict[str, Tensor] = {}
    for number, part in enumerate(request.parts):
        ctx.progress(number, len(request.parts), f"drawing {part.name.replace('_', ' ')}")
        name = part.name if part.name not in stems else f"{part.name} {number + 1}"
        own = replace(tape, seed=tape.stream(f"part/{name}"))
        made = _far(own, AMBIENCES[part.name](own, _voice(own, part)), part)
        stems[name] = _at_loudness(made, _MIX_LUFS, rate_hz) * part.amount
    start = _calmest(sum(stems.values(), tape.zeros()), rate_hz)
    turned = {name: stem.roll(-start, -1).contiguous() for name, stem in stems.items()}
    return _ring(turned, rate_hz)


def draw_effect(request: SoundRequest, *, rate_hz: int, seed: int, ctx: Context, take: int = 0) -> AudioClip:
    """Return a sound that plays once, without silence before or behind it.

    Args:
        request: what is asked for.
        rate_hz: frames a second.
        seed: which of many such things it is.
        ctx: reports progress.
        take: which of its takes: the same thing, as it never happens twice alike.
    """
    cards = [find_sound(part.name) for part in request.parts]
    long_s = max(card.seconds for card in cards) * (1.0 + 0.35 * _most_repeats(request))
    tape = Tape(max(round(long_s * rate_hz), 64), rate_hz, seed, loops=False, take=take)
    mixed = tape.zeros()
    for number, part in enumerate(request.parts):
        ctx.progress(number, len(request.parts), f"drawing {part.name.replace('_', ' ')}")
        own = replace(tape, seed=tape.same.stream(f"part/{number}/{part.name}"))
        made = _far(own, EFFECTS[part.name](own, _voice(own, part)), part)
        mixed = mixed + made * (part.amount / max(float(made.abs().max()), 1e-6))
    return AudioClip(samples=_trimmed(mixed, rate_hz), sample_rate_hz=rate_hz)


def draw_music(
    request: SoundRequest,
    *,
    bars: int | None,
    seconds: float | None = None,
    bpm: float | None,
    key: str | None,
    lead_in: float | None = None,
    rate_hz: int,
    seed: int,
    ctx: Context,
) -> tuple[AudioClip, Mapping[str, float | str]]:
    """Return a loop of whole bars with its stems, and what was chosen for it: bpm, key, bars, beats, first beat.

    The tempo is moved by so little that the loop is a whole number of steps long; the true one is returned. Without
    `bars` it has those that come nearest to `seconds`. It begins `lead_in` beats before its first one.
    """
    part = request.parts[0]
    style, card = STYLES[part.name], find_sound(part.name)
    chance = Tape(STEP, rate_hz, seed)
    low, high = card.bpm
    faster = part.traits.get("speed")
    wanted = bpm or (chance.draw("bpm", low, high) if faster is None else low + (high - low) * faster)
    if bars is None:
        near = DEFAULT_BARS if seconds is None else round(seconds * wanted / (BEATS * 60))
        bars = min(max(near, 1), MOST_BARS)
    frames = _whole_steps(bars * BEATS * 60 / wanted, rate_hz)
    mood = request.mood or card.mood
    chosen = parse_key(key) if key else _key_of(chance, card.scales, mood)
    song = Song(Tape(frames, rate_hz, seed), chosen, mood, bars, style.thirds)
    ctx.progress(0, 1, f"composing {part.name}")
    true = bars * BEATS * 60 * rate_hz / frames
    early_s = (DEFAULT_LEAD_IN if lead_in is None else lead_in) * 60 / true
    late = round(max(early_s, _SHORTEST_LEAD_IN_S) * rate_hz)
    stems = {
        name: _at_loudness(stem, _MIX_LUFS + style.mix[name], rate_hz).roll(late, -1)
        for name, stem in style.play(song).items()
    }
    clip = _ring(stems, rate_hz)
    return clip, {
        "bpm": round(true, 4),
        "key": str(chosen),
        "bars": bars,
        "beats": bars * BEATS,
        "first_beat_s": late / rate_hz,
        "mood": mood,
    }


def _key_of(chance: Tape, scales: tuple[str, ...], mood: str) -> Key:
    tonic = int(chance.draw("tonic", 0, 12 - 1e-6))
    return Key(tonic, scales[0] if mood in _LIGHT_MOODS else scales[1])


def _voice(tape: Tape, part: SoundPart) -> Voice:
    card = find_sound(part.name)
    for option, value in part.options.items():
        if value not in card.options.get(option, {}):
            raise SpecError(f'{part.name} has no {option} = "{value}".')
    values = resolve(card.parameters, tape.same, traits=part.traits, given={})
    for parameter in card.parameters:
        moved = 2 * _MOVED * tape.apart(f"moved/{parameter.name}")
        values[parameter.name] += moved * (parameter.high - parameter.low)
    chosen = {
        option: next(iter(choices)) for option, choices in card.options.items() if option not in part.options
    }
    return Voice(values=values, traits=part.traits, options={**chosen, **part.options})


def _far(tape: Tape, samples: Tensor, part: SoundPart) -> Tensor:
    """Move a sound away if the prompt says so and its recipe has no distance of its own."""
    has_own = any("distance" in parameter.traits for parameter in find_sound(part.name).parameters)
    share = 0.0 if has_own else max(part.traits.get("distance", 0.0) - 0.5, 0.0) * 2
    return far_away(tape, samples, share)


def _at_loudness(samples: Tensor, lufs: float, rate_hz: int) -> Tensor:
    """Return one part of a loop at a loudness; silence stays silent."""
    loudness = integrated_loudness(samples, rate_hz, is_ring=True)
    return samples * (10 ** ((lufs - loudness) / 20)) if loudness > SILENCE_LUFS else samples


def _most_repeats(request: SoundRequest) -> float:
    return max(part.traits.get("repeats", 1.0) - 1 for part in request.parts)


def _ring(stems: Mapping[str, Tensor], rate_hz: int) -> AudioClip:
    mixed = torch.stack(tuple(stems.values())).sum(0)
    return AudioClip(
        samples=mixed,
        sample_rate_hz=rate_hz,
        loop=(0, mixed.shape[-1]),
        stems=stems if len(stems) > 1 else {},
    )


def _whole_steps(seconds: float, rate_hz: int) -> int:
    return max(round(seconds * rate_hz / STEP), 4) * STEP


def _calmest(samples: Tensor, rate_hz: int) -> int:
    """Return the frame where a loop best begins: quiet for it, and as loud before as behind.

    It makes no difference to the ear, which hears a ring; players that stop and start again are heard less.
    """
    width = max(round(0.05 * rate_hz), 1)
    count = samples.shape[-1] // width
    if count < 8:
        return 0
    level = samples[:, : count * width].square().mean(0).view(count, width).mean(1).double().clamp(min=1e-12)
    db = 10 * level.log10()
    step = (db - db.roll(1)).abs()
    loud = torch.maximum(db, db.roll(1)) - db.median()
    # The pieces beside the cut should be as calm as the cut itself.
    restless = step + 0.5 * step.roll(1) + 0.5 * step.roll(-1) + loud.clamp(min=0)
    return int(restless.argmin()) * width


def _trimmed(samples: Tensor, rate_hz: int) -> Tensor:
    """Return a sound without what cannot be heard before and behind it, faded to nothing at its end."""
    level = samples.abs().amax(0)
    peak = float(level.max())
    if peak <= 0:
        return samples[:, :64].contiguous()
    heard = (level > peak * _SILENT).nonzero()[:, 0]
    start = max(int(heard[0]) - round(_HEAD_S * rate_hz), 0)
    fade = max(round(_FADE_S * rate_hz), 1)
    end = min(int(heard[-1]) + 1 + fade, samples.shape[-1])
    kept = samples[:, start:end].clone()
    count = min(fade, kept.shape[-1])
    kept[:, -count:] *= torch.linspace(1, 0, count + 1)[1:]
    return kept
