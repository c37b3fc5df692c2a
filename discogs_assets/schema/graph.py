"""The graph model: node labels, relationship types and the column names that Neo4j's importer reads."""

from dataclasses import dataclass

from discogs_assets.schema import musicbrainz, roles
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Derived, Entity, Field, Link, Texts

TEXT_LIMIT = 2_000
"""Maximum length of an indexed text, in characters: Neo4j's range indexes refuse values over about 8,000 bytes."""

COUNTED = next(entity for entity in ENTITIES if entity.name == "releases")
"""Entity of the records counted by statistics and PART_OF."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A node property computed from the node's releases.

    `over` is the part of a release with the distinct values to count; if empty, the releases themselves are counted.
    The part `year` gives the smallest year instead.
    """

    name: str
    doc: str
    over: str = ""

    @property
    def link(self) -> Link | None:
        """Link to the counted nodes; None for releases and years."""
        return link_of(self.over)


@dataclass(frozen=True, slots=True)
class Node:
    """A node label: one node per record of `entity`, or per distinct text of the part `values` of several entities.

    `statistics` are computed from the releases that refer to the node in their part `named`.
    """

    label: str
    doc: str
    entity: Entity | None = None
    values: str = ""
    named: str = ""
    statistics: tuple[Statistic, ...] = ()

    @property
    def enriching(self) -> Entity | None:
        """MusicBrainz entity that adds properties to the nodes, or None."""
        return next((each for each in musicbrainz.ENTITIES if each.node == self.label), None)

    @property
    def enriched(self) -> tuple[Field | Derived | Texts, ...]:
        """Properties added by MusicBrainz."""
        return self.enriching.properties if self.enriching else ()

    @property
    def sources(self) -> tuple[Entity, ...]:
        """Discogs entities that the nodes and their statistics are derived from."""
        stating = (e for e in ENTITIES if any(link.to == self.label for link in e.links))
        own = (self.entity,) if self.entity else tuple(stating)
        return tuple(dict.fromkeys([*own, *([COUNTED] if self.statistics else [])]))

    @property
    def ends(self) -> tuple[str, ...]:
        """Labels, backed by records, of the nodes that the statistics count; only existing nodes count."""
        found = (each.link.to for each in self.statistics if each.link and each.link.key)
        return tuple(dict.fromkeys(found))


def link_of(part: str) -> Link | None:
    """Return the link of a release that reads this part alone, or None."""
    return next((link for link in COUNTED.links if part and link.rows == (part,)), None)


@dataclass(frozen=True, slots=True)
class Stated:
    """The relationships declared by one link of one entity; `start` and `end` are node labels."""

    entity: Entity
    link: Link

    @property
    def start(self) -> str:
        """Label of the start nodes."""
        return self.entity.node if self.link.outward else self.link.to

    @property
    def end(self) -> str:
        """Label of the end nodes."""
        return self.link.to if self.link.outward else self.entity.node


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship type with every link that states it; none for the computed PART_OF.

    `musicbrainz` is the type of the MusicBrainz relations between artists that also state it, or are its only source.
    """

    type: str
    doc: str
    stated: tuple[Stated, ...] = ()
    musicbrainz: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of start and end labels that occur."""
        found = [*((each.start, each.end) for each in self.stated), *([ARTISTS_BOTH] if self.musicbrainz else [])]
        return tuple(dict.fromkeys(found)) or (("Style", "Genre"),)

    @property
    def properties(self) -> tuple[str, ...]:
        """Properties that a relationship may have."""
        found = [name for each in self.stated for name in _properties(each.link)]
        computed = [] if self.stated or self.musicbrainz else [*PART_OF]
        return tuple(dict.fromkeys([*found, *(RELATED if self.musicbrainz else []), *computed]))

    @property
    def sources(self) -> tuple[Entity, ...]:
        """Discogs entities that the relationships are derived from."""
        return tuple(dict.fromkeys(each.entity for each in self.stated)) or (() if self.musicbrainz else (COUNTED,))

    @property
    def ends(self) -> tuple[str, ...]:
        """Node labels that a relationship has to look up."""
        found = [*(each.link.to for each in self.stated), *(["Artist"] if self.musicbrainz else [])]
        return tuple(dict.fromkeys(found)) or ("Style", "Genre")


ARTISTS_BOTH = ("Artist", "Artist")

RELATED = {
    "source": "musicbrainz; absent if the relationship comes from Discogs.",
    "begin": "Begin date, as precise as known: 1960, 1960-08 or 1960-08-12.",
    "end": "End date, in the same form.",
    "ended": "True if it has ended, even on an unknown date.",
    "attributes": "Attributes, such as instruments, original, guest.",
}
"""Properties of a relationship stated by MusicBrainz."""

PART_OF = {
    "release_count": "Number of releases with the style and no genre but this one.",
    "share": "Their share of all releases with the style and a single genre, from 0 to 1.",
    "primary": "True for the genre with the most such releases; on a tie, for the first by name.",
}
"""Properties of the computed relationship between a style and its genres."""


def _properties(link: Link) -> list[str]:
    per = [link.per, "category"] if link.roles else [link.per] if link.per else []
    named = [name for name, _ in (*link.properties, *link.lists, *link.joined)]
    return [*per, *named, *(["position"] if link.position else [])]


RELEASES = Statistic("release_count", "Number of its releases.")
ARTISTS = Statistic("artist_count", "Number of main artists of these releases, without placeholder artists.", "artists")
LABELS = Statistic("label_count", "Number of labels of these releases.", "labels")
GENRES = Statistic("genre_count", "Number of genres of these releases.", "genres")
STYLES = Statistic("style_count", "Number of styles of these releases.", "styles")
FIRST_YEAR = Statistic("first_year", "Year of the earliest of these releases.", "year")


def _node(entity: Entity) -> Node:
    counted = (RELEASES, ARTISTS, GENRES, FIRST_YEAR) if entity.node == "Label" else ()
    return Node(entity.node, entity.doc, entity, named="labels" if counted else "", statistics=counted)


NODES = (
    *map(_node, ENTITIES),
    Node(
        "Genre",
        "A genre of a release or master.",
        values="genres",
        named="genres",
        statistics=(RELEASES, ARTISTS, LABELS, STYLES, FIRST_YEAR),
    ),
    Node(
        "Style",
        "A style of a release or master.",
        values="styles",
        named="styles",
        statistics=(RELEASES, ARTISTS, LABELS, GENRES, FIRST_YEAR),
    ),
)
"""All node labels."""

DOCS = {
    "MEMBER_OF": "From a member to its group, stated by either of them; MusicBrainz adds separate ones with dates.",
    "ALIAS_OF": "From an alias to the artist that lists it; in both directions if both list each other.",
    "SUBLABEL_OF": "From a label to its parent, stated by either of them.",
    "BY": "From a release or master to a main artist; anv is the name as printed, join the text after it.",
    "ON": "From a release to its label; catno is the first catalogue number, catnos lists them if there are several.",
    "IN_SERIES": "From a release to its series, which is a label; catno is the number within the series.",
    "DERIVED_FROM": "From a release to its master; main_release is true for the main release.",
    "IS": "From a release or master to a genre or style.",
    "APPEARS_ON": "From an artist of tracks to the release; tracks has their positions.",
    "CREDITED_ON": "From a credited artist to the release, one for each role on the release or its tracks.",
    "WORKED_ON": "From a company, which is a label, to the release, one for each role.",
    "COLLABORATED_WITH": "From an artist to a project or artist of a collaboration; MusicBrainz.",
    "TAUGHT": "From a teacher to a pupil; MusicBrainz.",
    "TRIBUTE_TO": "From a tribute artist to the original artist; MusicBrainz.",
    "FOUNDED": "From a founder to the group; MusicBrainz.",
    "SUPPORTED": "From a supporting musician to the artist or group; MusicBrainz.",
    "SUBGROUP_OF": "From a subgroup to its group; MusicBrainz.",
    "RENAMED_TO": "From an artist to its later name; MusicBrainz.",
    "PART_OF": "From a style to each genre that is the only genre of a release with the style.",
}

_STATED = [Stated(entity, link) for entity in ENTITIES for link in entity.links]

MUSICBRAINZ = {
    "MEMBER_OF": "member of band",
    "COLLABORATED_WITH": "collaboration",
    "TAUGHT": "teacher",
    "TRIBUTE_TO": "tribute",
    "FOUNDED": "founder",
    "SUPPORTED": "supporting musician",
    "SUBGROUP_OF": "subgroup",
    "RENAMED_TO": "artist rename",
}
"""Types of MusicBrainz relations between artists, by the relationship type of the graph."""

RELATIONSHIPS = tuple(
    Relationship(kind, doc, tuple(each for each in _STATED if each.link.type == kind), MUSICBRAINZ.get(kind, ""))
    for kind, doc in DOCS.items()
)
"""All relationship types."""


def node(label: str) -> Node:
    """Return the node declaration of this label. Raises KeyError if there is none."""
    return {each.label: each for each in NODES}[label]


def id_column(label: str) -> str:
    """Return the column with a node's id: the Discogs id, kept as a property, or a number assigned for the import."""
    return f"id:ID({label})" if node(label).entity else f":ID({label})"


def column_of(part: Field | Derived | Texts) -> str:
    """Return the column of a property in a node file."""
    return list_column(part.prop) if isinstance(part, Texts) else part.prop


def list_column(name: str) -> str:
    """Return the column of a list of texts in an import file; the importer takes the type from the name."""
    return f"{name}:string[]"


def start_column(label: str) -> str:
    """Return the column with the start node in a relationship file."""
    return f":START_ID({label})"


def end_column(label: str) -> str:
    """Return the column with the end node in a relationship file."""
    return f":END_ID({label})"


def meanings(name: str) -> dict[str, str]:
    """Return the description of each column in the files of a label or type. Raises KeyError if it is unknown."""
    relationship = {each.type: each for each in RELATIONSHIPS}.get(name)
    return _of_relationship(relationship) if relationship else _of_node(node(name))


def _of_node(each: Node) -> dict[str, str]:
    column = id_column(each.label)
    counted = {statistic.name: statistic.doc for statistic in each.statistics}
    if each.entity is None:
        return {column: "Number assigned for the import.", "name": each.doc} | counted
    parts = each.entity.properties
    docs = {column_of(part): part.doc for part in (*parts, *each.enriched)}
    return {**docs, column: docs[each.entity.key]} | counted


def _of_relationship(each: Relationship) -> dict[str, str]:
    docs = {} if each.stated or each.musicbrainz else dict(PART_OF)
    if each.musicbrainz:
        docs |= {list_column(name) if name == "attributes" else name: doc for name, doc in RELATED.items()}
    for stated in each.stated:
        docs |= _of_link(stated)
    for start, end in each.pairs:
        docs |= {start_column(start): f"Start node: {start}.", end_column(end): f"End node: {end}."}
    return docs


def _of_link(stated: Stated) -> dict[str, str]:
    link = stated.link
    parts = [getattr(stated.entity.part(rows), "fields", ()) for rows in link.rows] or [stated.entity.parts]
    fields = {part.name: part.doc for inner in parts for part in inner}
    docs = {"position": "Position in the credit, from 1."} if link.position else {}
    if link.per:
        docs[link.per] = "Role, with details in brackets." if link.roles else fields[link.per]
    if link.roles:
        docs["category"] = f"Category of the role: {', '.join([*roles.CATEGORIES, roles.OTHER])}."
    docs |= {name: fields[source] for name, source in link.properties}
    docs |= {list_column(name): f"All values of: {fields[source]}" for name, source in link.lists}
    return docs | {name: f"{fields[source]} For a credit of a track, its position." for name, source in link.joined}
