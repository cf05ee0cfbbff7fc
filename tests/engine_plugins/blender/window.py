"""Played in a real window of Blender: brings the panel into each of its states and takes a picture of it.

    blender --factory-startup --python window.py -- ADDONS OUT COMMAND

ADDONS holds the add-on in a folder `assetgen`; the pictures and `log.txt` come into OUT. Needs xdotool for the clicks
that Blender has no call for. `test_in_a_window.py` runs it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import addon_utils
import bpy

ADDONS, OUT, COMMAND = (Path(one) for one in sys.argv[sys.argv.index("--") + 1 :])
PATIENCE_S = 120.0
TYPED = "old mossy cobblestne, flurble"
PROMPT = "old mossy cobblestone with gold veins"
_log = (OUT / "log.txt").open("w", encoding="utf-8", buffering=1)


def say(text: str) -> None:
    _log.write(text + "\n")


def view() -> tuple[Any, Any]:
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def sidebar() -> Any:
    return next(region for region in view()[1].regions if region.type == "UI")


def shoot(name: str) -> None:
    bpy.ops.screen.screenshot(filepath=str(OUT / f"{name}.png"))
    say(f"shot {name}")


def mouse(*words: object) -> None:
    """Let the mouse do something, while Blender goes on: it takes note of one thing after another."""
    subprocess.Popen(["xdotool", *(str(word) for word in words)])


_CLICK = ("sleep", 0.5, "mousedown", 1, "sleep", 0.1, "mouseup", 1, "sleep", 0.08)


def from_top_right(right: int, down: int) -> tuple[int, int]:
    """Return a place of the screen by pixels from the sidebar's top right corner."""
    window, _ = view()
    region = sidebar()
    return region.x + region.width - right, window.height - region.y - region.height + down


def click(right: int, down: int, *then: object) -> None:
    """Click into the sidebar as a person does: come near, arrive, press, let go."""
    x, y = from_top_right(right, down)
    mouse("mousemove", x - 6, y - 4, "sleep", 0.5, "mousemove", x, y, *_CLICK, *then)


def click_tab(number: int) -> None:
    """Click a tab of the sidebar, from the top."""
    click(12, 28 + 47 * number)


def type_prompt(text: str) -> None:
    """Double-click the field of the prompt, and type."""
    click(149, 69, "mousedown", 1, "sleep", 0.1, "mouseup", 1, "sleep", 0.8, "type", "--delay", 60, text)


def until(claim: Any, what: str) -> Iterator[float]:
    deadline = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < deadline, f"never: {what}"
        yield 0.05


def play() -> Iterator[float]:
    from assetgen import operators, remote, runtime

    desk = runtime.desk
    here = bpy.context.scene.assetgen
    window, area = view()
    region = next(one for one in area.regions if one.type == "WINDOW")
    area.spaces.active.show_region_ui = True
    yield 1.0
    click_tab(3)
    yield 3.0
    for one in bpy.context.scene.objects:
        one.select_set(one.name == "Cube")
    bpy.ops.mesh.primitive_uv_sphere_add(location=(-1.9, -1.9, 0.0), segments=96, ring_count=48)
    bpy.ops.object.shade_smooth()
    bpy.data.objects["Cube"].select_set(True)
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    area.spaces.active.region_3d.view_distance = 9.0
    area.spaces.active.region_3d.view_location = (-0.2, 0.2, 0.0)
    yield 0.5
    shoot("missing")
    bpy.ops.assetgen.start_daemon()
    yield 0.1
    shoot("starting")
    yield from until(lambda: desk.is_ready, "the daemon is there")
    yield 0.5
    shoot("idle")
    here.size = "2048"
    type_prompt(TYPED)
    yield from until(lambda: desk.report.prompt == TYPED, "the report comes with the keys")
    yield 0.6
    shoot("typing")
    mouse("key", "Return")
    yield 1.0
    here.prompt = PROMPT
    yield 0.6
    area.spaces.active.shading.type = "MATERIAL"
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.generate("INVOKE_DEFAULT")
    course = desk.current
    yield from until(lambda: course.preview and course.fraction > 0.35, "a preview is there")
    yield 0.2
    shoot("running")
    yield from until(lambda: not course.is_active, "it ends")
    say(f"first preview {course.first_preview_s:.3f} s, applied {course.end_s:.3f} s")
    yield 6.0
    shoot("done")
    here.size = "256"
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.variants("INVOKE_DEFAULT")
    course = desk.current
    yield from until(lambda: not course.is_active, "they are made")
    yield 0.7
    shoot("variants")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.choose(key=course.ticket.key, asset=course.results[1].asset)
    yield from until(runtime.is_idle, "it is applied")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.save_prompt_file()
    yield 0.5
    shoot("kept")
    path = Path(here.root()) / bpy.context.object.active_material["assetgen_prompt_file"]
    yield from until(lambda: any(runtime.session._watches.values()), "the project is followed")
    yield 1.5
    path.write_text(path.read_text(encoding="utf-8") + "sise = 512\n", encoding="utf-8")
    yield from until(lambda: desk.broken, "what is broken is told")
    yield 0.5
    shoot("broken")
    path.write_text(path.read_text(encoding="utf-8").replace("sise = 512\n", ""), encoding="utf-8")
    yield from until(lambda: not desk.broken, "it is mended")
    here.kind, here.prompt = "audio", "coin pickup"
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.generate("INVOKE_DEFAULT")
    course = desk.current
    yield from until(lambda: not course.is_active, "the sound is made")
    (speaker,) = [one for one in bpy.data.objects if one.type == "SPEAKER"]
    assert speaker.animation_data.nla_tracks[0].strips[0].type == "SOUND"
    cube = bpy.context.view_layer.objects.active
    assert cube.name == "Cube"
    bpy.context.view_layer.objects.active = speaker
    yield 0.7
    shoot("sound")
    bpy.context.view_layer.objects.active = cube
    here.kind = "material"
    here.size = "2048"
    here.prompt = "rusty iron plates"
    yield 0.5
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.assetgen.generate("INVOKE_DEFAULT")
    course = desk.current
    yield from until(lambda: course.fraction > 0.05, "it runs")
    os.kill(remote.discovery.read_endpoint().pid, signal.SIGKILL)
    before = time.monotonic()
    yield from until(lambda: not desk.is_ready and not course.is_connected, "the panel knows")
    say(f"killed, told after {time.monotonic() - before:.2f} s")
    yield 0.5
    shoot("away")
    operators.start_daemon()
    yield from until(lambda: not course.is_active, "it ends after the restart")
    assert course.state == "done", course.message
    ticks = sorted(1e3 * tick for tick in runtime.ticks)
    p50, p99 = ticks[len(ticks) // 2], ticks[int(len(ticks) * 0.99)]
    say(f"ticks {len(ticks)}, p50 {p50:.3f} ms, p99 {p99:.3f} ms")
    addon_utils.disable("assetgen")
    threads = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
    assert not threads, threads
    assert not bpy.app.timers.is_registered(runtime._tick)
    say("well")


def main() -> None:
    preferences = bpy.context.preferences
    preferences.view.show_splash = False
    sys.path.insert(0, str(ADDONS))
    addon_utils.enable("assetgen", default_set=True)
    preferences.addons["assetgen"].preferences.command = str(COMMAND)
    steps = play()

    def step() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            pass
        except Exception:
            say(traceback.format_exc())
            shoot("fault")
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(step, first_interval=1.5)


main()
