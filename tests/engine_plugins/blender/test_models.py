"""What the panel knows without Blender: choices, reports, courses of jobs, names, nodes."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.client.models import Capabilities, JobError, Place, Validation
from assetgen.serve.requests.convert import made_id
from assetgen.serve.requests.kinds import kind_capabilities
from assetgen.specs.paths import portable_path_problem
from tests.engine_plugins.blender.extension import part

asking, course, naming, node_plan = part("asking"), part("course"), part("naming"), part("node_plan")
report, schema, wording = part("report"), part("schema"), part("wording")


@pytest.fixture(scope="module")
def kinds() -> tuple[Any, ...]:
    told = [
        {"kind": "ASSET_KIND_X", "name": one.name, "backends": list(one.backends)}
        for one in kind_capabilities()
    ]
    for one, of in zip(told, kind_capabilities(), strict=True):
        one["schemaJson"] = of.schema_json
    return schema.read_kinds(Capabilities.from_json({"version": "0.1.0", "kinds": told}))


def test_what_there_is_to_choose_from_is_what_the_daemon_says(kinds: tuple[Any, ...]) -> None:
    material = kinds[0]
    assert [kind.name for kind in kinds] == ["material", "texture", "audio"]
    assert material.sizes[-1] == 8192
    assert material.usual_size == 1024
    assert material.most_variants == 16
    assert "procedural" in material.backends


def test_parameters_are_those_of_the_material_that_the_prompt_names(kinds: tuple[Any, ...]) -> None:
    brick = {one.key: one for one in kinds[0].parameters("brick")}
    assert {"tile", "surface.meters", "surface.roughness", "params.bond"} <= set(brick)
    assert brick["params.bond"].choices == ("running", "stack", "flemish", "herringbone", "basket")
    assert brick["params.brick_m"].unit == "m"
    assert brick["params.brick_m"].label == "Brick"
    assert not {one for one in brick if one.startswith("params.")} & {
        one.key for one in kinds[0].parameters("") if one.key.startswith("params.")
    }


def test_a_kind_of_tomorrow_appears_by_itself() -> None:
    properties = {
        "size": {"type": "integer", "minimum": 128, "maximum": 512, "default": 256},
        "wobble": {"type": "number", "minimum": -2, "maximum": 2, "description": "How far. (s)"},
        "loop": {"type": "boolean", "default": False},
        "notes": {"type": "string"},
    }
    one = SimpleNamespace(
        name="hologram", kind="", backends=("x",), schema_json=json.dumps({"properties": properties})
    )
    (kind,) = schema.read_kinds(SimpleNamespace(kinds=(one,)))
    assert (kind.label, kind.sizes, kind.usual_size) == ("Hologram", (128, 256, 512), 256)
    assert [(one.key, one.type, one.unit) for one in kind.parameters()] == [
        ("wobble", "number", "s"),
        ("loop", "flag", ""),
    ]


def test_what_was_set_stays_when_rows_change_and_a_choice_that_is_gone_does_not() -> None:
    rows = [
        schema.Parameter(("params", "bond"), "Bond", "", "choice", choices=("a", "b"), start="a"),
        schema.Parameter(("surface", "meters"), "Meters", "", "number", start=1.0),
    ]
    found = asking.read_rows(rows, {"params.bond": "gone", "surface.meters": 3.0})
    assert [(row["value"], row["is_set"]) for row in found] == [("a", True), (3.0, True)]
    assert [row["is_set"] for row in asking.read_rows(rows, {})] == [False, False]


def test_what_is_asked_for_are_the_keys_of_a_prompt_file() -> None:
    keys = asking.spec_keys(
        kind="material", prompt=" old  brick ", size=512, seed=0, values={"surface.meters": 2.0, "tile": "x"}
    )
    assert keys == {
        "kind": "material",
        "prompt": "old brick",
        "size": 512,
        "seed": 0,
        "surface": {"meters": 2.0},
        "tile": "x",
    }


def test_a_report_tells_what_counts_what_does_not_and_what_to_write_instead() -> None:
    said = {
        "base": "cobblestone",
        "layers": [{"name": "moss"}],
        "understood": ["base: cobblestone", "layer: moss 60%", "age: 0.8"],
        "ignored": [{"text": "flurble", "reason": "unknown word", "suggestions": ["marble", "laurel"]}],
        "no_effect": ["plates"],
        "warnings": ["'wolly' was read as 'woolly'."],
    }
    found = report.read_report("x", Validation((), said))
    assert [line.text for line in found.lines] == [
        "cobblestone, moss 60\u00a0%, age 0.8",
        '"flurble": unknown word',
        '"plates" has no effect here',
        "'wolly' was read as 'woolly'.",
    ]
    assert found.lines[1].suggestions == ("marble", "laurel")
    assert found.tags == ("cobblestone", "moss")
    assert not found.is_wrong
    problems = (JobError(3, "INVALID_SPEC", "size = 33", Place("a", 1, 2)),)
    assert report.read_report("x", Validation(problems, {})).is_wrong
    many = {"ignored": [{"text": str(n)} for n in range(30)]}
    assert report.read_report("x", Validation((), many)).lines[-1].text == "and 23 more"


@given(st.text(max_size=30), st.text(min_size=1, max_size=5), st.text(max_size=5))
def test_replacing_a_word_changes_that_word_alone(prompt: str, old: str, new: str) -> None:
    told = report.replaced(prompt, old, new)
    assert old.lower() in prompt.lower() or told == prompt


@given(st.text(min_size=1, max_size=80), st.sampled_from(["material", "sprite_sheet"]), st.integers(1, 3))
def test_ids_are_possible_on_every_system_and_those_of_the_daemon_itself(
    prompt: str, kind: str, copy: int
) -> None:
    found = naming.asset_id(kind, prompt, copy=copy)
    assert found.startswith(f"{kind}s/")
    assert portable_path_problem(found) is None
    assert 1 <= len(naming.data_name(found)) <= 63
    if copy == 1 and " ".join(prompt.split()):
        assert found.partition("/")[2] == made_id({"kind": kind, "prompt": prompt})


def test_names_of_data_blocks_are_words() -> None:
    assert naming.data_name("materials/old_brick_2a3692") == "Old brick"
    assert naming.data_name("materials/old_brick_2a3692_c2_v3") == "Old brick c2 v3"
    assert naming.data_name("walls/brick") == "Brick"


def test_a_project_is_the_outermost_folder_that_says_so_within_a_repository(tmp_path: Path) -> None:
    deep = tmp_path / "game" / "levels" / "one"
    deep.mkdir(parents=True)
    assert naming.project_root(deep) is None or tmp_path not in naming.project_root(deep).parents
    (tmp_path / "game" / ".git").mkdir()
    (tmp_path / "game" / "levels" / "assetgen.toml").touch()
    assert naming.project_root(deep) == tmp_path / "game" / "levels"
    (tmp_path / "game" / "assetgen.toml").touch()
    assert naming.project_root(deep) == tmp_path / "game"


def result(files: list[str], **provenance: object) -> Any:
    paths = {Path(name).stem: Path("/game") / name for name in files}
    return course.Result("a", "x", "etag", "/game", paths, manifest={"provenance": provenance})


@pytest.mark.parametrize(
    ("files", "takes"),
    [
        (["sound.ogg"], ["sound"]),
        (["sound.ogg", "sound_rain.ogg", "sound_wind.ogg"], ["sound"]),
        (["sound_1.wav", "sound_1_body.wav", "sound_2.wav", "sound_2_body.wav"], ["sound_1", "sound_2"]),
        (["main.flac", "notes.json"], ["main"]),
        (["albedo.png", "sound.txt"], []),
    ],
)
def test_takes_are_told_from_stems_and_other_files(files: list[str], takes: list[str]) -> None:
    assert list(result(files).takes) == takes


@pytest.mark.parametrize(
    ("start", "end", "goes_round"), [(0, 480, True), (-1, -1, False), (100, 480, False), (0, 400, False)]
)
def test_what_loops_as_a_whole_goes_round(start: int, end: int, goes_round: bool) -> None:
    assert result(["sound.ogg"], frames=480, loop_start=start, loop_end=end).goes_round is goes_round


def test_what_says_nothing_of_a_loop_does_not_go_round() -> None:
    assert not result(["albedo.png"]).goes_round


def test_a_job_is_heard_by_its_clip_until_its_sounds_are_there() -> None:
    job = course.Course(course.Ticket("/game", prompt="rain"))
    job.take(course.Picture("a", "/tmp/a.jpg", False))
    assert job.sound is None
    job.take(course.Picture("a", "/tmp/a_2.jpg", False, "/tmp/a_2.ogg"))
    assert job.sound == course.Heard("/tmp/a_2.ogg")
    job.take(course.Landed((result(["sound.ogg"], frames=9, loop_start=0, loop_end=9),)))
    assert job.sound == course.Heard(str(Path("/game/sound.ogg")), goes_round=True)


def test_of_several_each_is_heard_and_what_has_no_sound_is_not() -> None:
    job = course.Course(course.Ticket("/game", prompt="rain"))
    job.take(course.Picture("a", "/tmp/a.jpg", False, "/tmp/a.ogg"))
    silent = result(["albedo.png"])
    assert job.sound_of(silent) == course.Heard("/tmp/a.ogg")
    assert course.Course(course.Ticket("/game")).sound_of(silent) is None


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_job_goes_from_the_click_to_the_object() -> None:
    clock = Clock()
    job = course.Course(course.Ticket("/game", prompt="brick"), clock)
    assert (job.state, job.is_active) == ("waiting", True)
    job.take(course.Taken("jobs/1"))
    job.take(course.State("queued"))
    job.take(course.Step("drawing", 0.5, 10.0))
    clock.now += 4.0
    job.take(course.Step("late news", 0.25, None))
    assert (job.state, job.fraction, job.ticket.job) == ("running", 0.5, "jobs/1")
    job.take(course.Step("drawing", 0.5, 10.0))
    clock.now += 4.0
    assert job.remaining_s == pytest.approx(6.0)
    job.take(course.Picture("a", "/tmp/a.jpg", True))
    job.take(course.Contact(False))
    assert not job.is_connected
    job.take(course.Contact(True))
    late = [course.Result(name, "material", "e", "/game", {}) for name in ("a_v10", "a_v2", "a")]
    job.take(course.Landed(tuple(late)))
    assert [one.asset for one in job.results] == ["a", "a_v2", "a_v10"]
    assert job.is_active
    job.applied()
    assert (job.state, job.end_s, job.first_preview_s) == ("done", 8.0, 8.0)
    job.take(course.Ended("failed", "too late"))
    assert job.state == "done"


NOTES = st.one_of(
    st.builds(course.State, st.sampled_from(["queued", "running", "checking"])),
    st.builds(course.Step, st.text(max_size=5), st.floats(0, 1), st.none() | st.floats(0, 100)),
    st.builds(course.Ended, st.sampled_from(["failed", "cancelled", "expired"])),
    st.builds(course.Contact, st.booleans()),
    st.builds(course.Remark, st.text(max_size=5)),
)


@given(st.lists(NOTES, max_size=20))
def test_whatever_comes_the_bar_never_goes_back_and_an_end_stays(notes: list[Any]) -> None:
    job = course.Course(course.Ticket("/game"), Clock())
    fraction, ended = 0.0, None
    for note in notes:
        job.take(note)
        assert job.fraction >= fraction
        fraction = job.fraction
        assert ended is None or job.state == ended
        ended = None if job.is_active else job.state
        assert job.state in wording.STATES


def test_a_ticket_survives_the_file_and_other_versions_of_itself() -> None:
    ticket = course.Ticket("/game", prompt="brick", keys={"size": 512}, objects=["Cube"], job="jobs/1")
    assert course.Ticket.from_json(ticket.to_json()) == ticket
    older = json.dumps({"root": "/game", "from_tomorrow": 1, "key": "k"})
    assert course.Ticket.from_json(older).key == "k"
    with pytest.raises(ValueError, match="no ticket"):
        course.Ticket.from_json("{}")


def test_texts_fit() -> None:
    assert wording.time_left(None) == ""
    assert wording.time_left(0.4) == "almost done"
    assert wording.time_left(7.4) == "about 7 s left"
    assert wording.time_left(240) == "about 4 min left"
    assert wording.fitting("one two three four", 9) == ["one two", "three", "four"]
    assert wording.fitting("x" * 100, 10, most=2)[-1].endswith("…")
    assert wording.ending("materials/old_brick.prompt.toml:7:1", 12).endswith(":7:1")
    assert len(wording.shortened("a long prompt", 6)) == 6


ROLES = {"albedo": "srgb", "normal": "data", "orm": "data", "height": "data"}


def linked(plan: Any) -> set[tuple[str, str, str, str]]:
    return {(one.source, one.output[0], one.target, one.input[0]) for one in plan.links}


def test_the_nodes_of_a_material_are_what_its_maps_mean() -> None:
    plan = node_plan.plan_material(ROLES, tiles=4.0, relief_m=0.04)
    nodes = {one.name: one for one in plan.nodes}
    assert plan.spaces == {"albedo": "sRGB", "normal": "Non-Color", "orm": "Non-Color", "height": "Non-Color"}
    assert nodes["AssetGen Displacement"].values == {("Midlevel",): 0.5, ("Scale",): 0.04}
    assert nodes["AssetGen Tiling"].values == {("Scale",): (4.0, 4.0, 4.0)}
    links = linked(plan)
    assert ("AssetGen Channels", "Green", "AssetGen Shader", "Roughness") in links
    assert ("AssetGen Channels", "Blue", "AssetGen Shader", "Metallic") in links
    assert ("AssetGen Channels", "Red", "AssetGen Occlusion", "B_Color") in links
    assert ("AssetGen Displacement", "Displacement", "AssetGen Output", "Displacement") in links
    assert ("AssetGen Coordinates", "UV", "AssetGen Tiling", "Vector") in links
    assert plan.displacement == "DISPLACEMENT"


def test_without_uvs_maps_come_from_six_sides_and_relief_as_bumps() -> None:
    plan = node_plan.plan_material(ROLES, tiles=1.0, relief_m=0.04, has_uv=False)
    nodes = {one.name: one for one in plan.nodes}
    assert nodes["AssetGen Albedo"].properties["projection"] == "BOX"
    assert "AssetGen Normals" not in nodes
    assert nodes["AssetGen Bump"].values == {("Distance",): 0.04}


@given(st.sets(st.sampled_from([*ROLES, "emissive"])), st.booleans(), st.booleans(), st.floats(0, 1))
def test_any_maps_give_a_tree_without_loose_ends(
    roles: set[str], has_uv: bool, moves: bool, relief: float
) -> None:
    maps = {role: "srgb" if role in ("albedo", "emissive") else "data" for role in roles}
    plan = node_plan.plan_material(maps, tiles=1.0, relief_m=relief, has_uv=has_uv, displaces=moves)
    names = [one.name for one in plan.nodes]
    assert len(set(names)) == len(names)
    assert all(name.startswith(node_plan.PREFIX) for name in names)
    assert all(one.source in names and one.target in names for one in plan.links)
    inputs = [(one.target, one.input) for one in plan.links]
    assert len(set(inputs)) == len(inputs)
    assert {one.role for one in plan.nodes if one.role} == set(roles) == set(plan.spaces)
