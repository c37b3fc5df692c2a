"""Signals of a release's rarity, their values and their weights.

A signal is a number from 0 to 100. The weights add up to 1; prevalence is no signal, as the dumps do not state it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """Values of a count: the value of the first step with a limit that the count does not exceed, else `beyond`."""

    steps: tuple[tuple[int, int], ...]
    beyond: int


UNKNOWN = 50
"""Value of a signal for a release that lacks the information."""

UNIQUE = 90
"""Value of the pressing signal for a release without a master."""

PRESSINGS = Steps(((1, 100), (2, 85), (5, 60), (10, 35)), 10)
"""By the number of releases with the same master, the release itself included."""

CATALOGUE = Steps(((9, 100), (50, 75), (200, 50), (1000, 25)), 10)
"""By the number of releases of the smallest of its labels."""

DEGREE = Steps(((2, 90), (4, 70), (7, 50), (12, 30)), 10)
"""By the number of relationships that the release has in the graph."""

FORMATS = {
    "Test Pressing": 100,
    "Lathe Cut": 98,
    "Flexi-disc": 95,
    "Shellac": 90,
    "Blu-spec CD": 80,
    "Box Set": 70,
    '10"': 65,
    "8-Track Cartridge": 60,
    "CDr": 50,
    "Vinyl": 40,
    "Cassette": 35,
    "LP": 30,
    "CD": 10,
    "File": 5,
}
"""By the names and descriptions of its formats; the highest counts, and any not listed are ignored."""

YEARLY = 1.5
"""Points for age, for each year since the release, up to 100."""

REISSUE_YEARS = 10
REISSUE = 40
"""Points deducted from the age for another release of the same master in the last `REISSUE_YEARS` years."""

WEIGHTS = {
    "pressing_scarcity": 0.3125,
    "label_catalog": 0.125,
    "format_rarity": 0.125,
    "temporal_scarcity": 0.25,
    "graph_isolation": 0.1875,
}
"""Weight of each signal: 25, 10, 10, 20 and 15 of 80."""

TIERS = {"ultra-rare": 80, "rare": 60, "scarce": 40, "uncommon": 20, "common": 0}
"""Minimum score of each tier."""

KNOWN = {"artist": 0.4, "label": 0.3, "genre": 0.3}
"""Weight of each kind of fame; the score of a hidden gem is its rarity times their weighted sum."""
