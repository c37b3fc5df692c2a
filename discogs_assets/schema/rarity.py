"""How rare a release is: the signals, what each is worth, and how much it weighs.

What belongs here: numbers and their meaning. What doesn't: computing a score (see `streams.insights.rarity`).

A signal is a number from 0 to 100. How many people have a release is not in the dumps, so that prevalence is no signal,
and the weights of those there are make 1 together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """What a count is worth: that of the first step whose limit, counted in, it does not pass; else `beyond`."""

    steps: tuple[tuple[int, int], ...]
    beyond: int


UNKNOWN = 50
"""What a signal is worth of a release that says nothing about it."""

UNIQUE = 90
"""What the pressing signal is worth of a release that belongs to no master."""

PRESSINGS = Steps(((1, 100), (2, 85), (5, 60), (10, 35)), 10)
"""By the releases that have the same master, the release itself among them."""

CATALOGUE = Steps(((9, 100), (50, 75), (200, 50), (1000, 25)), 10)
"""By the releases of the smallest of its labels."""

DEGREE = Steps(((2, 90), (4, 70), (7, 50), (12, 30)), 10)
"""By the relationships that the release has in the graph."""

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
"""By the names and descriptions of its formats; the highest counts, and what is not listed doesn't."""

YEARLY = 1.5
"""Points of age for each year since the release, up to 100."""

REISSUE_YEARS = 10
REISSUE = 40
"""Points that another pressing takes from the age: one of the same master, so many years old at the most."""

WEIGHTS = {
    "pressing_scarcity": 0.3125,
    "label_catalog": 0.125,
    "format_rarity": 0.125,
    "temporal_scarcity": 0.25,
    "graph_isolation": 0.1875,
}
"""What each signal weighs: 25, 10, 10, 20 and 15 of 80."""

TIERS = {"ultra-rare": 80, "rare": 60, "scarce": 40, "uncommon": 20, "common": 0}
"""The least score of each tier."""

KNOWN = {"artist": 0.4, "label": 0.3, "genre": 0.3}
"""What a hidden gem is known by, and how much each weighs: rarity times this is its score."""
