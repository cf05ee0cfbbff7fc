"""Godot imports our sounds as their manifests tell it: every sample, every mode at other rates; and it plays loops.

Godot 3 is what can be had without a window from a package; the settings are named as in Godot 4, see `game.py`.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assetgen.context import Context
from assetgen.pipeline import build as building
from assetgen.pipeline.build import build
from assetgen.project.discover import discover
from assetgen.project.order import BuildOrder
from assetgen.project.plan import plan
from assetgen.project.scan import scan
from assetgen.store.manifest import Manifest, ManifestFile, verify_set
from assetgen.store.store import Store
from tests.bake.fakes import settings_in
from tests.engine_plugins.godot.game import PROGRAM, Game
from tests.project.folders import write

SAMPLES = Path(__file__).parents[3] / "samples"
PROMPTS = {
    "ambience": 'prompt = "rain on leaves"\nseconds = 1',
    "sfx": 'prompt = "footstep on gravel"\ntakes = 1',
    "music": 'prompt = "chiptune"\nbars = 1',
}
BOTH = '[export]\nformats = ["ogg", "wav"]\n'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which(PROGRAM), reason=f"{PROGRAM} imports the sounds"),
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(building, "render_previews", lambda value: {"flat": b"preview"})
    settings = settings_in(tmp_path)
    with Store.open(settings.cache_dir, durability=settings.durability) as store:
        yield store


def sound(mode: str, rate_hz: int, *lines: str) -> str:
    head = f'assetgen = 1\nkind = "audio"\nmode = "{mode}"\nsample_rate = {rate_hz}\n{PROMPTS[mode]}\n'
    return head + "".join(f"{line}\n" for line in lines)


def baked(root: Path, store: Store) -> list[tuple[Manifest, Path]]:
    """Make every sound of a project for Godot; its manifest, and the folder of its files."""
    found = scan(discover([root]), store)
    assert not found.errors
    sounds = [one for one in plan(found.assets, store, targets=("godot",)) if one.scanned.kind == "audio"]
    sets = []
    for one in sounds:
        place = Path(build(BuildOrder(plan=one), store=store, ctx=Context()).manifests["godot"])
        sets.append((verify_set(place), place.parent))
    return sets


def imported(game: Game, sets: list[tuple[Manifest, Path]]) -> list[tuple[Manifest, ManifestFile, dict]]:
    """Import every file of some sets as their manifests say; what the engine then says of each."""
    files = []
    for manifest, folder in sets:
        for file in manifest.files:
            path = f"{manifest.asset}/{file.path}"
            game.put(path, (folder / file.path).read_bytes(), file.engine)
            files.append((path, manifest, file))
    seen = {one["path"]: one for one in game.load(*(path for path, _, _ in files))}
    return [(manifest, file, seen[path]) for path, manifest, file in files]


def assert_is_ours(manifest: Manifest, file: ManifestFile, seen: dict, data: bytes) -> None:
    """Check the kind, the length to the frame and the loop of what Godot has imported."""
    ours = soundfile.info(io.BytesIO(data))
    goes_round = manifest.provenance["mode"] != "sfx"
    assert round(seen["microseconds"] * ours.samplerate / 1e6) == ours.frames
    if file.path.endswith(".ogg"):
        assert seen["class"] == "AudioStreamOGGVorbis"
        assert (seen["loop"], seen["loop_offset"]) == (goes_round, 0)
        return
    assert seen["class"] == "AudioStreamSample"
    assert (seen["mix_rate"], seen["stereo"]) == (ours.samplerate, ours.channels == 2)
    # It takes the last frame of a smpl chunk for the first behind it.
    expected = (1, 0, ours.frames - 1) if goes_round else (0, 0, 0)
    assert (seen["loop_mode"], seen["loop_begin"], seen["loop_end"]) == expected


def test_every_sound_of_the_samples_is_imported_whole_and_goes_round_where_it_should(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "samples"
    shutil.copytree(SAMPLES, root, ignore=shutil.ignore_patterns("generated"))
    sets = baked(root, store)
    assert {str(manifest.provenance["mode"]) for manifest, _ in sets} == set(PROMPTS)
    folders = {manifest.asset: folder for manifest, folder in sets}
    for manifest, file, seen in imported(Game(tmp_path / "game", tmp_path / "home"), sets):
        assert_is_ours(manifest, file, seen, (folders[manifest.asset] / file.path).read_bytes())


def test_sounds_of_every_mode_and_rate_are_imported_whole_from_ogg_and_wav(
    store: Store, tmp_path: Path
) -> None:
    prompts = {
        f"{mode}_{rate_hz}.prompt.toml": sound(mode, rate_hz, f'channels = "{channels}"', BOTH)
        for mode in PROMPTS
        for rate_hz, channels in ((22_050, "mono"), (32_000, "stereo"), (44_100, "stereo"))
    }
    sets = baked(write(tmp_path / "sounds", {"assetgen.toml": "assetgen = 1\n", **prompts}), store)
    assert len(sets) == len(prompts)
    folders = {manifest.asset: folder for manifest, folder in sets}
    files = imported(Game(tmp_path / "game", tmp_path / "home"), sets)
    assert len(files) == 2 * len(prompts)
    for manifest, file, seen in files:
        assert_is_ours(manifest, file, seen, (folders[manifest.asset] / file.path).read_bytes())


def test_what_godot_plays_of_a_loop_is_our_loop_over_and_over_to_the_frame(
    store: Store, tmp_path: Path
) -> None:
    prompts = {"rain.prompt.toml": sound("ambience", 48_000, BOTH).replace("seconds = 1", "seconds = 0.3")}
    ((manifest, folder),) = baked(
        write(tmp_path / "sounds", {"assetgen.toml": "assetgen = 1\n", **prompts}), store
    )
    game = Game(tmp_path / "game", tmp_path / "home")
    imported(game, [(manifest, folder)])
    for name, left_out in (("rain.ogg", 0), ("rain.wav", 1)):  # of a WAV it plays the first frame only once
        ours, _ = soundfile.read(folder / name, dtype="float32", always_2d=True)
        heard = game.hear(f"rain/{name}", seconds=2.0)
        again = np.tile(ours[left_out:], (len(heard) // len(ours) + 1, 1))
        rounds = np.concatenate((ours, again))[: len(heard)]
        assert len(heard) > 4 * len(ours)
        assert min(difference(heard, rounds, late) for late in range(8)) < 2 / 32_768


def test_music_that_godot_starts_where_it_is_told_begins_on_its_beat(store: Store, tmp_path: Path) -> None:
    prompts = {"song.prompt.toml": sound("music", 48_000).replace('"chiptune"', '"chiptune, 240 bpm"')}
    ((manifest, folder),) = baked(
        write(tmp_path / "sounds", {"assetgen.toml": "assetgen = 1\n", **prompts}), store
    )
    game = Game(tmp_path / "game", tmp_path / "home")
    ((_, file, _),) = imported(game, [(manifest, folder)])
    told = dict(file.engine["AudioStreamPlayer.play"])
    ours, _ = soundfile.read(folder / "song.ogg", dtype="float32", always_2d=True)
    heard = game.hear("song/song.ogg", seconds=2.5, **told)
    beat = round(float(manifest.quality["sound_first_beat_s"]) * 48_000)
    rounds = np.tile(np.roll(ours, -beat, axis=0), (len(heard) // len(ours) + 1, 1))[: len(heard)]
    assert len(heard) > 2 * len(ours)
    assert min(difference(heard, rounds, late) for late in range(-8, 8)) < 2 / 32_768


def difference(heard: np.ndarray, rounds: np.ndarray, late: int) -> float:
    """Return the largest difference between what was heard, so many frames late, and what ought to be."""
    count = len(heard) - abs(late)
    return float(np.abs(heard[max(late, 0) :][:count] - rounds[max(-late, 0) :][:count]).max())
