"""What lies where on the pages of an atlas, as the files that engines and loaders read.

json    our own, for any program and, as its lists are flat, for Unity's JsonUtility: rectangles, trims, pivots, and
        the way from the UV of a picture to the UV of its page; in the target's own direction of V
hash    TexturePacker "JSON (Hash)", a file a page: PixiJS, Phaser, and most others
array   TexturePacker "JSON (Array)", one file; several pages as Phaser's multi-atlas
godot   an AtlasTexture a sprite (`.tres`), which Godot 4 loads without a plugin
unity   `.tpsheet`, a file a page, for the TexturePacker importer of Unity's asset store
unreal  `.paper2dsprites`, a file a page, which the Paper2D plugin of Unreal imports

Every file names its page by the file name beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assetgen.errors import SpecError
from assetgen.media.artifact import Artifact
from assetgen.media.atlas import Atlas, Sprite
from assetgen.versions import ASSETGEN

_JSON: Final = "application/json"
_TEXT: Final = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An atlas as it was written.

    Args:
        name: of the asset, which begins every file name.
        atlas: pages and sprites.
        files: the file names of each page by role, the picture that is looked at first.
        pivot: (x, y) 0..1 of every untrimmed picture, from its upper left corner.
        is_v_up: whether V and rows are counted from below in our own file.
    """

    name: str
    atlas: Atlas
    files: tuple[Mapping[str, str], ...]
    pivot: tuple[float, float]
    is_v_up: bool

    def on_page(self, page: int) -> Iterator[Sprite]:
        """Yield the sprites of one page."""
        return (sprite for sprite in self.atlas.sprites if sprite.page == page)

    def picture(self, page: int) -> str:
        """Return the file name of a page's first picture."""
        return next(iter(self.files[page].values()))

    def page_name(self, page: int) -> str:
        """Return what files about one page are called: the asset, and a number where there are several."""
        return page_name(self.name, page, len(self.files))

    def trimmed_pivot(self, sprite: Sprite) -> tuple[float, float]:
        """Return the pivot 0..1 of what was kept of a picture, from its upper left corner; it may lie outside."""
        return (
            (self.pivot[0] * sprite.source_width - sprite.cut_x) / sprite.width,
            (self.pivot[1] * sprite.source_height - sprite.cut_y) / sprite.height,
        )


def page_name(name: str, page: int, count: int) -> str:
    """Return an asset's name, with the number of the page where there are several."""
    return name if count == 1 else f"{name}_{page}"


def write_sheets(sheet: Sheet, formats: tuple[str, ...]) -> Iterator[Artifact]:
    """Yield the data files of an atlas in some formats.

    Raises:
        SpecError: a format that knows no turned sprites, and there are some.
    """
    for name in formats:
        yield from _WRITERS[name](sheet)


def uv_matrix(sprite: Sprite, size: tuple[int, int], *, is_v_up: bool) -> tuple[float, ...]:
    """Return a, b, c, d, e, f of the way from a picture's UV to its page's: u' = a u + b v + c, v' = d u + e v + f.

    0..1 is the whole picture, as it was before it was trimmed. U goes right and V down, or up when `is_v_up`.
    """
    width, height = size
    across, down = sprite.source_width, sprite.source_height
    if sprite.is_turned:
        # Clockwise: what was at the bottom is at the left, and what was at the left is at the top.
        right = sprite.x + sprite.height + sprite.cut_y  # where v = 0 comes to lie
        a, b, c = 0.0, -down / width, right / width
        d, e, f = across / height, 0.0, (sprite.y - sprite.cut_x) / height
    else:
        a, b, c = across / width, 0.0, (sprite.x - sprite.cut_x) / width
        d, e, f = 0.0, down / height, (sprite.y - sprite.cut_y) / height
    if not is_v_up:
        return (a, b, c, d, e, f)
    # With v = 1 - w on both sides.
    return (a, -b, b + c, -d, e, 1.0 - e - f)


def _json_sheet(sheet: Sheet) -> Iterator[Artifact]:
    atlas = sheet.atlas
    pages = []
    for number, files in enumerate(sheet.files):
        width, height = atlas.page_size(number)
        listed = [{"role": role, "file": file} for role, file in files.items()]
        pages.append({"width": width, "height": height, "files": listed})
    document = {
        "assetgen_atlas": 1,
        "name": sheet.name,
        "origin": "bottom_left" if sheet.is_v_up else "top_left",
        "margin": atlas.margin,
        "safe_mips": atlas.levels,
        "pages": pages,
        "sprites": [_own_entry(sprite, sheet) for sprite in atlas.sprites],
    }
    yield _artifact(sheet, "atlas", f"{sheet.name}.atlas.json", _to_json(document), _JSON)


def _own_entry(sprite: Sprite, sheet: Sheet) -> dict[str, Any]:
    size = sheet.atlas.page_size(sprite.page)
    y, cut_y, pivot_y = sprite.y, sprite.cut_y, sheet.pivot[1]
    if sheet.is_v_up:
        y = size[1] - y - sprite.page_height
        cut_y = sprite.source_height - cut_y - sprite.height
        pivot_y = 1.0 - pivot_y
    matrix = [_rounded(value) for value in uv_matrix(sprite, size, is_v_up=sheet.is_v_up)]
    entry = {
        "name": sprite.name,
        "page": sprite.page,
        "rect": {"x": sprite.x, "y": y, "width": sprite.page_width, "height": sprite.page_height},
        "rotated": sprite.is_turned,
        "trimmed": sprite.is_trimmed,
        "offset": {"x": sprite.cut_x, "y": cut_y},
        "source": {"x": sprite.source_width, "y": sprite.source_height},
        "pivot": {"x": sheet.pivot[0], "y": _rounded(pivot_y)},
        "uv_matrix": matrix,
    }
    if not sprite.is_turned:
        entry["uv_scale"] = {"x": matrix[0], "y": matrix[4]}
        entry["uv_offset"] = {"x": matrix[2], "y": matrix[5]}
    return entry


def _frame(sprite: Sprite, pivot: tuple[float, float]) -> dict[str, Any]:
    """Return a sprite as TexturePacker writes it: width and height as they were before it was turned."""
    size = {"w": sprite.width, "h": sprite.height}
    return {
        "frame": {"x": sprite.x, "y": sprite.y, **size},
        "rotated": sprite.is_turned,
        "trimmed": sprite.is_trimmed,
        "spriteSourceSize": {"x": sprite.cut_x, "y": sprite.cut_y, **size},
        "sourceSize": {"w": sprite.source_width, "h": sprite.source_height},
        "pivot": {"x": pivot[0], "y": pivot[1]},
        "anchor": {"x": pivot[0], "y": pivot[1]},
    }


def _image_meta(sheet: Sheet, page: int) -> dict[str, Any]:
    width, height = sheet.atlas.page_size(page)
    return {"image": sheet.picture(page), "format": "RGBA8888", "size": {"w": width, "h": height}}


def _meta(sheet: Sheet, page: int) -> dict[str, Any]:
    return {"app": "assetgen", "version": ASSETGEN, **_image_meta(sheet, page), "scale": "1"}


def _hash_sheets(sheet: Sheet) -> Iterator[Artifact]:
    names = [f"{sheet.page_name(page)}.json" for page in range(len(sheet.files))]
    for page, filename in enumerate(names):
        meta = _meta(sheet, page)
        if len(names) > 1:
            meta["related_multi_packs"] = [other for other in names if other != filename]
        frames = {sprite.name: _frame(sprite, sheet.pivot) for sprite in sheet.on_page(page)}
        yield _artifact(sheet, "hash", filename, _to_json({"frames": frames, "meta": meta}), _JSON, page=page)


def _array_sheet(sheet: Sheet) -> Iterator[Artifact]:
    lists = [
        [{"filename": sprite.name, **_frame(sprite, sheet.pivot)} for sprite in sheet.on_page(page)]
        for page in range(len(sheet.files))
    ]
    if len(lists) == 1:
        document: dict[str, Any] = {"frames": lists[0], "meta": _meta(sheet, 0)}
    else:
        textures = [
            {**_image_meta(sheet, page), "scale": 1, "frames": frames} for page, frames in enumerate(lists)
        ]
        document = {"textures": textures, "meta": {"app": "assetgen", "version": ASSETGEN}}
    yield _artifact(sheet, "array", f"{sheet.name}.array.json", _to_json(document), _JSON)


def _godot_textures(sheet: Sheet) -> Iterator[Artifact]:
    _refuse_turned(sheet, "Godot's AtlasTexture")
    for sprite in sheet.atlas.sprites:
        margin = (
            sprite.cut_x,
            sprite.cut_y,
            sprite.source_width - sprite.width,
            sprite.source_height - sprite.height,
        )
        up = "../" * (sprite.name.count("/") + 1)
        text = (
            '[gd_resource type="AtlasTexture" load_steps=2 format=3]\n\n'
            f'[ext_resource type="Texture2D" path="{up}{sheet.picture(sprite.page)}" id="1"]\n\n'
            "[resource]\n"
            'atlas = ExtResource("1")\n'
            f"region = Rect2({sprite.x}, {sprite.y}, {sprite.width}, {sprite.height})\n"
            f"margin = Rect2({', '.join(map(str, margin))})\n"
            "filter_clip = true\n"
        )
        filename = f"{sheet.name}_sprites/{sprite.name}.tres"
        yield _artifact(
            sheet, f"sprite:{sprite.name}", filename, text.encode(), "application/x-godot-resource"
        )


def _unity_sheets(sheet: Sheet) -> Iterator[Artifact]:
    _refuse_turned(sheet, "Unity's sprite importer")
    for page, files in enumerate(sheet.files):
        width, height = sheet.atlas.page_size(page)
        lines = ["# Sprite sheet data for Unity.", ":format=40300", f":texture={sheet.picture(page)}"]
        lines += [f":normalmap={files['normal']}"] if "normal" in files else []
        lines += [f":size={width}x{height}", ":pivotpoints=enabled", ":borders=disabled"]
        lines += [":alphahandling=KeepTransparentPixels", ""]
        for sprite in sheet.on_page(page):
            from_below = height - sprite.y - sprite.height
            x, y = sheet.trimmed_pivot(sprite)
            rect = f"{sprite.x};{from_below};{sprite.width};{sprite.height}"
            lines.append(f"{_escaped(sprite.name)};{rect}; {x:.6g};{1.0 - y:.6g}; 0;0;0;0")
        text = "\n".join(lines) + "\n"
        filename = f"{sheet.page_name(page)}.tpsheet"
        yield _artifact(sheet, "tpsheet", filename, text.encode(), _TEXT, page=page)


def _unreal_sheets(sheet: Sheet) -> Iterator[Artifact]:
    for page in range(len(sheet.files)):
        frames = {sprite.name: _frame(sprite, sheet.pivot) for sprite in sheet.on_page(page)}
        document = {"frames": frames, "meta": {**_meta(sheet, page), "target": "paper2d"}}
        filename = f"{sheet.page_name(page)}.paper2dsprites"
        yield _artifact(sheet, "paper2d", filename, _to_json(document), _JSON, page=page)


_WRITERS: Final[Mapping[str, Callable[[Sheet], Iterator[Artifact]]]] = {
    "json": _json_sheet,
    "hash": _hash_sheets,
    "array": _array_sheet,
    "godot": _godot_textures,
    "unity": _unity_sheets,
    "unreal": _unreal_sheets,
}


def _refuse_turned(sheet: Sheet, who: str) -> None:
    turned = next((sprite.name for sprite in sheet.atlas.sprites if sprite.is_turned), None)
    if turned is not None:
        raise SpecError(f'{who} knows no turned sprites, and "{turned}" is one; write page.rotate = false.')


def _escaped(name: str) -> str:
    """Return a name without the marks that a tpsheet has a meaning for."""
    for mark in "%#:;":
        name = name.replace(mark, f"%{ord(mark):02X}")
    return name


def _rounded(value: float) -> float:
    # Nine digits place a texel of a page of 16384 to a thousandth; adding zero makes -0.0 plain.
    return round(value, 9) + 0.0


def _to_json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def _artifact(
    sheet: Sheet, role: str, filename: str, data: bytes, media_type: str, *, page: int = 0
) -> Artifact:
    return Artifact(
        role=page_name(role, page, 1 if page == 0 else len(sheet.files)),
        filename=filename,
        format=filename.rpartition(".")[2].upper(),
        media_type=media_type,
        data=data,
    )
