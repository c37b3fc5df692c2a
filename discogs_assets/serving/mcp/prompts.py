"""Prompts for frequent jobs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Prompt:
    """A prompt: its arguments with descriptions, and the text that takes them."""

    doc: str
    arguments: Mapping[str, str]
    text: str

    def fill(self, given: Mapping[str, str]) -> str:
        """Return the text. Raises LookupError if an argument is missing, ValueError if one is too long."""
        values = {name: " ".join(given[name].split()) for name in self.arguments}
        if any(len(value) > LENGTH_MAX for value in values.values()):
            raise ValueError(f"expected arguments of at most {LENGTH_MAX} characters")
        return self.text.format(**values)


LENGTH_MAX = 300

PROMPTS: Mapping[str, Prompt] = {
    "discography": Prompt(
        "Discography of an artist.",
        {"artist": "Name of the artist"},
        "Give the discography of the artist «{artist}» from the Discogs tools. Find the id with search (types=artist); "
        "if several artists fit, show them and ask. List the masters with explore (view=list, category=masters), by "
        "year, with ids; follow next_offset to the end. Add groups, aliases and members from get_artist_details "
        "(view=record), and say for which month the data is.",
    ),
    "provenance": Prompt(
        "Provenance of a pressing: where, when and by whom it was made.",
        {"release": "Discogs id of the release, or title, label and catalogue number"},
        "Tell the provenance of the pressing «{release}» from the Discogs tools. Find its id with search or "
        "find_releases (catno:…) if it is not given. Read get_release_details with view=record (companies, identifiers "
        "such as matrix and barcode, notes), view=credits (mastering, lacquer cut), view=rarity; then its master, "
        "and find_releases (master_id:…) for the other pressings and its place among them. Separate facts "
        "of the record from conclusions.",
    ),
    "compare_two_labels": Prompt(
        "Comparison of two labels.",
        {"first": "Name of a label", "second": "Name of the other label"},
        "Compare the labels «{first}» and «{second}» from the Discogs tools. Find their ids with search (types=label). "
        "Use get_label_details with view=compare and both ids, get_trends with view=compare for their years, and "
        "view=similar for their neighbours. Say what they share, where they differ, and on how many releases each "
        "statement rests.",
    ),
    "new_this_month": Prompt(
        "Changes of the published month.",
        {},
        "Say what is new this month in Discogs. get_graph_stats (view=months) names the published month; get_changes "
        "with view=counts and in_month has the numbers, view=list with change=added and entity=releases, artists, "
        "labels the additions. Look up a few with their details, and close with get_rankings (view=anniversaries).",
    ),
}
