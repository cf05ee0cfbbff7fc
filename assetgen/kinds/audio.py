"""The audio kind: sounds made or looped, kept, measured, shown and written."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar, Final

import torch

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.dsp.loop_point import close_loop, find_loop
from assetgen.dsp.loudness import integrated_loudness, true_peak_db
from assetgen.dsp.master import PROFILES, Mastering, Tone
from assetgen.dsp.resample import resampled
from assetgen.dsp.seam import measure_seam
from assetgen.errors import FormatError, SpecError
from assetgen.export.sound import ANYWHERE, SoundOptions, export_sounds
from assetgen.export.sound_files import usable_formats
from assetgen.export.targets import find_target
from assetgen.formats.audio_bundle import read_audio_bundle, write_audio_bundle
from assetgen.formats.read_sound import read_sound
from assetgen.formats.sound_texts import origin_texts
from assetgen.formats.vorbis import BLOCK_STEP
from assetgen.imaging.sound_picture import draw_sound
from assetgen.kinds.base import Made
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds
from assetgen.media.material import Material
from assetgen.specs.audio import ONLY_MODES, SHORTEST_AMBIENCE_S, AudioSpec
from assetgen.specs.base import Spec

_PROFILE_OF_MODE: Final = {"ambience": "game_ambience", "sfx": "sfx", "music": "game_music"}
_MODE_IN_WORDS: Final = {"ambience": "an ambience", "sfx": "an effect", "music": "music"}
_LEAST_LIKENESS = 0.1
_PICTURE = (640, 400)
_QUIETEST_LUFS = -60.0


class AudioKind:
    """Makes and writes sounds."""

    has_textures: ClassVar[bool] = False

    def make(self, spec: Spec, sources: Mapping[str, bytes], ctx: Context) -> Made[Sounds]:
        """Return the sounds of a spec: generated, or a source that is made to go round."""
        spec = _checked(spec)
        with _one_thread():
            if sources:
                return _looped(spec, sources["sound"], ctx)
            made = load_backend(spec.backend, kind=spec.kind).generate(spec, ctx)
        return Made(
            value=made.value,
            prompt_report=made.prompt_report,
            warnings=made.warnings,
            fallbacks=made.fallbacks,
        )

    def to_bundle(self, value: Sounds) -> bytes:
        """Return the samples and stems as floats."""
        return write_audio_bundle(value)

    def from_bundle(self, data: bytes, *, device: torch.device) -> Sounds:
        """Return the sounds of a bundle; they are finished on the CPU, whatever the device."""
        return read_audio_bundle(data)

    def export(self, value: Sounds, spec: Spec, target: str, ctx: Context) -> Iterator[Artifact]:
        """Yield the files of every take: the same for every engine, though what it is told of them differs."""
        spec = _checked(spec)
        formats, missing = usable_formats(spec.export.formats or find_target(target, {}).sounds)
        options = SoundOptions(
            name=spec.asset.rsplit("/", 1)[-1],
            formats=formats,
            mastering=_mastering(spec, value.mode),
            quality=spec.export.quality,
            stems=spec.export.stems,
            reach=0 if spec.source else _reach(value),
            texts=origin_texts(ctx.origin) if ctx.origin else {},
            target=target,
            facts=value.facts,
        )
        with _one_thread():
            for number, artifact in enumerate(export_sounds(value, options, ctx)):
                told = [*(missing if number == 0 else ()), artifact.fallback]
                yield replace(artifact, fallback=" ".join(filter(None, told)))

    def measure(self, value: Sounds) -> tuple[Mapping[str, float], tuple[str, ...]]:
        """Return loudness, peak and seam of the first take, and what is wrong with any."""
        first = value.takes[0]
        figures = {
            "mix_lufs": round(_loudness(first), 2),
            "mix_peak_db": round(true_peak_db(first.samples, is_ring=first.is_ring), 2),
        }
        warnings = []
        if first.is_ring and first.frames >= 4096:
            seam = measure_seam(first.samples, first.sample_rate_hz)
            figures |= {"loop_kink": round(seam.kink, 3), "loop_surprise": round(seam.surprise, 3)}
            if seam.kink > 1.0:
                warnings.append(
                    f"the loop's end does not meet its beginning ({seam.kink:.1f}, up to 1 is unheard)."
                )
        for number, take in enumerate(value.takes):
            if _loudness(take) < _QUIETEST_LUFS:
                warnings.append(f"take {number + 1} is all but silent.")
        return figures, tuple(warnings)

    def shown(self, value: Sounds) -> Material:
        """Return the picture of the first take's waveform and spectrogram."""
        picture = draw_sound(value.takes[0], width=_PICTURE[0], height=_PICTURE[1])
        return Material(tile_m=1.0, relief_m=0.0, base_color=picture)

    def heard(self, value: Sounds) -> AudioClip:
        """Return the first take."""
        return value.takes[0]

    def facts(self, value: Sounds) -> Mapping[str, float | str]:
        """Return length, rate, channels, takes, loop and what was chosen for music; its files say where it begins."""
        first = value.takes[0]
        chosen = {name: fact for name, fact in value.facts.items() if name != "first_beat_s"}
        return {
            "mode": value.mode,
            "seconds": round(first.seconds, 6),
            "frames": first.frames,
            "sample_rate_hz": first.sample_rate_hz,
            "channels": first.channels,
            "takes": len(value.takes),
            "loop_start": first.loop[0] if first.loop else -1,
            "loop_end": first.loop[1] if first.loop else -1,
            **chosen,
        }


@contextmanager
def _one_thread() -> Generator[None]:
    """Compute with one thread, so that a sound is the same to the bit wherever it is made.

    How a sum and a spectrum round depends on how many threads share it. A second one takes a sixth off the time of a
    sound, and half as much work again.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _checked(spec: Spec) -> AudioSpec:
    if not isinstance(spec, AudioSpec):
        raise SpecError(f"a {spec.kind} spec is no sound.", asset=spec.asset)
    return spec


def _reach(sounds: Sounds) -> int:
    """Return by how many frames a loop may begin sooner or later; one that begins on its beat stays there."""
    if sounds.mode == "ambience":
        return ANYWHERE
    first_beat = float(sounds.facts.get("first_beat_s", 0.0)) * sounds.takes[0].sample_rate_hz
    return BLOCK_STEP // 2 if first_beat >= BLOCK_STEP else 0


def _loudness(clip: AudioClip) -> float:
    return integrated_loudness(clip.samples, clip.sample_rate_hz, is_ring=clip.is_ring)


def _mastering(spec: AudioSpec, mode: str) -> Mastering:
    if spec.master is None:
        return Mastering(lufs=None, ceiling_db=None, rumble_hz=0.0)
    plan = PROFILES[spec.master.profile or _PROFILE_OF_MODE[mode]]
    tone = Tone(low_db=spec.master.low, mid_db=spec.master.mid, high_db=spec.master.high)
    plan = replace(plan, tone=tone)
    if spec.master.lufs is not None:
        plan = replace(plan, lufs=spec.master.lufs)
    return plan if spec.master.true_peak is None else replace(plan, ceiling_db=spec.master.true_peak)


def _looped(spec: AudioSpec, data: bytes, ctx: Context) -> Made[Sounds]:
    """Return a hand-made sound; as a loop if it is to go round and is none yet."""
    ctx.progress(0, 1, "reading source")
    try:
        clip = read_sound(data)
    except FormatError as error:
        raise FormatError(f"source: {error.message}") from error
    if spec.channels == "mono" and clip.channels == 2:
        clip = replace(clip, samples=clip.samples.mean(0, keepdim=True))
    if spec.sample_rate is not None:
        clip = resampled(clip, spec.sample_rate)
    mode = spec.mode or _mode_of(spec, clip)
    report: dict[str, object] = {"mode": mode, "source_seconds": round(clip.seconds, 3)}
    report["source_lufs"] = round(_loudness(clip), 2)
    warnings = [
        f"{name} was ignored: it says something of what is generated, not of a source."
        for name in ("seconds", *ONLY_MODES)
        if getattr(spec, name) is not None
    ]
    if spec.loop is None or mode == "sfx":
        clip = replace(clip, loop=None)
        said = f"plays once, as {_MODE_IN_WORDS[mode]}"
    elif clip.loop is not None:
        said = f"keeps its own loop, {_span(clip.loop, clip.sample_rate_hz)}"
    else:
        ctx.progress(0, 1, "looking for a loop")
        wanted = round(spec.loop.crossfade_ms * clip.sample_rate_hz / 1000)
        point = find_loop(clip.samples, clip.sample_rate_hz, step=BLOCK_STEP, room=wanted)
        fade = min(wanted, point.start, (point.end - point.start) // 2)
        period = close_loop(clip.samples, point, fade=fade)
        if point.likeness < _LEAST_LIKENESS:
            warnings.append(
                "no two places of the source are much alike; the crossfade of its loop may be heard."
            )
        faded_ms = round(1000 * fade / clip.sample_rate_hz)
        said = (
            f"goes round from {_span((point.start, point.end), clip.sample_rate_hz)}, its end fading over "
            f"{faded_ms} ms into what comes before its beginning ({point.likeness:.0%} alike)"
        )
        report |= {"loop_start": point.start, "loop_end": point.end, "likeness": round(point.likeness, 3)}
        clip = replace(clip, samples=period.contiguous(), loop=(0, period.shape[1]))
    return Made(
        value=Sounds(takes=(clip,), mode=mode),
        warnings=tuple(warnings),
        finish_report={**report, "said": [said]},
    )


def _mode_of(spec: AudioSpec, clip: AudioClip) -> str:
    """Return what a source is taken for: an effect if it is short and names no loop, else an ambience."""
    goes_round = spec.loop is not None and (clip.loop is not None or clip.seconds >= SHORTEST_AMBIENCE_S)
    return "ambience" if goes_round else "sfx"


def _span(frames: tuple[int, int], rate_hz: int) -> str:
    return f"{frames[0] / rate_hz:.2f} s to {frames[1] / rate_hz:.2f} s"
