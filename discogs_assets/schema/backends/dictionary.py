"""The data dictionary in Markdown, generated from the declarations.

`python -m discogs_assets.schema.backends.dictionary` writes it to `README.md` in this folder; a test compares the two.
"""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.schema import musicbrainz, thresholds
from discogs_assets.schema.backends import arrow, search, sql
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.child_tables import Relation, relations
from discogs_assets.schema.discogs import ENTITIES, PLACEHOLDERS
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.graph import NODES, RELATIONSHIPS, Node
from discogs_assets.schema.insights import INSIGHTS
from discogs_assets.schema.model import OR, Derived, Entity, Field, One, Part, Rows, Texts
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, SHEETS
from discogs_assets.schema.musicbrainz_tables import RELATIONSHIPS as RELATIONSHIPS_SHEET
from discogs_assets.schema.quality import RULES
from discogs_assets.schema.roles import CATEGORIES, OTHER

PLACE = Path(__file__).parent.with_name("README.md")

HEAD = """# Data dictionary

Generated from the declarations in this folder by `python -m discogs_assets.schema.backends.dictionary`. The data comes
from Discogs (CC0) and, in the chapter on MusicBrainz, from the core data of MusicBrainz (CC0).

An absent, empty or blank element is no value. In Parquet a repeated part without items is an empty list; in `data` it
is omitted, as is everything without a value. An id of 0 means unlinked, and a `master_id` of 0 means no master: 0 is
kept in Parquet and `data`, and is null in typed columns and absent from the graph. `raw` lists texts that their typed
value does not reproduce, such as an id of `007`. Years are from 1860 to the year after the dump.
"""

SEARCH = f"""## Search

Every repeated part has a table. Its key is the id of the record and the position of the element in each list, from 1.
A track that is not part of an index track has the `sub_track` 0. Tables without a record in their name belong to
releases. A row holds the values of the dump; a reference of 0 and a number that cannot be parsed are null. In
`credit_roles`, a credit of the whole release has the `track` and `sub_track` 0; categories are
{", ".join(f"`{each}`" for each in (*CATEGORIES, OTHER))}.

Columns with a text index serve `=`, `LIKE`, `ILIKE` and, with the functions below, searches that ignore accents, case
and punctuation. The index of track titles serves words alone: `words(title) @@ all_words('…')`. The functions are
PostgreSQL's, not the lake's, and need no schema prefix. `catno_code` and `value_code` are catalogue numbers and
barcodes in the form that `code` returns. Texts of any length are loaded and searchable. If a load has a text too long
for a B-tree (2,704 bytes), its index on that column is a trigram index, which serves `=` and `LIKE` but no ordering;
instead of a primary key it has a unique index.

`data @> '…'` has no index: it is a sequential scan. On 20,000 generated releases a GIN index with `jsonb_path_ops` adds
39 % to the size of the table with its indexes (34 MB to 87 MB) and takes 1.4 times as long to build as all its other
indexes together; it answers a query for a format and a country in 7 ms instead of 121 ms. To have it for one month,
create it as the owner on the table that the view shows (`\\d+ discogs.releases` names it); the next load lacks it:
`CREATE INDEX ON discogs_2026_11.releases__0001 USING gin (data jsonb_path_ops)`.

A month loaded before a table or an index was added is shown as it is until it is published again. Publishing it
without a table that it lacks, such as `credit_roles`, is refused with the tables to load. In a Neo4j database loaded
over Bolt before name variations were searched, run `DROP INDEX artist_fulltext` once before the next load.
"""

QUALITY = """
## Data quality

`quality/discogs/{entity}` has a row for each record and rule that flags it. Flags change nothing: the record stays as
it is in the dump. An `error` is a contradiction or a missing essential value, a `warning` is most likely a mistake or a
record that must not be used, an `info` is unusual or incomplete, often as printed. The asset's metadata `report` has
the counts.
"""


BOUNDED = f"""
## Comparison with the month before

A month is compared with the newest older month in the lake that was not refused. `count_within_bounds` refuses a month
with fewer records than the bounds allow, and warns of one with more. A difference of up to {thresholds.SLACK} records
is always within bounds. To load a refused month, materialise it with the config `accept: true`.
"""

RATES = f"""
A record is read if it is well-formed XML 1.0 by itself, its id is a number in ASCII digits (leading zeros allowed, no
sign, at most 18 digits), and none of its single values is repeated, not counting empty elements. All other records, and
all elements and texts between records, go to `quarantine/` with their bytes (as UTF-8) and the reason. A reference that
is not such a number is null; its text is in `raw`. Encodings other than UTF-8 are supported if they are declared and
have one byte per character. Namespace prefixes of the root are valid in every record.

A dump is refused if more than {thresholds.REFUSED_RECORDS} and more than {thresholds.REFUSED_SHARE:.2%} of its records
cannot be read; `quarantine_rate` warns if there are more of them than in the month before. `fields_complete` compares
the share of records with a value in each part (`complete/…` on the page of the asset), `references_resolve` the share
of references that lead to a record. Both warn if a share has fallen by {thresholds.SHARE_FALL * 100:.0f} percentage
points, or by half if it was under {thresholds.SHARE_FALL * 200:.0f}. If the referenced entity has
{thresholds.WHOLE:,} records or more, at least {thresholds.RESOLVED:.0%} of the references must lead to a record.
References by id are those of"""


INSIGHTS_HEAD = """
## Insights

`insights/{question}` answers questions about a month from its records and its graph, one file for each. In PostgreSQL
the tables are `insights.{question}`.
"""

MUSICBRAINZ = """
## MusicBrainz

The dumps of MusicBrainz have a JSON record on each line. Only core data is read, which is CC0. An empty text is no
value; a repeated part without items is an empty list. `relations`, `urls` and `discogs` are the relations of the
record, by the kind of their target. If there are alternative paths, the first with a value applies; `{target}` is the
key named by the `target-type` of the relation, with a hyphen or with an underscore. Several records may link to the
same Discogs id, and a record may link to several.
"""

FLAT = """
`parquet/musicbrainz/relationships` has every relation once, in the direction of its type, and
`parquet/musicbrainz/external_links` the URLs. In PostgreSQL, with or without a match at Discogs:

| table | primary key | columns, **indexed** |
| --- | --- | --- |"""


def markdown() -> str:
    """Return the whole dictionary."""
    entities = (line for entity in ENTITIES for line in _entity(entity))
    parts = [HEAD, *entities, *_search(), *_graph(), *_quality(), *_bounds(), *_musicbrainz()]
    return "\n".join([*parts, *_insights(), *_changes()]).rstrip() + "\n"


def _entity(entity: Entity) -> Iterator[str]:
    yield f"## {entity.name}\n\n{entity.doc} An element `<{entity.record}>` of `<{entity.name}>`.\n"
    yield "| Parquet and `data` | in the XML | type | meaning |\n| --- | --- | --- | --- |"
    yield from _parts(entity.parts, "", "")
    yield f"| `{arrow.RAW}` | | list of path, text | Texts that no typed value reproduces. |\n"
    yield f"Table `{entity.name}` in PostgreSQL:\n\n| column | type | index | meaning |\n| --- | --- | --- | --- |"
    for column in sql.columns(entity):
        index = "primary key" if column.name == entity.key else column.index.value if column.index else ""
        yield f"| `{column.name}` | {column.type} | {index} | {column.doc} |"
    yield "\n| table | primary key | other columns, **indexed** | one row per item of |\n| --- | --- | --- | --- |"
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
    yield "| not read | reason |\n| --- | --- |"
    for why in dict.fromkeys(musicbrainz.LEFT_OUT.values()):
        left = (f"`{key}`" for key, reason in musicbrainz.LEFT_OUT.items() if reason == why)
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
    yield "| function | meaning | example |\n| --- | --- | --- |"
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
    yield f"\nNo relationship leads to placeholder artists: {names}."


def _properties(node: Node) -> list[str]:
    own = [each.prop for each in (*node.entity.properties, *node.enriched)] if node.entity else ["name"]
    return [*own, *(each.name for each in node.statistics)]


def _quality() -> Iterator[str]:
    yield QUALITY
    yield "| column | type | meaning |\n| --- | --- | --- |"
    for column in arrow.FLAGGED:
        yield f"| `{column.name}` | {column.type} | {column.metadata[b'doc'].decode()} |"
    yield "\n| rule | severity | records | field | meaning |\n| --- | --- | --- | --- | --- |"
    for rule in RULES:
        entities = ", ".join(entity.name for entity in rule.entities)
        yield f"| `{rule.name}` | {rule.severity.value} | {entities} | `{rule.field}` | {rule.doc} |"


def _bounds() -> Iterator[str]:
    yield BOUNDED
    yield "| entity | maximum fall | maximum growth per month |\n| --- | --- | --- |"
    for each in thresholds.BOUNDS.values():
        yield f"| {each.entity.name} | {each.fall:.0%} | {each.growth:.0%} |"
    referring = (f"`{each.type}` (to {' and '.join(thresholds.target_labels(each))})" for each in thresholds.REFERRING)
    yield f"{RATES} {', '.join(referring)}."


def _insights() -> Iterator[str]:
    yield INSIGHTS_HEAD
    for sheet in INSIGHTS:
        yield from _sheet(sheet)


def _changes() -> Iterator[str]:
    yield "\n## Changes\n"
    yield "`changes/discogs/{entity}` writes the edits to `edits/discogs/{entity}` in the lake, with the same columns."
    yield from _sheet(CHANGES)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"\n### {sheet.name}\n\n{sheet.doc}\n\n| column | type | index | meaning |\n| --- | --- | --- | --- |"
    for field in sheet.fields:
        index = "primary key" if field.name in sheet.key else field.index.value if field.index else ""
        yield f"| `{field.name}` | {field.type.value} | {index} | {field.doc} |"


if __name__ == "__main__":
    PLACE.write_text(markdown())
