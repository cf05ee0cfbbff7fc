"""Every sound of the library: its card in the catalog and the function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.sounds.ambience.birds import birds
from assetgen.backends.procedural.sounds.ambience.cave import cave
from assetgen.backends.procedural.sounds.ambience.city import city
from assetgen.backends.procedural.sounds.ambience.crickets import crickets
from assetgen.backends.procedural.sounds.ambience.crowd import crowd
from assetgen.backends.procedural.sounds.ambience.engine import engine
from assetgen.backends.procedural.sounds.ambience.fire import fire
from assetgen.backends.procedural.sounds.ambience.ocean import ocean
from assetgen.backends.procedural.sounds.ambience.rain import rain
from assetgen.backends.procedural.sounds.ambience.stream import stream
from assetgen.backends.procedural.sounds.ambience.swamp import swamp
from assetgen.backends.procedural.sounds.ambience.thunder import thunder
from assetgen.backends.procedural.sounds.ambience.wind import wind
from assetgen.backends.procedural.sounds.effects.alarms import alarm, bell
from assetgen.backends.procedural.sounds.effects.arcade import ARCADE
from assetgen.backends.procedural.sounds.effects.doors import door
from assetgen.backends.procedural.sounds.effects.footsteps import footsteps
from assetgen.backends.procedural.sounds.effects.impacts import impact, shatter
from assetgen.backends.procedural.sounds.effects.interface import INTERFACE
from assetgen.backends.procedural.sounds.effects.magic import magic
from assetgen.backends.procedural.sounds.effects.motion import whoosh
from assetgen.backends.procedural.sounds.effects.water import drop, splash
from assetgen.backends.procedural.sounds.effects.weapons import explosion, gunshot
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.backends.procedural.sounds.voice import Voice

Recipe = Callable[[Tape, Voice], Tensor]
"""From a tape and the wishes of a prompt to (2, N)."""

AMBIENCES: Final[dict[str, Recipe]] = {
    "rain": rain,
    "wind": wind,
    "thunder": thunder,
    "fire": fire,
    "ocean": ocean,
    "stream": stream,
    "birds": birds,
    "crickets": crickets,
    "cave": cave,
    "engine": engine,
    "city": city,
    "crowd": crowd,
    "swamp": swamp,
}
"""What goes round."""

EFFECTS: Final[dict[str, Recipe]] = {
    **ARCADE,
    **INTERFACE,
    "impact": impact,
    "shatter": shatter,
    "footsteps": footsteps,
    "door": door,
    "whoosh": whoosh,
    "magic": magic,
    "drop": drop,
    "splash": splash,
    "alarm": alarm,
    "bell": bell,
    "gunshot": gunshot,
    "explosion": explosion,
}
"""What happens once."""
