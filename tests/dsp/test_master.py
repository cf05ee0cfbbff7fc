"""A mastered sound meets its loudness and its ceiling, goes on going round, and its stems sum to it."""

from __future__ import annotations

from dataclasses import replace

import pyloudnorm
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.dsp.dynamics import Compressor, Gate, gain_of, limiting
from assetgen.dsp.loudness import integrated_loudness, true_peak_db
from assetgen.dsp.master import PROFILES, Mastering, Tone, master
from assetgen.dsp.seam import measure_seam
from assetgen.media.audio import AudioClip
from tests.dsp.sounds import RATE_HZ, noise, pad, pulses, sine

FRAMES = RATE_HZ * 4


def ring(*parts: torch.Tensor) -> AudioClip:
    stems = {f"part {number}": part for number, part in enumerate(parts)}
    return AudioClip(samples=torch.stack(parts).sum(0), sample_rate_hz=RATE_HZ, loop=(0, FRAMES), stems=stems)


@pytest.mark.parametrize("name", ["game_ambience", "game_music", "streaming"])
def test_a_profile_is_met_in_loudness_and_true_peak(name: str) -> None:
    done = master(ring(noise(FRAMES), pulses(FRAMES, 6)), PROFILES[name])
    measured = integrated_loudness(done.clip.samples, RATE_HZ, is_ring=True)
    assert measured == pytest.approx(PROFILES[name].lufs, abs=0.1)
    assert done.lufs == pytest.approx(measured)
    assert true_peak_db(done.clip.samples, is_ring=True) <= PROFILES[name].ceiling_db + 0.02


def test_effects_are_brought_to_a_peak() -> None:
    knock = AudioClip(samples=pulses(RATE_HZ // 2, 1), sample_rate_hz=RATE_HZ)
    done = master(knock, PROFILES["sfx"])
    assert done.true_peak_db == pytest.approx(-3.0, abs=0.05)


@pytest.mark.parametrize("name", PROFILES)
def test_stems_still_sum_to_the_mix(name: str) -> None:
    done = master(ring(noise(FRAMES), pulses(FRAMES, 6)), PROFILES[name]).clip
    assert (sum(done.stems.values()) - done.samples).abs().max() <= 1e-4


@pytest.mark.parametrize("sound", [pad(FRAMES), noise(FRAMES), pulses(FRAMES, 5)])
def test_mastering_opens_no_seam(sound: torch.Tensor) -> None:
    seam = measure_seam(master(ring(sound), PROFILES["streaming"]).clip.samples, RATE_HZ)
    assert seam.kink <= 1.0
    assert seam.surprise <= 3.0


@pytest.mark.parametrize(
    ("tone", "hz", "gain_db"),
    [
        (Tone(low_db=6.0), 30, 6.0),
        (Tone(low_db=6.0), 5000, 0.0),
        (Tone(mid_db=-4.0), 1000, -4.0),
        (Tone(mid_db=-4.0), 60, 0.0),
        (Tone(high_db=-9.0), 18_000, -9.0),
        (Tone(high_db=-9.0), 400, 0.0),
    ],
)
def test_the_equalizer_lifts_and_lowers_its_band_alone(tone: Tone, hz: int, gain_db: float) -> None:
    clip = ring(0.1 * sine(hz, FRAMES), noise(FRAMES, channels=1) * 1e-3)
    plan = Mastering(lufs=None, ceiling_db=None, rumble_hz=0.0)
    plain, toned = (master(clip, replace(plan, tone=one)).clip for one in (Tone(), tone))
    change_db = 20 * torch.log10(toned.samples.std() / plain.samples.std())
    assert float(change_db) == pytest.approx(gain_db, abs=0.4)
    assert (sum(toned.stems.values()) - toned.samples).abs().max() <= 1e-4


def test_an_equalized_loop_meets_its_loudness_and_has_no_seam() -> None:
    plan = replace(PROFILES["game_music"], tone=Tone(low_db=5.0, mid_db=-3.0, high_db=4.0))
    done = master(ring(pad(FRAMES), pulses(FRAMES, 6)), plan)
    assert done.lufs == pytest.approx(-16.0, abs=0.1)
    assert measure_seam(done.clip.samples, RATE_HZ).kink <= 1.0


def test_mastering_a_turned_ring_turns_the_master() -> None:
    sound, turn = pulses(FRAMES, 5) + noise(FRAMES), 4800 * 7
    first = master(ring(sound), PROFILES["streaming"]).clip.samples
    turned = master(ring(sound.roll(turn, -1)), PROFILES["streaming"]).clip.samples
    assert torch.allclose(turned.roll(-turn, -1), first, atol=2e-4)


def test_silence_stays_silence() -> None:
    done = master(AudioClip(samples=torch.zeros(1, FRAMES), sample_rate_hz=RATE_HZ), PROFILES["game_music"])
    assert not done.clip.samples.any()


def test_a_sound_too_faint_for_the_meter_is_raised_and_the_hiss_of_silence_is_not() -> None:
    faint = AudioClip(samples=noise(FRAMES) * 1e-3, sample_rate_hz=RATE_HZ)
    assert integrated_loudness(faint.samples, RATE_HZ, is_ring=False) == -120.0
    done, loud = (master(clip, PROFILES["game_ambience"]) for clip in (faint, clip_at(faint, 1e3)))
    assert done.lufs == pytest.approx(-23.0, abs=0.1)
    assert torch.allclose(done.clip.samples, loud.clip.samples, atol=1e-5)
    assert done.gain_db == pytest.approx(60 + loud.gain_db, abs=0.01)
    dither = AudioClip(samples=torch.rand(1, FRAMES) / 32768, sample_rate_hz=RATE_HZ)
    assert float(master(dither, PROFILES["game_ambience"]).clip.samples.abs().max()) < 1 / 32768


def clip_at(clip: AudioClip, gain: float) -> AudioClip:
    return AudioClip(samples=clip.samples * gain, sample_rate_hz=clip.sample_rate_hz, loop=clip.loop)


def test_the_compressor_takes_two_thirds_of_what_is_above_its_threshold() -> None:
    loud = torch.full((1, FRAMES), 0.5)  # -6.02 dB, 14 above the threshold
    gain = gain_of(Compressor(threshold_db=-20.0, ratio=3.0, knee_db=0.0), loud, RATE_HZ, is_ring=True)
    assert 20 * gain.log10().mean() == pytest.approx(-13.98 * 2 / 3, abs=0.02)
    quiet = gain_of(Compressor(threshold_db=-20.0), loud * 0.1, RATE_HZ, is_ring=True)
    assert torch.allclose(quiet, torch.ones_like(quiet))


def test_gain_on_a_ring_ends_as_it_begins() -> None:
    sound = torch.cat([pad(FRAMES // 2), pad(FRAMES // 2) * 0.05], dim=1)
    gain = gain_of(Compressor(threshold_db=-30.0), sound, RATE_HZ, is_ring=True)
    steps = gain.diff().abs()
    assert abs(float(gain[0] - gain[-1])) <= float(steps.max())


def test_the_gate_closes_between_sounds_and_opens_for_them() -> None:
    sound = torch.cat([pad(RATE_HZ), pad(RATE_HZ) * 1e-4, pad(RATE_HZ)], dim=1)
    gain = gain_of(Gate(), sound, RATE_HZ, is_ring=False)
    assert gain[RATE_HZ // 2] > 0.99
    assert gain[RATE_HZ + RATE_HZ // 2] < 0.05
    assert gain[2 * RATE_HZ + RATE_HZ // 2] > 0.99


@pytest.mark.parametrize("is_ring", [True, False])
def test_the_limiter_keeps_every_true_peak_below_the_ceiling(is_ring: bool) -> None:
    sound = (noise(FRAMES, slope=0.0) * 6).contiguous()
    assert true_peak_db(sound, is_ring=is_ring) > 3
    limited = sound * limiting(sound, RATE_HZ, ceiling_db=-1.0, is_ring=is_ring)
    assert true_peak_db(limited, is_ring=is_ring) <= -0.7
    assert float(limited.abs().max()) <= 10 ** (-1.0 / 20) + 1e-4


def test_a_quiet_sound_passes_the_limiter_untouched() -> None:
    sound = noise(FRAMES) * 0.1
    assert torch.equal(limiting(sound, RATE_HZ, ceiling_db=-1.0, is_ring=True), torch.ones(FRAMES))


def test_a_target_beyond_the_ceiling_is_approached_from_below() -> None:
    done = master(ring(pulses(FRAMES, 2)), Mastering(lufs=0.0, ceiling_db=-1.0))
    assert done.lufs < -1.0
    assert done.true_peak_db <= -0.95


@settings(max_examples=12)
@given(
    level_db=st.floats(-50.0, 20.0),
    seconds=st.floats(0.5, 5.0),
    slope=st.sampled_from([0.0, 0.5, 0.8]),
    loops=st.booleans(),
    channels=st.integers(1, 2),
    rate_hz=st.sampled_from([22_050, 44_100, 48_000]),
    profile=st.sampled_from(["game_ambience", "game_music", "streaming"]),
)
def test_any_noise_meets_its_loudness_as_another_meter_sees_it(
    level_db: float,
    seconds: float,
    slope: float,
    loops: bool,
    channels: int,
    rate_hz: int,
    profile: str,
) -> None:
    samples = noise(int(seconds * rate_hz), slope=slope, channels=channels) * 10 ** (level_db / 20)
    loop = (0, samples.shape[1]) if loops else None
    done = master(AudioClip(samples=samples, sample_rate_hz=rate_hz, loop=loop), PROFILES[profile])
    assert true_peak_db(done.clip.samples, is_ring=loops) <= PROFILES[profile].ceiling_db + 0.1
    # A meter that knows nothing of rings hears three turns of one.
    heard = done.clip.samples.repeat(1, 3) if loops else done.clip.samples
    meter = pyloudnorm.Meter(rate_hz)
    assert meter.integrated_loudness(heard.T.numpy()) == pytest.approx(PROFILES[profile].lufs, abs=0.3)


@settings(max_examples=12)
@given(
    frames=st.integers(1, 30_000),
    crest=st.integers(1, 400),
    loops=st.booleans(),
    profile=st.sampled_from(sorted(PROFILES)),
)
def test_short_and_spiky_sounds_stay_under_the_ceiling(
    frames: int, crest: int, loops: bool, profile: str
) -> None:
    samples = noise(30_000)[:, :frames].clone()
    samples[:, ::crest] *= 30
    loop = (0, frames) if loops else None
    done = master(AudioClip(samples=samples, sample_rate_hz=RATE_HZ, loop=loop), PROFILES[profile])
    assert bool(torch.isfinite(done.clip.samples).all())
    assert done.clip.samples.shape == samples.shape
    assert true_peak_db(done.clip.samples, is_ring=loops) <= PROFILES[profile].ceiling_db + 0.1
    assert done.true_peak_db == pytest.approx(true_peak_db(done.clip.samples, is_ring=loops))
    assert PROFILES[profile].lufs is None or done.lufs <= PROFILES[profile].lufs + 0.1


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("frames", [1, 2, 31, 96, 97])
@pytest.mark.parametrize("loops", [True, False])
def test_sounds_of_a_few_frames_are_mastered(profile: str, frames: int, loops: bool) -> None:
    for samples in (torch.full((1, frames), 0.5), torch.zeros(2, frames)):
        loop = (0, frames) if loops else None
        done = master(AudioClip(samples=samples, sample_rate_hz=RATE_HZ, loop=loop), PROFILES[profile])
        assert bool(torch.isfinite(done.clip.samples).all())
        assert bool(samples.any()) or not done.clip.samples.any()
        assert float(done.clip.samples.abs().max()) <= 1.0


@pytest.mark.slow
def test_twenty_minutes_are_mastered() -> None:
    rate_hz = 22_050
    samples = noise(rate_hz * 60).repeat(1, 20)
    done = master(AudioClip(samples=samples, sample_rate_hz=rate_hz), PROFILES["game_music"])
    meter = pyloudnorm.Meter(rate_hz)
    assert meter.integrated_loudness(done.clip.samples.T.numpy()) == pytest.approx(-16.0, abs=0.3)
    assert true_peak_db(done.clip.samples, is_ring=False) <= -0.9
