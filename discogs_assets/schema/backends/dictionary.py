"""The data dictionary in Markdown, generated from the declarations.

`python -m discogs_assets.schema.backends.dictionary` writes it to `README.md` in this folder; a test compares the two.
"""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.schema import musicbrainz, thresholds
from discogs_assets.schema.backends import arrow, search, sql
from discogs_assets.schema.child_tables import Relation, relations
from discogs_assets.schema.discogs import ENTITIES, PLACEHOLDERS
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node
from discogs_assets.schema.insights import INSIGHTS
from discogs_assets.schema.model import OR, Derived, Entity, Field, One, Part, Rows, Texts
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, SHEETS
from discogs_assets.schema.musicbrainz_tables import RELATIONSHIPS as RELATIONSHIPS_SHEET
from discogs_assets.schema.quality import RULES

PLACE = Path(__file__).parent.with_name("README.md")

HEAD = """# Data dictionary

Made from the declarations in this folder by `python -m discogs_assets.schema.backends.dictionary`. The data is
Discogs', CC0, and in the last chapter MusicBrainz' core data, CC0.

Absent, empty and blank are the same: no value. In Parquet a repeated part without items is an empty list; in `data` it
is left out, as is everything without a value. An id of 0 means unlinked, a `master_id` of 0 no master: 0 stays in
Parquet and `data`, and is no value in typed columns and in the graph. `raw` lists texts that their typed value does not
give back, such as an id of `007`. Years are from 1860 to the one after the dump's.
"""

SEARCH = """## Search

Every repeated part has a table: its rows are told by the record's id and by counts, from 1, of the element in its
place. A track that is no part of an index track has the `sub_track` 0. The release is what tables without a record in
their name belong to. A row holds what the dump says; of a reference of 0 and of a number that is none there is nothing.

Columns with a text index answer `=`, `LIKE`, `ILIKE` and, through functions that are found unqualified, questions
without accents, capitals or signs. `catno_code` and `value_code` are catalogue numbers and barcodes as `code` gives
them. Texts of any length are loaded and found. Where a text is too long for a B-tree (2,704 bytes), that load's index
on the column holds trigrams: it answers `=` and `LIKE`, and does not sort. A primary key then is a unique index.
"""

QUALITY = """
## Data quality

`quality/discogs/{entity}` has a row for each record that a rule flags, and changes nothing: the record stays as the
dump has it. An `error` cannot be meant, a `warning` is most likely a mistake or a record not to be used, an `info` is
unusual or incomplete, often as printed. The same folder holds the counts as `report.md`.
"""


BOUNDED = f"""
## From month to month

A month is compared with the newest older one in the lake that was not refused itself. `count_within_bounds` refuses one
with fewer records than the bounds allow, and warns of one with more; {thresholds.SLACK} records more or fewer are
always within bounds. A person who knows better loads it with the config `accept: true`.
"""

RATES = f"""
A record is read if it is well-formed XML 1.0 by itself, its id is a number in ASCII digits (leading zeros, no sign, at
most 18 digits) and no single value of it is said twice, an empty element not counting. All others are set aside in
`quarantine/`, each with its bytes (as UTF-8) and the reason, and so is each element or text between records. A
reference that is no such number is null; its text is in `raw`. Encodings beside UTF-8 are honoured if they are
declared and have one byte a character; namespace prefixes of the root hold in every record.

A dump of which more than {thresholds.REFUSED_RECORDS} records and more than {thresholds.REFUSED_SHARE:.2%}
cannot be read is refused; `quarantine_rate` warns where there are more of them than in the month before.
`fields_complete` warns where the share of records that have a part (`complete/…` on the asset's page), and
`references_resolve` where the share of references that lead to a record, has fallen by
{thresholds.SHARE_FALL * 100:.0f} percentage points, or by half where it was under {thresholds.SHARE_FALL * 200:.0f}.
Where {thresholds.WHOLE:,} records or more may be referred to, {thresholds.RESOLVED:.0%} of the references have to lead
to one. These are the references of"""


INSIGHTS_HEAD = """
## Insights

`insights/{question}` has the answers to questions about a month, a file each, computed from its records and its graph.
In PostgreSQL they are `insights.{question}`.
"""

MUSICBRAINZ = """
## MusicBrainz

The dumps of MusicBrainz hold a record on each line, in JSON. Core data is taken, which is CC0. An empty text is no
value; a part that repeats and has no items is an empty list. `relations`, `urls` and `discogs` are the record's
relations, told apart by what they lead to. Of alternative places the first with a value counts; `{target}` is the key
that the relation's `target-type` names, with a hyphen or with an underscore. Several records may link to one id at
Discogs, and one to several.
"""

FLAT = """
`parquet/musicbrainz/relationships` has every relation once, in the direction of its type, and
`parquet/musicbrainz/external_links` the URLs. In PostgreSQL, with or without a match at Discogs:

| table | primary key | columns, **indexed** |
| --- | --- | --- |"""


def markdown() -> str:
    """Return the whole dictionary."""
    entities = (line for entity in ENTITIES for line in _entity(entity))
    parts = [HEAD, *entities, *_search(), *_graph(), *_quality(), *_bounds(), *_musicbrainz(), *_insights()]
    return "\n".join(parts).rstrip() + "\n"


def _entity(entity: Entity) -> Iterator[str]:
    yield f"## {entity.name}\n\n{entity.doc} An element `<{entity.record}>` of `<{entity.name}>`.\n"
    yield "| Parquet and `data` | in the XML | type | meaning |\n| --- | --- | --- | --- |"
    yield from _parts(entity.parts, "", "")
    yield f"| `{arrow.RAW}` | | list of path, text | Texts that their typed value does not give back. |\n"
    yield f"Table `{entity.name}` in PostgreSQL:\n\n| column | type | index | meaning |\n| --- | --- | --- | --- |"
    for column in sql.columns(entity):
        index = "primary key" if column.name == entity.key else column.index.value if column.index else ""
        yield f"| `{column.name}` | {column.type} | {index} | {column.doc} |"
    yield "\n| table | primary key | other columns, **indexed** | a row for each of the |\n| --- | --- | --- | --- |"
    yield from map(_relation, relations(entity))
    yield ""


def _musicbrainz() -> Iterator[str]:
    yield MUSICBRAINZ
    for entity in musicbrainz.ENTITIES:
        yield f"### {entity.name}\n\n{entity.doc} A line of `mbdump/{entity.name}`.\n"
        yield "| Parquet | in the JSON | type | meaning |\n| --- | --- | --- | --- |"
        yield from _parts(entity.parts, "", "")
        properties = ", ".join(f"`{each.prop}`" for each in entity.properties)
        yield f"\nOn its node `{entity.node}`: {properties}.\n"
    yield "| left out | why |\n| --- | --- |"
    for why in dict.fromkeys(musicbrainz.LEFT_OUT.values()):
        left = (f"`{key}`" for key, said in musicbrainz.LEFT_OUT.items() if said == why)
        yield f"| {', '.join(left)} | {why} |"
    yield FLAT
    for sheet in SHEETS:
        columns = (f"**`{each.name}`**" if each.index else f"`{each.name}`" for each in sql.columns(sheet))
        yield f"| `{sheet.source}.{sheet.name}` | {', '.join(sheet.key)} | {', '.join(columns)} |"
    yield from _sheet(RELATIONSHIPS_SHEET)
    yield from _sheet(EXTERNAL_LINKS)


def _relation(relation: Relation) -> str:
    columns = [column for column in sql.columns(relation) if column.name not in relation.key]
    shown = ", ".join(f"**`{each.name}`**" if each.index else f"`{each.name}`" for each in columns)
    parts = ", ".join(f"`{source.part}`" for source in relation.sources)
    return f"| `{relation.name}` | {', '.join(relation.key)} | {shown} | {parts} |"


def _search() -> Iterator[str]:
    yield SEARCH
    yield "| function | | for instance |\n| --- | --- | --- |"
    for each in (each for each in search.FUNCTIONS if each.example):
        yield f"| `{each.name}(text)` | {each.doc} | `{each.example}` |"


def _parts(parts: tuple[Part, ...], name: str, path: str) -> Iterator[str]:
    for part in parts:
        here = f"{name}{part.name}"
        if isinstance(part, Derived):
            yield f"| `{here}` | from `{part.source}` | {part.type.value} | {part.doc} |"
            continue
        ways = [path if each == "." else f"{path}/{each}".lstrip("/") for each in part.path.split(OR)]
        way = ways[0]
        yield f"| `{here}` | {OR.join(f'`{each}`' for each in ways)} | {_type(part)} | {part.doc} |"
        if isinstance(part, (One, Rows)):
            yield from _parts(part.fields, f"{here}[]." if isinstance(part, Rows) else f"{here}.", way)


def _type(part: Part) -> str:
    if isinstance(part, (Field, Derived)):
        return part.type.value
    return "list of texts" if isinstance(part, Texts) else "struct" if isinstance(part, One) else "list of structs"


def _graph() -> Iterator[str]:
    yield "## The graph\n\n| node | properties | meaning |\n| --- | --- | --- |"
    for node in NODES:
        yield f"| `{node.label}` | {', '.join(f'`{name}`' for name in _properties(node))} | {node.doc} |"
    yield "\n| relationship | from → to | properties | meaning |\n| --- | --- | --- | --- |"
    for each in RELATIONSHIPS:
        pairs = ", ".join(f"{start} → {end}" for start, end in each.pairs)
        yield f"| `{each.type}` | {pairs} | {', '.join(f'`{name}`' for name in each.properties)} | {each.doc} |"
    names = ", ".join(f"{number} {name}" for number, name in PLACEHOLDERS.items())
    yield f"\nNo relationship leads to the artists that stand for nobody: {names}."


def _properties(node: Node) -> list[str]:
    own = [each.prop for each in (*node.entity.properties, *node.enriched)] if node.entity else ["name"]
    return [*own, *(each.name for each in node.statistics)]


def _quality() -> Iterator[str]:
    yield QUALITY
    yield "| column | type | meaning |\n| --- | --- | --- |"
    for column in arrow.FLAGGED:
        yield f"| `{column.name}` | {column.type} | {column.metadata[b'doc'].decode()} |"
    yield "\n| rule | severity | records | where | what it says |\n| --- | --- | --- | --- | --- |"
    for rule in RULES:
        entities = ", ".join(entity.name for entity in rule.entities)
        yield f"| `{rule.name}` | {rule.severity.value} | {entities} | `{rule.field}` | {rule.doc} |"


def _bounds() -> Iterator[str]:
    yield BOUNDED
    yield "| entity | may fall by | may grow by, each month |\n| --- | --- | --- |"
    for each in thresholds.BOUNDS.values():
        yield f"| {each.entity.name} | {each.fall:.0%} | {each.growth:.0%} |"
    referring = (f"`{each.type}` (to {' and '.join(thresholds.target_labels(each))})" for each in thresholds.REFERRING)
    yield f"{RATES} {', '.join(referring)}."


def _insights() -> Iterator[str]:
    yield INSIGHTS_HEAD
    for sheet in INSIGHTS:
        yield from _sheet(sheet)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"\n### {sheet.name}\n\n{sheet.doc}\n\n| column | type | index | meaning |\n| --- | --- | --- | --- |"
    for field in sheet.fields:
        index = "primary key" if field.name in sheet.key else field.index.value if field.index else ""
        yield f"| `{field.name}` | {field.type.value} | {index} | {field.doc} |"


if __name__ == "__main__":
    PLACE.write_text(markdown())
