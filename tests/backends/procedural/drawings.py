"""Every operator as a function from a tile to a stack of fields, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators import handled
from assetgen.backends.procedural.operators.aggregate import rolled_stones
from assetgen.backends.procedural.operators.boards import (
    board_joints,
    board_shape,
    drive_nails,
    lay_boards,
    saw_marks,
    splits,
)
from assetgen.backends.procedural.operators.cane import below_node, cane_fibres, stand_canes
from assetgen.backends.procedural.operators.cells import cells, facets, grains, scatter
from assetgen.backends.procedural.operators.cement import (
    air_bubbles,
    cement_milk,
    mix_cement,
    stones_in_paste,
)
from assetgen.backends.procedural.operators.circuit import Circuit, lay_out
from assetgen.backends.procedural.operators.corrosion import eaten_pits, scale_sheet
from assetgen.backends.procedural.operators.corrugation import corrugated_sheets
from assetgen.backends.procedural.operators.creepers import climb
from assetgen.backends.procedural.operators.crystals import Habit, grow_crystals
from assetgen.backends.procedural.operators.decals import numerals, painted_band, warning_stripes
from assetgen.backends.procedural.operators.depth import fracture_sheets, gas_discs
from assetgen.backends.procedural.operators.drape import creases, crumple, folds
from assetgen.backends.procedural.operators.earthen import knead_mud, straw_in_mud
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.end_grain import (
    chainsaw_marks,
    drying_checks,
    end_rings,
    log_ends_of,
)
from assetgen.backends.procedural.operators.exposure import edges, faces, ledges, proud, slope
from assetgen.backends.procedural.operators.fittings import (
    hatch,
    louvres,
    machinery,
    ribs,
    row_of_lamps,
    strip_lamp,
)
from assetgen.backends.procedural.operators.flooring import lay_blocks, lay_chevron, walked_paths
from assetgen.backends.procedural.operators.foliage import beech, blade, ivy_leaf, ivy_ribs, maple, oak, veins
from assetgen.backends.procedural.operators.fossils import fossils
from assetgen.backends.procedural.operators.glaze import (
    chipped_glaze,
    crazing,
    glaze_roughness,
    pour_glaze,
    scale_film,
)
from assetgen.backends.procedural.operators.glyphs import rune_distance, star_distance
from assetgen.backends.procedural.operators.grout import grout_bed, grout_color
from assetgen.backends.procedural.operators.hammering import Blows, hammered
from assetgen.backends.procedural.operators.handled import dents, fingerprints, smears
from assetgen.backends.procedural.operators.heap import Crushed, Kind, Sort, Worn, heap
from assetgen.backends.procedural.operators.heat import incandescence
from assetgen.backends.procedural.operators.height import (
    blur,
    blurs,
    convexity,
    dome,
    faces_up,
    run_down,
    smoothstep,
)
from assetgen.backends.procedural.operators.hull import build_hull
from assetgen.backends.procedural.operators.inscriptions import rune_ring, rune_rows
from assetgen.backends.procedural.operators.knit import cables, knit, rib
from assetgen.backends.procedural.operators.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts import (
    Plan,
    basket,
    courses,
    herringbone,
    lay,
    uneven_rows,
)
from assetgen.backends.procedural.operators.leaves import lay_shapes, throw
from assetgen.backends.procedural.operators.lichen import crusts, thalli, with_lichen
from assetgen.backends.procedural.operators.litter import FALLEN, leaf_face, strew
from assetgen.backends.procedural.operators.mail import Mail, mail
from assetgen.backends.procedural.operators.markings import KINDS, markings
from assetgen.backends.procedural.operators.marks import crack_distance, faults, gas_pits, patches, scratches
from assetgen.backends.procedural.operators.masonry import (
    Body,
    build_wall,
    mortar_color,
    paint_wall,
    salt_bloom,
)
from assetgen.backends.procedural.operators.metal_skins import (
    Skin,
    blasted,
    blued,
    cast,
    mill_scale,
    rolled,
    spangle,
)
from assetgen.backends.procedural.operators.minerals import grow_minerals, mineral_specks, pores
from assetgen.backends.procedural.operators.motifs import motif_bands, rosettes
from assetgen.backends.procedural.operators.noise import fbm, gradient_noise, spectral_noise
from assetgen.backends.procedural.operators.numbered import look_up
from assetgen.backends.procedural.operators.openwork import Openwork, openwork
from assetgen.backends.procedural.operators.ornament import Ornament, chased
from assetgen.backends.procedural.operators.overlaps import Overlaps, overlapping
from assetgen.backends.procedural.operators.packing import discs, pack_circles
from assetgen.backends.procedural.operators.paintwork import bleached, knocks, laid_bare, streaked
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.panels import half_extents
from assetgen.backends.procedural.operators.pile import combed, cut_pile, long_pile, loop_pile
from assetgen.backends.procedural.operators.piles import NOWHERE, pile
from assetgen.backends.procedural.operators.plaited import plait
from assetgen.backends.procedural.operators.plates import buckled, riveted, welded
from assetgen.backends.procedural.operators.pressings import PRESSINGS, pressed
from assetgen.backends.procedural.operators.quilting import quilt, sewn
from assetgen.backends.procedural.operators.repeats import damask, lozenges, trellis
from assetgen.backends.procedural.operators.rock import broken_face, rock_faces, rock_insides
from assetgen.backends.procedural.operators.rows import Blade, overlapping_rows
from assetgen.backends.procedural.operators.run_off import run_off, run_up
from assetgen.backends.procedural.operators.shapes import diamond, leaf, octagon, rosette, vine
from assetgen.backends.procedural.operators.shingles import (
    butt_splits,
    lay_barrels,
    lay_shingles,
    shingle_plan,
    snapped,
)
from assetgen.backends.procedural.operators.slabs import laid_as_tiles, stacked_in_strips
from assetgen.backends.procedural.operators.soil import crumbled_soil, pebbles, sunken_stones
from assetgen.backends.procedural.operators.splatter import splatter
from assetgen.backends.procedural.operators.sprigs import fronds, sprigs
from assetgen.backends.procedural.operators.stitching import stitches
from assetgen.backends.procedural.operators.stonework import block_courses
from assetgen.backends.procedural.operators.strata import strata
from assetgen.backends.procedural.operators.strips import throw_strips
from assetgen.backends.procedural.operators.strokes import lay_strokes
from assetgen.backends.procedural.operators.sward import sow_tufts
from assetgen.backends.procedural.operators.tarnish import tarnish
from assetgen.backends.procedural.operators.timber import Boards, cut_grain, grow_knots, wood_color
from assetgen.backends.procedural.operators.tissue import pipes, sacs, vessels
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.tracks import Tracks, footprints, tyre_ruts
from assetgen.backends.procedural.operators.treads import tread
from assetgen.backends.procedural.operators.trowel import fillings, trowel_sweeps
from assetgen.backends.procedural.operators.veining import leaning, vein_family, vein_net
from assetgen.backends.procedural.operators.verdigris import verdigris
from assetgen.backends.procedural.operators.warp import (
    bent_twice,
    fetch,
    fetch_along,
    fetch_at,
    fetch_at_centres,
    fetch_at_points,
    fetch_per_piece,
    warp_field,
)
from assetgen.backends.procedural.operators.waves import waves
from assetgen.backends.procedural.operators.weather import (
    dust_on_ledges,
    flakes,
    hairline_cracks,
    rain_streaks,
    tide_marks,
)
from assetgen.backends.procedural.operators.weave import twill, weave
from assetgen.backends.procedural.operators.woods import WOODS
from assetgen.backends.procedural.surface import Surface, finish

Drawing = Callable[[Torus], Tensor]

WISHES = Look(values=dict.fromkeys(("unevenness", "smear", "age", "wear", "dirt"), 0.6) | {"recess_m": 0.006})
RAMP = Palette.of("#302820", "#706050", "#a09080", "#c0b0a0")


def stacked(pieces: Elements) -> Tensor:
    """Return the fields of a layout, (4, N, N): number, x, y, edge."""
    return torch.stack([pieces.id.float(), pieces.x, pieces.y, pieces.edge])


def surface(torus: Torus) -> Surface:
    """Return bumpy cells that glow a little, as a recipe would hand them over."""
    noise = fbm(torus, "noise", 4)
    height_m = dome(cells(torus, "stones", 6).edge, 0.05) * 0.03 + noise * 0.004
    return Surface(
        torus=torus,
        height_m=height_m,
        color=RAMP.paint(noise * 0.5 + 0.5),
        roughness=noise * 0.2 + 0.6,
        metallic=smoothstep(0.1, 0.3, noise),
        emissive=RAMP.paint(spectral_noise(torus, "glow", slope=2.0)),
    )


def finished(torus: Torus) -> Tensor:
    """Return all maps of the finished surface, (12, N, N)."""
    made = finish(surface(torus))
    assert made.emissive is not None
    maps = (made.base_color, made.normal, made.roughness, made.metallic, made.occlusion, made.height)
    return torch.cat([image.pixels for image in (*maps, made.emissive)], dim=-1).movedim(-1, 0).contiguous()


def _bend(torus: Torus) -> tuple[Tensor, Tensor]:
    return warp_field(torus, "bend", 5, 0.02)


def _grains(torus: Torus) -> Tensor:
    found = grains(torus, "grains", 9, warp=_bend(torus))
    return torch.stack([found.id.float(), found.near, found.far])


def _quilted(torus: Torus) -> Tensor:
    held = quilt(torus, 4, 3, warp=_bend(torus))
    rows = sewn(torus, "a", held, stitch_m=0.05, thread_m=0.02)
    found = [held.seam_m, held.crossing_m, held.crossing_x, held.crossing_y, held.puff]
    return torch.stack([*found, rows.thread, rows.random(torus, "b")])


def _pile(torus: Torus) -> Tensor:
    def cone(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        height = traits[0] - torch.sqrt(x * x + 2 * y * y)
        return torch.where(height > 0, height, NOWHERE)

    tall = torus.uniform("tall", 30).T * 0.1 + 0.05
    lain = pile(torus, "a", 5, cone, period_y=6, traits=tall, turn=0.7, brick_rows=True, warp=_bend(torus))
    return torch.cat([stacked(lain.pieces), lain.top_m[None]])


def _crystals(torus: Torus) -> Tensor:
    grown = grow_crystals(torus, "a", 0.2, Habit(long=1.6, wide=0.4, rise=(0.1, 0.5)), sink=0.3)
    return torch.stack([grown.facets.id.float(), grown.facets.edge, grown.along, grown.height_m])


def _runes(torus: Torus) -> Tensor:
    bricks = lay(torus, courses(3, 4), warp=_bend(torus))
    rune = rune_distance(torus, "a", bricks.x * 4, bricks.y * 4, bricks.id, bricks.count)
    return torch.stack([rune, star_distance(bricks.x, bricks.y, 5, 2, 0.1)])


def _inscriptions(torus: Torus) -> Tensor:
    rows = rune_rows(torus, "a", 0.2, thin_m=0.01, warp=_bend(torus))
    ring = rune_ring(torus, "b", 0.15, thin_m=0.01, warp=_bend(torus))
    return torch.stack([rows.stroke_m, rows.random(torus, "c"), ring.stroke_m])


def _tissue(torus: Torus) -> Tensor:
    swollen = sacs(torus, "a", 0.2, share=0.7, tall=0.8)
    rib, pipe_m = pipes(torus, "b", 0.2, ribbed=0.6, warp=_bend(torus))
    return torch.stack(
        [swollen.dome, swollen.height_m, swollen.number, rib, pipe_m, vessels(torus, "c", amount=0.6)]
    )


def _scales(torus: Torus) -> Tensor:
    blade = Blade(point=0.5, lift=0.2, bulge=0.1, keel=0.1, fray=0.2)
    rows = overlapping_rows(torus, "a", 0.2, 1.0, blade, unlike=1.0)
    return torch.stack([rows.across, rows.along, rows.rim, rows.height_m])


def _per_piece(torus: Torus) -> Tensor:
    field = torch.stack([fbm(torus, "a", 3), spectral_noise(torus, "b", slope=1.5)])
    return fetch_per_piece(torus, field, lay(torus, courses(3, 6)), "shift")


def _at_centres(torus: Torus) -> Tensor:
    return fetch_at_centres(
        torus, fbm(torus, "a", 3), scatter(torus, "b", 6, warp=_bend(torus)), _bend(torus)
    )


def _at_points(torus: Torus) -> Tensor:
    # The tile's values at a few places, spread over all texels alike.
    x, y = torus.uniform("places", 9, 2).T
    values = fetch_at_points(torus, fbm(torus, "a", 3), x, y)
    return values[:, None, None].expand(-1, torus.size, torus.size)


def _exposure(torus: Torus) -> Tensor:
    height_m = surface(torus).height_m
    fields = (slope(torus, height_m), ledges(torus, height_m), faces(torus, height_m))
    return torch.stack([*fields, proud(torus, height_m, 0.1), edges(torus, height_m, 0.1)])


def _growing(torus: Torus) -> Tensor:
    twigs = sprigs(torus, "a", 9, leaves=5, leaf_m=(0.1, 0.2), slim=(0.4, 0.6), depth_m=0.05)
    ferns = fronds(torus, "b", 4, long_m=(0.3, 0.5), pairs=6, slim=0.3, depth_m=0.05)
    leaf, _ = lay_shapes(torus, twigs, (beech,))
    frond, _ = lay_shapes(torus, ferns, (beech, blade))
    return torch.stack([leaf.x, leaf.height_m, leaf.cover, frond.y, frond.height_m, frond.cover])


def _climbing(torus: Torus) -> Tensor:
    plants = climb(torus, "a", 40, share=0.8)
    top, _ = lay_shapes(torus, plants, (ivy_leaf, blade))
    ribs = ivy_ribs(top.x, top.y).clamp(max=1) * top.cover
    return torch.stack([top.id.float(), top.height_m, top.cover, ribs])


def _splatter(torus: Torus) -> Tensor:
    drops = splatter(torus, "a", 0.2, share=0.6)
    return torch.stack([drops.thick, drops.rim])


def _run_off(torus: Torus) -> Tensor:
    return torch.stack(run_off(torus, "a", smoothstep(0.2, 0.3, fbm(torus, "b", 3)), 0.2))


def _heap(torus: Torus, kind: Kind) -> Tensor:
    sorts = (Sort(radius_m=(0.06, 0.1), spacing_m=0.11), Sort(radius_m=(0.03, 0.05), spacing_m=0.12))
    lying = heap(torus, "heap", sorts, kind, ground_m=-0.02)
    seen = (lying.pieces.id.float(), lying.pieces.x, lying.pieces.y, lying.pieces.edge)
    return torch.stack([lying.height_m, lying.bare, *(field * (1 - lying.bare) for field in seen)])


def _minerals(torus: Torus) -> Tensor:
    grown = grow_minerals(torus, "a", small_m=0.1, large_m=0.2, large=0.4, quartz=0.3, mica=0.2, swirled=True)
    return torch.stack([grown.is_large, grown.quartz, grown.mica, grown.flow, grown.large.edge])


def _tiles(torus: Torus) -> Tensor:
    laid = laid_as_tiles(surface(torus), "tiles", edge_m=0.4, joint_m=0.02, grout=RAMP.paint(torus.zeros()))
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _sawn_strips(torus: Torus) -> Tensor:
    laid = stacked_in_strips(surface(torus), "strips", strip_m=0.2, long=6.0, proud_m=0.05)
    return torch.cat([laid.height_m[None], laid.roughness[None], laid.color])


def _beds(torus: Torus) -> Tensor:
    beds = strata(torus, "a", 6, torus.v + fbm(torus, "b", 3) * 0.1)
    return torch.stack([beds.id.float(), beds.share, beds.edge_m, beds.random_apart(torus, "c", 0, 1)])


def _veins(torus: Torus) -> Tensor:
    net = vein_net(torus, "a", 0.3, stretch=2.0, lean=1)
    return torch.stack([net.line(torus, 0.03), net.twin(torus, "b", 0.02, 0.04), net.halo(0.05)])


def _vein_family(torus: Torus) -> Tensor:
    veins, ragged = vein_family(torus, "a", 0.2, lean=1), fbm(torus, "b", 9)
    return torch.stack([veins.core(torus, 0.03, ragged), veins.feather(0.05, ragged), veins.strength])


def _strokes(torus: Torus) -> Tensor:
    strokes = lay_strokes(
        torus, "a", 0.2, length_m=(0.2, 0.4), width_m=(0.1, 0.2), bend=0.2, ragged_m=fbm(torus, "b", 9) * 0.02
    )
    return torch.cat([stacked(strokes), fetch_along(torus, fbm(torus, "c", 5), strokes, "shift")[None]])


def _sweeps(torus: Torus) -> Tensor:
    left = trowel_sweeps(torus, "a", 0.5)
    return torch.stack([left.pressed, left.scoop, left.drag, left.lip])


def _shingles(torus: Torus) -> Tensor:
    above = snapped(torus, "b", 48, share=0.3, depth_m=0.1, jag_m=fbm(torus, "c", 9) * 0.02)

    def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        tail = torus.tile_m / 8 - y
        return torch.minimum(tail, above(number, x, tail))

    tiles = lay_shingles(torus, "a", courses(6, 8), outline=outline, lost=0.1)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.width_m])])


def _barrels(torus: Torus) -> Tensor:
    jag_m = fbm(torus, "b", 9) * 0.02
    tiles = lay_barrels(torus, "a", columns=6, rows=4, slip_m=0.01, turn=0.01, broken=0.2, jag_m=jag_m)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.arch, tiles.is_cover.float()])])


def _overlaps(found: Overlaps) -> Tensor:
    return torch.cat([stacked(found.pieces), found.layers[None]])


def _corrosion(torus: Torus) -> Tensor:
    rough = fbm(torus, "rough", 20)
    sheet = scale_sheet(torus, "sheet", rough, share=0.6, flake_m=0.1)
    fields = [sheet.body, sheet.height_m * 500, sheet.hold, sheet.crack, sheet.curl]
    return torch.stack([eaten_pits(torus, "pits", rough, share=0.6), *fields])


def _verdigris(torus: Torus) -> Tensor:
    green = verdigris(surface(torus), fbm(torus, "b", 4), share=0.6, green=RAMP, dark=RAMP)
    return torch.cat([green.color, green.roughness[None], green.height_m[None] * 100])


def _blows(blows: Blows) -> Tensor:
    return torch.stack([blows.height, blows.own, blows.ridge])


def _chased(found: Ornament) -> Tensor:
    return torch.stack([found.relief, found.ground])


def _fittings(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    made = [draw(torus, pieces, half) for draw in (hatch, louvres, ribs, strip_lamp, row_of_lamps)]
    made.append(machinery(torus, "boxes", pieces, half))
    return torch.stack([field for part in made for field in (part.height_m * 100, part.groove, part.part)])


def _decals(torus: Torus) -> Tensor:
    plan = courses(2, 3)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    digits = numerals(torus, "digits", pieces, half, high_m=0.3)
    band = painted_band(torus, "band", fbm(torus, "a", 5), 0.1)
    return torch.stack([digits, band, warning_stripes(torus, pieces, 0.1)])


def _hull(torus: Torus) -> Tensor:
    hull = build_hull(torus, unit_m=0.25, cut=0.8, fitted=1.0, lamps=0.6, gap_m=0.004)
    return torch.stack([hull.height_m * 100, hull.joint, hull.proud, hull.machines, hull.lamp])


def _corrugated(torus: Torus, *, boxed: bool) -> Tensor:
    laid = corrugated_sheets(torus, pitch_m=0.1, deep_m=0.02, boxed=boxed, across=2, down=2, bent=0.5)
    return torch.stack([laid.height_m * 50, laid.wave, laid.lip, laid.screw])


def _pierced(work: Openwork) -> Tensor:
    return torch.stack([work.solid, work.rise, work.edge_m * 10, work.crossing])


def _circuit(made: Circuit) -> Tensor:
    edges = [made.trace, made.via, made.hole, made.pad, made.x, made.y]
    return torch.stack([*edges, made.part.float()])


def _mail(rings: Mail) -> Tensor:
    return torch.stack([rings.wire, rings.height_m * 10, rings.crown, rings.ring.float(), rings.rivet])


def _handled(torus: Torus) -> Tensor:
    return torch.stack(
        [
            handled.hairlines(torus, "a", 40, length_m=(0.02, 0.2), wide_m=0.01),
            dents(torus, "b", 0.1, share=0.5),
            smears(torus, "c", 0.4),
            fingerprints(torus, "d", share=0.5),
        ]
    )


def _skin(skin: Skin) -> Tensor:
    return torch.stack([skin.height_m * 1000, skin.tone, skin.dull, skin.oxide])


def _plates(torus: Torus) -> Tensor:
    plan = courses(2, 4)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    riveting, _ = riveted(torus, pieces, half, pitch_m=0.1)
    fields = [riveting.height_m, riveting.joint, welded(torus, pieces, half).height_m]
    return torch.stack([*fields, buckled(torus, pieces, 0.01)])


def _pressings(torus: Torus) -> Tensor:
    plan = courses(2, 4)
    pieces, half = lay(torus, plan), half_extents(torus, plan)
    styles = (*PRESSINGS, "none")
    return torch.stack([pressed(torus, pieces, half, style, inset_m=0.05, deep_m=0.01) for style in styles])


def _paintwork(torus: Torus) -> Tensor:
    pieces = lay(torus, courses(2, 4))
    base = surface(torus)
    knocked = knocks(torus, base.height_m, pieces.edge, wear=0.7)
    worn = streaked(laid_bare(base, knocked, age=0.6), pieces.edge, dirt=0.8)
    return torch.cat([worn.color, bleached(torus, pieces, fade=0.8)[None], worn.roughness[None]])


def _wood(torus: Torus) -> Tensor:
    """Return boards with everything that is drawn on them."""
    boards = lay_boards(torus, board_m=0.2, mixed_widths=0.6, long_boards=0.4)
    knots = grow_knots(torus, boards, share=0.5, radius_m=(0.01, 0.03))
    grain = cut_grain(torus, boards, knots, WOODS["larch"])
    nails = drive_nails(torus, boards, age=0.5)
    return torch.stack(
        [
            grain.late,
            grain.pores,
            board_joints(torus, boards, grain, gap_m=0.01, wear=0.5),
            *board_shape(torus, boards, grain, gap_m=0.01, wear=0.5),
            splits(torus, boards, grain, age=0.8),
            saw_marks(torus, boards, wear=0.1),
            nails.head,
            *wood_color(torus, boards, knots, grain, WOODS["larch"], ramp=RAMP, knot=RAMP),
        ]
    )


def _log_ends(torus: Torus) -> Tensor:
    circles = pack_circles(torus, "a", radius_m=(0.08, 0.2), fill_m=0.03)
    logs = discs(torus, circles, reach_m=0.1, warp=_bend(torus))
    bark_m = torch.full_like(logs.edge, 0.01)
    ends = log_ends_of(
        torus, logs, logs.pick(circles[:, 2].contiguous()), bark_m=bark_m, off_pith=0.3, arc=(0.0, 0.0)
    )
    rings, checks = end_rings(torus, ends, ring_m=0.02), drying_checks(torus, ends, amount=1.0)
    return torch.stack([logs.id.float(), logs.edge, ends.rim_m, rings, checks, chainsaw_marks(torus, ends)])


def _split_shingles(torus: Torus) -> Tensor:
    plan = shingle_plan(torus, "a", rows=6, units=30, widths=(3, 6))
    tall_m, hang = torus.tile_m / 6, torus.uniform("hang", len(plan.pieces)) * 0.04

    def to_butt(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        return tall_m - y + look_up(hang[:, 0], number)

    laid = lay_shingles(torus, "a", plan, outline=to_butt, gap_m=0.02, slip_m=0.0, turn=0.03)
    split = butt_splits(torus, laid, fbm(torus, "b", 9) * 0.01, age=0.9)
    return torch.cat([stacked(laid.pieces), torch.stack([laid.side_m, laid.tail_m, laid.under_m, split])])


def _strips(torus: Torus) -> Tensor:
    chips = throw_strips(torus, "a", 90, length_m=(0.1, 0.4), width_m=(0.02, 0.1))
    straw = throw_strips(
        torus, "b", 90, length_m=(0.3, 0.4), width_m=(0.02, 0.1), direction=1.57, spread=0.1, lift=0.8
    )
    fields = torch.stack([chips.turn, chips.half_long_m, chips.half_wide_m, straw.level])
    along = fetch_along(torus, spectral_noise(torus, "a", slope=1.0), chips.pieces, "shift")
    return torch.cat([stacked(chips.pieces), stacked(straw.pieces), fields, along[None]])


def _canes(torus: Torus) -> Tensor:
    canes, radius_m, x_m = stand_canes(torus, cane_m=0.15, mixed=0.7)
    fibres = cane_fibres(torus, canes, canes.x, canes.y)
    return torch.stack([radius_m, x_m, below_node(torus, canes, apart_m=0.4), *fibres])


def _plaited(torus: Torus) -> Tensor:
    mat = plait(torus, "a", strip_m=0.12, gap=0.1, over=2, uneven=0.5)
    return torch.cat([stacked(mat.strips), mat.rise[None]])


def _blocks(torus: Torus, boards: Boards) -> Tensor:
    grain = cut_grain(torus, boards, None, WOODS["oak"], any_way=True)
    worn = walked_paths(torus, "walked", wear=0.5, fine=grain.fibre * 0.05)
    return torch.stack([boards.pieces.edge, boards.along, boards.across, boards.to_end, grain.late, worn])


def _chevron(torus: Torus) -> Tensor:
    return _blocks(torus, lay_chevron(torus, "a", width_m=0.15, length_m=0.6, slope=0.7))


def _leaves(torus: Torus) -> Tensor:
    thrown = throw(
        torus, "a", 150, length_m=(0.1, 0.3), slim=(0.4, 0.6), lift_m=(0, 0.1), bend=1.2, tilt=0.1, kinds=3
    )
    top, below = lay_shapes(torus, thrown, (beech, oak, maple))
    return torch.stack(
        [top.id.float(), top.height_m, top.cover, below.height_m, below.cover, *veins(torus, top, thrown)]
    )


def _fallen(torus: Torus) -> Tensor:
    species = (FALLEN["oak"], FALLEN["maple"])
    thrown = strew(torus, "a", species, per_m2=60, length_m=(0.1, 0.3), patchy=0.5)
    top, _ = lay_shapes(torus, thrown, [one.outline for one in species])
    face = leaf_face(torus, thrown, top, species, decay=0.6)
    return torch.stack([face.tone, face.veins, face.rot, face.there, face.rise_m]) * top.cover


def _tracks(tracks: Tracks) -> Tensor:
    return torch.stack([tracks.pressed, tracks.rim, tracks.tread])


def _stones(torus: Torus) -> Tensor:
    body = rolled_stones(torus, "a", 0.15)
    return torch.stack([body.stone, body.own, body.height_m, body.micro])


def _depths(torus: Torus) -> Tensor:
    ragged = fbm(torus, "ragged", 9)
    sheets = fracture_sheets(torus, "a", 3, lean_m=(0.05, 0.2), wander_m=0.1, ragged=ragged)
    return torch.stack([*sheets, gas_discs(torus, "b", 40, size_m=(0.05, 0.2))])


def _soil(torus: Torus) -> Tensor:
    soil = crumbled_soil(torus, clod_m=0.09, trodden=0.5)
    stones = sunken_stones(torus, soil, stone_m=0.15, share=0.6)
    return torch.stack(
        [
            soil.height_m,
            soil.tone,
            soil.trodden,
            stones.crown_m,
            stones.grain,
            *pebbles(torus, soil, share=0.3),
        ]
    )


def _tufts(torus: Torus) -> Tensor:
    blades, common = sow_tufts(torus, "a", per_m2=400, length_m=(0.05, 0.2), tuft_m=0.2, thin=0.3)
    top, _ = lay_shapes(torus, blades, (blade,))
    return torch.stack([top.pick(common), top.height_m, top.cover])


def _weave(torus: Torus) -> Tensor:
    cloth = weave(
        torus, "a", twill(2, 1), pitch_m=(0.12, 0.1), fill=(0.9, 0.7), slubs=(0.5, 0.5), warp=_bend(torus)
    )
    parts = (cloth.height, cloth.warp, cloth.cover, cloth.yarn.float(), cloth.across, cloth.thick)
    return torch.stack([*parts, cloth.twist(torus, 0.1), cloth.random(torus, "tone")])


def _knit(torus: Torus) -> Tensor:
    cloth = knit(torus, "a", cables(4, courses=6), wale_m=0.15, warp=_bend(torus))
    ribbed = knit(torus, "b", rib(), wale_m=0.15)
    parts = (cloth.height_m, cloth.cover, cloth.course.float(), cloth.stitch.float(), ribbed.height_m)
    along = cloth.fibres(torus, spectral_noise(torus, "a", slope=1.0), "shift")
    return torch.stack([*parts, cloth.plies(4.0), along])


def _piles(torus: Torus) -> Tensor:
    piles = (cut_pile(torus, "a", 0.15), loop_pile(torus, "b", 0.2), long_pile(torus, "c", 0.06, 0.3))
    return torch.stack([part for pile in piles for part in (pile.height, pile.strand, pile.lean)])


def _shapes(torus: Torus) -> Tensor:
    x, y = (place - 0.5 - torch.floor(place) for place in (torus.u, torus.v))
    x, y = x + torus.zeros(), y + torus.zeros()
    figures = (diamond(x, y, 0.3, 0.4), leaf(x, y, 0.4, 0.1), octagon(x, y, 0.3, 0.2), rosette(x, y, 0.4, 6))
    return torch.stack([*figures, vine(x, y, sway=0.1, period=1.0, half_width=0.02)])


def _stitches(torus: Torus) -> Tensor:
    away_m = (torus.u - 0.4 - torch.round(torus.u - 0.4)) * torus.tile_m + torus.zeros()
    row = stitches(torus, "a", away_m, torus.v, stitch_m=0.2, thread_m=0.08)
    return torch.stack([row.thread, row.height, row.pull, row.strand, row.id.float()])


def _lichen(torus: Torus) -> Tensor:
    crust = crusts(torus, "a", 0.3, 0.7)
    grown = with_lichen(surface(torus), "c", 0.3, 0.6, fbm(torus, "b", 9), RAMP)
    return torch.stack([crust.cover, crust.tone, crust.kind, *grown.color, grown.roughness])


def _thalli(torus: Torus) -> Tensor:
    likes, reach = fbm(torus, "likes", 3), 1 + 0.4 * fbm(torus, "reach", 20)
    found = thalli(torus, "a", 0.2, 0.8, likes=likes, reach=reach)
    shown = found.cover > 0
    return torch.stack([found.cover, *(part * shown for part in (found.radius_m, found.age, found.own))])


def _stone_blocks(torus: Torus) -> Plan:
    return block_courses(torus, "a", 16, 12, heights=(1, 3), lengths=(1.2, 2.5), split=0.4)


def _laid(torus: Torus) -> Laid:
    return lay_by_hand(torus, courses(3, 6), "laid", gap_m=0.02, turn=0.01)


def _wall(torus: Torus) -> Tensor:
    body = Body(
        lumps=fbm(torus, "a", 5), creases=fbm(torus, "b", 9), grit=spectral_noise(torus, "c", slope=1.0)
    )
    units = _laid(torus)
    wall = build_wall(torus, WISHES, units, body, "units", joint_m=0.02, joint="tooled")
    painted = paint_wall(torus, WISHES, surface(torus), units, body, wall)
    salt = salt_bloom(torus, units, body, 0.7)
    parts = (wall.height_m, wall.bare, wall.broken, wall.smear, wall.sand, salt, painted.roughness)
    return torch.stack(parts)


def _glaze(torus: Torus) -> Tensor:
    tiles = _laid(torus)
    glaze = pour_glaze(torus, tiles)
    film = scale_film(torus, tiles, 0.6)
    return torch.stack(
        [
            chipped_glaze(torus, tiles, glaze, 0.7),
            crazing(torus, tiles, 0.9),
            film,
            glaze_roughness(torus, WISHES, tiles, glaze, film, clean=0.1),
        ]
    )


DRAWINGS: dict[str, Drawing] = {
    "planks": _wood,
    "parquet blocks": lambda t: _blocks(t, lay_blocks(t, basket(2, fingers=5), "a", turn=0.01)),
    "chevron": _chevron,
    "log ends": _log_ends,
    "split shingles": _split_shingles,
    "thrown strips": _strips,
    "canes": _canes,
    "plaited": _plaited,
    "gradient noise": lambda t: gradient_noise(t, "a", 7, 5),
    "fine gradient noise": lambda t: gradient_noise(t, "a", t.size // 2, 2),
    "fbm": lambda t: fbm(t, "a", 3),
    "ridged fbm": lambda t: fbm(t, "a", 3, shape="ridged", period_y=5),
    "billowing fbm": lambda t: fbm(t, "a", 3, shape="billow"),
    "spectral noise": lambda t: spectral_noise(t, "a", slope=1.3),
    "streaks": lambda t: spectral_noise(t, "a", slope=2.0, low=2, stretch=(1.0, 8.0)),
    "grains": _grains,
    "cells": lambda t: stacked(cells(t, "a", 9)),
    "warped cells": lambda t: stacked(cells(t, "a", 9, warp=_bend(t))),
    "round cells": lambda t: stacked(cells(t, "a", 8, roundness=14.0, brick_rows=True)),
    "bricks": lambda t: stacked(lay(t, courses(3, 6), warp=_bend(t), corner_m=0.01)),
    "facets": lambda t: facets(t, "a", 7, warp=_bend(t)),
    "minerals": _minerals,
    "mineral specks": lambda t: mineral_specks(t, "a", (0.1, 0.05)),
    "pores": lambda t: pores(t, "a", (0.1, 0.06), share=0.4),
    "crushed stones": lambda t: _heap(t, Crushed.of),
    "pebbles": lambda t: _heap(t, Worn.of),
    "sawn tiles": _tiles,
    "sawn strips": _sawn_strips,
    "fossils": lambda t: torch.stack(fossils(t, "a", (0.3, 0.15), 0.7, fbm(t, "b", 5))),
    "beds": _beds,
    "broken face": lambda t: broken_face(t, "a", 0.3, squash=1.5),
    "rock faces": lambda t: torch.stack(rock_faces(t, "a", lay(t, courses(3, 6)), 0.2)),
    "insides of rock": lambda t: torch.stack(
        rock_insides(t, "a", lay(t, courses(3, 6)), 0.2, shape="ridged")
    ),
    "lichen": _lichen,
    "thalli": _thalli,
    "courses of blocks": lambda t: stacked(lay(t, _stone_blocks(t))),
    "sway and tremble": lambda t: torch.stack(bent_twice(t, "a", (0.5, 0.1), (0.1, 0.02))),
    "healed cracks": _veins,
    "family of veins": _vein_family,
    "leaning": lambda t: leaning(t, fbm(t, "a", 3), -1),
    "herringbone": lambda t: stacked(lay(t, herringbone(2))),
    "fetch": lambda t: fetch(t, fbm(t, "a", 3), *_bend(t)),
    "fetch at": lambda t: fetch_at(t, fbm(t, "a", 3), fbm(t, "b", 2) * 0.5, fbm(t, "c", 2) * 0.5),
    "markings": lambda t: torch.stack([markings(t, "a", kind) for kind in KINDS]),
    "fetch per piece": _per_piece,
    "fetch at centres": _at_centres,
    "fetch at points": _at_points,
    "blur": lambda t: blur(t, fbm(t, "a", 3), 0.03),
    "blurs": lambda t: torch.stack(blurs(t, spectral_noise(t, "a", slope=1.0), (0.01, 0.1))),
    "convexity": lambda t: convexity(t, fbm(t, "a", 3), 0.02),
    "exposure": _exposure,
    "splatter": _splatter,
    "climbing plants": _climbing,
    "sprigs and fronds": _growing,
    "run off": _run_off,
    "run up": lambda t: run_up(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "faces up": lambda t: faces_up(t, fbm(t, "a", 3), 0.02),
    "run down": lambda t: run_down(t, smoothstep(0.2, 0.3, fbm(t, "a", 3)), 0.2),
    "scratches": lambda t: scratches(t, "a", 60),
    "cracks": lambda t: crack_distance(t, "a", 0.3),
    "gas pits": lambda t: gas_pits(t, "a", 0.1, share=0.6),
    "patches": lambda t: patches(t, "a", 0.4, amount=0.4),
    "leaves": _leaves,
    "soil": _soil,
    "tufts": _tufts,
    "weave": _weave,
    "knit": _knit,
    "piles": _piles,
    "combed": lambda t: combed(t, spectral_noise(t, "a", slope=0.5), fbm(t, "b", 3) * 3, 0.2),
    "shapes": _shapes,
    "repeats": lambda t: torch.stack([draw(t.u * 2, t.v * 3) for draw in (damask, lozenges, trellis)]),
    "stitches": _stitches,
    "crumple": lambda t: crumple(t, "a", 0.4),
    "creased facets": lambda t: creases(t, "a", 5, warp=_bend(t)),
    "folds": lambda t: folds(t, "a", 0.3, stretch=2.0),
    "fallen leaves": _fallen,
    "footprints": lambda t: _tracks(footprints(t, "a", 2)),
    "tyre ruts": lambda t: _tracks(tyre_ruts(t, "a")),
    "waves": lambda t: waves(t, "a", 0.2, direction=0.5).profile(lean=0.3),
    "rolled stones": _stones,
    "incandescence": lambda t: incandescence(fbm(t, "a", 3) + 0.5),
    "depths of ice": _depths,
    "faults": lambda t: torch.cat(
        [torch.stack([d.abs() * s, s]) for d, s in faults(t, "a", 2, wander_m=0.1)]
    ),
    "paint": lambda t: RAMP.paint(fbm(t, "a", 3) + 0.5),
    "mix": lambda t: mix(RAMP.paint(fbm(t, "a", 3)), 0.2, fbm(t, "b", 3)),
    "tints": lambda t: cells(t, "a", 5).pick(piece_tints(t, "b", 25)),
    "strokes": _strokes,
    "trowel sweeps": _sweeps,
    "fillings": lambda t: torch.stack(
        fillings(t, "a", 0.4, share=0.6, size_m=(0.02, 0.1), ragged=fbm(t, "b", 7))
    ),
    "uneven rows": lambda t: stacked(lay(t, uneven_rows(t, "a", 5, length=24, shortest=2, longest=5))),
    "motifs": lambda t: lay(t, courses(16, 24, width=1, shift=0)).pick(
        motif_bands(t, "a", 16, 24).reshape(-1).float()
    ),
    "rosettes": lambda t: lay(t, courses(12, 12, width=1, shift=0)).pick(
        rosettes(t, "a", 12, 12, spacing=4).reshape(-1).float()
    ),
    "shingles": _shingles,
    "wall in mortar": _wall,
    "mortar": lambda t: mortar_color(t, WISHES, fbm(t, "a", 9)),
    "glaze": _glaze,
    "grout": lambda t: torch.stack(grout_bed(t, WISHES, fbm(t, "a", 9) * 0.02, 0.02)),
    "color of grout": lambda t: grout_color(t, WISHES, fbm(t, "a", 9)),
    "air bubbles": lambda t: torch.stack(air_bubbles(t, mix_cement(t), often=1.0)),
    "cement milk": cement_milk,
    "stones in paste": lambda t: torch.stack(stones_in_paste(t, "a", 0.05, mix_cement(t))),
    "barrels": _barrels,
    "mud": lambda t: torch.stack([knead_mud(t).lumps, knead_mud(t).creases, knead_mud(t).grit]),
    "straw": lambda t: torch.stack(straw_in_mud(t, 0.05)),
    "rain streaks": lambda t: rain_streaks(t, "a"),
    "hairline cracks": lambda t: hairline_cracks(t, "a", 0.4, share=0.5),
    "tide marks": lambda t: torch.stack(tide_marks(t, "a", 0.5, amount=0.5)),
    "flakes off a wall": lambda t: torch.stack(flakes(t, "a", 0.4, amount=0.2)),
    "dust on ledges": lambda t: dust_on_ledges(t, fbm(t, "a", 3) * 0.05, 0.02),
    "swirls": lambda t: _overlaps(overlapping(t, "a", 6, size=1.4, in_order=True)),
    "sheets": lambda t: _overlaps(overlapping(t, "a", 5, size=1.2, square=True, jitter=0.3, turn=0.2)),
    "corrosion": _corrosion,
    "tarnish": lambda t: tarnish(t, "a", 0.4, mean=0.4, spread=0.5),
    "treads": lambda t: torch.stack([tread(t, "a", style, 0.3)[0] for style in ("lozenge", "bars", "stud")]),
    "corrugated sheets": lambda t: _corrugated(t, boxed=False),
    "box profile sheets": lambda t: _corrugated(t, boxed=True),
    "bar grating": lambda t: _pierced(openwork(t, "a", "bars", 0.2)),
    "perforated sheet": lambda t: _pierced(openwork(t, "a", "perforated", 0.3)),
    "expanded mesh": lambda t: _pierced(openwork(t, "a", "mesh", 0.3)),
    "circuit": lambda t: _circuit(lay_out(t, "a", 0.05, chips=8, traces=0.8)),
    "mail": lambda t: _mail(mail(t, "a", 0.2, wire=0.1, uneven=0.5)),
    "verdigris": _verdigris,
    "hammered": lambda t: _blows(hammered(t, "a", 0.2)),
    "chased": lambda t: _chased(chased(t, "a", 0.3)),
    "fittings": _fittings,
    "decals": _decals,
    "hull": _hull,
    "handled": _handled,
    "rolled": lambda t: _skin(rolled(t)),
    "blasted": lambda t: _skin(blasted(t)),
    "blued": lambda t: _skin(blued(t)),
    "cast": lambda t: _skin(cast(t)),
    "spangle": lambda t: _skin(spangle(t)),
    "mill scale": lambda t: _skin(mill_scale(t)),
    "plates": _plates,
    "pressings": _pressings,
    "paintwork": _paintwork,
    "pile": _pile,
    "runes": _runes,
    "inscriptions": _inscriptions,
    "tissue": _tissue,
    "crystals": _crystals,
    "overlapping rows": _scales,
    "quilt": _quilted,
    "cavity": lambda t: surface(t).cavity(0.01),
    "occlusion": lambda t: surface(t).occlusion(0.1),
    "grime": lambda t: surface(t).with_grime(0.7, 0.05).color,
    "finish": finished,
}
