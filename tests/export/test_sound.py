"""Written sounds: exact, under their ceiling when decoded, closed where they go round, alike in every format."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from assetgen.context import Context
from assetgen.dsp.loudness import integrated_loudness, true_peak_db
from assetgen.dsp.master import PROFILES, Mastering
from assetgen.dsp.seam import LARGEST_KINK, LARGEST_STEP_DB, LARGEST_SURPRISE, LoopSeam, measure_seam
from assetgen.errors import Cancelled, FormatError, GenerationError
from assetgen.export import loops, sound_files
from assetgen.export import sound as exporting
from assetgen.export.sound import ANYWHERE, SoundOptions, export_sounds
from assetgen.export.sound_files import SOUND_FILES, usable_formats
from assetgen.formats.sound_files import has_codec
from assetgen.formats.vorbis import read_vorbis_texts
from assetgen.formats.wav import read_wav_loop
from assetgen.media.artifact import Artifact
from assetgen.media.audio import AudioClip, Sounds
from tests.dsp.sounds import RATE_HZ, noise, pad, pulses, sine

FRAMES = 40 * 1024
HERE = tuple(name for name, file in SOUND_FILES.items() if not file.codec or has_codec(file.codec))
AS_IT_IS = Mastering(lufs=None, ceiling_db=None, rumble_hz=0.0)


def ring(samples: Tensor, **stems: Tensor) -> AudioClip:
    return AudioClip(samples=samples, sample_rate_hz=RATE_HZ, loop=(0, samples.shape[1]), stems=stems)


def once(samples: Tensor) -> AudioClip:
    return AudioClip(samples=samples, sample_rate_hz=RATE_HZ)


def exported(
    *takes: AudioClip,
    formats: tuple[str, ...] = ("ogg",),
    mastering: Mastering = AS_IT_IS,
    quality: float = 0.5,
    stems: bool = False,
    reach: int = 0,
    **texts: str,
) -> dict[str, Artifact]:
    options = SoundOptions(
        name="tune",
        formats=formats,
        mastering=mastering,
        quality=quality,
        stems=stems,
        reach=reach,
        texts=texts,
    )
    found = list(export_sounds(Sounds(takes=takes, mode="music"), options, Context()))
    assert len({artifact.filename for artifact in found}) == len(found)
    return {artifact.filename: artifact for artifact in found}


def heard(artifact: Artifact) -> Tensor:
    samples, rate_hz = soundfile.read(io.BytesIO(artifact.data), dtype="float32", always_2d=True)
    assert rate_hz == RATE_HZ
    return torch.from_numpy(np.ascontiguousarray(samples.T))


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("frames", [1, 777, FRAMES])
def test_every_format_has_the_exact_length_of_loops_and_of_sounds_that_end(name: str, frames: int) -> None:
    samples = noise(FRAMES)[:, :frames].contiguous()
    for clip in (ring(samples), once(samples)):
        (artifact,) = exported(clip, formats=(name,)).values()
        assert heard(artifact).shape == samples.shape
        assert artifact.filename == f"tune.{SOUND_FILES[name].extension}"
        assert (artifact.role, artifact.format) == ("sound", SOUND_FILES[name].format)
        assert artifact.media_type == SOUND_FILES[name].media_type


@pytest.mark.parametrize("quality", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("sound", [pad(FRAMES), noise(FRAMES), pulses(FRAMES, 2)])
def test_an_ogg_loop_closes_and_says_so(sound: Tensor, quality: float) -> None:
    (artifact,) = exported(ring(sound), quality=quality, reach=ANYWHERE).values()
    seam, figures = measure_seam(heard(artifact), RATE_HZ), dict(artifact.quality)
    assert seam.kink <= LARGEST_KINK
    assert seam.surprise <= LARGEST_SURPRISE
    assert seam.step_db <= LARGEST_STEP_DB
    assert figures["loop_kink"] == pytest.approx(seam.kink, abs=1e-3)
    assert figures["loop_surprise"] == pytest.approx(seam.surprise, abs=1e-3)
    assert figures["loop_step_db"] == pytest.approx(seam.step_db, abs=1e-2)
    assert artifact.fallback == ""


@pytest.mark.parametrize("name", [name for name in HERE if SOUND_FILES[name].is_lossy])
@settings(max_examples=6)
@given(
    quality=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    slope=st.sampled_from([0.0, 0.8]),
    ceiling_db=st.sampled_from([-6.0, -3.0, -1.0, 0.0]),
    loops=st.booleans(),
)
def test_a_decoded_sound_stays_under_its_ceiling(
    name: str, quality: float, slope: float, ceiling_db: float, loops: bool
) -> None:
    sound = noise(FRAMES // 4, slope=slope)
    clip = ring(sound) if loops else once(sound)
    plan = Mastering(lufs=-10.0, ceiling_db=ceiling_db)
    (artifact,) = exported(clip, formats=(name,), quality=quality, mastering=plan).values()
    peak = true_peak_db(heard(artifact), is_ring=loops)
    assert peak <= ceiling_db + 0.1
    assert dict(artifact.quality)["true_peak_db"] == pytest.approx(peak, abs=0.01)


def test_a_square_wave_that_a_codec_overshoots_is_lowered_until_it_fits() -> None:
    square = sine(440.0, FRAMES).sign().expand(2, -1).contiguous() * 0.5
    for name in (name for name in HERE if SOUND_FILES[name].is_lossy):
        (artifact,) = exported(once(square), formats=(name,), quality=0.1, mastering=PROFILES["sfx"]).values()
        assert true_peak_db(heard(artifact), is_ring=False) <= -2.9
        assert name != "ogg" or dict(artifact.quality)["gain_db"] < 0


@pytest.mark.parametrize("quality", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("name", [name for name in HERE if SOUND_FILES[name].is_lossy])
def test_what_is_decoded_is_as_loud_as_was_asked(name: str, quality: float) -> None:
    sound = noise(FRAMES, slope=0.0)
    (artifact,) = exported(
        ring(sound), formats=(name,), quality=quality, mastering=PROFILES["game_ambience"]
    ).values()
    loudness = integrated_loudness(heard(artifact), RATE_HZ, is_ring=True)
    assert loudness == pytest.approx(-23.0, abs=0.2)
    assert dict(artifact.quality)["lufs"] == pytest.approx(loudness, abs=0.02)


def test_stems_sum_to_the_mix_in_the_files() -> None:
    parts = {"drums": pulses(FRAMES, 5) * 2, "low strings": pad(FRAMES), "hiss": noise(FRAMES, slope=0.0)}
    clip = ring(torch.stack(list(parts.values())).sum(0), **parts)
    files = exported(clip, formats=("wav32f",), mastering=PROFILES["streaming"], stems=True)
    assert sorted(files) == ["tune.wav", "tune_drums.wav", "tune_hiss.wav", "tune_low_strings.wav"]
    assert files["tune_low_strings.wav"].role == "sound_low_strings"
    mix = heard(files.pop("tune.wav"))
    assert (sum(heard(file) for file in files.values()) - mix).abs().max() <= 1e-4


def test_stems_are_limited_with_their_mix() -> None:
    parts = {"one": noise(FRAMES), "two": noise(FRAMES, seed=2)}
    clip = ring(torch.stack(list(parts.values())).sum(0), **parts)
    plan = Mastering(lufs=-9.0, ceiling_db=-1.0)
    files = exported(clip, quality=0.9, mastering=plan, stems=True)
    mix = heard(files["tune.ogg"])
    error = sum(heard(files[f"tune_{part}.ogg"]) for part in parts) - mix
    assert float(error.square().mean()) < 0.005 * float(mix.square().mean())


def test_a_peak_that_a_codec_adds_is_limited_and_takes_no_loudness() -> None:
    clip = ring(noise(FRAMES, slope=0.0) * 0.3 + 12 * pulses(FRAMES, 7))
    plan = Mastering(lufs=-23.0, ceiling_db=-6.0)
    for quality in (0.1, 0.3, 0.5):
        (artifact,) = exported(clip, quality=quality, mastering=plan).values()
        assert true_peak_db(heard(artifact), is_ring=True) <= -5.9
        assert integrated_loudness(heard(artifact), RATE_HZ, is_ring=True) == pytest.approx(-23.0, abs=0.2)


def test_without_stems_the_mix_is_all_there_is() -> None:
    clip = ring(noise(FRAMES), a=noise(FRAMES) * 0.5, b=noise(FRAMES) * 0.5)
    assert list(exported(clip, formats=("wav",))) == ["tune.wav"]


def test_takes_are_numbered() -> None:
    takes = [once(noise(3000, seed=seed)) for seed in (1, 2, 3)]
    files = exported(*takes, formats=("ogg", "wav"), mastering=PROFILES["sfx"])
    assert list(files) == [f"tune_{number}.{end}" for number in (1, 2, 3) for end in ("ogg", "wav")]
    assert [file.role for file in files.values()] == [f"sound_{number}" for number in (1, 1, 2, 2, 3, 3)]


@pytest.fixture
def awkward(monkeypatch: pytest.MonkeyPatch) -> AudioClip:
    """A loop that is found to close at its third beginning alone."""
    seen: list[Tensor] = []

    def measure(samples: Tensor, rate_hz: int) -> LoopSeam:
        seen.append(samples)
        bad = 0.5 if len(seen) == 3 else 9.0
        return LoopSeam(kink=bad, surprise=bad, step_db=bad)

    monkeypatch.setattr(loops, "measure_seam", measure)
    monkeypatch.setattr(exporting, "measure_seam", measure)
    return ring(noise(FRAMES), rain=noise(FRAMES) * 0.25, wind=noise(FRAMES) * 0.75)


def test_a_turned_loop_begins_at_one_place_in_all_files(awkward: AudioClip) -> None:
    formats = tuple(name for name in HERE if name not in ("wav", "wav24"))
    files = exported(awkward, formats=formats, stems=True, reach=ANYWHERE)
    turned = awkward.samples.roll(-2 * 37 * 1024, -1)
    assert torch.equal(heard(files["tune.wav"]), turned)
    assert torch.equal(heard(files["tune_wind.wav"]), turned * 0.75)
    for name, file in files.items():
        level = {"rain": 0.25, "wind": 0.75}.get(name.removeprefix("tune_").split(".")[0], 1.0)
        error = (heard(file) - turned * level).square().mean() / (turned * level).square().mean()
        assert float(error) < 0.2, name  # of another place it is 2


def test_a_loop_whose_file_does_not_close_is_written_a_hair_louder(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = ring(noise(FRAMES))
    plain = dict(exported(clip)["tune.ogg"].quality)
    assert plain["loop_kink"] <= 1.0
    kinks = iter([9.0, 9.0] if "gain_db" in plain else [9.0])

    def measure(samples: Tensor, rate_hz: int) -> LoopSeam:
        return LoopSeam(kink=next(kinks, 0.5), surprise=0.5, step_db=0.5)

    monkeypatch.setattr(exporting, "measure_seam", measure)
    closed = dict(exported(clip)["tune.ogg"].quality)
    assert closed["loop_kink"] == 0.5
    assert closed["gain_db"] == pytest.approx(plain.get("gain_db", 0.0) + 0.04, abs=0.006)


def test_music_and_sources_begin_where_they_begin(awkward: AudioClip) -> None:
    assert torch.equal(heard(exported(awkward, formats=("wav32f",))["tune.wav"]), awkward.samples)
    assert torch.equal(
        heard(exported(awkward, formats=("wav32f",), reach=ANYWHERE)["tune.wav"]), awkward.samples
    )


@pytest.mark.parametrize("loop", [(0, FRAMES), (1000, FRAMES), (1000, 9000)])
def test_every_file_that_can_tells_where_the_loop_lies(loop: tuple[int, int]) -> None:
    clip = AudioClip(samples=noise(FRAMES), sample_rate_hz=RATE_HZ, loop=loop)
    files = exported(clip, formats=("ogg", "wav"), TITLE="Regen über Dächern")
    assert read_wav_loop(files["tune.wav"].data) == loop
    texts = read_vorbis_texts(files["tune.ogg"].data)
    assert texts == {
        "LOOPSTART": str(loop[0]),
        "LOOPLENGTH": str(loop[1] - loop[0]),
        "TITLE": "Regen über Dächern",
    }
    assert heard(files["tune.ogg"]).shape == (2, FRAMES)


@pytest.mark.skipif(not has_codec("mp3"), reason="this libsndfile has no MP3")
def test_a_loop_in_an_mp3_comes_with_a_warning_and_an_effect_without() -> None:
    (loop,) = exported(ring(noise(FRAMES)), formats=("mp3",)).values()
    assert "use OGG or WAV" in loop.fallback
    (effect,) = exported(once(noise(FRAMES)), formats=("mp3",)).values()
    assert effect.fallback == ""


@pytest.mark.skipif(not has_codec("opus"), reason="this libsndfile has no Opus")
def test_a_loop_that_opus_does_not_close_comes_with_a_warning() -> None:
    (artifact,) = exported(ring(pad(FRAMES)), formats=("opus",)).values()
    assert dict(artifact.quality)["loop_kink"] > 10
    assert artifact.fallback.startswith("The loop is heard going round in the .opus file (kink ")
    (hiss,) = exported(ring(noise(FRAMES)), formats=("opus",)).values()
    assert hiss.fallback == ""


@pytest.mark.skipif(not has_codec("opus"), reason="this libsndfile has no Opus")
def test_opus_of_a_source_at_another_rate_is_refused_with_what_to_do() -> None:
    clip = AudioClip(samples=noise(FRAMES), sample_rate_hz=44_100)
    with pytest.raises(GenerationError, match="44100 Hz; write sample_rate = 48000"):
        exported(clip, formats=("opus",))


def test_a_file_that_reads_back_as_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_files, "decode_sound", lambda data: (torch.zeros(2, FRAMES - 1), RATE_HZ))
    with pytest.raises(GenerationError, match="reads back as"):
        exported(ring(noise(FRAMES)))


def test_a_stop_is_heeded_between_takes() -> None:
    checks = iter([False, False, True])
    ctx = Context(is_cancelled=lambda: next(checks, True))
    takes = Sounds(takes=(once(noise(900)),) * 3, mode="sfx")
    with pytest.raises(Cancelled):
        list(export_sounds(takes, SoundOptions(name="x", mastering=AS_IT_IS), ctx))


@pytest.mark.parametrize(
    ("asked", "has", "kept", "told"),
    [
        (("ogg", "wav"), (), ("ogg", "wav"), ()),
        (("mp3", "flac"), ("mp3", "flac"), ("mp3", "flac"), ()),
        (("mp3", "wav"), (), ("wav",), ("MP3 cannot be written here; WAV was written.",)),
        (("opus",), ("mp3",), ("ogg",), ("OPUS cannot be written here; OGG was written.",)),
    ],
)
def test_a_missing_codec_becomes_another_format_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[str, ...],
    has: tuple[str, ...],
    kept: tuple[str, ...],
    told: tuple[str, ...],
) -> None:
    monkeypatch.setattr(sound_files, "has_codec", lambda name: name in has)
    assert usable_formats(asked) == (kept, told)


def test_damage_on_the_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_files, "write_vorbis", lambda *given, **named: b"OggS, or so it says")
    with pytest.raises(FormatError, match="no sound that can be read"):
        exported(once(noise(900)))
