"""What birds sing: kinds of birds, the phrases of each, and who sings where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a song.

    Args:
        hz: frequencies at even steps of its length, smoothly joined.
        seconds: how long.
        pause: seconds of silence behind it.
        trill_hz: how often its pitch trembles, 0 not at all.
        trill: how far, as a share.
        rough: share of breath and rattle in it.
    """

    hz: tuple[float, ...]
    seconds: float
    pause: float
    trill_hz: float = 0.0
    trill: float = 0.0
    rough: float = 0.0


@dataclass(frozen=True, slots=True)
class Motif:
    """Notes that are sung together, some times over; each time at a pitch and a pace a little further on."""

    notes: tuple[Note, ...]
    low: int = 1
    high: int = 1
    climb: float = 1.0
    hurry: float = 1.0


@dataclass(frozen=True, slots=True)
class Species:
    """A kind of bird: the phrases it chooses from, how pure its voice is, how far one hears it, how much it rests."""

    phrases: tuple[tuple[Motif, ...], ...]
    harmonics: tuple[float, ...] = (1.0, 0.06)
    loud: float = 1.0
    songs: float = 1.0


_TIT: Final = Species(
    (
        (Motif((Note((4500, 4900, 4650), 0.085, 0.035), Note((3350, 3500, 3300), 0.12, 0.075)), 3, 6),),
        (
            Motif(
                (
                    Note((5400, 5000), 0.06, 0.03),
                    Note((5400, 5000), 0.06, 0.03),
                    Note((3900,), 0.14, 0.11),
                ),
                2,
                4,
            ),
        ),
    ),
    (1.0, 0.08),
)
_WILLOW_WARBLER: Final = Species(
    (
        (
            Motif((Note((5600, 5100), 0.07, 0.05),), 3, 5, climb=0.985),
            Motif((Note((4900, 5300, 3900), 0.10, 0.05),), 4, 7, climb=0.955, hurry=1.03),
            Motif((Note((3400, 3000), 0.13, 0.06),), 2, 3, climb=0.94),
        ),
    )
)
_CHAFFINCH: Final = Species(
    (
        (
            Motif((Note((5200, 3600), 0.055, 0.055),), 4, 6, climb=0.98, hurry=0.9),
            Motif((Note((4600, 2900), 0.045, 0.030),), 5, 8, climb=0.97, hurry=0.95),
            Motif((Note((2600, 4800, 3000), 0.12, 0.02), Note((4200, 2300), 0.16, 0.0))),
        ),
        (Motif((Note((3900, 4300, 3700), 0.10, 0.5),), 3, 5),),
    ),
    (1.0, 0.12),
)
_BLACKBIRD: Final = Species(
    (
        (
            Motif(
                (
                    Note((2000, 2450, 2250), 0.24, 0.03),
                    Note((2900, 2300), 0.17, 0.04),
                    Note((1850, 2050), 0.30, 0.06),
                )
            ),
            Motif((Note((6200, 7300, 5600), 0.05, 0.015, 48, 0.05),), 3, 6),
        ),
        (
            Motif((Note((2500, 2100, 2650), 0.26, 0.03), Note((1900,), 0.22, 0.05, 22, 0.03))),
            Motif((Note((2700, 3500, 2400), 0.15, 0.03), Note((2200, 2900), 0.12, 0.04)), 1, 2),
            Motif((Note((5200, 6900), 0.07, 0.02, 60, 0.06),), 2, 3),
        ),
        (Motif((Note((1700, 2250, 2200, 1800), 0.46, 0.05), Note((3100, 2600, 3300), 0.14, 0.03))),),
    ),
    (1.0, 0.10, 0.02),
    loud=1.15,
)
_WREN: Final = Species(
    (
        (
            Motif((Note((4800, 6200), 0.035, 0.035),), 4, 6),
            Motif((Note((6600, 4400), 0.028, 0.020),), 14, 20, climb=0.998),
            Motif((Note((4100, 5600, 4700), 0.06, 0.04),), 3, 5),
            Motif((Note((5600, 7000), 0.024, 0.021),), 8, 14),
        ),
    ),
    (1.0, 0.10),
    loud=0.8,
)
_ROBIN: Final = Species(
    (
        (
            Motif((Note((6800, 6300), 0.20, 0.04), Note((5100, 4200, 3500), 0.22, 0.05))),
            Motif((Note((3400, 4400), 0.06, 0.02), Note((4000, 3000), 0.06, 0.03)), 2, 4, climb=0.96),
            Motif((Note((7400, 7100), 0.26, 0.10, 30, 0.015),)),
        ),
        (Motif((Note((3900, 3300, 4600), 0.18, 0.03), Note((5600, 5000), 0.09, 0.03)), 2, 3, climb=1.03),),
    ),
    loud=0.9,
)
_GOLDCREST: Final = Species(
    ((Motif((Note((7000, 7300), 0.07, 0.03), Note((6500, 6300), 0.08, 0.05)), 4, 7, climb=1.005),),),
    (1.0,),
    loud=0.5,
)
_CUCKOO: Final = Species(
    ((Motif((Note((660, 700, 655), 0.17, 0.17), Note((545, 535), 0.26, 0.78)), 3, 6),),),
    (1.0, 0.10, 0.03),
    0.8,
    0.5,
)
_PIGEON: Final = Species(
    (
        (
            Motif(
                (
                    Note((430, 470), 0.16, 0.12),
                    Note((480, 500, 460), 0.48, 0.10),
                    Note((450, 440), 0.30, 0.24),
                    Note((440,), 0.15, 0.10),
                    Note((450, 430), 0.22, 0.25),
                ),
                2,
                3,
            ),
        ),
    ),
    (1.0, 0.25, 0.08),
    0.6,
    0.6,
)
_CROW: Final = Species(
    ((Motif((Note((560, 640, 500), 0.34, 0.28, 0, 0, 0.5),), 2, 4),),),
    (0.5, 0.8, 1.0, 0.8, 0.5, 0.3),
    0.35,
    0.4,
)
_OWL: Final = Species(
    (
        (
            Motif((Note((760, 820, 780), 0.75, 2.2),)),
            Motif((Note((740, 760), 0.14, 0.25), Note((760, 850, 800, 740), 1.25, 0.6, 13, 0.035))),
        ),
        (Motif((Note((1150, 1900, 1250), 0.32, 0.5),), 1, 2),),
    ),
    (1.0, 0.16, 0.06),
    songs=0.7,
)
_NIGHTINGALE: Final = Species(
    (
        (
            Motif((Note((2350, 2250), 0.28, 0.13),), 3, 6, climb=1.01),
            Motif((Note((3400, 1700), 0.035, 0.025),), 9, 18),
        ),
        (
            Motif((Note((1500, 2500, 1700), 0.09, 0.06),), 5, 9),
            Motif((Note((4600, 2400, 5200), 0.12, 0.03, 70, 0.08),), 2, 3),
        ),
        (Motif((Note((5200, 5800), 0.05, 0.04), Note((2100, 2600), 0.11, 0.05)), 3, 5),),
    ),
    (1.0, 0.10),
)
_HERRING_GULL: Final = Species(
    (
        (
            Motif(
                (
                    Note((780, 1150, 900), 0.42, 0.20, 0, 0, 0.08),
                    Note((1000, 1550, 1100), 0.62, 0.15, 0, 0, 0.10),
                )
            ),
            Motif((Note((950, 1480, 1020), 0.24, 0.10, 0, 0, 0.10),), 4, 9, climb=0.985),
        ),
        (Motif((Note((900, 1350, 1250, 800), 0.75, 0.5, 0, 0, 0.06),), 1, 2),),
        (Motif((Note((620, 680), 0.09, 0.09, 0, 0, 0.2),), 3, 4),),
    ),
    (0.8, 1.0, 0.75, 0.5, 0.32, 0.2, 0.1),
)
_OYSTERCATCHER: Final = Species(
    ((Motif((Note((2600, 3500, 2900), 0.09, 0.12),), 4, 8, hurry=0.93),),), (1.0, 0.35, 0.12), 0.6
)
_TERN: Final = Species(
    ((Motif((Note((3300, 4100, 2700), 0.30, 0.2, 85, 0.06, 0.25),), 1, 3),),), (1.0, 0.6, 0.3), 0.5
)
_PIHA: Final = Species(
    (
        (
            Motif((Note((1500, 1900), 0.24, 0.22),), 2, 3, climb=1.04),
            Motif(
                (Note((2100, 2400), 0.16, 0.04), Note((2500, 4300, 2300), 0.38, 0.5)),
            ),
        ),
    ),
    (1.0, 0.30, 0.12),
    1.1,
)
_PARROT: Final = Species(
    (
        (Motif((Note((1250, 1700, 1100), 0.26, 0.12, 75, 0.07, 0.35),), 2, 4),),
        (Motif((Note((1800, 2400, 1500), 0.12, 0.05, 90, 0.05, 0.3),), 3, 6),),
    ),
    (0.6, 1.0, 0.8, 0.6, 0.35, 0.2),
    0.8,
)
_TOUCAN: Final = Species(
    ((Motif((Note((1050, 1250, 950), 0.15, 0.17, 0, 0, 0.2),), 5, 11),),), (1.0, 0.7, 0.4, 0.2), 0.7
)
_TINAMOU: Final = Species(
    (
        (
            Motif(
                (
                    Note((1330, 1360, 1340), 0.9, 0.12, 7, 0.006),
                    Note((1520, 1560, 1380), 0.7, 1.0, 9, 0.012),
                )
            ),
        ),
    ),
    (1.0, 0.05),
    0.8,
    0.6,
)
_BARBET: Final = Species(((Motif((Note((690, 720), 0.06, 0.06),), 10, 24),),), (1.0, 0.15), 0.6)
_ANTBIRD: Final = Species(
    ((Motif((Note((3200, 3350), 0.06, 0.045),), 10, 20, climb=0.985, hurry=0.97),),), (1.0, 0.25), 0.7
)

CHOIRS: Final = {
    "forest": (
        _TIT,
        _BLACKBIRD,
        _CHAFFINCH,
        _WILLOW_WARBLER,
        _ROBIN,
        _WREN,
        _GOLDCREST,
        _CUCKOO,
        _PIGEON,
        _CROW,
    ),
    "night": (_OWL, _NIGHTINGALE),
    "sea": (_HERRING_GULL, _HERRING_GULL, _HERRING_GULL, _TERN, _OYSTERCATCHER),
    "jungle": (_PIHA, _PARROT, _ANTBIRD, _TOUCAN, _TINAMOU, _BARBET),
}
"""By the place that a prompt names; a kind that stands there twice is twice as common."""
