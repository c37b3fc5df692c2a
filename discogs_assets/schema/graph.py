"""The graph model: node labels, relationship types and the column names by which Neo4j's importer reads them.

What belongs here: what follows from the entities' links, and the nodes and relationships that no record of their own
declares. What doesn't: computing any of them (see `streams.graph`).
"""

from dataclasses import dataclass

from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity, Link, Texts


@dataclass(frozen=True, slots=True)
class Node:
    """A node label: one node per record of `entity`, or per distinct text of the part `values` of several entities."""

    label: str
    doc: str
    entity: Entity | None = None
    values: str = ""

    @property
    def sources(self) -> tuple[Entity, ...]:
        """The entities whose records the nodes come from."""
        if self.entity:
            return (self.entity,)
        return tuple(e for e in ENTITIES if any(link.to == self.label for link in e.links))


@dataclass(frozen=True, slots=True)
class Stated:
    """The relationships that one link of one entity states; `start` and `end` are node labels."""

    entity: Entity
    link: Link

    @property
    def start(self) -> str:
        """The label of the nodes they leave."""
        return self.entity.node if self.link.outward else self.link.to

    @property
    def end(self) -> str:
        """The label of the nodes they reach."""
        return self.link.to if self.link.outward else self.entity.node


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship type with all that states it; none for the computed PART_OF."""

    type: str
    doc: str
    stated: tuple[Stated, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of start and end labels that occur."""
        return tuple(dict.fromkeys((each.start, each.end) for each in self.stated)) or (("Style", "Genre"),)

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that a relationship may have."""
        links = [each.link for each in self.stated]
        named = [name for link in links for name, _ in (*link.properties, *link.collect)]
        placed = ["position"] if any(link.position for link in links) else []
        return tuple(dict.fromkeys([*named, *placed])) if links else ("release_count",)

    @property
    def sources(self) -> tuple[Entity, ...]:
        """The entities whose records state them."""
        return tuple(dict.fromkeys(each.entity for each in self.stated)) or (PART_OF_SOURCE,)

    @property
    def ends(self) -> tuple[str, ...]:
        """The node labels that a relationship has to find."""
        found = [each.link.to for each in self.stated]
        return tuple(dict.fromkeys(found)) or ("Style", "Genre")


PART_OF_SOURCE = next(entity for entity in ENTITIES if entity.name == "releases")

NODES = (
    *(Node(entity.node, entity.doc, entity) for entity in ENTITIES),
    Node("Genre", "A genre that a release or master names.", values="genres"),
    Node("Style", "A style that a release or master names.", values="styles"),
)
"""All node labels."""

DOCS = {
    "MEMBER_OF": "From a member to the group, whichever of the two says so.",
    "ALIAS_OF": "From an alias to the artist that names it; both ways where both do.",
    "SUBLABEL_OF": "From a label to its parent, whichever of the two says so.",
    "BY": "From a release or master to a main artist: anv is the name as printed, join the text after it.",
    "ON": "From a release to its label: catno is the first number, catnos all of them where there are several.",
    "DERIVED_FROM": "From a release to its master; main_release is true for the edition that stands for it.",
    "IS": "From a release or master to a genre or style.",
    "PART_OF": "From a style to each genre whose releases, of that genre alone, name it; release_count says how many.",
}

_STATED = [Stated(entity, link) for entity in ENTITIES for link in entity.links]

RELATIONSHIPS = tuple(
    Relationship(kind, doc, tuple(each for each in _STATED if each.link.type == kind)) for kind, doc in DOCS.items()
)
"""All relationship types."""


def node(label: str) -> Node:
    """The node of this label; KeyError if there is none."""
    return {each.label: each for each in NODES}[label]


def id_column(label: str) -> str:
    """The column that identifies a node: Discogs' id, kept as a property, or a number of the import's own."""
    return f"id:ID({label})" if node(label).entity else f":ID({label})"


def list_column(name: str) -> str:
    """Where a file holds a property that is a list of texts; the importer takes the type from the name."""
    return f"{name}:string[]"


def start_column(label: str) -> str:
    """Where a relationship's file holds the node it leaves."""
    return f":START_ID({label})"


def end_column(label: str) -> str:
    """Where a relationship's file holds the node it reaches."""
    return f":END_ID({label})"


def meanings(name: str) -> dict[str, str]:
    """What each column of a label's or a type's files means; KeyError if there is no such label or type."""
    relationship = {each.type: each for each in RELATIONSHIPS}.get(name)
    return _of_relationship(relationship) if relationship else _of_node(node(name))


def _of_node(each: Node) -> dict[str, str]:
    column = id_column(each.label)
    if each.entity is None:
        return {column: "A number of the import's own.", "name": each.doc}
    parts = each.entity.properties
    docs = {list_column(part.prop) if isinstance(part, Texts) else part.prop: part.doc for part in parts}
    return {**docs, column: docs[each.entity.key]}


def _of_relationship(each: Relationship) -> dict[str, str]:
    docs = {
        "position": "Place in the order of the credit, from 1.",
        "release_count": "Releases that name the style and this genre alone.",
    }
    for stated in each.stated:
        part = stated.entity.part(stated.link.rows) if stated.link.rows else stated.entity
        fields = {inner.name: inner.doc for inner in getattr(part, "fields", getattr(part, "parts", ()))}
        docs |= {name: fields[source] for name, source in stated.link.properties}
        docs |= {list_column(name): f"All of: {fields[source]}" for name, source in stated.link.collect}
    for start, end in each.pairs:
        docs |= {start_column(start): f"The {start} it leaves.", end_column(end): f"The {end} it reaches."}
    return docs
