"""What the contract promises, the same over gRPC, gRPC-Web with JSON and gRPC-Web with protocol buffers.

The suite runs against the fake daemon, which keeps the suite itself honest, and against the real one.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import Code
from tests.client.contract import CALLERS, SERVERS, Caller, CallError, Messages, Served

FINAL = {pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED, pb.JOB_STATE_EXPIRED}
UNKNOWN = "jobs/" + "0" * 32


@pytest.fixture(scope="module", params=["fake", "daemon", pytest.param("workers", marks=pytest.mark.slow)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One daemon for all callers and behaviours."""
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as served:
        yield served


@pytest.fixture(params=CALLERS)
def caller(request: pytest.FixtureRequest, served: Served) -> Iterator[Caller]:
    """Each way to call it, with the project registered."""
    caller = CALLERS[request.param](served.endpoint, served.endpoint.token)
    answer = caller.unary("RegisterProject", pb.RegisterProjectRequest(root=str(served.root)))
    served.project = answer.project.name
    yield caller
    caller.close()


def order(served: Served, *, is_slow: bool = False, **more: Any) -> pb.JobOrder:
    keys = served.slow if is_slow else served.quick
    spec = pb.AssetSpec(kind=pb.ASSET_KIND_MATERIAL, prompt=keys["prompt"], asset=f"a{next(served.numbers)}")
    if "size" in keys:
        spec.material.size.extend(keys["size"])
    return pb.JobOrder(project=served.project, spec=spec, client="contract", **more)


def generate(caller: Caller, wanted: pb.JobOrder) -> list[pb.JobEvent]:
    return [
        answer.event
        for answer in caller.stream("Generate", pb.GenerateRequest(order=wanted))
        if answer.HasField("event")
    ]


def state_of(caller: Caller, name: str) -> int:
    return caller.unary("GetJob", pb.GetJobRequest(name=name)).job.state


def end_of(caller: Caller, name: str) -> pb.Job:
    """Follow a job to its end."""
    last = None
    for answer in caller.stream("WatchJob", pb.WatchJobRequest(name=name)):
        if answer.HasField("event"):
            last = answer.event
    assert last is not None
    assert last.WhichOneof("event") == "finished"
    return last.finished


def first_event(messages: Messages) -> tuple[Iterator[Any], pb.JobEvent]:
    answers = iter(messages)
    return answers, next(answer.event for answer in answers if answer.HasField("event"))


def test_capabilities_tell_kinds_targets_and_which_daemon_it_is(caller: Caller, served: Served) -> None:
    found = caller.unary("GetCapabilities", pb.GetCapabilitiesRequest())
    assert found.instance_id == served.endpoint.instance_id
    assert found.pid == served.endpoint.pid
    assert "material" in {kind.name for kind in found.kinds}
    assert "unity" in found.targets


def test_registering_a_project_again_gives_the_same_project(caller: Caller, served: Served) -> None:
    again = caller.unary("RegisterProject", pb.RegisterProjectRequest(root=str(served.root))).project
    assert again.name == served.project
    assert Path(again.root).resolve() == served.root.resolve()
    listed = caller.unary("ListProjects", pb.ListProjectsRequest()).projects
    assert [project.name for project in listed].count(served.project) == 1


def test_a_repeated_request_id_gives_the_job_of_the_first(caller: Caller, served: Served) -> None:
    wanted = order(served, request_id=str(uuid.uuid4()))
    first = caller.unary("CreateJob", pb.CreateJobRequest(order=wanted)).job
    second = caller.unary("CreateJob", pb.CreateJobRequest(order=wanted)).job
    assert first.name == second.name
    end_of(caller, first.name)
    third = caller.unary("CreateJob", pb.CreateJobRequest(order=wanted)).job
    assert third.name == first.name, "also after it has ended"


def test_generate_streams_a_whole_life_in_order(caller: Caller, served: Served) -> None:
    events = generate(caller, order(served))
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds[0] == "state"
    assert kinds[-1] == "finished"
    assert kinds.count("finished") == 1
    assert {"progress", "preview"} < set(kinds)
    # Of progress and previews only the newest is kept, so which of the two comes first says nothing.
    makings = [place for place, kind in enumerate(kinds) if kind in ("progress", "preview")]
    assert makings[-1] < kinds.index("artifact") < kinds.index("finished")
    sequences = [event.sequence for event in events]
    assert all(later > earlier for earlier, later in pairwise(sequences))
    fractions = [event.progress.fraction for event in events if event.HasField("progress")]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction <= 1 for fraction in fractions)
    assert len({event.job for event in events}) == 1
    job = events[-1].finished
    assert job.state == pb.JOB_STATE_SUCCEEDED, job.error
    assert [one.target for one in job.assets[0].sets] == ["unity"]


def test_a_preview_is_a_small_picture(caller: Caller, served: Served) -> None:
    previews = [event.preview for event in generate(caller, order(served)) if event.HasField("preview")]
    assert previews
    assert all(0 < len(preview.data) <= 256 << 10 for preview in previews)
    assert all(preview.media_type.startswith("image/") for preview in previews)
    assert all(preview.width > 0 and preview.height > 0 for preview in previews)


def test_previews_are_left_out_when_they_are_not_wanted(caller: Caller, served: Served) -> None:
    events = generate(caller, order(served, without_previews=True))
    assert not [event for event in events if event.HasField("preview")]


def test_watching_goes_on_after_a_sequence_number(caller: Caller, served: Served) -> None:
    events = generate(caller, order(served))
    middle = events[len(events) // 2]
    request = pb.WatchJobRequest(name=middle.job, after_sequence=middle.sequence)
    rest = [a.event for a in caller.stream("WatchJob", request) if a.HasField("event")]
    assert rest
    assert all(event.sequence > middle.sequence for event in rest)
    assert rest[-1].WhichOneof("event") == "finished"


def test_a_cancelled_job_ends_cancelled_and_stays_so(caller: Caller, served: Served) -> None:
    job = caller.unary("CreateJob", pb.CreateJobRequest(order=order(served, is_slow=True))).job
    caller.unary("CancelJob", pb.CancelJobRequest(name=job.name))
    assert end_of(caller, job.name).state == pb.JOB_STATE_CANCELLED
    again = caller.unary("CancelJob", pb.CancelJobRequest(name=job.name)).job
    assert again.state == pb.JOB_STATE_CANCELLED


def test_leaving_generate_cancels_the_job(caller: Caller, served: Served) -> None:
    messages = caller.stream("Generate", pb.GenerateRequest(order=order(served, is_slow=True)))
    answers, event = first_event(messages)
    messages.cancel()
    del answers
    assert end_of(caller, event.job).state == pb.JOB_STATE_CANCELLED


def test_leaving_a_detached_generate_leaves_the_job_alone(caller: Caller, served: Served) -> None:
    wanted = pb.GenerateRequest(order=order(served, is_slow=True), detach=True)
    messages = caller.stream("Generate", wanted)
    answers, event = first_event(messages)
    messages.cancel()
    del answers
    # Whatever leaving does has been done once another call that came later is answered.
    threading.Event().wait(0.3)
    assert state_of(caller, event.job) not in FINAL
    caller.unary("CancelJob", pb.CancelJobRequest(name=event.job))
    end_of(caller, event.job)


def test_leaving_watch_changes_nothing(caller: Caller, served: Served) -> None:
    job = caller.unary("CreateJob", pb.CreateJobRequest(order=order(served, is_slow=True))).job
    messages = caller.stream("WatchJob", pb.WatchJobRequest(name=job.name))
    answers, _ = first_event(messages)
    messages.cancel()
    del answers
    threading.Event().wait(0.1)
    assert state_of(caller, job.name) not in FINAL
    caller.unary("CancelJob", pb.CancelJobRequest(name=job.name))
    end_of(caller, job.name)


@pytest.mark.parametrize("method", ["GetJob", "CancelJob", "WatchJob"])
def test_an_unknown_job_is_not_found(caller: Caller, method: str) -> None:
    request = getattr(pb, f"{method}Request")(name=UNKNOWN)
    with pytest.raises(CallError) as caught:
        list(caller.stream(method, request)) if method == "WatchJob" else caller.unary(method, request)
    assert caught.value.code is Code.NOT_FOUND
    assert caught.value.reason == "NOT_FOUND"


def test_a_nonsense_spec_is_refused_with_its_reason_and_nothing_is_queued(
    caller: Caller, served: Served
) -> None:
    before = caller.unary("ListJobs", pb.ListJobsRequest(page_size=500)).jobs
    wanted = order(served)
    wanted.spec.backend = "nonsense"
    with pytest.raises(CallError) as caught:
        caller.unary("CreateJob", pb.CreateJobRequest(order=wanted))
    assert caught.value.code is Code.INVALID_ARGUMENT
    assert caught.value.reason in ("INVALID_SPEC", "INVALID_PROMPT_FILE")
    after = caller.unary("ListJobs", pb.ListJobsRequest(page_size=500)).jobs
    assert len(after) == len(before)


def test_validating_a_wrong_prompt_file_tells_reason_and_place(caller: Caller, served: Served) -> None:
    request = pb.ValidatePromptRequest(
        text='assetgen = 1\nkind = "materiel"\nprompt = "moss"\n',
        prompt_file="walls/a.prompt.toml",
        project=served.project,
    )
    (problem,) = caller.unary("ValidatePrompt", request).problems
    assert problem.reason in ("INVALID_SPEC", "INVALID_PROMPT_FILE")
    assert problem.place.path.endswith("walls/a.prompt.toml")
    assert problem.place.line == 2


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize("method", ["GetCapabilities", "ListJobs"])
@pytest.mark.parametrize("kind", CALLERS)
def test_a_wrong_token_is_unauthenticated(served: Served, kind: str, method: str, token: str) -> None:
    stranger = CALLERS[kind](served.endpoint, token)
    with pytest.raises(CallError) as caught:
        stranger.unary(method, getattr(pb, f"{method}Request")())
    assert caught.value.code is Code.UNAUTHENTICATED
    with pytest.raises(CallError) as caught:
        list(stranger.stream("WatchJob", pb.WatchJobRequest(name=UNKNOWN)))
    assert caught.value.code is Code.UNAUTHENTICATED
    stranger.close()


def test_a_download_is_the_file_whole_or_from_an_offset(caller: Caller, served: Served) -> None:
    job = generate(caller, order(served))[-1].finished
    asset = caller.unary("GetAsset", pb.GetAssetRequest(name=job.assets[0].name)).asset
    file = asset.sets[0].files[0]
    whole = Path(file.local_path).read_bytes()
    assert len(whole) == file.size_bytes
    for offset in (0, len(whole) - 7):
        request = pb.DownloadFileRequest(
            asset=asset.name,
            target=asset.sets[0].target,
            relative_path=file.relative_path,
            offset=offset,
            if_sha256=file.sha256,
        )
        pieces = list(caller.stream("DownloadFile", request))
        assert b"".join(piece.data for piece in pieces) == whole[offset:]
        assert pieces[0].offset == offset
        assert pieces[0].sha256 == file.sha256
        assert {piece.size_bytes for piece in pieces} == {len(whole)}


def test_lists_come_in_pages_without_gaps_or_repetitions(caller: Caller, served: Served) -> None:
    for _ in range(3):
        generate(caller, order(served))
    whole = [job.name for job in caller.unary("ListJobs", pb.ListJobsRequest(page_size=500)).jobs]
    paged: list[str] = []
    token = ""
    while True:
        page = caller.unary("ListJobs", pb.ListJobsRequest(page_size=2, page_token=token))
        assert len(page.jobs) <= 2
        paged += [job.name for job in page.jobs]
        token = page.next_page_token
        if not token:
            break
    assert paged == whole
    assert len(set(paged)) == len(paged)


def test_assets_are_listed_in_pages_by_id(caller: Caller, served: Served) -> None:
    for _ in range(2):
        generate(caller, order(served))
    first = caller.unary("ListAssets", pb.ListAssetsRequest(project=served.project, page_size=1))
    assert len(first.assets) == 1
    request = pb.ListAssetsRequest(project=served.project, page_size=1, page_token=first.next_page_token)
    second = caller.unary("ListAssets", request)
    assert second.assets[0].asset > first.assets[0].asset
