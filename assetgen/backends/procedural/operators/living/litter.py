"""What falls from trees: leaves of several species with their veins, curl and decay, and twigs among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.living.foliage import (
    beech,
    birch,
    maple,
    maple_ribs,
    needle,
    oak,
    oval,
    veins,
    willow,
)
from assetgen.backends.procedural.operators.piled.leaves import Lying, Outline, Thrown, drift, throw


class Species(NamedTuple):
    """A tree's leaf: outline, width as a share of the length, side veins, and whether ribs spread like a hand's."""

    outline: Outline
    slim: tuple[float, float]
    pairs: float = 7.0
    is_palmate: bool = False


FALLEN: Final = {
    "beech": Species(beech, (0.46, 0.62), 8.0),
    "birch": Species(birch, (0.58, 0.72), 6.0),
    "oak": Species(oak, (0.44, 0.58), 5.0),
    "maple": Species(maple, (0.92, 1.08), 6.0, is_palmate=True),
    "willow": Species(willow, (0.16, 0.26), 11.0),
    "twig": Species(needle, (0.018, 0.03)),
    "needle": Species(needle, (0.02, 0.03)),
    "cone": Species(oval, (0.5, 0.6)),
}
"""What can lie under trees, by name."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeafFace:
    """The face of fallen leaves, (N, N) each; of no meaning where none lies.

    Args:
        tone: 0 dark to 1 light: the leaf's own, mottled, darker towards the margin.
        veins: 0..1.
        rot: where it has gone dark and soft, 0..1.
        there: 1, or 0 where insects or rot have left a hole.
        rise_m: metres by which crinkles and veins stand out of its smooth shape.
    """

    tone: Tensor
    veins: Tensor
    rot: Tensor
    there: Tensor
    rise_m: Tensor


def strew(
    torus: Torus,
    name: str,
    species: Sequence[Species],
    *,
    per_m2: float,
    length_m: tuple[float, float],
    lift_m: tuple[float, float] = (0.0, 0.012),
    curl: float = 1.0,
    patchy: float = 0.0,
) -> Thrown:
    """Return leaves as they have fallen, flat on the whole but curled, each of one of the species.

    Args:
        torus: the tile.
        name: the random stream.
        species: of which they are; a `Thrown.kind` counts in them.
        per_m2: leaves on a square metre where none are missing.
        length_m: shortest and longest, the stalk included.
        lift_m: lowest and highest above the ground.
        curl: 0 pressed flat, 1 as dry leaves curl, 2 rolled up.
        patchy: 0 everywhere as many, 1 in drifts with bare ground between them.
    """
    leaves = throw(
        torus,
        name,
        max(round(per_m2 * torus.tile_m**2), 1),
        length_m=length_m,
        slim=(0.0, 1.0),
        lift_m=lift_m,
        bend=0.5,
        tilt=0.08 * curl,
        roll=0.12 * curl,
        arch=(-0.10 * curl, 0.10 * curl),
        cup=(-0.06 * curl, 0.34 * curl),
        kinds=len(species),
    )
    low, high = torch.tensor([one.slim for one in species], device=torus.device).T
    width = low[leaves.kind] + (high - low)[leaves.kind] * (leaves.half_width_m / leaves.half_m)
    leaves = replace(leaves, half_width_m=leaves.half_m * width)
    if patchy <= 0:
        return leaves
    drifts = drift(torus, f"{name}/drifts", leaves.x, leaves.y, 7)
    drifts = drifts + 0.7 * drift(torus, f"{name}/heaps", leaves.x, leaves.y, 17)
    return leaves.kept(drifts + leaves.own * 0.8 - 0.4 > patchy * 1.6 - 1.0)


def leaf_mottling(torus: Torus) -> tuple[Tensor, Tensor]:
    """Return the lumps and holes, (N, N) each, of which every leaf takes its own."""
    return (
        fbm(torus, "leaf/lumps", torus.cells_across(0.05), octaves=5, gain=0.55),
        fbm(torus, "leaf/holes", torus.cells_across(0.035), octaves=2),
    )


def leaf_face(
    torus: Torus,
    thrown: Thrown,
    lying: Lying,
    species: Sequence[Species],
    *,
    decay: float,
    mottling: tuple[Tensor, Tensor] | None = None,
) -> LeafFace:
    """Return what the leaves' faces look like.

    Args:
        torus: the tile.
        thrown: the shapes; those of a kind beyond the species are of no meaning.
        lying: where they lie.
        species: of which they are.
        decay: 0 freshly fallen, 1 half gone.
        mottling: `leaf_mottling`, or those of its rows in which the leaves lie.
    """
    lumps, holes = leaf_mottling(torus) if mottling is None else mottling
    pairs = torch.tensor([max(one.pairs, 1.0) for one in species], device=torus.device)
    kind = thrown.kind.clamp(max=len(species) - 1)
    midrib, fine = veins(torus, lying, thrown, pairs=lying.pick(pairs[kind]))
    half_m, half_width_m, own = lying.pick(torch.stack([thrown.half_m, thrown.half_width_m, thrown.own]))
    for number, one in enumerate(species):
        if one.is_palmate:
            ribs = groove(
                maple_ribs(lying.x, lying.y) * half_width_m, half_width_m * 0.018, torus.tile_m / torus.size
            )
            midrib = torch.where(lying.pick(kind) == number, ribs, midrib)
    # One field turned by a number of its own is another field for every leaf.
    mottle = torch.sin(lumps * 5.5 + own * 60.0)
    patch = torch.sin(lumps * 3.0 + own * 113.0 + lying.x * 1.3)
    margin = smoothstep(0.0, 0.16, lying.inside_m / half_width_m)
    rot = smoothstep(0.15, 0.8, patch * 0.5 + 0.35 * (1 - margin) + 0.9 * decay - 0.55 + 0.3 * mottle)
    # A leaf in two is eaten where the field is high, the other where it is low: what shows below is whole there.
    holes = torch.where((own * 13.0).frac() > 0.5, holes, -holes) * (0.5 + (own * 31.0).frac())
    eaten = smoothstep(0.42, 0.47, holes + 0.22 * decay - 0.12)
    eaten = eaten * (half_width_m > 0.008)
    tone = 0.5 + (own - 0.5) * 0.55 + 0.13 * mottle + 0.08 * patch - 0.12 * (1 - margin)
    vein = torch.maximum(midrib, fine * 0.75)
    crinkle = torch.sin(lumps * 4.0 + own * 29.0) * 0.05 + fine * 0.014
    return LeafFace(
        tone=tone,
        veins=vein,
        rot=rot,
        there=1 - eaten,
        rise_m=crinkle * half_width_m * smoothstep(-1.0, -0.5, lying.x) + midrib * half_m * 0.006,
    )


def eaten_leaf(
    torus: Torus,
    thrown: Thrown,
    lying: Lying,
    species: Sequence[Species],
    *,
    decay: float,
    mottling: tuple[Tensor, Tensor] | None = None,
) -> tuple[Lying, LeafFace]:
    """Return leaves without what was eaten of them, and their faces; arguments as of `leaf_face`."""
    face = leaf_face(torus, thrown, lying, species, decay=decay, mottling=mottling)
    return replace(lying, cover=lying.cover * face.there), face
