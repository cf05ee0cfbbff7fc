"""What is wrong with the text of a prompt file, and how its prompt is understood, while somebody still types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt
from assetgen.backends.procedural.grammar.report import PromptReport
from assetgen.errors import AssetGenError, PromptFileError, RequestError, SpecError
from assetgen.project.graph import link
from assetgen.project.project_file import PROMPT_SUFFIX, Project, project_below
from assetgen.project.prompt_file import PromptFile, parse_prompt_file
from assetgen.project.toml_file import parse_toml
from assetgen.serve.requests.projects import KnownProject
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.serve.status import to_message
from assetgen.specs.base import LONGEST_PROMPT
from assetgen.specs.table import SPECS
from assetgen.store.paths import safe_relative

MOST_PROBLEMS: Final = 200

_UNTITLED: Final = f"untitled{PROMPT_SUFFIX}"


def validate(
    text: str, *, project: KnownProject | None = None, prompt_file: str = ""
) -> pb.ValidatePromptResponse:
    """Return everything that is wrong with a text, and the report of its prompt; no text makes it raise.

    Args:
        text: of a prompt file, at most 1 MiB.
        project: whose rules and styles hold, and in which sources are looked for.
        prompt_file: where the text would lie, from the project's root.

    Raises:
        RequestError: `prompt_file` is no name of a prompt file.
        PathRefused: it leads out of the project.
    """
    relative = _relative(prompt_file)
    # A lone surrogate cannot come over the wire; if one does, it is an error in the text like any other.
    data = text.encode("utf-8", "surrogatepass")
    found, errors = _project(project, relative)
    file, of_file = parse_prompt_file(data, path=Path(relative), relative=relative, project=found)
    errors += of_file
    if file is not None and project is not None:
        errors += link([file]).errors
    report = _report(file) if file is not None else _report_of_draft(data)
    if file is not None and report is not None and file.specs[0].strict:
        errors += _strictness(file, report)
    return pb.ValidatePromptResponse(
        problems=[to_message(error) for error in errors[:MOST_PROBLEMS]],
        report_json="" if report is None else json.dumps(report.to_json(), ensure_ascii=False),
    )


def _relative(prompt_file: str) -> str:
    if not prompt_file:
        return _UNTITLED
    if not prompt_file.endswith(PROMPT_SUFFIX):
        raise RequestError(
            f"prompt_file = {prompt_file[:200]!a} does not end in {PROMPT_SUFFIX}; name it so."
        )
    return str(safe_relative(prompt_file))


def _project(known: KnownProject | None, relative: str) -> tuple[Project, tuple[AssetGenError, ...]]:
    """Return the project that holds, or a bare one and why there is no better."""
    if known is None:
        return Project(root=Path(Path.cwd().anchor), name=""), ()
    try:
        return project_below(known.root, relative.rpartition("/")[0]), ()
    except PromptFileError as error:
        return Project(root=known.root, name=known.display_name), (error,)


def _report(file: PromptFile) -> PromptReport | None:
    spec = file.specs[0]
    if not spec.prompt:
        return None
    return parse_prompt(spec.prompt, negative=spec.negative, kind=spec.kind).report


def _report_of_draft(data: bytes) -> PromptReport | None:
    """Return the report of a text that is no good prompt file yet but has words already."""
    try:
        document = parse_toml(data, path=Path(_UNTITLED)).document
    except PromptFileError:
        return None
    prompt, negative = _words(document.get("prompt")), _words(document.get("negative"))
    if not prompt:
        return None
    kind = next((kind for kind in SPECS if kind == document.get("kind")), None)
    return parse_prompt(prompt, negative=negative, kind=kind).report


def _words(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) and len(value) <= LONGEST_PROMPT else ""


def _strictness(file: PromptFile, report: PromptReport) -> tuple[AssetGenError, ...]:
    try:
        check_strict(report)
    except SpecError as error:
        return (PromptFileError(error.message, place=file.places.of(("prompt",)), asset=file.specs[0].asset),)
    return ()
