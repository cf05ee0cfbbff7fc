"""The one door from a planned asset to its published files: make, keep, export, validate, publish.

Made values and exported files are kept apart by key, so each step runs only when its own inputs changed. Files go
into place through the store's journal, the manifest last.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import torch

from assetgen.backends.table import BACKENDS
from assetgen.blocks.device import noted_fallbacks
from assetgen.context import Context
from assetgen.errors import AssetGenError, FormatError, GenerationError
from assetgen.formats.jpeg import jpeg_size
from assetgen.kinds.base import Kind
from assetgen.kinds.table import KINDS
from assetgen.media.artifact import Artifact
from assetgen.media.metadata import Metadata
from assetgen.media.picture import Picture
from assetgen.pipeline.course import EXPORT, MAKE, SHOW, SKETCH, Course
from assetgen.pipeline.encoders import ready_encoders
from assetgen.pipeline.previews import CLIP, face_of, render_previews, render_sound
from assetgen.pipeline.sketch import draw_sketch, is_worth_sketching
from assetgen.project.order import BuildOrder, Built
from assetgen.project.outputs import put_back, put_in_place
from assetgen.project.plan import Need, TargetPlan
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.specs.base import Spec
from assetgen.store import locks
from assetgen.store.keys import hash_bytes
from assetgen.store.manifest import Manifest, ManifestFile, figure_names
from assetgen.store.store import Store
from assetgen.versions import ASSETGEN, STEPS

_LOG = logging.getLogger("assetgen.pipeline")

_PATIENCE_S: Final = 3600.0
_REPORT_S: Final = 5.0
"""Between two signs of life."""


def build(order: BuildOrder, *, store: Store, ctx: Context, course: Course | None = None) -> Built:
    """Build an asset as far as its plan asks for and publish every target's set.

    Args:
        order: what to build.
        store: where it is kept.
        ctx: device, progress, previews, cancel.
        course: is moved along, for whoever wants to know how far it is.

    Raises:
        AssetGenError: with the asset's id, and the prompt file's place where one is known. The last good set
            stays in place.
    """
    started = time.monotonic()
    scanned = order.plan.scanned
    with _naming(scanned.asset):
        spec, kind = scanned.spec, KINDS[scanned.kind]
        course = _planned(course or Course(), order)
        ctx = course.follow(ctx)
        value = _Value(order, spec, kind, store, ctx, course)
        if order.preview:
            value.show_stored()
        manifests = {}
        if order.plan.is_input:
            value.keep()
        for number, target in enumerate(_due(order)):
            ctx.check()
            path = None if order.force else put_back(store, scanned, target, overwrite=order.overwrite)
            if path is None:
                manifest = _export(value, target, ctx, number=number)
                path = put_in_place(store, scanned, target, manifest, overwrite=order.overwrite)
            manifests[target.target] = str(path)
        seconds = time.monotonic() - started
        _LOG.info("%s %s %s %.2f s", scanned.asset, scanned.keys.make[:12], value.how, seconds)
        return Built(
            asset=scanned.asset,
            was_made=value.was_made,
            manifests=manifests,
            seconds=seconds,
            warnings=tuple(value.record["warnings"]) if value.is_loaded else (),
        )


def _due(order: BuildOrder) -> list[TargetPlan]:
    return [target for target in order.plan.targets if target.need is not Need.NOTHING]


def _planned(course: Course, order: BuildOrder) -> Course:
    is_sketched = order.preview and is_worth_sketching(order.plan.scanned.spec)
    course.plan([*([SKETCH] if is_sketched else []), MAKE, SHOW, *[EXPORT for _ in _due(order)]])
    return course


@contextmanager
def _naming(asset: str) -> Generator[None, None, None]:
    """Add the asset's id to errors on their way up."""
    try:
        yield
    except AssetGenError as error:
        error.asset = error.asset or asset
        raise
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise GenerationError(
            "there is not enough memory; make it smaller, or use fewer jobs.", asset=asset
        ) from error


class _Value:
    """The made value of an order: taken from the store or generated, when first asked for."""

    def __init__(
        self, order: BuildOrder, spec: Spec, kind: Kind[Any], store: Store, ctx: Context, course: Course
    ) -> None:
        self.order, self.spec, self.kind, self.store = order, spec, kind, store
        self.ctx, self.course = ctx, course
        self.key = order.plan.scanned.keys.make
        self.was_made = False
        self._waited_at = 0.0
        self._record: dict[str, Any] | None = None
        self._value: Any = None

    @property
    def is_loaded(self) -> bool:
        return self._record is not None

    @property
    def how(self) -> str:
        return "made" if self.was_made else "hit"

    @property
    def record(self) -> dict[str, Any]:
        """What the store keeps of the making: bundle, report, quality, warnings, previews."""
        if self._record is None:
            found = None if self.order.force else self.store.find(self.key)
            self._record = found if isinstance(found, dict) else self._make_alone()
        return self._record

    def _make_alone(self) -> dict[str, Any]:
        """Make it, unless another worker makes the same right now; then take what that one has made."""
        with locks.exclusive(
            self.store.blobs.root / "locks" / f"make-{self.key[:3]}", patience_s=_PATIENCE_S, sleep=self._wait
        ):
            found = None if self.order.force else self.store.find(self.key)
            return found if isinstance(found, dict) else self._make()

    def _wait(self, seconds: float) -> None:
        """Wait for another worker, and give a sign of life now and then."""
        self.ctx.check()
        if time.monotonic() - self._waited_at > _REPORT_S:
            self._waited_at = time.monotonic()
            self.ctx.progress(0, 1, "waiting for the same to be made elsewhere")
        time.sleep(seconds)

    def keep(self) -> None:
        """Have the value in the store, for the assets that use it."""
        _ = self.record

    @property
    def value(self) -> Any:
        """The value, always as the store gives it back, so that a later export gives the same files."""
        if self._value is None:
            data = self.store.blobs.find(self.record["bundle"])
            if data is None:  # the blob was damaged, and is in quarantine now
                self._record = self._make()
                data = self.store.blobs.get(self._record["bundle"])
            self._value = self.kind.from_bundle(data, device=self.ctx.device)
        return self._value

    def show_stored(self) -> None:
        """Show what the store has of it, before anything is computed."""
        found = None if self.order.force else self.store.find(self.key)
        if isinstance(found, dict):
            previews = found["previews"]
            data = self.store.blobs.find(face_of(previews))
            sound = self.store.blobs.find(previews[CLIP]) if CLIP in previews else None
            if data is not None:
                with suppress(FormatError):  # not worth failing for
                    self._show(data, sound or b"")

    def _show(self, jpeg: bytes, sound: bytes) -> None:
        width, height = jpeg_size(jpeg)
        self.ctx.on_preview(Picture(data=jpeg, width=width, height=height, sound=sound))

    def _show_sketch(self) -> None:
        if not self.order.preview or not is_worth_sketching(self.spec):
            return
        self.course.begin(SKETCH)
        sketch = draw_sketch(self.spec, self.kind, self.ctx)
        if sketch is not None:
            self.ctx.on_preview(sketch)

    def _make(self) -> dict[str, Any]:
        self._show_sketch()
        started = time.monotonic()
        self.course.begin(MAKE)
        made = self.kind.make(self.spec, self._sources(), self.ctx)
        bundle = self.kind.to_bundle(made.value)
        self._value = self.kind.from_bundle(bundle, device=self.ctx.device)
        figures, implausible = self.kind.measure(self._value)
        self.course.begin(SHOW)
        self.ctx.progress(0, 1, "rendering previews")
        pictures = render_previews(self.kind.shown(self._value))
        sound = render_sound(self.kind.heard(self._value))
        if self.order.preview:
            self._show(face_of(pictures), sound.get(CLIP, b""))
        previews = {name: self.store.blobs.put(data) for name, data in {**pictures, **sound}.items()}
        record = {
            "bundle": self.store.blobs.put(bundle),
            "previews": previews,
            "prompt_report": made.prompt_report,
            "finish": dict(made.finish_report) if made.finish_report is not None else None,
            "quality": dict(figures),
            "warnings": [*made.warnings, *implausible],
            "fallbacks": list(made.fallbacks),
            "seconds": round(time.monotonic() - started, 3),
        }
        blobs = [record["bundle"], *previews.values()]
        self.store.record(self.key, record, blobs=blobs, refresh=self.order.force)
        self.was_made = True
        return record

    def _sources(self) -> dict[str, bytes]:
        return {role: self._source(path) for role, path in (self.spec.source or {}).items()}

    def _source(self, path: str) -> bytes:
        scanned = self.order.plan.scanned
        expected = scanned.keys.inputs[path]
        if path.endswith(PROMPT_SUFFIX):
            used = self.store.find(expected)
            if not isinstance(used, dict):
                raise GenerationError(f'"{path}", which it uses, was not built; mend that one first.')
            return self.store.blobs.get(used["bundle"])
        try:
            data = (scanned.project.root / path).read_bytes()
        except OSError as error:
            raise GenerationError(f'the source "{path}" cannot be read: {error.strerror}.') from error
        if hash_bytes(data) != expected:
            # Kept under the key of what was planned, it would be taken for that for ever.
            raise GenerationError(f'the source "{path}" changed while it was being used; bake again.')
        return data


def _export(value: _Value, target: TargetPlan, ctx: Context, *, number: int) -> Manifest:
    """Write a target's files into the store and return their manifest."""
    started = time.monotonic()
    files, figures = [], dict(value.record["quality"])
    value.course.begin(EXPORT, number=number)
    options, document = value.spec.engine.get(target.target, {}), value.spec.export_document(target.target)
    if value.kind.has_textures:
        ready_encoders(value.store, target.target, options, ctx, document=document)
    ctx = replace(ctx, origin=_origin(value).kept(value.spec.metadata_for(target.target)))
    with noted_fallbacks() as fallbacks:
        for artifact in value.kind.export(value.value, value.spec, target.target, ctx):
            files.append(_stored(artifact, value.store))
            label = next(reversed(figure_names(files)))
            figures.update({f"{label}_{name}": figure for name, figure in artifact.quality})
            if artifact.fallback:
                fallbacks[artifact.fallback] = None
    if not files:
        raise GenerationError(f"nothing is left to export to {target.target}; switch a map on.")
    manifest = Manifest(
        asset=value.spec.asset,
        kind=value.spec.kind,
        target=target.target,
        key=value.key,
        full_key=target.full_key,
        files=tuple(files),
        provenance=_provenance(value, time.monotonic() - started, fallbacks),
        quality=figures,
        prompt_report=value.record["prompt_report"],
        warnings=tuple(value.record["warnings"]),
    )
    value.store.record(
        target.full_key,
        manifest.to_document(),
        blobs=[file.sha256 for file in files],
        refresh=value.order.force,
    )
    return manifest


def _stored(artifact: Artifact, store: Store) -> ManifestFile:
    return ManifestFile(
        role=artifact.role,
        path=artifact.filename,
        format=artifact.format,
        media_type=artifact.media_type,
        size_bytes=len(artifact.data),
        sha256=store.blobs.put(artifact.data),
        width=artifact.width,
        height=artifact.height,
        mips=artifact.mips,
        color_space=artifact.color_space,
        engine=artifact.engine,
    )


def _origin(value: _Value) -> Metadata:
    """Return what the files say of their making; nothing in it but what their key depends on."""
    spec = value.spec
    is_generated = not spec.source
    return Metadata(
        asset=spec.asset.rsplit("/", 1)[-1],  # the folder it lies in is no part of the key
        prompt=spec.prompt,
        negative=spec.negative,
        seed=spec.seed if is_generated else None,
        backend=spec.backend if is_generated else "",
        licence=_licence(spec),
        key=value.key,
        generator=f"assetgen {ASSETGEN}",
    )


def _licence(spec: Spec) -> str:
    return "that of the source" if spec.source else BACKENDS[spec.backend].licence


def _provenance(value: _Value, export_seconds: float, fallbacks: Iterable[str]) -> dict[str, object]:
    """Return where the set came from, enough to make it again."""
    spec = value.spec
    finish = value.record.get("finish")
    return {
        **({"finish": finish} if finish is not None else {}),
        "spec": spec.make_document(),
        "seed": spec.seed,
        "backend": None if spec.source else spec.backend,
        "licence": _licence(spec),
        "steps": dict(STEPS),
        "assetgen": ASSETGEN,
        "torch": str(torch.__version__),
        "device": value.ctx.device.type,
        **value.kind.facts(value.value),
        "fallbacks": [*value.record["fallbacks"], *fallbacks],
        "make_seconds": value.record["seconds"],
        "export_seconds": round(export_seconds, 3),
    }
