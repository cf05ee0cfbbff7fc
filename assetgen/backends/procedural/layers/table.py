"""Every layer, whole in one literal table; the lexicon's layer ids are its keys.

They stand in the order in which they come about, and are applied in it: a base breaks before ore or gold fills it,
paint is scratched before what is iron rusts, moss grows on what has aged so far, snow falls on all of it, feet and
wheels go through it, and water runs together in what lies lowest then, their prints included.
"""

from __future__ import annotations

from typing import Final

from assetgen.backends.procedural.layers.blood import blood
from assetgen.backends.procedural.layers.cracks import cracks
from assetgen.backends.procedural.layers.dents import dents
from assetgen.backends.procedural.layers.drips import drips
from assetgen.backends.procedural.layers.dust import dust
from assetgen.backends.procedural.layers.edge_wear import edge_wear
from assetgen.backends.procedural.layers.footprints import footprints
from assetgen.backends.procedural.layers.frost import frost
from assetgen.backends.procedural.layers.glow import glow
from assetgen.backends.procedural.layers.ice_glaze import ice_glaze
from assetgen.backends.procedural.layers.inlays import inlays
from assetgen.backends.procedural.layers.ivy import ivy
from assetgen.backends.procedural.layers.layer import Layer
from assetgen.backends.procedural.layers.leaves import leaves
from assetgen.backends.procedural.layers.lichen import lichen
from assetgen.backends.procedural.layers.moss import moss
from assetgen.backends.procedural.layers.mud_splatter import mud_splatter
from assetgen.backends.procedural.layers.paint import paint
from assetgen.backends.procedural.layers.patina import patina
from assetgen.backends.procedural.layers.rust import rust
from assetgen.backends.procedural.layers.sand_drift import sand_drift
from assetgen.backends.procedural.layers.scratches import scratches
from assetgen.backends.procedural.layers.snow import snow
from assetgen.backends.procedural.layers.soot import soot
from assetgen.backends.procedural.layers.stains import stains
from assetgen.backends.procedural.layers.tracks import tracks
from assetgen.backends.procedural.layers.veins import veins
from assetgen.backends.procedural.layers.wet import wet

LAYERS: Final[dict[str, Layer]] = {
    "cracks": cracks,
    "veins": veins,
    "inlays": inlays,
    "dents": dents,
    "paint": paint,
    "scratches": scratches,
    "edge_wear": edge_wear,
    "rust": rust,
    "patina": patina,
    "stains": stains,
    "drips": drips,
    "soot": soot,
    "lichen": lichen,
    "moss": moss,
    "ivy": ivy,
    "blood": blood,
    "mud_splatter": mud_splatter,
    "dust": dust,
    "sand_drift": sand_drift,
    "leaves": leaves,
    "ice_glaze": ice_glaze,
    "snow": snow,
    "frost": frost,
    "tracks": tracks,
    "footprints": footprints,
    "wet": wet,
    "glow": glow,
}
