# SPDX-FileCopyrightText: 2026 assetgen contributors
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A material from its plan: made once, afterwards brought up to date in place.

What somebody changed by hand stays: links are only made with the node that they belong to, and a value is only
written over when it still is the one that was written last.
"""

from collections.abc import Callable, Iterator

import bpy

from . import marks, naming
from .course import Result
from .node_plan import OUTPUT, PREFIX, TILING, Node, Plan, Socket

_LAST = "assetgen_last"
_SAMPLE = 256
_NODES_A_STEP, _LINKS_A_STEP = 5, 6


def load_map(result: Result, role: str, space: str) -> bpy.types.Image:
    """Return the image of a map, loaded or read again; its texels are read when they are first shown."""
    path = str(result.files[role])
    image = next(marks.marked(bpy.data.images, result.asset, result.root, role), None)
    if image is None:
        image = bpy.data.images.load(path)
        image.name = f"{naming.data_name(result.asset)} {role}"
    elif image.get(marks.ETAG) != result.etag:
        if bpy.path.abspath(image.filepath) != path:
            image.filepath = path
        image.reload()
    if image.colorspace_settings.name != space:
        image.colorspace_settings.name = space
    image.alpha_mode = "CHANNEL_PACKED" if space != "sRGB" else image.alpha_mode
    marks.mark(image, result, role=role)
    return image


def find_material(asset: str, root: str) -> bpy.types.Material | None:
    """Return the material that came of an asset, or None."""
    return next(marks.marked(bpy.data.materials, asset, root), None)


def new_material(name: str) -> bpy.types.Material:
    """Return a fresh material with an empty tree."""
    material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    material.node_tree.nodes.clear()
    return material


def apply_plan(
    find: Callable[[], bpy.types.Material], plan: Plan, find_map: Callable[[str], object]
) -> Iterator[None]:
    """Bring a material's nodes to what a plan says, a few at a time; between them nothing is kept but names.

    Args:
        find: returns the material as it is now.
        find_map: returns the image of a role.
    """
    tree = find().node_tree
    fresh = set()
    wanted = {node.name for node in plan.nodes}
    for node in [one for one in tree.nodes if one.name.startswith(PREFIX) and one.name not in wanted]:
        tree.nodes.remove(node)
    for number, one in enumerate(plan.nodes):
        if number % _NODES_A_STEP == 0:
            yield
            tree = find().node_tree
        if one.name not in tree.nodes:
            _make(tree, one)
            fresh.add(one.name)
        _fill(tree.nodes[one.name], one, find_map)
    links = [link for link in plan.links if link.source in fresh or link.target in fresh]
    for number, link in enumerate(links):
        if number % _LINKS_A_STEP == 0:
            yield
            tree = find().node_tree
        output = _socket(tree.nodes[link.source].outputs, link.output)
        target = _socket(tree.nodes[link.target].inputs, link.input)
        if output is not None and target is not None:
            tree.links.new(output, target)
    if OUTPUT in fresh:
        tree.nodes.active = tree.nodes[OUTPUT]
        _set_displacement(find(), plan.displacement)


def _make(tree: bpy.types.NodeTree, one: Node) -> None:
    node = tree.nodes.new(one.type)
    node.name, node.location = one.name, one.location
    node.label = one.label
    for name, value in one.properties.items():
        setattr(node, name, value)
    if one.role:
        node.width = 260
        node.show_texture = one.role == "albedo"


def _fill(node: bpy.types.Node, one: Node, find_map: Callable[[str], object]) -> None:
    if one.role:
        image = find_map(one.role)
        if node.image != image:
            node.image = image
    for names, value in one.values.items():
        socket = _socket(node.inputs, names)
        if socket is None:
            continue
        last = node.get(f"{_LAST}_{names[0]}")
        if last is None or _is_near(socket.default_value, last):
            socket.default_value = value
            node[f"{_LAST}_{names[0]}"] = value
            if one.label:
                node.label = one.label


def _socket(sockets: bpy.types.bpy_prop_collection, names: Socket) -> bpy.types.NodeSocket | None:
    return next((socket for name in names for socket in sockets if socket.identifier == name), None)


def _is_near(value: object, last: object) -> bool:
    pairs = zip(value, last, strict=True) if hasattr(value, "__len__") else [(value, last)]
    return all(abs(one - other) <= 1e-5 * max(1.0, abs(other)) for one, other in pairs)


def _set_displacement(material: bpy.types.Material, method: str) -> None:
    if hasattr(material, "displacement_method"):
        material.displacement_method = method
    elif hasattr(material, "cycles"):  # before 4.2
        material.cycles.displacement_method = method


def meters_per_tile(material: bpy.types.Material) -> float:
    """Return the repeats that stand in the tiling node, 0 when somebody removed it."""
    node = material.node_tree.nodes.get(TILING) if material.node_tree else None
    return float(node.inputs["Scale"].default_value[0]) if node else 0.0


def assign(material: bpy.types.Material, target: bpy.types.Object) -> bool:
    """Put a material on an object's active slot; return whether the object can have one."""
    if target.library is not None or not hasattr(target.data, "materials"):
        return False
    if not target.material_slots:
        target.data.materials.append(material)
    else:
        target.active_material = material
    return True


def has_uv(target: bpy.types.Object) -> bool:
    """Return whether an object's surface has UVs; what is no mesh has its own."""
    return target.type != "MESH" or target.data.uv_layers.active is not None


def meters_per_uv(target: bpy.types.Object) -> float:
    """Return how many metres one unit of an object's UVs covers, from a sample of its faces; 0 when unknown."""
    if target.type != "MESH" or target.data.uv_layers.active is None or not target.data.polygons:
        return 0.0
    mesh = target.data
    texels = mesh.uv_layers.active.data
    if not len(texels):  # the mesh is being edited
        return 0.0
    area = uv_area = 0.0
    scale = sum(abs(axis) for axis in target.matrix_world.to_scale()) / 3.0
    for index in range(0, len(mesh.polygons), max(1, len(mesh.polygons) // _SAMPLE)):
        face = mesh.polygons[index]
        area += face.area * scale * scale
        corners = [texels[loop].uv for loop in face.loop_indices]
        uv_area += 0.5 * abs(
            sum(a.x * b.y - b.x * a.y for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
        )
    return (area / uv_area) ** 0.5 if uv_area > 1e-9 and area > 0.0 else 0.0
