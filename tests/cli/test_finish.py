"""Pictures and sounds finished by the command line in this process, as far as the manifest beside the files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from assetgen.execute.inline import InlineExecutor
from assetgen.formats.png import write_png
from assetgen.formats.wav import write_wav
from assetgen.media.image import Image
from assetgen.pipeline import build as building
from assetgen.store.manifest import verify_set
from tests.cli.command import CommandLine
from tests.dsp.sounds import RATE_HZ, noise
from tests.imaging.photographs import gravel, photograph
from tests.project.folders import write


def png(image: Image) -> bytes:
    return write_png(image, bits=8)


@pytest.fixture
def finish(assetgen: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line at work in this process, in a folder of its own, without the previews that take longest."""
    monkeypatch.setattr(building, "render_previews", lambda value: {"flat": b"preview"})
    assetgen.hire(lambda settings, **_: InlineExecutor(settings))
    art = {
        "wall.png": png(photograph(64)),
        "sand.png": png(gravel(32)),
        "rain.wav": rain(),
        "knock.wav": knock(),
    }
    monkeypatch.chdir(write(tmp_path / "art", art))
    return assetgen


def rain() -> bytes:
    """Return six seconds of noise that comes and goes, faded in and out, as a WAV file."""
    time = torch.arange(6 * RATE_HZ) / RATE_HZ
    edges = (time / 0.5).clamp(0, 1) * ((6 - time) / 0.5).clamp(0, 1)
    swell = 0.2 * (1 + 0.4 * torch.sin(2 * torch.pi * time / 1.5))
    return write_wav(np.ascontiguousarray((noise(6 * RATE_HZ) * swell * edges).float().T.numpy()), RATE_HZ)


def knock() -> bytes:
    """Return a quarter of a second of a struck thing."""
    time = torch.arange(RATE_HZ // 4) / RATE_HZ
    return write_wav((0.3 * torch.exp(-time * 30) * torch.sin(1400 * time))[:, None].numpy(), RATE_HZ)


def test_a_picture_becomes_a_set_and_what_was_done_is_told(finish: CommandLine) -> None:
    outcome = finish("finish", "wall.png", "--target", "web")
    assert outcome.code == 0, outcome.err
    assert "wall: wall.png as albedo" in outcome.out
    assert "does not tile along x" in outcome.out
    assert "estimated: height, roughness" in outcome.out
    assert "derived from the height: normal, occlusion" in outcome.out
    manifest = verify_set(Path("finished/web/wall/wall.assetgen.json"))
    assert [file.role for file in manifest.files] == ["albedo", "normal", "orm", "height"]
    assert manifest.provenance["licence"] == "that of the source"
    assert manifest.quality["seam_base_color"] <= 1.25


def test_the_second_time_nothing_is_done_and_the_same_is_told(finish: CommandLine) -> None:
    first = finish("finish", "sand.png", "--target", "web", "--json").json["assets"][0]
    again = finish("finish", "sand.png", "--target", "web", "--json").json["assets"][0]
    assert (first["status"], again["status"]) == ("baked", "cached")
    assert again["finish"] == first["finish"]
    assert again["sets"] == first["sets"]
    turned = finish("finish", "sand.png", "--target", "web", "--invert", "--json").json["assets"][0]
    assert turned["status"] == "baked"


def test_several_pictures_targets_and_sizes_come_in_one_run(finish: CommandLine) -> None:
    outcome = finish(
        "finish", "*.png", "--target", "web", "--target", "blender", "--sizes", "32,16", "--json"
    )
    assert outcome.code == 0, outcome.err
    assert {asset["name"] for asset in outcome.json["assets"]} == {"wall", "sand"}
    for asset in outcome.json["assets"]:
        assert {one["target"] for one in asset["sets"]} == {"blender", "web"}
        assert {file["width"] for file in asset["sets"][0]["files"]} == {32, 16}


def test_a_folder_of_maps_is_one_material(finish: CommandLine) -> None:
    write(Path("rock"), {"rock_Color.png": png(gravel(32)), "rock_Roughness.png": png(gravel(32, seed=2))})
    (asset,) = finish("finish", "rock", "--target", "web", "--json").json["assets"]
    assert set(asset["sources"]) == {"albedo", "roughness"}
    assert asset["finish"]["maps"]["roughness"] == "given"


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(finish: CommandLine) -> None:
    outcome = finish("finish", "wall.png", "--dry-run", "--out", "elsewhere")
    assert outcome.code == 0
    assert "wall: wall.png as albedo" in outcome.out
    assert "to be made" in outcome.out
    assert not Path("elsewhere").exists()


def test_options_reach_the_material(finish: CommandLine) -> None:
    options = (
        "--size",
        "32",
        "--repair",
        "never",
        "--tile",
        "x",
        "--meters",
        "0.5",
        "--roughness",
        "0.2,0.3",
    )
    outcome = finish(
        "finish", "wall.png", "--target", "web", "--name", "panel", *options, "--metallic", "1", "--json"
    )
    (asset,) = outcome.json["assets"]
    manifest = verify_set(Path(asset["manifest"]))
    assert (asset["name"], manifest.files[0].width, manifest.provenance["tile_m"]) == ("panel", 32, 0.5)
    assert manifest.quality["roughness_max"] <= 0.301
    assert asset["finish"]["tile"]["x"]["mended"] is False


def test_compressed_sets_tell_how_near_they_come(finish: CommandLine) -> None:
    (asset,) = finish("finish", "sand.png", "--target", "godot", "--quality", "fast", "--json").json["assets"]
    figures = {file["role"]: file["psnr_db"] for file in asset["sets"][0]["files"]}
    assert figures["albedo"] > 30
    assert figures["height"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gone.png",), "there is no such picture"),
        (("*.tga",), "there is no such picture"),
        (("wall.png", "--repair", "alwys"), 'did you mean "always"?'),
        (("wall.png", "--normal-y", "up"), "--normal-y"),
        (("wall.png", "--size", "big"), "write 1024 or 1024x512"),
        (("wall.png", "--size", "100"), "not a power of two"),
        (("wall.png", "--sizes", "64,x"), "write 2048,1024"),
        (("wall.png", "--target", "source2"), "targets"),
        (("wall.png", "sand.png", "--name", "a"), "--name is for one asset"),
        (("wall.png", "--jobs", "0"), "no number of workers"),
        (("wall.png", "--detail", "2"), "--detail"),
        (("wall.png", "--lufs", "-20"), "--lufs is for sounds"),
        (("wall.png", "--quality", "0.5"), "--quality 0.5 is for sounds"),
        (("rain.wav", "--no-estimate"), "--no-estimate is for pictures"),
        (("rain.wav", "--relief", "0"), "--relief is for pictures"),
        (("rain.wav", "--crossfade", "90", "--no-loop"), "--no-loop plays once"),
        (("rain.wav", "--crossfade", "90", "--mode", "sfx"), "--mode sfx plays once"),
        (("rain.wav", "--lufs", "-20", "--master", "off"), "--master off leaves levels alone"),
        (("rain.wav", "--quality", "high"), "--quality high is for pictures"),
        (("rain.wav", "--formats", "ogg,mp4"), "--formats"),
        (("rain.wav", "--crossfade", "1"), "--crossfade"),
        (("rain.wav", "--master", "loud"), "--master"),
        (("rain.wav", "--true-peak", "3"), "--true-peak"),
    ],
)
def test_what_is_wrong_is_told_with_the_option_that_says_it(
    finish: CommandLine, words: tuple[str, ...], told: str
) -> None:
    outcome = finish("finish", *words)
    assert outcome.code == 2
    assert told in outcome.err
    assert not Path("finished").exists()


def test_a_long_sound_becomes_a_mastered_loop_and_a_short_one_an_effect(finish: CommandLine) -> None:
    outcome = finish("finish", "rain.wav", "knock.wav", "--target", "godot", "--json")
    assert outcome.code == 0, outcome.err
    rows = {asset["name"]: asset for asset in outcome.json["assets"]}
    (file,) = rows["rain"]["sets"][0]["files"]
    assert file["path"] == "rain.ogg"
    assert file["lufs"] == pytest.approx(-23, abs=0.2)
    assert file["loop_kink"] <= 1
    assert rows["rain"]["finish"]["mode"] == "ambience"
    assert 0 < rows["rain"]["finish"]["loop_start"] < rows["rain"]["finish"]["loop_end"] < 6 * RATE_HZ
    assert rows["knock"]["finish"]["mode"] == "sfx"
    assert rows["knock"]["sets"][0]["files"][0]["loop_kink"] is None


def test_every_file_is_told_with_its_own_figures(finish: CommandLine) -> None:
    outcome = finish("finish", "rain.wav", "--formats", "ogg,wav", "--json")
    (asset,) = outcome.json["assets"]
    ogg, wave = asset["sets"][0]["files"]
    assert (ogg["path"], wave["path"]) == ("rain.ogg", "rain.wav")
    assert wave["loop_surprise"] != ogg["loop_surprise"]
    assert max(ogg["loop_step_db"], wave["loop_step_db"]) <= 3.0
    sizes = finish("finish", "sand.png", "--target", "godot", "--sizes", "32,16", "--json")
    albedos = [file for file in sizes.json["assets"][0]["sets"][0]["files"] if file["role"] == "albedo"]
    assert albedos[0]["psnr_db"] != albedos[1]["psnr_db"]


def test_both_kinds_have_a_quality_in_one_call(finish: CommandLine) -> None:
    words = ("--target", "web", "--quality", "fast", "--quality", "0.2", "--json")
    outcome = finish("finish", "sand.png", "knock.wav", *words)
    assert outcome.code == 0, outcome.err
    specs = [verify_set(Path(asset["manifest"])).provenance["spec"] for asset in outcome.json["assets"]]
    assert {spec["kind"] for spec in specs} == {"material", "audio"}
    smaller = finish("finish", "knock.wav", "--target", "web", "--quality", "0", "--json")
    sizes = [
        asset["sets"][0]["files"][0]["size_bytes"]
        for asset in (*outcome.json["assets"], *smaller.json["assets"])
        if asset["name"] == "knock"
    ]
    assert sizes[0] > sizes[1]


def test_what_was_done_to_a_sound_is_told(finish: CommandLine) -> None:
    told = finish("finish", "rain.wav", "knock.wav").out
    assert "rain: rain.wav as sound" in told
    assert "fading over 400 ms" in told
    assert "-> -23.0 LUFS" in told
    assert "seam: kink 0." in told
    assert "plays once, as an effect" in told


def test_options_reach_the_sound(finish: CommandLine) -> None:
    outcome = finish(
        *("finish", "rain.wav", "--target", "web", "--mode", "music", "--lufs", "-20", "--crossfade", "100"),
        *("--formats", "wav24,flac", "--channels", "mono", "--sample-rate", "44100"),
        *("--quality", "0.4", "--json"),
    )
    (asset,) = outcome.json["assets"]
    assert asset["finish"]["mode"] == "music"
    assert "100 ms" in asset["finish"]["said"][0]
    assert {file["format"] for file in asset["sets"][0]["files"]} == {"WAV_PCM_24", "FLAC_24"}
    assert asset["sets"][0]["files"][0]["lufs"] == pytest.approx(-20, abs=0.2)
    manifest = verify_set(Path(asset["manifests"]["web"]))
    assert manifest.provenance["channels"] == 1
    assert manifest.provenance["sample_rate_hz"] == 44_100


def test_an_equalizer_of_other_than_three_bands_is_refused(finish: CommandLine) -> None:
    for wrong in ("3", "1,2", "loud"):
        outcome = finish("finish", "rain.wav", "--eq", wrong)
        assert outcome.code != 0
        assert "write 2,0,-3" in outcome.err
    assert "--eq" in finish("finish", "rain.wav", "--eq", "99,0,0").err


def test_an_equalizer_is_heard(finish: CommandLine) -> None:
    levels = []
    for given in ("0,0,0", "0,0,-12"):
        outcome = finish(
            "finish", "rain.wav", "--out", given[-1], "--eq", given, "--formats", "wav32f", "--json"
        )
        (asset,) = outcome.json["assets"]
        (file,) = asset["sets"][0]["files"]
        written, _ = soundfile.read(Path(asset["sets"][0]["folder"]) / file["path"], dtype="float32")
        power = np.abs(np.fft.rfft(written.reshape(len(written), -1)[:, 0])) ** 2
        levels.append(power[len(power) // 2 :].sum() / power[: len(power) // 10].sum())
    assert levels[1] < 0.3 * levels[0]


def test_levels_and_ends_are_left_alone_when_asked(finish: CommandLine) -> None:
    outcome = finish("finish", "rain.wav", "--no-loop", "--master", "off", "--formats", "wav32f", "--json")
    (asset,) = outcome.json["assets"]
    (file,) = asset["sets"][0]["files"]
    written, _ = soundfile.read(
        Path(asset["sets"][0]["folder"]) / file["path"], dtype="float32", always_2d=True
    )
    given, _ = soundfile.read("rain.wav", dtype="float32", always_2d=True)
    assert np.array_equal(written, given)


def test_pictures_and_sounds_come_in_one_run(finish: CommandLine) -> None:
    outcome = finish(
        "finish", "wall.png", "knock.wav", "--size", "32", "--lufs", "-18", "--target", "web", "--json"
    )
    assert outcome.code == 0, outcome.err
    assert {asset["name"] for asset in outcome.json["assets"]} == {"wall", "knock"}


def test_a_damaged_sound_fails_alone(finish: CommandLine) -> None:
    write(Path(), {"bad.ogg": b"OggS and no more"})
    outcome = finish("finish", "bad.ogg", "knock.wav", "--target", "web", "--json")
    assert outcome.code == 1
    rows = {asset["name"]: asset for asset in outcome.json["assets"]}
    assert rows["knock"]["status"] == "baked"
    assert "source" in rows["bad"]["errors"][0]["message"]


def test_a_bad_picture_fails_alone(finish: CommandLine) -> None:
    write(Path(), {"bad.png": b"no picture"})
    outcome = finish("finish", "bad.png", "sand.png", "--target", "web", "--json")
    assert outcome.code == 1
    rows = {asset["name"]: asset for asset in outcome.json["assets"]}
    assert rows["sand"]["status"] == "baked"
    assert "source.albedo: this is not a picture" in rows["bad"]["errors"][0]["message"]


def test_help_teaches_by_examples(finish: CommandLine) -> None:
    outcome = finish("finish", "--help")
    assert "assetgen finish brick.png" in outcome.out
    assert "_nor_gl" in outcome.out


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    sys.platform == "win32", reason="asks the system for the memory that child processes took"
)
def test_sizes_from_4096_to_128_are_written_in_one_run_with_bounded_memory(tmp_path: Path) -> None:
    write(tmp_path, {"wall.png": png(photograph(1000, falloff=0.3))})
    code = (
        "import resource, sys\n"
        "from assetgen.cli.main import main\n"
        "if __name__ == '__main__':\n"
        "    code = main(sys.argv[1:])\n"
        "    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "    sys.exit(code)\n"
    )
    (tmp_path / "run.py").write_text(code, encoding="utf-8")
    sizes = [4096, 2048, 1024, 512, 256, 128]
    words = [
        "finish",
        "wall.png",
        "--size",
        "4096",
        "--sizes",
        ",".join(map(str, sizes)),
        "--target",
        "unity",
    ]
    done = subprocess.run(
        [sys.executable, "run.py", *words, "--jobs", "1"],
        cwd=tmp_path,
        env={
            **os.environ,
            "ASSETGEN_CACHE_DIR": str(tmp_path / "cache"),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    manifest = verify_set(tmp_path / "finished/unity/wall/wall.assetgen.json")
    for role in ("albedo", "normal", "mask", "height"):
        assert [file.width for file in manifest.files if file.role == role] == sizes
    assert manifest.quality["seam_base_color"] <= 1.25
    unit = 2**30 if sys.platform == "darwin" else 2**20  # macOS counts bytes, Linux KiB
    assert int(done.stdout.splitlines()[-1]) / unit <= 3.7
