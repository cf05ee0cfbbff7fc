"""A prompt file read into specs, with the project's defaults under it, and a place for every error.

Where a key is absent, the project's rules are asked first (later ones win), then the style, then the
defaults of the kind. An asset may also be described by a document without a file: it reads as one that lies
where its id says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assetgen.errors import Place, PromptFileError, SpecError
from assetgen.project.params import params_problems
from assetgen.project.project_file import PROMPT_SUFFIX, Defaults, Project, Style
from assetgen.project.toml_file import KeyPlaces, Places, parse_toml, read_toml
from assetgen.specs.base import STYLES, Spec, complete, variant_specs
from assetgen.specs.paths import portable_path_problem, resolve_reference
from assetgen.specs.table import SPECS, kind_of, prune_defaults, read_values
from assetgen.specs.wording import KeyPath, Problem, did_you_mean, show, spell

_WILDCARDS: Final = re.compile(r"[*?]+")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt file that reads without an error.

    Args:
        path: as it was given.
        project: what it belongs to.
        relative: its posix path from the project's root.
        specs: one a variant, at least one.
        places: where its keys and values stand.
        is_described: whether there is no such file: a document described the asset.
    """

    path: Path
    project: Project
    relative: str
    specs: tuple[Spec, ...]
    places: Places = field(compare=False, repr=False)
    is_described: bool = False

    @property
    def folder(self) -> str:
        """The folder that its references start from, as a path from the root."""
        return "" if self.is_described else self.relative.rpartition("/")[0]


def read_prompt_file(path: Path, *, project: Project) -> PromptFile:
    """Read a prompt file of a project.

    Raises:
        PromptFileError: the first thing that is wrong with it.
    """
    file, errors = _read(path, project)
    if file is None:
        raise errors[0]
    return file


def check_prompt_file(path: Path, *, project: Project) -> tuple[PromptFileError, ...]:
    """Return everything that is wrong with a prompt file, in the order of its lines."""
    return _read(path, project)[1]


def parse_prompt_file(
    data: bytes, *, path: Path, relative: str, project: Project
) -> tuple[PromptFile | None, tuple[PromptFileError, ...]]:
    """Read the bytes of a prompt file; return it, or None and everything that is wrong, by line.

    Args:
        data: the text, UTF-8.
        path: the file, as messages show it.
        relative: where it would lie, from the project's root; decides its id and which rules hold.
        project: what it belongs to.
    """
    try:
        toml = parse_toml(data, path=path)
    except PromptFileError as error:
        return None, (error,)
    return _understood(_Origin(path, relative, Defaults(toml.document, toml.places)), project)


def read_described(document: Mapping[str, Any], *, asset: str, project: Project) -> PromptFile:
    """Read a document with the keys of a prompt file as if it lay at `<asset>.prompt.toml` in the project.

    Places of errors are keys, such as `spec.size`. Sources are paths from the project's root.

    Raises:
        PromptFileError: the first thing that is wrong with it.
    """
    relative = f"{asset}{PROMPT_SUFFIX}"
    layer = Defaults(document, KeyPlaces("spec", renamed={"id": "asset"}))
    origin = _Origin(project.root / relative, relative, layer, is_described=True)
    file, errors = _understood(origin, project)
    if file is None:
        raise errors[0]
    return file


@dataclass(frozen=True, slots=True)
class _Origin:
    """What is read: where it lies or would lie, and its own keys."""

    path: Path
    relative: str
    layer: Defaults
    is_described: bool = False

    @property
    def folder(self) -> str:
        """The folder that its sources start from, as a path from the root."""
        return "" if self.is_described else self.relative.rpartition("/")[0]


def _read(path: Path, project: Project) -> tuple[PromptFile | None, tuple[PromptFileError, ...]]:
    try:
        relative = _relative(path, project)
        toml = read_toml(path)
    except PromptFileError as error:
        return None, (error,)
    return _understood(_Origin(path, relative, Defaults(toml.document, toml.places)), project)


def _understood(origin: _Origin, project: Project) -> tuple[PromptFile | None, tuple[PromptFileError, ...]]:
    problems: list[Problem] = []
    layers = [origin.layer]
    spec = _spec(layers, project, origin, problems)
    if spec is None:
        asset = origin.relative.removesuffix(PROMPT_SUFFIX)
        # What the file lacks as a whole comes after what stands wrong in a line: "promt" explains the lack.
        in_order = sorted(problems, key=lambda problem: not problem.path)
        errors = [PromptFileError(p.message, place=_place(p, layers), asset=asset) for p in in_order]
        of_lines = sum(bool(problem.path) for problem in in_order)
        return None, (*sorted(errors[:of_lines], key=_in_file), *errors[of_lines:])
    specs = variant_specs(spec)
    return PromptFile(
        origin.path, project, origin.relative, specs, origin.layer.places, origin.is_described
    ), ()


def _in_file(error: PromptFileError) -> tuple[int, int]:
    return (error.place.line, error.place.column) if error.place else (0, 0)


def _relative(path: Path, project: Project) -> str:
    place = Place(str(path))
    relative = project.relative(path)
    if relative is None:
        raise PromptFileError(
            f"the file lies outside the project {project.root}; move it inside.", place=place
        )
    if not relative.endswith(PROMPT_SUFFIX):
        stem = path.name.split(".")[0]
        message = f"this is not a prompt file by its name; name it {stem}{PROMPT_SUFFIX}."
        raise PromptFileError(message, place=place)
    return relative


def _spec(layers: list[Defaults], project: Project, origin: _Origin, problems: list[Problem]) -> Spec | None:
    """Return the spec of the first of `layers`; the rules and the style under it are appended to them."""
    kind = kind_of(layers[0].document, problems)
    if kind is None:
        return None
    rules = [rule.defaults for rule in reversed(project.rules) if rule.matches(origin.relative)]
    layers.extend(Defaults(prune_defaults(kind, rule.document), rule.places, rule.at) for rule in rules)
    document = _merged(layers)
    style = project.styles.get(document["style"]) if isinstance(document.get("style"), str) else None
    if style is not None:
        document = _styled(document, style, kind, layers)
    elif isinstance(document.get("style"), str) and document["style"] not in STYLES:
        advice = did_you_mean(document["style"], [*project.styles, *STYLES])
        problems.append(Problem(("style",), f"style = {show(document['style'])} is unknown; {advice}"))
    if project.targets is not None:
        document = {"targets": project.targets, **document}
    document = _filled(document, prune_defaults(kind, {"export": {"metadata": project.metadata}}))
    return _checked_spec(kind, document, style, origin, problems)


def _merged(layers: Sequence[Defaults]) -> Mapping[str, Any]:
    document = layers[0].document
    for layer in layers[1:]:
        document = _filled(document, layer.document)
    return document


def _filled(document: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with its absent keys filled from defaults, table by table."""
    full = dict(document)
    for name, value in defaults.items():
        if name not in full:
            full[name] = value
        elif isinstance(full[name], dict) and isinstance(value, dict):
            full[name] = _filled(full[name], value)
    return full


def _styled(
    document: Mapping[str, Any], style: Style, kind: str, layers: list[Defaults]
) -> Mapping[str, Any]:
    defaults = prune_defaults(kind, style.defaults.document)
    layers.append(Defaults(defaults, style.defaults.places, style.defaults.at))
    # From here on a style is a built-in one: the project's is dissolved into its words and defaults.
    without = {name: value for name, value in document.items() if name != "style"}
    return _filled(without, defaults)


def _checked_spec(
    kind: str, document: Mapping[str, Any], style: Style | None, origin: _Origin, problems: list[Problem]
) -> Spec | None:
    values = read_values(kind, document, problems)
    if problems:
        return None
    stem = origin.relative.removesuffix(PROMPT_SUFFIX)
    values.setdefault("asset", unicodedata.normalize("NFC", stem))
    if style is not None:
        _add_words(values, style)
    if "source" in values:
        role = values.get("role", SPECS[kind].lone_source)
        values["source"] = _resolved(values["source"], role, origin.folder, problems)
    if "patterns" in values:
        values["patterns"] = _resolved_patterns(values["patterns"], origin.folder, problems)
    problems.extend(SPECS[kind].contradictions(complete(SPECS[kind], values)))
    if problems:
        return None
    try:
        spec = SPECS[kind](**values)
    except SpecError as error:  # only what joining the style's words can do: a prompt that grew too long
        problems.append(Problem((), error.message))
        return None
    problems.extend(params_problems(spec))
    return None if problems else spec


def _add_words(values: dict[str, Any], style: Style) -> None:
    for name, words in (("prompt", style.prompt), ("negative", style.negative)):
        # A source picture without a prompt needs no words; a negative prompt may be the style's alone.
        if words and (values.get(name) or name == "negative"):
            values[name] = ", ".join(text for text in (values.get(name, ""), words) if text)


def _resolved(
    source: str | Mapping[str, str], role: str, folder: str, problems: list[Problem]
) -> Mapping[str, str]:
    """Return sources by role as project-relative paths; a lone path holds `role`."""
    lone = isinstance(source, str)
    resolved: dict[str, str] = {}
    for name, reference in {role: source}.items() if isinstance(source, str) else source.items():
        path: KeyPath = ("source",) if lone else ("source", name)
        resolved[name] = _inside(reference, folder, path, problems)
    return resolved


def _resolved_patterns(patterns: Sequence[str], folder: str, problems: list[Problem]) -> tuple[str, ...]:
    """Return paths and globs as project-relative ones."""
    return tuple(
        _inside(pattern, folder, ("uses", index), problems) for index, pattern in enumerate(patterns)
    )


def _inside(reference: str, folder: str, path: KeyPath, problems: list[Problem]) -> str:
    """Return a path or glob from the project's root, or note why it can be none."""
    target = resolve_reference(reference, folder=folder)
    if target is None:
        flaw = "leads out of the project; copy the picture into it."
    else:
        found = portable_path_problem(_WILDCARDS.sub("x", target) if path[0] == "uses" else target)
        flaw = f"{found}; name a file inside the project." if found else None
    if flaw:
        problems.append(Problem(path, f"{spell(path)} = {show(reference)} {flaw}"))
    return target or reference


def _place(problem: Problem, layers: Sequence[Defaults]) -> Place:
    """Return where a problem stands: in the highest layer that has its key."""
    for layer in layers:
        if _has(layer.document, problem.path):
            return layer.places.of((*layer.at, *problem.path), at_key=problem.at_key)
    return layers[0].places.of(problem.path, at_key=problem.at_key)


def _has(document: Any, path: KeyPath) -> bool:
    for part in path:
        if (isinstance(document, Mapping) and part in document) or (
            isinstance(document, list | tuple) and isinstance(part, int) and part < len(document)
        ):
            document = document[part]
        else:
            return False
    return True
