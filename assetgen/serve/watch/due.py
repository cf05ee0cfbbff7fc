"""What changed files mean: which prompt files have something due, which cannot be read, which assets lost theirs.

The answers are a bake's own: project/scan reads, project/plan holds against the store. This adds which files to ask
about. No clock and no threads; the watch calls it with files whose content is settled.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assetgen.errors import AssetGenError, PromptFileError
from assetgen.project.discover import ProjectFiles, is_skipped
from assetgen.project.plan import Need, plan
from assetgen.project.project_file import (
    PROJECT_FILE,
    PROMPT_SUFFIX,
    Project,
    check_project_file,
    extend_project,
    find_project,
)
from assetgen.project.prompt_file import check_prompt_file, read_prompt_file
from assetgen.project.scan import Scan, ScannedAsset, scan
from assetgen.project.uses import find_inputs
from assetgen.serve.watch.links import Links, Record
from assetgen.serve.watch.reconcile import is_input_name
from assetgen.store.store import Store

Due = tuple[str, str, str]
"""An asset, a target and the key of the files that are to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one file means now.

    Args:
        path: the prompt file or project file, a posix path from the root.
        due: what is to be built; empty when all is in place or there are errors.
        errors: everything that is wrong with it.
        orphans: ids of assets that it made before and nothing makes now.
    """

    path: str
    due: frozenset[Due] = frozenset()
    errors: tuple[AssetGenError, ...] = ()
    orphans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """What changes lead to: files to be judged, project files first, and assets whose prompt file is gone."""

    owed: tuple[str, ...]
    orphans: tuple[str, ...]


class Judge:
    """Judges the files of one root.

    Args:
        root: the folder that paths start from.
        store: the cache.
    """

    def __init__(self, root: Path, store: Store) -> None:
        self.links = Links()
        self._root = Path(os.path.abspath(root))  # noqa: PTH100  (no link is resolved, as in project files)
        self._store = store
        self._holders: set[str] = set()  # folders with a project file
        self._projects: dict[str, Project | PromptFileError] = {}
        self._outputs: dict[str, str] = {}
        self._outer: set[str] = set()  # project files above the root

    def touch(self, changes: Mapping[str, str | None]) -> Touched:
        """Take note of changed files; return what is to be judged."""
        owed: dict[str, None] = {}
        orphans: list[str] = []
        project_files = [path for path in changes if _name(path) == PROJECT_FILE]
        if project_files:
            self._projects.clear()
        for path in project_files:
            owed.update(dict.fromkeys(self._touch_project(path, is_gone=changes[path] is None)))
        for path, sha in changes.items():
            if path.endswith(PROMPT_SUFFIX) and self.is_walked(path):
                rivals = self.links.rivals(path, self.links.of(path).claims)
                if sha is None:
                    owed.pop(path, None)
                    orphans += self.links.drop(path).assets
                else:
                    self.links.put(path, self.links.of(path))
                    owed[path] = None
                owed.update(dict.fromkeys(sorted(rivals)))
        owed.update(dict.fromkeys(self.links.users([*changes, *owed])))
        owed = {path: None for path in owed if changes.get(path, "") is not None}
        return Touched(tuple(owed), tuple(asset for asset in orphans if not self.links.is_claimed(asset)))

    def forget_projects(self) -> None:
        """Have the project files read again: the root is another folder now."""
        self._projects.clear()

    def _touch_project(self, path: str, *, is_gone: bool) -> list[str]:
        if path in self._outer:
            return [path, *self.links.below("")]
        folder = path.rpartition("/")[0]
        if is_gone:
            self._holders.discard(folder)
            self._outputs.pop(folder, None)
            return self.links.below(folder)
        self._holders.add(folder)
        return [path, *self.links.below(folder)]

    # What the reconciler has to know

    def outputs(self) -> dict[str, str]:
        """Return where finished assets go, by the folder from which on that holds; an error changes nothing."""
        for folder in {"", *self._holders}:
            project = self._project_of(folder)
            if isinstance(project, Project):
                self._outputs[folder] = self._key(project.output_folder)
        return dict(self._outputs)

    def followed(self) -> set[str]:
        """Return the files that count besides those found by name: sources, and project files above the root.

        Nothing in an output folder counts, or a build could be its own cause.
        """
        paths = {*self.links.sources(), *self._found_by_globs()}
        return self._outer | {path for path in paths if not self._is_found_by_name(path)}

    def _found_by_globs(self) -> set[str]:
        """Return the files that globs find now, those that are new since their prompt files were read too."""
        outputs = list(self._outputs.values())
        return {
            path
            for glob in self.links.globs()
            for path in find_inputs(self._root, glob, outputs=[self._root / output for output in outputs])
        }

    def behind(self, path: str) -> set[str]:
        """Return the files that decide what a file means, without those that nobody looks at."""
        if _name(path) == PROJECT_FILE:
            return {path}
        found = self.links.behind(path)
        return {one for one in found if self._is_looked_at(one)} | self._outer

    def _is_looked_at(self, path: str) -> bool:
        is_source_only = _name(path) != PROJECT_FILE and not self._is_output(path)
        return is_source_only or self.is_walked(path)

    def is_walked(self, path: str) -> bool:
        """Tell whether a scan of the root comes by a file."""
        folders = path.split("/")[:-1]
        is_outside = os.path.isabs(path) or ".." in folders  # noqa: PTH117
        return not is_outside and not any(map(is_skipped, folders)) and not self._is_output(path)

    def _is_found_by_name(self, path: str) -> bool:
        return self._is_output(path) or (is_input_name(_name(path)) and self.is_walked(path))

    def _is_output(self, path: str) -> bool:
        return any(path.startswith(f"{output}/") for output in self._outputs.values())

    # Judging

    def judge(self, paths: Iterable[str]) -> list[Verdict]:
        """Return what each file means, those that others use first; nothing for files under a broken project file.

        Raises:
            StoreError: the cache refuses.
        """
        asked = list(dict.fromkeys(paths))
        verdicts = [self._judge_project(path) for path in asked if _name(path) == PROJECT_FILE]
        groups, broken = self._groups([path for path in asked if _name(path) != PROJECT_FILE])
        verdicts += [self._judge_project(path) for path in sorted(broken - set(asked))]
        return verdicts + (self._judge_prompts(groups, tried=set(asked)) if groups else [])

    def _judge_project(self, path: str) -> Verdict:
        return Verdict(path=path, errors=check_project_file(self._root / path))

    def _groups(self, paths: Sequence[str]) -> tuple[dict[str, list[str]], set[str]]:
        """Return the prompt files by the folder whose project holds for them, and what project files are broken."""
        groups: dict[str, list[str]] = {}
        broken: set[str] = set()
        for path in paths:
            holder = self._holder(path.rpartition("/")[0])
            project = self._project_of(holder)
            if isinstance(project, Project):
                groups.setdefault(holder, []).append(path)
            elif project.place is not None:
                broken.add(self._key(Path(project.place.path)))
        return groups, broken

    def _judge_prompts(self, groups: Mapping[str, Sequence[str]], *, tried: set[str]) -> list[Verdict]:
        asked = {str(self._root / path): path for paths in groups.values() for path in paths}
        found = self._scan(groups)
        claims = [(asked[str(a.path)], a.asset) for a in found.assets if str(a.path) in asked]
        rivals = {rival for path, asset in claims for rival in self.links.rivals(path, [asset])}
        if rivals - tried:  # two files that want one id are both at fault, so they are judged together
            more, _ = self._groups([*asked.values(), *sorted(rivals - tried)])
            return self._judge_prompts(more, tried=tried | rivals)
        assets: dict[str, list[ScannedAsset]] = {}
        for asset in found.assets:
            if str(asset.path) in asked:
                assets.setdefault(asked[str(asset.path)], []).append(asset)
        errors = self._errors(found, asked, assets)
        due = self._due([asset for path, mine in assets.items() if path not in errors for asset in mine])
        for path in errors:
            self._remember_failed(path)
        orphans = {path: self._remember(path, mine) for path, mine in assets.items() if path not in errors}
        good = [Verdict(path=path, due=due.get(path, frozenset()), orphans=orphans[path]) for path in orphans]
        return [*good, *(Verdict(path=path, errors=mine) for path, mine in errors.items())]

    def _scan(self, groups: Mapping[str, Sequence[str]]) -> Scan:
        found = []
        for holder, paths in sorted(groups.items()):
            project = self._project_of(holder)
            assert isinstance(project, Project)
            found.append(ProjectFiles(project, tuple(self._root / path for path in sorted(paths))))
        return scan(found, self._store)

    def _errors(
        self, found: Scan, asked: Mapping[str, str], assets: Mapping[str, object]
    ) -> dict[str, tuple[AssetGenError, ...]]:
        """Return the errors of a scan by file; one that stands in a rule still is its prompt file's."""
        errors: dict[str, tuple[AssetGenError, ...]] = {}
        strays: list[AssetGenError] = []
        for error in found.errors:
            path = asked.get(error.place.path) if error.place else None
            path = path or asked.get(str(self._root / f"{error.asset}{PROMPT_SUFFIX}"))
            if path is None:
                strays.append(error)
            else:
                errors[path] = (*errors.get(path, ()), error)
        for path in asked.values():
            if path not in assets and path not in errors:
                own = self._check(path)
                if own or strays:
                    errors[path] = own or tuple(strays)
        return errors

    def _check(self, path: str) -> tuple[AssetGenError, ...]:
        project = self._project_of(self._holder(path.rpartition("/")[0]))
        if isinstance(project, PromptFileError):
            return (project,)
        return check_prompt_file(self._root / path, project=project)

    def _due(self, assets: Sequence[ScannedAsset]) -> dict[str, frozenset[Due]]:
        due: dict[str, set[Due]] = {}
        for one in plan(assets, self._store):
            items = {(one.asset, t.target, t.full_key) for t in one.targets if t.need is not Need.NOTHING}
            due.setdefault(self._key(one.scanned.path), set()).update(items)
        return {path: frozenset(items) for path, items in due.items()}

    def _remember(self, path: str, assets: Sequence[ScannedAsset]) -> tuple[str, ...]:
        """Remember a file that is well; return the assets that it made before and nothing makes now."""
        ids = tuple(asset.asset for asset in assets)
        document = assets[0].document
        sources = self._source_keys(assets[0].project, document.get("source"))
        globs = self._glob_keys(assets[0].project, document.get("patterns") or ())
        before = self.links.of(path).assets
        self.links.put(path, Record(claims=ids, sources=sources, globs=globs, assets=ids))
        return tuple(asset for asset in before if not self.links.is_claimed(asset))

    def _remember_failed(self, path: str) -> None:
        """Remember what a file with errors says about others, if it says anything; it keeps its last good assets."""
        before = self.links.of(path)
        project = self._project_of(self._holder(path.rpartition("/")[0]))
        try:
            assert isinstance(project, Project)
            file = read_prompt_file(self._root / path, project=project)
        except PromptFileError:
            self.links.put(path, before)
            return
        document = file.specs[0].to_json()
        sources = self._source_keys(project, document.get("source"))
        globs = self._glob_keys(project, document.get("patterns") or ())
        claims = tuple(spec.asset for spec in file.specs)
        self.links.put(path, Record(claims=claims, sources=sources, globs=globs, assets=before.assets))

    def _source_keys(self, project: Project, source: Mapping[str, str] | None) -> frozenset[str]:
        return frozenset(self._key(project.root / target) for target in (source or {}).values())

    def _glob_keys(self, project: Project, patterns: Iterable[str]) -> frozenset[str]:
        # A path that is written out may also stand for the prompt file of that name.
        return frozenset(self._key(project.root / pattern) for pattern in patterns)

    # Projects

    def _holder(self, folder: str) -> str:
        """Return the nearest folder upwards with a project file, or the root."""
        while folder and folder not in self._holders:
            folder = folder.rpartition("/")[0]
        return folder

    def _project_of(self, holder: str) -> Project | PromptFileError:
        """Return the project that holds from a folder on, or what is wrong with its project files."""
        if holder not in self._projects:
            try:
                self._projects[holder] = self._read_project(holder)
            except PromptFileError as error:
                self._projects[holder] = error
                if error.place is not None:
                    self._note_outer([Path(error.place.path)])
        return self._projects[holder]

    def _read_project(self, holder: str) -> Project:
        if not holder:
            project = find_project(self._root)
            self._outer = set()
            self._note_outer(project.files)
            return project
        above = self._project_of(self._holder(holder.rpartition("/")[0]))
        if isinstance(above, PromptFileError):
            raise above
        return extend_project(above, folder=self._root / holder)

    def _note_outer(self, files: Iterable[Path]) -> None:
        self._outer |= {key for file in files if os.path.isabs(key := self._key(file))}  # noqa: PTH117

    def _key(self, path: Path) -> str:
        """Return a path from the root, or the absolute one of a file outside of it."""
        try:
            return path.relative_to(self._root).as_posix()
        except ValueError:
            return path.as_posix()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
