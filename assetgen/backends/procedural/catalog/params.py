"""The `[params]` of a prompt file against a material's card: what is wrong, and what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from assetgen.backends.procedural.catalog.catalog import MaterialCard, Parameter, load_catalog
from assetgen.specs.wording import Problem, did_you_mean, show

_BEYOND: Final = 3.0
"""By how much a size given outright may pass what the seed would draw."""
OF_MATERIALS: Final = "x-materials"
"""The keyword under which a parameter's schema holds what it is for each material; checkers pass it over."""
_NAMED: Final = 4
"""How many materials a schema's description names."""


def limits(parameter: Parameter) -> tuple[float, float]:
    """Return the least and the greatest value that may be given outright.

    A share stays one; anything else may go up to three times beyond what the seed draws.
    """
    low, high = parameter.low, parameter.high
    if low >= 0 and high <= 1 and not parameter.unit:
        return 0.0, 1.0
    return (low / _BEYOND if low > 0 else low * _BEYOND), (high * _BEYOND if high > 0 else high / _BEYOND)


def params_problems(card: MaterialCard, params: Mapping[str, float | str]) -> list[Problem]:
    """Return what is wrong with parameters given outright, in their order; empty is good."""
    numbers = {parameter.name: parameter for parameter in card.parameters}
    return [problem for name, value in params.items() for problem in _problems(card, numbers, name, value)]


def _problems(
    card: MaterialCard, numbers: Mapping[str, Parameter], name: str, value: float | str
) -> Iterable[Problem]:
    path = ("params", name)
    if name in numbers:
        low, high = limits(numbers[name])
        if isinstance(value, str):
            yield Problem(path, f'params.{name} of "{card.name}" is a number, no {show(value)}.')
        elif not low <= value <= high:
            message = f'params.{name} = {value:g} of "{card.name}" lies outside {low:g} to {high:g}; '
            yield Problem(path, message + f"the seed draws {_range(numbers[name])}.")
    elif name in card.options:
        values = list(card.options[name])
        if not isinstance(value, str):
            wanted = ", ".join(values)
            yield Problem(path, f'params.{name} of "{card.name}" is one of {wanted}, no {show(value)}.')
        elif value not in values:
            message = f'params.{name} = {show(value)} is no choice of "{card.name}"; '
            yield Problem(path, message + did_you_mean(value, values))
    else:
        names = sorted({*numbers, *card.options})
        message = f'params.{name} is no parameter of "{card.name}"; {did_you_mean(name, names)}'
        yield Problem(path, message, at_key=True)


def _range(parameter: Parameter) -> str:
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"{parameter.low:g} to {parameter.high:g}{unit}"


def describe(parameter: Parameter) -> str:
    """Return one line for people: what it is and what the seed draws."""
    return f"{parameter.doc}; {_range(parameter)}"


def params_schema() -> dict[str, Any]:
    """Return the JSON Schema of `params`: every parameter and option of the library, and whose it is."""
    uses: dict[str, list[tuple[MaterialCard, Parameter | None]]] = {}
    for card in load_catalog().materials.values():
        for parameter in card.parameters:
            uses.setdefault(parameter.name, []).append((card, parameter))
        for option in card.options:
            uses.setdefault(option, []).append((card, None))
    return {
        "type": "object",
        "description": "Parameters of the material that the prompt names, over what the prompt says.",
        "properties": {name: _property(name, found) for name, found in sorted(uses.items())},
        "additionalProperties": False,
    }


def _property(name: str, uses: list[tuple[MaterialCard, Parameter | None]]) -> dict[str, Any]:
    lines, shapes = [], []
    numbers = [(card, parameter) for card, parameter in uses if parameter is not None]
    if numbers:
        reach = [limits(parameter) for _, parameter in numbers]
        low, high = min(low for low, _ in reach), max(high for _, high in reach)
        shapes.append({"type": "number", "minimum": low, "maximum": high})
        lines += [f"{card.name}: {describe(parameter)}" for card, parameter in numbers]
    choosers = [card for card, parameter in uses if parameter is None]
    if choosers:
        values = dict.fromkeys(value for card in choosers for value in card.options[name])
        shapes.append({"enum": list(values)})
        lines += [f"{card.name}: {', '.join(card.options[name])}" for card in choosers]
    more = len(lines) - _NAMED
    told = lines[:_NAMED] + ([f"and {more} more"] if more > 0 else [])
    return {
        **(shapes[0] if len(shapes) == 1 else {"anyOf": shapes}),
        "description": ". ".join(told),
        # Of one name a number wins over a choice, as it does when a file is checked.
        OF_MATERIALS: {card.name: _of_material(card, name, parameter) for card, parameter in reversed(uses)},
    }


def _of_material(card: MaterialCard, name: str, parameter: Parameter | None) -> dict[str, Any]:
    """Return the schema of a parameter for one material, as an editor draws it once the prompt names that."""
    if parameter is None:
        return {"enum": list(card.options[name])}
    low, high = limits(parameter)
    drawn = [parameter.low, parameter.high]
    found = {
        "type": "number",
        "minimum": low,
        "maximum": high,
        "description": parameter.doc,
        "examples": drawn,
    }
    return {**found, "x-unit": parameter.unit} if parameter.unit else found
