# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A material's nodes as plain data: which there are, what stands in them, how they are linked.

    coordinates -> tiling -> base color (sRGB) --x occlusion--> Principled BSDF
                          -> normal map, +Y, non-color -------> Normal
                          -> ORM: red occlusion, green roughness, blue metallic
                          -> height, 0.5 = middle ------------> displacement, scale = relief in metres

Every node has a name of its own by which a later result finds it again. Sockets are told by their identifiers, with
those of older releases after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "AssetGen "
"""How the names of our nodes begin."""
COORDINATES, TILING = "AssetGen Coordinates", "AssetGen Tiling"
SHADER, OUTPUT = "AssetGen Shader", "AssetGen Output"
DISPLACEMENT = "AssetGen Displacement"

Socket = tuple[str, ...]
DATA_SPACE = "Non-Color"
COLOR_SPACES = {"srgb": "sRGB", "linear": DATA_SPACE, "data": DATA_SPACE}
"""What Blender calls the color spaces of manifests."""
_ROLES = (("albedo", "srgb"), ("orm", "data"), ("normal", "data"), ("height", "data"), ("emissive", "srgb"))
_BOX_BLEND = 0.25


@dataclass(frozen=True)
class Node:
    """One node.

    Args:
        type: Blender's name of its type.
        values: of input sockets.
        properties: attributes of the node.
        role: of the map that it shows.
    """

    name: str
    type: str
    location: tuple[int, int]
    label: str = ""
    values: Mapping[Socket, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""


@dataclass(frozen=True)
class Link:
    """A link between an output and an input."""

    source: str
    output: Socket
    target: str
    input: Socket


@dataclass(frozen=True)
class Plan:
    """A whole material.

    Args:
        spaces: Blender's color space of each map by its role.
        displacement: how relief is shown: DISPLACEMENT, BUMP or BOTH.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    spaces: Mapping[str, str]
    displacement: str


def plan_material(
    roles: Mapping[str, str],
    *,
    tiles: float,
    relief_m: float,
    emission: float = 1.0,
    has_uv: bool = True,
    displaces: bool = True,
) -> Plan:
    """Return the nodes of a material.

    Args:
        roles: color space in the manifest's words by role, for each map that there is.
        tiles: repeats of the maps along one unit of the coordinates.
        relief_m: from the lowest to the highest point, in metres.
        emission: strength of emitted light.
        has_uv: whether the surface has UVs; else the maps are projected from six sides, and relief becomes bumps.
        displaces: whether the relief moves the surface.
    """
    glow = {("Emission Strength",): emission} if "emissive" in roles else {}
    nodes = [
        Node(COORDINATES, "ShaderNodeTexCoord", (-1300, 0)),
        Node(TILING, "ShaderNodeMapping", (-1100, 0), values={("Scale",): (tiles, tiles, tiles)}),
        Node(SHADER, "ShaderNodeBsdfPrincipled", (100, 0), values=glow),
        Node(OUTPUT, "ShaderNodeOutputMaterial", (420, 0)),
    ]
    links = [
        Link(COORDINATES, ("UV",) if has_uv else ("Object",), TILING, ("Vector",)),
        Link(SHADER, ("BSDF",), OUTPUT, ("Surface",)),
    ]
    projection = {} if has_uv else {"projection": "BOX", "projection_blend": _BOX_BLEND}
    row = 300
    for role, _ in _ROLES:
        if role in roles:
            name = map_name(role)
            nodes.append(
                Node(
                    name,
                    "ShaderNodeTexImage",
                    (-850, row),
                    label=_label(role),
                    properties=projection,
                    role=role,
                )
            )
            links.append(Link(TILING, ("Vector",), name, ("Vector",)))
            row -= 290
    for part in (_color(roles), _packed(roles), _relief(roles, relief_m, has_uv, displaces), _light(roles)):
        nodes += part[0]
        links += part[1]
    spaces = {role: COLOR_SPACES.get(roles[role], DATA_SPACE) for role, _ in _ROLES if role in roles}
    return Plan(tuple(nodes), tuple(links), spaces, "DISPLACEMENT" if displaces else "BUMP")


def map_name(role: str) -> str:
    """Return the name of the node that shows a map."""
    return f"{PREFIX}{role.capitalize()}"


def _label(role: str) -> str:
    labels = {"albedo": "Base color", "orm": "Occlusion, roughness, metallic"}
    return labels.get(role, role.capitalize())


Part = tuple[list[Node], list[Link]]


def _color(roles: Mapping[str, str]) -> Part:
    if "albedo" not in roles:
        return [], []
    if "orm" not in roles:
        return [], [Link(map_name("albedo"), ("Color",), SHADER, ("Base Color",))]
    mix = Node(
        "AssetGen Occlusion",
        "ShaderNodeMix",
        (-250, 250),
        label="Occlusion over base color",
        properties={"data_type": "RGBA", "blend_type": "MULTIPLY", "clamp_factor": True},
        values={("Factor_Float",): 1.0},
    )
    return [mix], [
        Link(map_name("albedo"), ("Color",), mix.name, ("A_Color",)),
        Link("AssetGen Channels", ("Red",), mix.name, ("B_Color",)),
        Link(mix.name, ("Result_Color",), SHADER, ("Base Color",)),
    ]


def _packed(roles: Mapping[str, str]) -> Part:
    if "orm" not in roles:
        return [], []
    channels = Node("AssetGen Channels", "ShaderNodeSeparateColor", (-500, 30), properties={"mode": "RGB"})
    return [channels], [
        Link(map_name("orm"), ("Color",), channels.name, ("Color",)),
        Link(channels.name, ("Green",), SHADER, ("Roughness",)),
        Link(channels.name, ("Blue",), SHADER, ("Metallic",)),
    ]


def _relief(roles: Mapping[str, str], relief_m: float, has_uv: bool, displaces: bool) -> Part:
    nodes: list[Node] = []
    links: list[Link] = []
    if not has_uv and "height" in roles:
        # Tangents come from UVs; without any, a bump of the same depth gives the same slopes.
        bump = Node("AssetGen Bump", "ShaderNodeBump", (-250, -250), values={("Distance",): relief_m})
        nodes.append(bump)
        links += [
            Link(map_name("height"), ("Color",), bump.name, ("Height",)),
            Link(bump.name, ("Normal",), SHADER, ("Normal",)),
        ]
    elif "normal" in roles:
        normal = Node(
            "AssetGen Normals", "ShaderNodeNormalMap", (-250, -250), properties={"space": "TANGENT"}
        )
        nodes.append(normal)
        links += [
            Link(map_name("normal"), ("Color",), normal.name, ("Color",)),
            Link(normal.name, ("Normal",), SHADER, ("Normal",)),
        ]
    if "height" in roles and relief_m > 0.0:
        shift = Node(
            DISPLACEMENT,
            "ShaderNodeDisplacement",
            (100, -480),
            label=f"Relief {relief_m * 100:.2g} cm",
            values={("Midlevel",): 0.5, ("Scale",): relief_m},
        )
        nodes.append(shift)
        links.append(Link(map_name("height"), ("Color",), shift.name, ("Height",)))
        if displaces:
            links.append(Link(shift.name, ("Displacement",), OUTPUT, ("Displacement",)))
    return nodes, links


def _light(roles: Mapping[str, str]) -> Part:
    if "emissive" not in roles:
        return [], []
    return [], [Link(map_name("emissive"), ("Color",), SHADER, ("Emission Color", "Emission"))]
