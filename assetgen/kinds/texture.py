"""The texture kind: one map with one role, from a prompt or from a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assetgen.backends.base import load_backend
from assetgen.context import Context
from assetgen.errors import SpecError
from assetgen.export.chains import MipOptions
from assetgen.export.containers import Encoded
from assetgen.export.image_files import IMAGE_FILES, ImageFile
from assetgen.export.targets import ORM, Form, Target, TextureFile, find_target, form_named
from assetgen.export.texture import ExportOptions, export_material
from assetgen.formats.texel_format import TexelFormat
from assetgen.kinds.base import Made
from assetgen.kinds.finishing import FinishOptions, finish_sources, longer_edge, no_map
from assetgen.kinds.material_value import MaterialValue
from assetgen.media.artifact import Artifact
from assetgen.media.material import MAP_SPACES, Material
from assetgen.specs.base import Spec
from assetgen.specs.texture import TextureSpec

_MAPS_OF_ROLE = {"albedo": ("base_color",), "orm": ("occlusion", "roughness", "metallic")}


class TextureKind(MaterialValue):
    """Makes and writes single textures; inside, a texture is a material with nothing but its own map."""

    def make(self, spec: Spec, sources: Mapping[str, bytes], ctx: Context) -> Made[Material]:
        """Return the texture of a spec."""
        spec = _checked(spec)
        if sources:
            options = FinishOptions(
                size=spec.size,
                tile=(spec.tile in ("xy", "x"), spec.tile in ("xy", "y")),
                allow_npot=spec.allow_npot,
                wanted=frozenset(_MAPS_OF_ROLE.get(spec.role, (spec.role,))),
                finish=spec.finish,
            )
            done = finish_sources(sources, options, ctx)
            texture = _only(done.value, spec.role)
            if not any(texture.maps()):
                raise no_map(spec.role, sources)
            return Made(value=texture, warnings=done.warnings, finish_report=done.report)
        made = load_backend(spec.backend, kind=spec.kind).generate(spec, ctx)
        if spec.role == "emissive" and made.value.emissive is None:
            raise SpecError(f'"{spec.prompt}" gives off no light; ask for another role, such as "albedo".')
        return Made(
            value=_only(made.value, spec.role),
            prompt_report=made.prompt_report,
            warnings=made.warnings,
            fallbacks=made.fallbacks,
        )

    def export(self, value: Material, spec: Spec, target: str, ctx: Context) -> Iterator[Artifact]:
        """Yield the texture in every format asked for, or in the target's own."""
        spec = _checked(spec)
        plan = find_target(target, spec.engine.get(target, {}))
        forms = [form_named(name, container=plan.container) for name in spec.formats]
        options = ExportOptions(
            name=spec.asset.rsplit("/", 1)[-1],
            sizes=(longer_edge(value),),
            mipmaps=spec.mipmaps,
            lossy_quality=spec.lossy_quality,
            mips=MipOptions.named(kernel=spec.mip_filter, edge=spec.mip_edges, height=spec.height_mips),
        )
        for form in forms or [_form_of(plan, spec.role)]:
            file = TextureFile(role=spec.role, content=_content_of(spec.role), form=form)
            yield from export_material(value, replace(plan, files=(file,)), options, ctx)


def _checked(spec: Spec) -> TextureSpec:
    if not isinstance(spec, TextureSpec):
        raise SpecError(f"a {spec.kind} spec is no texture.", asset=spec.asset)
    return spec


def _only(material: Material, role: str) -> Material:
    kept = _MAPS_OF_ROLE.get(role, (role,))
    return replace(material, **{name: None for name in MAP_SPACES if name not in kept})


def _content_of(role: str) -> str | tuple[str | float, ...]:
    return {"albedo": "base_color", "orm": ORM}.get(role, role)


def _form_of(target: Target, role: str) -> Form:
    """Return the form that a target gives a role, or what it would give a mask."""
    for file in target.files:
        if file.role == role or (role == "orm" and isinstance(file.content, tuple)):
            return file.form
    is_picture = isinstance(target.files[0].form, ImageFile)
    return IMAGE_FILES["png"] if is_picture else Encoded(TexelFormat.BC4, target.container)
