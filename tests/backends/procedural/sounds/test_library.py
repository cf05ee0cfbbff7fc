"""What every sound of the library keeps to; a new one joins by standing in its table."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pyloudnorm
import pytest
import soundfile
import torch
from torch import Tensor

from assetgen.backends.procedural.catalog.sounds import find_sound, load_sounds
from assetgen.backends.procedural.grammar.sound_request import SoundPart, SoundRequest
from assetgen.backends.procedural.look import resolve
from assetgen.backends.procedural.sounds.draw import draw_ambience, draw_effect, draw_music
from assetgen.backends.procedural.sounds.music.song import Song
from assetgen.backends.procedural.sounds.music.styles import STYLES
from assetgen.backends.procedural.sounds.music.theory import Key
from assetgen.backends.procedural.sounds.table import AMBIENCES, EFFECTS
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice
from assetgen.context import Context
from assetgen.dsp.loudness import true_peak_db
from assetgen.dsp.master import PROFILES
from assetgen.dsp.seam import calmest_cut, measure_seam
from assetgen.export.sound import ANYWHERE, SoundOptions, export_sounds
from assetgen.media.audio import Sounds
from assetgen.specs.audio import DEFAULT_LEAD_IN

RATE_HZ = 48_000
SHORT = 96 * 1024
CHOICES = [
    (name, option, value)
    for name in AMBIENCES
    for option, values in (find_sound(name).options or {"": {"": ()}}).items()
    for value in values
]


@pytest.fixture(autouse=True, scope="module")
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def drawn(
    name: str, options: dict[str, str], *, frames: int = SHORT, seed: int = 1, origin: int = 0
) -> Tensor:
    """Return an ambience drawn with its own choice of parameters."""
    tape = Tape(frames, RATE_HZ, seed, origin=origin)
    values = resolve(find_sound(name).parameters, tape, traits={}, given={})
    return AMBIENCES[name](tape, Voice(values=values, options=options))


def request(name: str, mode: str, **options: str) -> SoundRequest:
    return SoundRequest(mode=mode, parts=(SoundPart(name=name, options=options),))


def bands(samples: Tensor) -> Tensor:
    """Return the level of each octave from 60 Hz in each of sixteen pieces, in dB: what a sound is heard by."""
    pieces = samples.mean(0)[: samples.shape[1] // 16 * 16].view(16, -1)
    power = torch.fft.rfft(pieces).abs().square()
    hz = torch.arange(power.shape[1]) * (RATE_HZ / pieces.shape[1])
    rows = [power[:, (hz >= 60 * 2**k) & (hz < 120 * 2**k)].mean(1) for k in range(8)]
    return 10 * torch.log10(torch.stack(rows) + 1e-9)


@pytest.mark.parametrize(("name", "option", "value"), CHOICES)
def test_turning_the_tape_turns_the_sound(name: str, option: str, value: str) -> None:
    options = {option: value} if option else {}
    straight, turned = drawn(name, options), drawn(name, options, origin=12_345)
    assert bool(torch.isfinite(straight).all())
    apart = (turned.roll(12_345, -1) - straight).abs().max() / straight.abs().max()
    assert float(apart) < 1e-4


@pytest.mark.parametrize("name", AMBIENCES)
def test_an_ambience_is_wide_and_neither_silent_nor_clipped_out_of_shape(name: str) -> None:
    clip = draw_ambience(request(name, "ambience"), seconds=6, rate_hz=RATE_HZ, seed=3, ctx=Context())
    level = 20 * torch.log10(clip.samples.square().mean().sqrt())
    assert -50 < float(level) < -10
    assert float(torch.corrcoef(clip.samples)[0, 1]) < 0.995
    assert clip.is_ring


@pytest.mark.parametrize(
    "name", [name for name in AMBIENCES if find_sound(name).options and name not in ("birds",)]
)
def test_every_choice_of_an_ambience_sounds_otherwise(name: str) -> None:
    for option, values in find_sound(name).options.items():
        heard = {value: bands(drawn(name, {option: value})) for value in values}
        first, *others = heard
        for other in others:
            assert (heard[first] - heard[other]).abs().mean() > 0.5, f"{option} = {other} is heard as {first}"


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_begins_at_once_ends_in_silence_and_has_takes(name: str) -> None:
    takes = [
        draw_effect(request(name, "sfx"), rate_hz=RATE_HZ, seed=seed, ctx=Context()).samples
        for seed in (1, 2, 3, 4)
    ]
    for take in takes:
        level = take.abs().amax(0)
        peak = float(level.max())
        assert bool(torch.isfinite(take).all())
        assert int((level > 0.001 * peak).nonzero()[0]) <= 48
        assert float(level[-8:].max()) < 0.01 * peak
        assert 0.02 < take.shape[1] / RATE_HZ < 12
    for number, take in enumerate(takes):
        for other in takes[number + 1 :]:
            count = min(take.shape[1], other.shape[1])
            assert float((take[:, :count] - other[:, :count]).abs().max()) > 0.01


@pytest.mark.parametrize("name", ["gunshot", "explosion", "impact", "shatter", "click", "coin"])
def test_what_strikes_is_loudest_at_once(name: str) -> None:
    for seed in range(1, 6):
        sound = draw_effect(request(name, "sfx"), rate_hz=RATE_HZ, seed=seed, ctx=Context()).samples
        level = sound.abs().amax(0)
        assert float(level[: RATE_HZ // 50].max()) > 0.5 * float(level.max())


@pytest.mark.parametrize("name", ["coin", "gunshot", "impact", "click"])
def test_a_distant_effect_is_hardly_longer_than_a_near_one(name: str) -> None:
    near, far = (
        draw_effect(
            SoundRequest(mode="sfx", parts=(SoundPart(name=name, traits=traits),)),
            rate_hz=RATE_HZ,
            seed=2,
            ctx=Context(),
        )
        for traits in ({}, {"distance": 0.9})
    )
    assert far.seconds < near.seconds + 1.0


def heard_alike(first: Tensor, second: Tensor) -> float:
    """Return how far two effects are apart in their octaves over time, in dB."""
    frames = max(first.shape[1], second.shape[1], 16 * 1024)
    a, b = (bands(torch.nn.functional.pad(sound, (0, frames - sound.shape[1]))) for sound in (first, second))
    return float((a.clamp(min=-30) - b.clamp(min=-30)).abs().mean())


def test_takes_are_one_thing_heard_again_and_seeds_are_others() -> None:
    apart: dict[str, list[float]] = {"takes": [], "seeds": []}
    for name in EFFECTS:
        for kind, numbers in (("takes", ((1, 0), (1, 1), (1, 2))), ("seeds", ((1, 0), (2, 0), (3, 0)))):
            drawn_takes = [
                draw_effect(
                    request(name, "sfx"), rate_hz=RATE_HZ, seed=seed, ctx=Context(), take=take
                ).samples
                for seed, take in numbers
            ]
            apart[kind] += [heard_alike(drawn_takes[i], drawn_takes[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        assert min(apart["takes"][-3:]) > 0.02, f"two takes of {name} are one"
    assert sum(apart["takes"]) < 0.85 * sum(apart["seeds"])


@pytest.mark.slow
@pytest.mark.parametrize("name", EFFECTS)
def test_twenty_seeds_of_an_effect_all_sound_otherwise(name: str) -> None:
    sounds = [
        draw_effect(request(name, "sfx"), rate_hz=RATE_HZ, seed=seed, ctx=Context()).samples
        for seed in range(20)
    ]
    nearest = min(heard_alike(sounds[i], sounds[j]) for i in range(20) for j in range(i))
    assert nearest > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", STYLES)
def test_twenty_seeds_of_a_style_all_sound_otherwise(name: str) -> None:
    heard = []
    for seed in range(20):
        clip, _ = draw_music(
            request(name, "music"),
            bars=2,
            bpm=None,
            key=None,
            lead_in=0,
            rate_hz=RATE_HZ,
            seed=seed,
            ctx=Context(),
        )
        heard.append(bands(clip.samples).flatten())
    levels = torch.stack(heard)
    apart = torch.cdist(levels, levels, p=1) / levels.shape[1]
    assert float(apart[~torch.eye(20, dtype=torch.bool)].min()) > 0.7


@pytest.mark.parametrize(
    ("name", "option"), [(name, option) for name in EFFECTS for option in find_sound(name).options]
)
def test_every_choice_of_an_effect_sounds_otherwise(name: str, option: str) -> None:
    heard = []
    for value in find_sound(name).options[option]:
        made = draw_effect(request(name, "sfx", **{option: value}), rate_hz=RATE_HZ, seed=5, ctx=Context())
        heard.append((value, torch.nn.functional.pad(made.samples, (0, 12 * RATE_HZ - made.frames))))
    for number, (first, sound) in enumerate(heard):
        for second, other in heard[number + 1 :]:
            assert float((sound - other).abs().max()) > 0.01, f"{option}: {first} is {second}"


@pytest.mark.parametrize("name", STYLES)
def test_turning_the_tape_turns_the_music(name: str) -> None:
    style, card = STYLES[name], find_sound(name)

    def play(origin: int) -> Tensor:
        tape = Tape(192 * 1024, RATE_HZ, 1, origin=origin)
        song = Song(tape, Key(9, card.scales[1]), card.mood, 2, style.thirds)
        return torch.stack(list(style.play(song).values())).sum(0)

    straight, turned = play(0), play(54_321)
    assert float((turned.roll(54_321, -1) - straight).abs().max() / straight.abs().max()) < 1e-4


@pytest.mark.parametrize("name", STYLES)
def test_music_has_stems_that_sum_to_it_and_the_tempo_that_it_says(name: str) -> None:
    clip, facts = draw_music(
        request(name, "music"), bars=4, bpm=120.0, key="D minor", rate_hz=RATE_HZ, seed=2, ctx=Context()
    )
    assert float((torch.stack(list(clip.stems.values())).sum(0) - clip.samples).abs().max()) <= 1e-4
    assert facts["key"] == "D minor"
    assert facts["bpm"] == pytest.approx(120, rel=2e-3)
    assert clip.seconds == pytest.approx(4 * 4 * 60 / float(facts["bpm"]), rel=1e-4)
    assert all(float(stem.abs().max()) > 1e-3 for stem in clip.stems.values())


@pytest.mark.parametrize("name", [name for name in STYLES if name != "ambient"])
def test_the_first_beat_of_music_without_lead_in_falls_a_moment_after_the_cut(name: str) -> None:
    clip, facts = draw_music(
        request(name, "music"), bars=4, bpm=None, key=None, lead_in=0, rate_hz=RATE_HZ, seed=4, ctx=Context()
    )
    beat = round(float(facts["first_beat_s"]) * RATE_HZ)
    assert beat == 96
    jumps = clip.samples.mean(0).roll(24, -1).diff(n=3).abs()
    at_the_cut, at_the_beat = jumps[:48].max(), jumps[24 + beat : 24 + beat + 480].max()
    assert float(at_the_cut) < 0.5 * float(at_the_beat)


@pytest.mark.parametrize("lead_in", [None, 1.5])
def test_a_lead_in_is_in_beats_and_turns_the_loop(lead_in: float | None) -> None:
    (straight, on_beat), (turned, facts) = (
        draw_music(
            request("techno", "music"),
            bars=1,
            bpm=None,
            key=None,
            lead_in=beats,
            rate_hz=RATE_HZ,
            seed=4,
            ctx=Context(),
        )
        for beats in (0, lead_in)
    )
    first_beat_s, beat_s = float(facts["first_beat_s"]), 60 / float(facts["bpm"])
    assert first_beat_s == pytest.approx((lead_in or DEFAULT_LEAD_IN) * beat_s, abs=1e-4)
    later = round((first_beat_s - float(on_beat["first_beat_s"])) * RATE_HZ)
    assert torch.equal(straight.samples.roll(later, -1), turned.samples)
    assert all(torch.equal(straight.stems[name].roll(later, -1), turned.stems[name]) for name in turned.stems)


@pytest.mark.slow
@pytest.mark.parametrize("bars", [1, 4])
@pytest.mark.parametrize("name", STYLES)
def test_music_can_begin_where_its_level_is_even(name: str, bars: int) -> None:
    for seed in range(20, 40):
        clip, _ = draw_music(
            request(name, "music"), bars=bars, bpm=None, key=None, rate_hz=RATE_HZ, seed=seed, ctx=Context()
        )
        calmest = calmest_cut(clip.samples, RATE_HZ, reach=511)
        seam = measure_seam(clip.samples.roll(-calmest, -1), RATE_HZ)
        assert seam.step_db <= 3.0, f"seed {seed}"


def test_the_same_seed_gives_the_same_samples_and_another_others() -> None:
    first, again, other = (
        draw_ambience(
            request("rain", "ambience"), seconds=4, rate_hz=RATE_HZ, seed=seed, ctx=Context()
        ).samples
        for seed in (7, 7, 8)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100])
def test_sounds_can_be_drawn_at_other_rates(rate_hz: int) -> None:
    for name in AMBIENCES:
        clip = draw_ambience(request(name, "ambience"), seconds=3, rate_hz=rate_hz, seed=1, ctx=Context())
        assert bool(torch.isfinite(clip.samples).all())
        assert clip.frames % 1024 == 0


def assert_goes_round(sounds: Sounds, quality: float, *, profile: str, reach: int) -> None:
    """Write an OGG, decode it, and measure loudness, peak, and how its end meets its beginning."""
    options = SoundOptions(name="x", mastering=PROFILES[profile], quality=quality, reach=reach)
    artifact = next(export_sounds(sounds, options, Context()))
    heard, _ = soundfile.read(io.BytesIO(artifact.data), dtype="float32", always_2d=True)
    loop = torch.from_numpy(np.ascontiguousarray(heard.T))
    seam = measure_seam(loop, RATE_HZ)
    assert len(heard) == sounds.takes[0].frames
    assert seam.kink <= 1.0
    assert seam.surprise <= 3.0
    assert seam.step_db <= 3.0
    round_and_round = pyloudnorm.Meter(RATE_HZ).integrated_loudness(np.tile(heard, (3, 1)).astype(np.float64))
    assert round_and_round == pytest.approx(PROFILES[profile].lufs, abs=0.3)
    assert true_peak_db(loop, is_ring=True) <= PROFILES[profile].ceiling_db + 0.1
    assert dict(artifact.quality)["loop_step_db"] == pytest.approx(seam.step_db, abs=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize("quality", [0.3, 0.5])
@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", [*AMBIENCES, *load_sounds().scenes])
def test_a_written_ambience_goes_round_unheard(name: str, seed: int, quality: float) -> None:
    parts = (SoundPart(name=name),)
    if name in load_sounds().scenes:
        parts = tuple(
            SoundPart(name=part.sound, amount=part.amount, traits=part.traits, options=part.options)
            for part in load_sounds().scenes[name].parts
        )
    clip = draw_ambience(
        SoundRequest(mode="ambience", parts=parts), seconds=10, rate_hz=RATE_HZ, seed=seed, ctx=Context()
    )
    assert_goes_round(
        Sounds(takes=(clip,), mode="ambience"), quality, profile="game_ambience", reach=ANYWHERE
    )


@pytest.mark.slow
@pytest.mark.parametrize("quality", [0.3, 0.5])
@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", STYLES)
def test_written_music_goes_round_unheard(name: str, seed: int, quality: float) -> None:
    clip, _ = draw_music(
        request(name, "music"), bars=4, bpm=None, key=None, rate_hz=RATE_HZ, seed=seed, ctx=Context()
    )
    assert_goes_round(Sounds(takes=(clip,), mode="music"), quality, profile="game_music", reach=512)


@pytest.mark.slow
@pytest.mark.parametrize("name", AMBIENCES)
def test_twenty_seeds_all_sound_otherwise(name: str) -> None:
    heard = torch.stack([bands(drawn(name, {}, seed=seed)).flatten() for seed in range(20)])
    apart = torch.cdist(heard, heard, p=1) / heard.shape[1]
    assert float(apart[~torch.eye(20, dtype=torch.bool)].min()) > 0.7
