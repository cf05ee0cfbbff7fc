"""The procedural backend: a prompt, a recipe, its layers - no weights, no network, any device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch

from assetgen.backends.base import Generated
from assetgen.backends.procedural.catalog.catalog import load_catalog
from assetgen.backends.procedural.catalog.params import params_problems
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.parse import check_strict, parse_prompt
from assetgen.backends.procedural.grammar.report import LayerRequest, MaterialRequest, PromptReport, printable
from assetgen.backends.procedural.layers.coat import coat
from assetgen.backends.procedural.layers.table import LAYERS
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.backends.procedural.recipe import Recipe
from assetgen.backends.procedural.sounds.generate import generate_sounds
from assetgen.backends.procedural.styles.table import STYLES
from assetgen.backends.procedural.surface import Surface, finish
from assetgen.context import Context
from assetgen.errors import SpecError
from assetgen.media.material import Material
from assetgen.specs.audio import AudioSpec
from assetgen.specs.base import DEFAULT_SIZE, Spec
from assetgen.specs.material import MaterialSpec
from assetgen.specs.texture import TextureSpec


class ProceduralBackend:
    """Makes materials from the recipes in `materials/`, and sounds from those in `sounds/`."""

    def generate(self, spec: Spec, ctx: Context) -> Generated:
        """Return the material or the sounds that a spec's prompt asks for.

        Raises:
            SpecError: no material of this library is named, a parameter or a choice is unknown, or, in strict
                mode, any word was not understood.
            Cancelled: somebody asked to stop.
        """
        if isinstance(spec, AudioSpec):
            return generate_sounds(spec, ctx)
        if not isinstance(spec, MaterialSpec | TextureSpec):
            raise SpecError(f"the procedural backend makes materials, textures and sounds, no {spec.kind}.")
        parsed = parse_prompt(spec.prompt, negative=spec.negative, kind=spec.kind)
        if spec.strict:
            check_strict(parsed.report)
        recipe = _recipe(parsed.request, parsed.report)
        with torch.inference_mode():
            material = _draw(spec, parsed.request, recipe, ctx)
        ignored = [f'"{printable(item.text)}" was ignored: {item.reason}.' for item in parsed.report.ignored]
        return Generated(
            value=material,
            prompt_report=parsed.report.to_json(),
            warnings=(
                *parsed.report.warnings,
                *ignored,
                *_without_effect(parsed.report, recipe),
                *_other_size(parsed.request, material),
            ),
        )


def _other_size(request: MaterialRequest, material: Material) -> list[str]:
    """Say when the prompt names a size that is not the prompt file's, which decides."""
    assert material.height is not None
    made = material.height.width
    if request.size is None or request.size == made:
        return []
    return [
        f"the prompt says {request.size} px and {made} were made; write size = {request.size} in the prompt file."
    ]


def _recipe(request: MaterialRequest, report: PromptReport) -> Recipe:
    if request.base is not None:
        return RECIPES[request.base]
    near = [word for item in report.ignored for word in item.suggestions]
    hint = f'did you mean "{near[0]}"? ' if near else ""
    raise SpecError(
        f'the prompt "{report.prompt}" names no material of the procedural library; {hint}'
        f"it makes {', '.join(sorted(RECIPES))}."
    )


def _draw(
    spec: MaterialSpec | TextureSpec, request: MaterialRequest, recipe: Recipe, ctx: Context
) -> Material:
    asked = spec if isinstance(spec, MaterialSpec) else None
    tile_m = (asked.surface.meters if asked else None) or request.tile_m or recipe.tile_m
    torus = Torus(
        size=spec.size[0] if spec.size else DEFAULT_SIZE[0],
        seed=spec.seed if request.seed is None else request.seed,
        tile_m=tile_m,
        device=ctx.device,
    )
    surface = _laid(torus, request, dict(asked.params) if asked else {}, ctx)
    style = spec.style or request.style
    if style is not None and style in STYLES:
        ctx.progress(len(request.layers) + 1, len(request.layers) + 2, f"finishing as {style}")
        surface = STYLES[style](surface)
    ctx.progress(len(request.layers) + 1, len(request.layers) + 2, "finishing maps")
    if asked:
        surface = _measured(surface, asked)
    normal = asked.maps.normal if asked else None
    strength = normal.strength if normal else 1.0
    wraps = (spec.tile in ("xy", "x"), spec.tile in ("xy", "y"))
    return finish(surface, wraps=wraps, normal_strength=strength)


def _laid(torus: Torus, request: MaterialRequest, params: Mapping[str, float | str], ctx: Context) -> Surface:
    """Draw the base of a request and everything that lies over it."""
    assert request.base is not None
    recipe = RECIPES[request.base]
    look = _look(torus, request, recipe, params)
    total = len(request.layers) + 2
    ctx.progress(0, total, f"drawing {_label(request.base)}")
    surface = recipe.draw(torus, look)
    for number, layer in enumerate(_in_order(request)):
        ctx.progress(number + 1, total, f"adding {_label(layer.name)}")
        if layer.material is None:
            surface = LAYERS[layer.name](surface, amount=layer.amount, look=look, color=layer.color)
        else:
            # Another seed, or two coats of one wall would have the same grain as the wall.
            above = _laid(replace(torus, seed=torus.stream(layer.name)), layer.material, {}, ctx)
            covers = RECIPES[layer.name].card.covers
            surface = coat(surface, above, amount=layer.amount, covers=covers, name=f"coat/{layer.name}")
    return replace(surface, fallen=None)


def _label(name: str) -> str:
    return name.replace("_", " ")


def _look(torus: Torus, request: MaterialRequest, recipe: Recipe, params: Mapping[str, float | str]) -> Look:
    wrong = params_problems(recipe.card, params)
    if wrong:
        raise SpecError(wrong[0].message)
    options = dict(request.options) | {key: value for key, value in params.items() if isinstance(value, str)}
    numbers = {key: value for key, value in params.items() if not isinstance(value, str)}
    traits = dict(request.traits)
    return Look(
        values=resolve(recipe.parameters, torus, traits=traits, given=numbers),
        traits=traits,
        options=options,
        color=request.color,
        second_color=request.second_color,
    )


def _without_effect(report: PromptReport, recipe: Recipe) -> list[str]:
    """Return a sentence for every understood word that turns only dials that this recipe does not have."""
    lines = []
    for span in report.spans:
        dials = [dial.partition("=")[0] for dial in span.value.split()] if span.kind == "trait" else []
        if dials and not any(recipe.heeds(dial) for dial in dials):
            lines.append(
                f'"{printable(span.text)}" has no effect on {(report.base or "").replace("_", " ")}.'
            )
    return lines


def _in_order(request: MaterialRequest) -> list[LayerRequest]:
    """Return the layers as they come about: stone cracks before moss grows, and rain falls last.

    Another material over the base comes after what is of the base itself and before what settles on both.
    """
    rank = {name: float(number) for number, name in enumerate(LAYERS)}
    cards = load_catalog().layers
    after_base = sum(cards[name].within for name in LAYERS) - 0.5
    return sorted(request.layers, key=lambda layer: rank.get(layer.name, after_base))


def _measured(surface: Surface, spec: MaterialSpec) -> Surface:
    """Return the surface with the roughness range and metallic that the prompt file prescribes."""
    if spec.surface.roughness is not None:
        low, high = torch.aminmax(surface.roughness)
        share = (surface.roughness - low) / (high - low).clamp(min=1e-6)
        least, most = spec.surface.roughness
        surface = replace(surface, roughness=least + share * (most - least))
    if spec.surface.metallic is not None:
        surface = replace(surface, metallic=torch.full_like(surface.metallic, spec.surface.metallic))
    return surface
