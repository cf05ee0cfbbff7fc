"""From a spec to its sounds: the prompt read, the mode settled, as many takes drawn as it asks for."""

from __future__ import annotations

from dataclasses import replace

import torch

from assetgen.backends.base import Generated
from assetgen.backends.procedural.catalog.sounds import load_sounds
from assetgen.backends.procedural.grammar.parse import check_strict
from assetgen.backends.procedural.grammar.report import PromptReport, printable
from assetgen.backends.procedural.grammar.sound_parse import parse_sound
from assetgen.backends.procedural.grammar.sound_request import SoundRequest
from assetgen.backends.procedural.sounds.draw import draw_ambience, draw_effect, draw_music
from assetgen.context import Context
from assetgen.errors import SpecError
from assetgen.media.audio import AudioClip, Sounds
from assetgen.specs.audio import DEFAULT_RATE_HZ, DEFAULT_SECONDS, DEFAULT_TAKES, ONLY_MODES, AudioSpec


def generate_sounds(spec: AudioSpec, ctx: Context) -> Generated:
    """Return the sounds that a spec's prompt asks for.

    Raises:
        SpecError: no sound of this library is named, or, in strict mode, any word was not understood.
        Cancelled: somebody asked to stop.
    """
    parsed = parse_sound(spec.prompt, negative=spec.negative, mode=spec.mode)
    request, report = parsed.request, parsed.report
    if spec.strict:
        check_strict(report)
    if not request.parts:
        raise SpecError(_nothing_named(report, spec.mode))
    seed = spec.seed if request.seed is None else request.seed
    sounds = _drawn(spec, request, seed, ctx)
    if spec.channels == "mono":
        sounds = replace(sounds, takes=tuple(_mono(take) for take in sounds.takes))
    ignored = [
        f"{name} was ignored: it says something for {only} alone, and the prompt is read as {request.mode}."
        for name, only in ONLY_MODES.items()
        if getattr(spec, name) is not None and request.mode != only
    ]
    ignored += [f'"{printable(item.text)}" was ignored: {item.reason}.' for item in report.ignored]
    return Generated(value=sounds, prompt_report=report.to_json(), warnings=(*report.warnings, *ignored))


def _drawn(spec: AudioSpec, request: SoundRequest, seed: int, ctx: Context) -> Sounds:
    rate_hz = spec.sample_rate or DEFAULT_RATE_HZ
    if request.mode == "music":
        clip, facts = draw_music(
            request,
            bars=spec.bars or (None if spec.seconds else request.bars),
            seconds=spec.seconds or request.seconds,
            bpm=spec.bpm or request.bpm,
            key=spec.key or request.key,
            lead_in=spec.lead_in,
            rate_hz=rate_hz,
            seed=seed,
            ctx=ctx,
        )
        return Sounds(takes=(clip,), mode="music", facts=facts)
    if request.mode == "ambience":
        seconds = spec.seconds or request.seconds or DEFAULT_SECONDS
        clip = draw_ambience(request, seconds=seconds, rate_hz=rate_hz, seed=seed, ctx=ctx)
        return Sounds(takes=(clip,), mode="ambience")
    takes = []
    for number in range(spec.takes or DEFAULT_TAKES):
        ctx.check()
        take = draw_effect(request, rate_hz=rate_hz, seed=seed, take=number, ctx=ctx)
        takes.append(_shortened(take, spec.seconds or request.seconds))
    return Sounds(takes=tuple(takes), mode="sfx")


def _shortened(clip: AudioClip, longest_s: float | None) -> AudioClip:
    """Return a sound that ends in time, the last fifth of it faded out if it had to be cut."""
    if longest_s is None or clip.seconds <= longest_s:
        return clip
    kept = clip.samples[:, : max(round(longest_s * clip.sample_rate_hz), 1)].clone()
    fade = max(kept.shape[1] // 5, 1)
    kept[:, -fade:] *= torch.linspace(1, 0, fade + 1)[1:]
    return replace(clip, samples=kept)


def _mono(clip: AudioClip) -> AudioClip:
    stems = {name: stem.mean(0, keepdim=True) for name, stem in clip.stems.items()}
    return replace(clip, samples=clip.samples.mean(0, keepdim=True), stems=stems)


def _nothing_named(report: PromptReport, mode: str | None) -> str:
    near = [word for item in report.ignored for word in item.suggestions]
    hint = f'did you mean "{near[0]}"? ' if near else ""
    cards = load_sounds().of_mode(mode) if mode else tuple(load_sounds().sounds.values())
    known = ", ".join(card.name.replace("_", " ") for card in cards)
    what = {"ambience": "ambience", "sfx": "effect", "music": "style of music"}.get(mode or "", "sound")
    return f'the prompt "{report.prompt}" names no {what} of the procedural library; {hint}it makes {known}.'
