"""Registry of the tools over the questions."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import State

from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.queries.search.filters import Simple
from discogs_assets.serving.tools.answers import ToolAnswer
from discogs_assets.serving.tools.statements import STATEMENT_TOOLS, StatementTool
from discogs_assets.serving.tools.tool import Tool, ToolError, View
from discogs_assets.stores.search.conditions import FILTERABLE

ID = {"type": "integer"}
NAME = "exact, or give id"


def _view(question: str, doc: str = "", **more: Any) -> View:
    """Return a view; `page` is short for the default limit."""
    if size := more.pop("page", None):
        more["defaults"] = {"limit": size, **more.get("defaults", {})}
    return View(QUESTIONS[question], doc, **more)


def _node(kind: str, name: str = "id", *suggestions: str) -> View:
    return _view("node", names={name: "id"}, fixed={"type": kind}, next=suggestions)


SEARCH = Tool(
    "search",
    "Find entities by words of a name or title, or a catalogue number. Start here: other tools need the ids.",
    {
        "all": _view(
            "search",
            "all words",
            names={"query": "q"},
            page=10,
            omitted=("highlight", "relevance", "facets", "query"),
            next=("details by type and id of a result: get_artist_details, get_release_details …",),
        ),
        "complete": _view(
            "autocomplete", "names that begin so", names={"query": "q"}, hidden=("type",), omitted=("score",)
        ),
    },
    {"types": "default: all"},
)

ARTIST = Tool(
    "get_artist_details",
    "An artist.",
    {
        "overview": _node(
            "artist",
            "id",
            "explore type=artist id={id} category=masters",
            "get_credits id={id}",
            "get_collaborators artist_id={id}",
        ),
        "record": _view("artist", "profile, aliases, members, URLs"),
        "similar": _view("similar_artists", page=10),
        "rarity": _view("artist_rarity", page=15),
    },
    {"id": ID},
)

LABEL = Tool(
    "get_label_details",
    "A label.",
    {
        "overview": _node("label", "id", "find_releases filter=label_id:{id}"),
        "record": _view("label", "profile, contact, sublabels"),
        "dna": _view("label_dna", "shares of genres, styles, formats, decades"),
        "similar": _view("label_similar"),
        "rarity": _view("label_rarity", page=15),
        "compare": _view("label_dna_compare", "dna of 2 to 5 labels by ids"),
    },
    {"id": ID, "ids": {"items": ID}},
)

MASTER = Tool(
    "get_master_details",
    "A master: a work whose pressings are releases.",
    {
        "overview": _node("master", "id", "find_releases filter=master_id:{id} for all pressings"),
        "record": _view("master"),
        "tracks": _view("master_tracks", page=50),
        "videos": _view("master_videos", page=20),
    },
    {"id": ID},
)

RELEASE = Tool(
    "get_release_details",
    "A release (pressing).",
    {
        "overview": _node(
            "release",
            "id",
            "get_release_details id={id} view=record",
            "get_master_details id={master_id}",
            "get_release_details id={id} view=credits",
        ),
        "record": _view("release", "formats, companies, identifiers (matrix, barcode), notes"),
        "tracks": _view("release_tracks", page=50),
        "videos": _view("release_videos", page=20),
        "credits": _view("credits_release", names={"id": "release_id"}, page=30),
        "rarity": _view("release_rarity", names={"id": "release_id"}),
    },
    {"id": ID},
)

GENRE = Tool(
    "get_genre_details",
    "A genre.",
    {
        "overview": _node("genre", "name"),
        "decades": _view("genre_trends", names={"name": "genre"}),
    },
    {"name": "such as Funk / Soul"},
)

STYLE = Tool("get_style_details", "A style.", {"overview": _node("style", "name")}, {"name": "such as Deep House"})

PATH = Tool(
    "find_path",
    "Shortest path between two entities.",
    {"path": _view("path")},
    {
        "from_name": NAME,
        "via": "default: all but labels, genres",
    },
)

TRENDS = Tool(
    "get_trends",
    "Releases by year.",
    {
        "one": _view("trends", names={"entity_type": "type"}),
        "compare": _view("compare_trends", "up to 6"),
    },
    {"name": NAME, "entities": "type:id or type:name, such as label:281, genre:Rock"},
)

STATISTICS = Tool(
    "get_graph_stats",
    "Facts about the data set as a whole.",
    {
        "counts": _view("graph_stats"),
        "months": _view("months"),
        "years": _view("year_range"),
        "completeness": _view("data_completeness", "share of records with a year etc."),
        "computed": _view("insights_status", "times of insights"),
        "musicbrainz": _view("enrichment_status", "links to it"),
    },
)

COLLABORATORS = Tool(
    "get_collaborators",
    "Main artists on the same releases; for engineers, producers, sidemen: get_credits.",
    {
        "direct": _view("collaborators", names={"artist_id": "id"}, page=15),
        "network": _view("network", "within depth", names={"artist_id": "id"}, page=40),
        "communities": _view("cluster", names={"artist_id": "id"}, page=10),
        "centrality": _view("centrality", names={"artist_id": "id"}),
    },
    {},
)

TREE = Tool(
    "get_genre_tree",
    "Genres and their styles.",
    {
        "tree": _view("genre_tree", omitted=("share", "primary")),
        "emergence": _view("genre_emergence", "first years"),
    },
)

EXPLORE = Tool(
    "explore",
    "Neighbours of an entity in the graph.",
    {
        "categories": _view("explore", "counts"),
        "list": _view("expand", "those of a category", names={"name": "node_id"}, defaults={"name": ""}, page=40),
        "discover": _view("recommend", "recommendations within hops"),
    },
    {"name": NAME, "before_year": "until then"},
)

FIND = Tool(
    "find_releases",
    "Releases by a filter, with counts of values. The filter joins conditions by AND, OR, NOT and brackets: "
    'genre:"Funk / Soul" AND (format:Vinyl OR format:CD) AND year:1970..1979 AND credit:"Rudy Van Gelder" AS '
    f'"Mastered By". Fields: {", ".join(FILTERABLE)}. has is video or master.',
    {
        "releases": _view(
            "facets",
            hidden=tuple(Simple.__annotations__),
            page=10,
            omitted=("link", "filter", "artists"),
            next=("get_release_details id={results[0][id]}",),
        )
    },
    {"facets": "fields whose values are counted", "sort": "popularity: of the most pressed masters first"},
)

CREDITS = Tool(
    "get_credits",
    "Credits of engineers, producers, musicians, designers.",
    {
        "person": _view("credits_person", defaults={"name": ""}, page=20),
        "profile": _view("credits_profile", defaults={"name": ""}),
        "timeline": _view("credits_timeline", defaults={"name": ""}),
        "shared": _view(
            "credits_shared",
            "of two people",
            names={"name": "person1", "name2": "person2", "id": "id1"},
            page=15,
        ),
        "connections": _view("credits_connections", "people on the same releases", defaults={"name": ""}, page=40),
        "top": _view("credits_top", "of a category", page=30),
        "complete": _view("credits_autocomplete", "names that begin so", names={"name": "q"}, omitted=("score",)),
    },
    {"name": NAME},
)

RANKINGS = Tool(
    "get_rankings",
    "Ranked lists.",
    {
        "artists": _view("top_artists", page=30),
        "labels": _view("label_longevity", "longest active", page=20),
        "anniversaries": _view("this_month", "this month", page=30),
        "rarest": _view("rarity_leaderboard", page=20),
        "hidden_gems": _view("hidden_gems", "rare, by known artists", page=20),
    },
)

MUSICBRAINZ = Tool(
    "get_musicbrainz",
    "The MusicBrainz record linked to a record of Discogs.",
    {
        "record": _view("musicbrainz", omitted=("data",)),
        "relationships": _view("musicbrainz_relationships", page=30),
        "links": _view("musicbrainz_links", page=40),
    },
)

CHANGES = Tool(
    "get_changes",
    "Edits from month to month.",
    {
        "counts": _view("change_counts"),
        "list": _view("changes", "of a month", page=30),
        "history": _view("history", "of a record", page=30),
    },
    {"in_month": "such as 2026-11"},
)

TOOLS: Mapping[str, Tool] = {
    each.name: each
    for each in (
        *(SEARCH, ARTIST, LABEL, RELEASE, MASTER, GENRE, STYLE),
        *(PATH, TRENDS, STATISTICS, COLLABORATORS, TREE),
        *(EXPLORE, FIND, CREDITS, RANKINGS, MUSICBRAINZ, CHANGES),
    )
}
"""Tools by name."""

PATHS = {
    view.question.path: tool.name if len(tool.views) == 1 else f"{tool.name} view={name}"
    for tool in TOOLS.values()
    for name, view in tool.views.items()
}
"""Tools by the API's paths, which errors name."""

PATH_NAMED = re.compile(r"/api/[a-z/-]*[a-z]")


def list_tools(statements: bool = False) -> Mapping[str, Tool | StatementTool]:
    """Return the tools by name, with the ones that run statements if these are allowed."""
    return {**TOOLS, **STATEMENT_TOOLS} if statements else TOOLS


async def call_tool(state: State, name: str, arguments: Mapping[str, Any], *, statements: bool = False) -> ToolAnswer:
    """Return the answer of a tool; `state` is that of the application.

    Raises ToolError with a text that says what to try, in terms of tools.
    """
    known = list_tools(statements)
    if name not in known:
        advice = " It needs the token that DISCOGS_API_TOKEN sets." if name in STATEMENT_TOOLS else ""
        raise ToolError(f"{name[:100]!r} is no tool here.{advice} Try one of: {', '.join(known)}.")
    try:
        return await known[name].call(state, arguments)
    except ToolError as error:
        said = PATH_NAMED.sub(lambda found: PATHS.get(found[0], found[0]), str(error))
        raise ToolError(said, **error.more) from error
