"""Scenes played inside Blender (bpy) with the installed extension and a live daemon; each ends by saying `well`.

    python scenes.py ZIP FOLDER COMMAND SCENE

This file is run by a Python that has bpy and nothing of this project: it sees the extension as an artist's Blender
does. `test_in_blender.py` runs it.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

MODULE = "bl_ext.user_default.assetgen"
PATIENCE_S = 120.0
SIZE = "256"


def part(name: str) -> Any:
    return importlib.import_module(f"{MODULE}.{name}")


class Stage:
    """What a scene works with."""

    def __init__(self, package: str, folder: str, command: str) -> None:
        self.package, self.folder, self.command = package, Path(folder), command

    def install(self) -> None:
        bpy.ops.extensions.package_install_files(
            filepath=self.package, repo="user_default", enable_on_install=True
        )
        bpy.context.preferences.addons[MODULE].preferences.command = self.command
        bpy.ops.ed.undo_push(message="Original")

    @property
    def runtime(self) -> Any:
        return part("runtime")

    @property
    def settings(self) -> Any:
        return bpy.context.scene.assetgen

    @property
    def material(self) -> Any:
        return bpy.data.objects["Cube"].active_material

    def until(self, claim: Callable[[], Any], what: str) -> None:
        assert self.runtime.wait_until(claim, PATIENCE_S), f"never: {what}"

    def ready(self) -> None:
        self.until(lambda: self.runtime.desk.is_ready, "the daemon is there")

    def ask(self, prompt: str = "old mossy brick", **more: Any) -> Any:
        """Ask as the button does in a window, where nothing waits."""
        self.settings.kind = more.pop("kind", self.settings.kind)
        self.settings.prompt = prompt
        if self.runtime.desk.kind(self.settings.kind_word).sizes:
            self.settings.size = SIZE
        # A seed of its own, so that no earlier scene's result is taken from the cache.
        self.settings.has_seed, self.settings.seed = True, time.time_ns() // 1000 % 2**31
        for name, value in more.items():
            setattr(self.settings, name, value)
        return self.runtime.submit(part("operators").ticket_of(bpy.context))

    def make(self, prompt: str = "old mossy brick", **more: Any) -> Any:
        course = self.ask(prompt, **more)
        self.until(lambda: not course.is_active, "the job ends")
        assert course.state == "done", (course.state, course.message)
        return course

    def save(self) -> Path:
        path = self.folder / "scene.blend"
        self.folder.mkdir(exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        return path


def links_of(material: Any) -> set[tuple[str, str, str, str]]:
    return {
        (one.from_node.name, one.from_socket.identifier, one.to_node.name, one.to_socket.identifier)
        for one in material.node_tree.links
    }


def a_material_lands_on_the_selection(stage: Stage) -> None:
    stage.install()
    stage.ready()
    assert stage.settings.kind == "material"
    course = stage.ask("old mossy brick", size=SIZE)
    stages, fractions = set(), [0.0]
    while course.is_active:
        stage.runtime.drain()
        stages.add(course.stage)
        assert course.fraction >= fractions[-1]
        fractions.append(course.fraction)
        time.sleep(0.01)
    assert course.state == "done", course.message
    assert len(stages) > 3
    assert Path(course.preview).is_file()
    material = stage.material
    assert material.name == "Old mossy brick"
    nodes = material.node_tree.nodes
    spaces = {
        one.image["assetgen_role"]: one.image.colorspace_settings.name
        for one in nodes
        if one.type == "TEX_IMAGE"
    }
    assert spaces == {"albedo": "sRGB", "normal": "Non-Color", "orm": "Non-Color", "height": "Non-Color"}
    assert tuple(nodes["AssetGen Albedo"].image.size) == (int(SIZE), int(SIZE))
    links = links_of(material)
    for link in (
        ("AssetGen Channels", "Green", "AssetGen Shader", "Roughness"),
        ("AssetGen Channels", "Blue", "AssetGen Shader", "Metallic"),
        ("AssetGen Channels", "Red", "AssetGen Occlusion", "B_Color"),
        ("AssetGen Occlusion", "Result_Color", "AssetGen Shader", "Base Color"),
        ("AssetGen Normals", "Normal", "AssetGen Shader", "Normal"),
        ("AssetGen Displacement", "Displacement", "AssetGen Output", "Displacement"),
    ):
        assert link in links, (link, links)
    provenance = course.results[0].manifest["provenance"]
    shift = nodes["AssetGen Displacement"].inputs
    assert abs(shift["Scale"].default_value - provenance["relief_m"]) < 1e-6
    assert shift["Midlevel"].default_value == 0.5
    assert material.displacement_method == "DISPLACEMENT"
    # The cube's faces are 2 m wide and a quarter of its UVs: 8 m a unit.
    tiles = nodes["AssetGen Tiling"].inputs["Scale"].default_value
    assert abs(tiles[0] - 8.0 / provenance["tile_m"]) < 1e-3, tuple(tiles)
    assert "assetgen_waits" not in bpy.data.objects["Cube"]


def a_second_result_updates_it_in_place(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.make()
    first, etag = stage.material.name, stage.material["assetgen_etag"]
    images = {one.name for one in bpy.data.images}
    node = stage.material.node_tree.nodes["AssetGen Tiling"]
    node.inputs["Scale"].default_value = (7.0, 7.0, 7.0)
    texel = tuple(bpy.data.images["Old mossy brick albedo"].pixels[:64])
    stage.make(has_seed=True, seed=99)
    assert stage.material.name == first
    assert stage.material["assetgen_seed"] == "99"
    assert stage.material["assetgen_etag"] != etag
    assert {one.name for one in bpy.data.images} == images
    assert tuple(bpy.data.images["Old mossy brick albedo"].pixels[:64]) != texel
    assert tuple(stage.material.node_tree.nodes["AssetGen Tiling"].inputs["Scale"].default_value) == (
        7.0,
        7.0,
        7.0,
    )
    bpy.ops.assetgen.pin()
    stage.make(seed=100)
    assert stage.material.name != first
    assert bpy.data.materials[first]["assetgen_seed"] == "99"


def what_a_prompt_file_says_is_what_the_scene_shows(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.save()
    stage.make()
    assert bpy.ops.assetgen.save_prompt_file() == {"FINISHED"}
    path = Path(stage.settings.root()) / stage.material["assetgen_prompt_file"]
    etag = stage.material["assetgen_etag"]
    stage.until(lambda: stage.runtime.session._watches.get(stage.settings.root()), "the project is followed")
    for _ in range(100):
        stage.runtime.drain()
        time.sleep(0.01)
    assert stage.material["assetgen_etag"] == etag, "saving the same words changes nothing"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("old mossy brick", "old mossy brick, snowy"), encoding="utf-8")
    stage.until(lambda: stage.material["assetgen_etag"] != etag, "the scene follows the file")
    assert stage.material["assetgen_prompt"] == "old mossy brick, snowy"
    good = stage.material["assetgen_etag"]
    path.write_text(text + "\nsize = 33\ncolour = 3\n", encoding="utf-8")
    desk = stage.runtime.desk

    def places() -> list[str]:
        return [str(one.place) for broken in desk.broken.values() for one in broken.problems]

    # A file that is written in place may be seen half; the panel settles on what it says in the end.
    stage.until(
        lambda: any(".prompt.toml:8:" in one for one in places()), "the panel shows what is broken, and where"
    )
    assert stage.material["assetgen_etag"] == good, "the last good one stays"
    path.write_text(text, encoding="utf-8")
    stage.until(lambda: not stage.runtime.desk.broken, "it is mended")
    stage.until(lambda: stage.material["assetgen_prompt"] == "old mossy brick", "the first words are back")


def keep_as_file(stage: Stage, prompt: str = "old mossy brick") -> Path:
    """Make a material, save it as a prompt file, and wait until the scene follows it."""
    stage.install()
    stage.ready()
    stage.save()
    stage.make(prompt)
    assert bpy.ops.assetgen.save_prompt_file() == {"FINISHED"}
    stage.until(lambda: stage.runtime.session._watches.get(stage.settings.root()), "the project is followed")
    return Path(stage.settings.root()) / stage.material["assetgen_prompt_file"]


def a_file_for_other_engines_is_made_for_blender_too_when_the_scene_shows_it(stage: Stage) -> None:
    path = keep_as_file(stage)
    text = path.read_text(encoding="utf-8").replace('["blender"]', '["unity"]')
    path.write_text(text.replace("old mossy brick", "old snowy brick"), encoding="utf-8")
    stage.until(
        lambda: stage.material["assetgen_prompt"] == "old snowy brick", "the scene follows all the same"
    )


def what_was_saved_while_blender_was_closed_is_seen_when_it_opens_again(stage: Stage) -> None:
    path = keep_as_file(stage)
    blend = stage.save()
    bpy.ops.preferences.addon_disable(module=MODULE)
    path.write_text(path.read_text(encoding="utf-8").replace("mossy", "snowy"), encoding="utf-8")
    bpy.ops.preferences.addon_enable(module=MODULE)
    stage.ready()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    stage.until(lambda: stage.material["assetgen_prompt"] == "old snowy brick", "the scene catches up")


def undo_takes_it_back_and_later_news_still_find_their_place(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.make()
    assert stage.material.get("assetgen_id")
    bpy.ops.ed.undo()
    assert not (stage.material and stage.material.get("assetgen_id"))
    bpy.ops.ed.redo()
    assert stage.material["assetgen_id"]
    course = stage.ask("rusty iron plates")
    stage.until(lambda: course.state == "running", "it runs")
    bpy.ops.ed.undo()  # the marks on the object go back in time, while the job goes on
    stage.until(lambda: not course.is_active, "the job ends")
    assert course.state == "done"
    assert stage.material["assetgen_prompt"] == "rusty iron plates"


def a_file_that_is_opened_again_finds_its_job_and_its_assets(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.save()
    stage.make()
    course = stage.ask("snowy rock", size="1024")
    stage.until(lambda: course.ticket.job, "the daemon has it")
    path = stage.save()
    bpy.data.objects["Cube"].name = "Cube"
    bpy.ops.wm.open_mainfile(filepath=str(path))
    runtime = stage.runtime
    assert [one.ticket.job for one in runtime.desk.courses.values()] == [course.ticket.job]
    stage.until(runtime.is_idle, "the job lands after reopening")
    assert stage.material["assetgen_prompt"] == "snowy rock"
    assert stage.settings.tickets in ("", "[]")
    stage.until(lambda: stage.settings.root() in runtime.session.watched, "its project is followed again")
    assert bpy.data.materials["Old mossy brick"]["assetgen_etag"]


def a_file_that_is_saved_elsewhere_still_knows_its_project(stage: Stage) -> None:
    path = keep_as_file(stage)
    root = stage.settings.root()
    copy, elsewhere = stage.folder / "copies" / "a.blend", stage.folder / "levels" / "one" / "b.blend"
    for one in (copy, elsewhere):
        one.parent.mkdir(parents=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True)
    assert stage.material["assetgen_project"] == "//assetgen"
    for blend in (elsewhere, copy):
        if blend == elsewhere:
            bpy.ops.wm.save_as_mainfile(filepath=str(blend))
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        assert stage.material["assetgen_project"].startswith("//..")
        assert part("marks").full_root(stage.material["assetgen_project"]) == root
        assert Path(bpy.path.abspath(bpy.data.images["Old mossy brick albedo"].filepath)).is_file()
    path.write_text(path.read_text(encoding="utf-8").replace("mossy", "snowy"), encoding="utf-8")
    stage.until(lambda: stage.material["assetgen_prompt"] == "old snowy brick", "it still follows its file")


def a_job_outlives_the_blender_that_asked(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.save()
    course = stage.ask("snowy rock", size="1024")
    stage.until(lambda: course.ticket.job, "the daemon has it")
    stage.save()
    bpy.ops.preferences.addon_disable(module=MODULE)
    time.sleep(1.0)
    bpy.ops.preferences.addon_enable(module=MODULE)
    stage.ready()
    assert part("reattach").attach_jobs() == 1
    stage.until(stage.runtime.is_idle, "the job lands")
    assert stage.material["assetgen_prompt"] == "snowy rock"


def switched_on_and_off_twenty_times_nothing_is_left(stage: Stage) -> None:
    known = bpy.app.handlers
    handlers = [known.load_post, known.undo_post, known.redo_post, known.save_pre, known.save_post]
    before = [len(one) for one in handlers]
    stage.install()
    stage.ready()
    for number in range(20):
        if number % 5 == 0:
            stage.ready()
            course = stage.ask()
            stage.until(lambda course=course: course.state != "waiting", "it is asked for")
        bpy.ops.preferences.addon_disable(module=MODULE)
        left = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
        assert not left, left
        assert [len(one) for one in handlers] == before
        assert not hasattr(bpy.types.Scene, "assetgen")
        assert not hasattr(bpy.types, "ASSETGEN_PT_main")
        bpy.ops.preferences.addon_enable(module=MODULE)
    bpy.ops.preferences.addon_disable(module=MODULE)
    assert threading.active_count() == 1


def a_daemon_that_is_killed_is_told_of_and_the_job_ends_well_after_its_restart(stage: Stage) -> None:
    stage.install()
    stage.ready()
    endpoint = part("remote").discovery.read_endpoint()
    course = stage.ask("cobblestone", size="2048")
    stage.until(lambda: course.state == "running" and course.fraction > 0.02, "it runs")
    os.kill(endpoint.pid, signal.SIGKILL)
    before = time.monotonic()
    stage.until(lambda: not stage.runtime.desk.is_ready and not course.is_connected, "the panel knows")
    assert time.monotonic() - before < 2.0, time.monotonic() - before
    assert course.is_active
    bpy.ops.assetgen.start_daemon()
    stage.ready()
    assert part("remote").discovery.read_endpoint().pid != endpoint.pid
    stage.until(lambda: not course.is_active, "the job ends")
    assert course.state == "done", course.message
    assert tuple(stage.material.node_tree.nodes["AssetGen Albedo"].image.size) == (2048, 2048)


def a_script_without_a_window_waits_for_its_result(stage: Stage) -> None:
    stage.install()
    assert not part("remote").discovery.read_endpoint(), "this scene begins without a daemon"
    assert bpy.ops.assetgen.generate(prompt="oak planks", size=256) == {"FINISHED"}
    assert stage.material["assetgen_prompt"] == "oak planks"
    message = ""
    try:
        bpy.ops.assetgen.generate(prompt="zzz qqq", size=256)
    except RuntimeError as error:
        message = str(error)
    assert "zzz" in message, message


def one_of_several_is_chosen(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.settings.prompt, stage.settings.size = "old mossy brick", SIZE
    stage.settings.variants = 3
    ticket = part("operators").ticket_of(bpy.context, variants=3)
    ticket.is_choice = True
    course = stage.runtime.submit(ticket)
    stage.until(lambda: not course.is_active, "they are made")
    assert [one.asset[-3:] for one in course.results][1:] == ["_v2", "_v3"]
    assert all(Path(course.picture_of(one)).is_file() for one in course.results)
    assert stage.material is None or not stage.material.get("assetgen_id")
    wanted = course.results[2].asset
    bpy.ops.assetgen.choose(key=ticket.key, asset=wanted)
    stage.until(stage.runtime.is_idle, "it lands")
    assert stage.material["assetgen_id"] == wanted


def the_asset_browser_gets_it_with_its_words(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.make()
    assert bpy.ops.assetgen.mark_asset() == {"FINISHED"}
    data = stage.material.asset_data
    assert data.description == "old mossy brick"
    assert {"assetgen", "material", "brick", "moss"} <= {tag.name for tag in data.tags}
    assert tuple(stage.material.preview.image_size) != (0, 0)


def other_kinds_land_by_their_manifest(stage: Stage) -> None:
    stage.install()
    stage.ready()
    stage.make(kind="texture")
    image = next(one for one in bpy.data.images if one.get("assetgen_kind") == "texture")
    assert image.colorspace_settings.name == "sRGB"
    assert tuple(image.size) == (int(SIZE), int(SIZE))
    course_part, landing = part("course"), part("landing")

    def land(kind: str, path: str, ticket: bool = True) -> None:
        files = {"main": Path(path)}
        result = course_part.Result("props/thing", kind, str(time.monotonic()), str(stage.folder), files)
        for _ in landing.land(result, course_part.Ticket(str(stage.folder)) if ticket else None):
            pass

    stage.folder.mkdir(exist_ok=True)
    model = str(stage.folder / "thing.glb")
    bpy.ops.export_scene.gltf(filepath=model, use_selection=True)
    land("mesh", model)
    (found,) = [one for one in bpy.data.objects if one.get("assetgen_id")]
    found.location = (3.0, 0.0, 0.0)
    bpy.context.view_layer.update()
    land("mesh", model, ticket=False)
    (found,) = [one for one in bpy.data.objects if one.get("assetgen_id")]
    assert tuple(round(x, 3) for x in found.location) == (3.0, 0.0, 0.0)
    sound = str(Path(__file__).with_name("tone.wav"))
    land("audio", sound)
    land("audio", sound, ticket=False)
    assert [one.sound.name for one in bpy.data.speakers] == ["Thing"]
    land("a_kind_of_tomorrow", sound)


def lay_sound(stage: Stage, takes: int = 4, *, etag: str = "first", frames: int = 400) -> Any:
    """Return the result of a sound of some takes with a stem each, its files in place."""
    names = [f"sound_{number + 1}" for number in range(takes)] if takes > 1 else ["sound"]
    roles = [role for name in names for role in (name, f"{name}_drops")]
    stage.folder.mkdir(exist_ok=True)
    tone = Path(__file__).with_name("tone.wav").read_bytes()
    files = {}
    for role in roles:
        files[role] = stage.folder / f"{role}.wav"
        files[role].write_bytes(tone)
    provenance = {"takes": takes, "frames": frames, "loop_start": 0, "loop_end": frames}
    manifest = {"provenance": provenance}
    return part("course").Result("sounds/rain", "audio", etag, str(stage.folder), files, manifest=manifest)


def land(stage: Stage, result: Any, *, is_asked: bool = True) -> None:
    for _ in part("landing").land(result, part("course").Ticket(str(stage.folder)) if is_asked else None):
        pass


def all_takes_of_a_sound_land_with_one_speaker_and_no_stem(stage: Stage) -> None:
    stage.install()
    bpy.context.scene.cursor.location = (1.0, 2.0, 3.0)
    land(stage, lay_sound(stage))
    assert [one.name for one in bpy.data.sounds] == [f"Rain {number}" for number in (1, 2, 3, 4)]
    assert [Path(one.filepath).name for one in bpy.data.sounds] == [
        f"sound_{number}.wav" for number in (1, 2, 3, 4)
    ]
    assert all(one["assetgen_goes_round"] for one in bpy.data.sounds)
    (speaker,) = [one for one in bpy.data.objects if one.type == "SPEAKER"]
    assert (speaker.name, speaker.data.name, speaker.data.sound.name) == ("Rain", "Rain", "Rain 1")
    assert tuple(speaker.location) == (1.0, 2.0, 3.0)
    assert len(bpy.data.speakers) == 1
    # What was selected stays so: the next Generate is for it.
    assert [one.name for one in bpy.context.selected_objects] == ["Cube"]
    assert bpy.context.view_layer.objects.active.name == "Cube"


def a_speaker_that_lands_is_heard(stage: Stage) -> None:
    import array
    import wave

    stage.install()
    bpy.context.scene.cursor.location = bpy.context.scene.camera.location  # which listens
    land(stage, lay_sound(stage))
    if not bpy.app.build_options.audaspace:
        return
    mixed = stage.folder / "mixed.wav"
    bpy.ops.sound.mixdown(filepath=str(mixed), container="WAV", codec="PCM")
    with wave.open(str(mixed)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    assert max(map(abs, samples)) > 1000, max(map(abs, samples))


def a_sound_that_is_made_again_keeps_its_takes_in_place(stage: Stage) -> None:
    stage.install()
    land(stage, lay_sound(stage))
    used = bpy.data.sounds["Rain 3"]
    bpy.data.objects["Rain"].data.sound = used
    land(stage, lay_sound(stage, takes=2, etag="second", frames=-1), is_asked=False)
    # The fourth is gone; the third is still played by somebody.
    assert [one.name for one in bpy.data.sounds] == ["Rain 1", "Rain 2", "Rain 3"]
    assert [one["assetgen_etag"] for one in bpy.data.sounds] == ["second", "second", "first"]
    assert not bpy.data.sounds["Rain 1"]["assetgen_goes_round"]
    assert [one.sound.name for one in bpy.data.speakers] == ["Rain 3"]
    marks = part("marks")
    assert [one.name for one in marks.every_marked()] == ["Rain 1"], "news of the asset are asked for once"


def a_sound_that_nobody_asked_for_does_not_land(stage: Stage) -> None:
    stage.install()
    land(stage, lay_sound(stage), is_asked=False)
    assert not bpy.data.sounds
    assert not bpy.data.speakers


def in_edit_mode_a_sound_lands_all_the_same(stage: Stage) -> None:
    stage.install()
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    bpy.ops.object.mode_set(mode="EDIT")
    land(stage, lay_sound(stage, takes=1))
    assert bpy.context.mode == "EDIT_MESH"
    assert bpy.data.objects["Rain"].data.sound.name == "Rain"


def a_sound_is_made_and_can_be_listened_to(stage: Stage) -> None:
    stage.install()
    stage.ready()
    course = stage.ask("coin pickup", kind="audio")
    stage.until(lambda: course.sound or not course.is_active, "a clip is there")
    assert course.is_active, (course.state, course.message)
    clip = course.sound
    assert Path(clip.path).parent == stage.runtime.session.pictures
    assert not clip.goes_round
    stage.until(lambda: not course.is_active, "the job ends")
    assert course.state == "done", course.message
    takes = [one for one in bpy.data.sounds if one.get("assetgen_id")]
    assert len(takes) == 4
    assert course.sound.path == bpy.path.abspath(takes[0].filepath)
    player = part("player")
    if not player.can_play():
        assert not bpy.ops.assetgen.play_sound.poll()
        return
    for heard in (clip, course.sound):
        assert player.load(heard.path).length > 1000
        assert bpy.ops.assetgen.play_sound(filepath=heard.path) == {"FINISHED"}
    assert bpy.ops.assetgen.stop_sound() == {"FINISHED"}
    assert not player.is_playing(course.sound.path)
    message = ""
    try:
        bpy.ops.assetgen.play_sound(filepath=str(stage.folder / "gone.ogg"))
    except RuntimeError as error:
        message = str(error)
    assert "cannot be played" in message, message


def a_loop_goes_round_without_a_click(stage: Stage) -> None:
    stage.install()
    stage.ready()
    player = part("player")
    if not player.can_play():
        return
    course = stage.make("soft rain", kind="audio")
    assert course.sound.goes_round
    once = player.load(course.sound.path).data()
    frames = len(once)
    assert frames == course.results[0].figure("frames")
    # It never ends, so that only two turns and a little more are looked at.
    turns = player.load(course.sound.path, goes_round=True).limit(0.0, 2 * frames / 48_000 + 0.01).data()
    assert (turns[:frames] == once).all()
    assert (turns[frames : 2 * frames] == once).all()


SCENES = {
    name: scene
    for name, scene in globals().items()
    if callable(scene)
    and getattr(scene, "__code__", None)
    and scene.__code__.co_varnames[:1] == ("stage",)
    and scene.__code__.co_argcount == 1
}

if __name__ == "__main__":
    *setup, name = sys.argv[-4:]
    SCENES[name](Stage(*setup))
    sys.stdout.write("well\n")
