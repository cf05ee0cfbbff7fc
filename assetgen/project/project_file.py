"""A project: the folder of the outermost `assetgen.toml`, and what that file and those below it lay down.

A file in a subfolder inherits from the files above it and overrides them for its folder. The search upwards
ends at a folder that holds `.git`. A folder without any such file is a project with defaults.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assetgen.errors import PromptFileError
from assetgen.project.globs import compile_glob
from assetgen.project.toml_file import Places, TomlFile, read_toml
from assetgen.specs.embedding import DEFAULT_PROFILE, PROFILES
from assetgen.specs.paths import portable_path_problem, resolve_reference
from assetgen.specs.project import DEFAULT_OUTPUT, TOTALS, project_table
from assetgen.specs.wording import KeyPath, Problem, show, spell

PROJECT_FILE: Final = "assetgen.toml"
PROMPT_SUFFIX: Final = ".prompt.toml"


@dataclass(frozen=True, slots=True)
class Defaults:
    """Values for absent keys, with the file and table they come from."""

    document: Mapping[str, Any] = field(hash=False)
    places: Places = field(compare=False, repr=False)
    at: KeyPath = ()


@dataclass(frozen=True, slots=True)
class Style:
    """A named style: words for the prompt and values for absent keys."""

    name: str
    prompt: str
    negative: str
    defaults: Defaults


@dataclass(frozen=True, slots=True)
class Rule:
    """Defaults for the prompt files that a glob matches; it starts at `base`, a folder of the project."""

    match: str
    base: str
    defaults: Defaults

    def matches(self, relative: str) -> bool:
        """Whether a prompt file is meant, by its path from the root; the glob may leave out the suffix."""
        if self.base:
            if not relative.startswith(f"{self.base}/"):
                return False
            relative = relative[len(self.base) + 1 :]
        pattern = compile_glob(self.match)
        return bool(pattern.fullmatch(relative) or pattern.fullmatch(relative.removesuffix(PROMPT_SUFFIX)))


@dataclass(frozen=True, slots=True)
class Project:
    """What holds for the prompt files of one folder.

    Args:
        root: absolute folder that asset ids and references start from.
        name: for people.
        output: folder for finished assets, a posix path from the root.
        targets: engines to export to; None leaves the choice to the default.
        styles: by name.
        rules: in the order in which later ones win.
        totals: limits for all its assets together, by their key in `[budget]`.
        files: the project files that had a say, outermost first.
        profile: what it is baked for, "work" or "ship".
        levels: what finished files say of their making, by profile.
    """

    root: Path
    name: str
    output: str = DEFAULT_OUTPUT
    targets: tuple[str, ...] | None = None
    styles: Mapping[str, Style] = field(default_factory=dict, hash=False)
    rules: tuple[Rule, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict, hash=False)
    files: tuple[Path, ...] = ()
    profile: str = DEFAULT_PROFILE
    levels: Mapping[str, str] = field(default_factory=lambda: dict(PROFILES), hash=False)

    @property
    def metadata(self) -> str:
        """What finished files say of their making unless a prompt file, a rule or a style says otherwise."""
        return self.levels[self.profile]

    @property
    def output_folder(self) -> Path:
        """The output folder as an absolute path."""
        return self.root / self.output

    def relative(self, path: Path) -> str | None:
        """Return a path as a posix path from the root, or None when it lies outside."""
        try:
            return Path(os.path.abspath(path)).relative_to(self.root).as_posix()  # noqa: PTH100
        except ValueError:
            return None

    def fingerprint(self) -> str:
        """Return a hash of everything in the project that can change how a prompt file reads."""
        styles = {
            name: [s.prompt, s.negative, s.defaults.document] for name, s in sorted(self.styles.items())
        }
        rules = [[rule.match, rule.base, rule.defaults.document] for rule in self.rules]
        document = [self.targets, styles, rules, self.metadata]
        return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def find_project(path: Path) -> Project:
    """Return the project that a file or folder belongs to.

    Raises:
        PromptFileError: a project file on the way cannot be read or asks for nonsense.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100  (no symlink is resolved: ids follow the path as given)
    if not start.is_dir():
        start = start.parent
    holders = []
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            holders.append(folder)
        if (folder / ".git").exists():
            break
    project = Project(root=holders[-1] if holders else start, name=(holders[-1] if holders else start).name)
    for folder in reversed(holders):
        project = extend_project(project, folder=folder)
    return project


def project_below(root: Path, folder: str) -> Project:
    """Return the project of a root as it holds for a folder below, whether that folder is there or not.

    Args:
        root: what `find_project` gave as a project's root.
        folder: posix path from there, empty for the root itself.

    Raises:
        PromptFileError: a project file on the way cannot be read or asks for nonsense.
    """
    project = find_project(root)
    path = root
    for part in folder.split("/") if folder else ():
        path = path / part
        if (path / PROJECT_FILE).is_file():
            project = extend_project(project, folder=path)
    return project


def extend_project(project: Project, *, folder: Path) -> Project:
    """Return the project as the project file in `folder`, at or below the root, changes it.

    Raises:
        PromptFileError: the file cannot be read or asks for nonsense.
    """
    path = folder / PROJECT_FILE
    file = read_toml(path)
    errors = check_project(file)
    if errors:
        raise errors[0]
    document = file.document
    base = project.relative(folder) or ""
    base = "" if base == "." else base
    output = project.output
    if "output" in document:
        output = resolve_reference(document["output"], folder=base) or output
    targets = document.get("targets")
    return Project(
        root=project.root,
        name=document.get("name", project.name),
        output=output,
        targets=tuple(targets) if targets is not None else project.targets,
        styles={**project.styles, **_styles(file)},
        rules=(*project.rules, *_rules(file, base=base)),
        totals={**project.totals, **_totals(document)},
        files=(*project.files, path),
        profile=document.get("profile", project.profile),
        levels={**project.levels, **document.get("metadata", {})},
    )


def check_project_file(path: Path) -> tuple[PromptFileError, ...]:
    """Return everything that is wrong with one project file."""
    try:
        return check_project(read_toml(path))
    except PromptFileError as error:
        return (error,)


def check_project(file: TomlFile) -> tuple[PromptFileError, ...]:
    """Return everything that is wrong with a parsed project file."""
    problems: list[Problem] = []
    project_table().read(file.document, (), problems)
    output = file.document.get("output")
    if isinstance(output, str) and not problems:
        flaw = portable_path_problem(output)
        if flaw:
            advice = f'write a folder inside the project, such as "{DEFAULT_OUTPUT}".'
            message = f"output = {show(output)} {flaw}; {advice}"
            problems.append(Problem(("output",), message))
    for index, rule in enumerate(file.document.get("rule", ()) if not problems else ()):
        if rule["match"].startswith("/") or ".." in rule["match"].split("/"):
            path: KeyPath = ("rule", index, "match")
            message = (
                f'{spell(path)} = {show(rule["match"])} leads elsewhere; write a glob such as "props/**".'
            )
            problems.append(Problem(path, message))
    return tuple(file.error(problem) for problem in problems)


def _styles(file: TomlFile) -> dict[str, Style]:
    styles = {}
    for name, table in file.document.get("style", {}).items():
        rest = {key: value for key, value in table.items() if key not in ("prompt", "negative")}
        defaults = Defaults(rest, file.places, ("style", name))
        styles[name] = Style(name, table.get("prompt", ""), table.get("negative", ""), defaults)
    return styles


def _totals(document: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for name, value in document.get("budget", {}).items() if name in TOTALS}


def _rules(file: TomlFile, *, base: str) -> tuple[Rule, ...]:
    """Return the rules of a project file; what `[budget]` asks of each asset is the first, for all of them."""
    of_each = {name: value for name, value in file.document.get("budget", {}).items() if name not in TOTALS}
    rules = [Rule("**", base, Defaults({"budget": of_each}, file.places))] if of_each else []
    for index, table in enumerate(file.document.get("rule", ())):
        rest = {key: value for key, value in table.items() if key != "match"}
        rules.append(Rule(table["match"], base, Defaults(rest, file.places, ("rule", index))))
    return tuple(rules)
