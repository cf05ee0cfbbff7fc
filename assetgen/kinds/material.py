"""The material kind: a full PBR set from one prompt, or from pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assetgen.backends.base import load_backend
from assetgen.blocks.quality import Quality
from assetgen.context import Context
from assetgen.errors import SpecError
from assetgen.export.chains import MipOptions
from assetgen.export.targets import find_target, only_roles, with_forms
from assetgen.export.texture import ExportOptions, export_material
from assetgen.kinds.base import Made
from assetgen.kinds.finishing import FinishOptions, finish_sources, longer_edge
from assetgen.kinds.material_value import MaterialValue
from assetgen.media.artifact import Artifact
from assetgen.media.material import Material
from assetgen.specs.base import Spec
from assetgen.specs.material import MaterialSpec

_NO_LIGHT = "maps.emissive is on, but nothing in the prompt gives off light; there is no emissive map."


class MaterialKind(MaterialValue):
    """Makes and writes materials."""

    def make(self, spec: Spec, sources: Mapping[str, bytes], ctx: Context) -> Made[Material]:
        """Return the material of a spec."""
        spec = _checked(spec)
        if not sources:
            made = load_backend(spec.backend, kind=spec.kind).generate(spec, ctx)
            is_dark = spec.maps.emissive and made.value.emissive is None
            return Made(
                value=_wanted(made.value, spec),
                prompt_report=made.prompt_report,
                warnings=(*made.warnings, *([_NO_LIGHT] if is_dark else [])),
                fallbacks=made.fallbacks,
            )
        options = FinishOptions(
            size=spec.size,
            tile=(spec.tile in ("xy", "x"), spec.tile in ("xy", "y")),
            allow_npot=spec.allow_npot,
            tile_m=spec.surface.meters,
            normal_strength=spec.maps.normal.strength if spec.maps.normal else 1.0,
            roughness=spec.surface.roughness,
            metallic=spec.surface.metallic or 0.0,
            finish=spec.finish,
        )
        done = finish_sources(sources, options, ctx)
        return Made(value=_wanted(done.value, spec), warnings=done.warnings, finish_report=done.report)

    def export(self, value: Material, spec: Spec, target: str, ctx: Context) -> Iterator[Artifact]:
        """Yield the texture set for one target."""
        spec = _checked(spec)
        export, maps = spec.export, spec.maps
        chosen = {
            role: name
            for role, name in (
                ("albedo", export.albedo),
                ("normal", export.normal),
                ("orm", export.orm),
                ("height", export.height),
                ("emissive", export.emissive),
            )
            if name is not None
        }
        if maps.height is not None and maps.height.bits == 8 and "height" not in chosen:
            chosen["height"] = "png"
        plan = find_target(target, spec.engine.get(target, {}), container=export.container)
        plan = with_forms(plan, chosen)
        wanted = {
            "albedo": maps.albedo,
            "normal": maps.normal is not None,
            "height": maps.height is not None,
            "orm": maps.orm,
            "emissive": maps.emissive is not False,
        }
        options = ExportOptions(
            name=spec.asset.rsplit("/", 1)[-1],
            sizes=spec.export_sizes or (longer_edge(value),),
            quality=Quality(export.quality) if export.quality else Quality.BALANCED,
            lossy_quality=export.lossy_quality,
            mips=MipOptions.named(kernel=export.mip_filter, edge=export.mip_edges, height=export.height_mips),
        )
        yield from export_material(value, only_roles(plan, wanted), options, ctx)


def _checked(spec: Spec) -> MaterialSpec:
    if not isinstance(spec, MaterialSpec):
        raise SpecError(f"a {spec.kind} spec is no material.", asset=spec.asset)
    return spec


def _wanted(material: Material, spec: MaterialSpec) -> Material:
    """Return the material without an emissive map when the file switches it off."""
    return replace(material, emissive=None) if spec.maps.emissive is False else material
