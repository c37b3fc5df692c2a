"""Worked examples of `discogs query`, and `cli/README.md`, the page that shows them with their answers.

After `discogs demo`, generate it with `python -m discogs_assets.cli.examples > discogs_assets/cli/README.md`.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass

from discogs_assets.cli.query import Question, run


@dataclass(frozen=True, slots=True)
class Example:
    """A query: its heading, its text in one of `query.LANGUAGES`, and the output format of its answer."""

    about: str
    language: str
    text: str
    form: str = "table"


# Every example has an ORDER BY, so that its answer is always the same.
EXAMPLES = (
    Example(
        "An artist, whatever the accents and capitals",
        "sql",
        "SELECT id, name, realname FROM artists WHERE words(name) @@ all_words('dahlback') ORDER BY id",
    ),
    Example(
        "A catalogue number, however it is written",
        "sql",
        """
SELECT r.id, r.artist, r.title, l.name AS label, l.catno, r.country, r.year
FROM release_labels l JOIN releases r ON r.id = l.release_id
WHERE l.catno_code = code('blp-1577') ORDER BY r.id
""",
    ),
    Example(
        "All pressings of a master",
        "sql",
        """
SELECT r.id, r.country, r.year, r.is_main_release AS main, f.name AS format,
       string_agg(DISTINCT l.catno, ', ') AS catnos
FROM masters m JOIN releases r ON r.master_id = m.id
JOIN formats f ON f.release_id = r.id JOIN release_labels l ON l.release_id = r.id
WHERE m.title = 'The Dark Side Of The Moon'
GROUP BY r.id, r.country, r.year, main, f.name ORDER BY r.year, r.id, f.name
""",
    ),
    Example(
        "Tracks and the parts of tracks",
        "sql",
        """
SELECT track, sub_track, position, title, duration
FROM tracks WHERE release_id = 1645802 ORDER BY track, sub_track
""",
    ),
    Example(
        "A label's first releases",
        "sql",
        """
SELECT r.year, l.catno, r.artist, r.title
FROM release_labels l JOIN releases r ON r.id = l.release_id
WHERE l.name = 'Blue Note' AND r.year IS NOT NULL ORDER BY r.year, l.catno, r.id LIMIT 5
""",
    ),
    Example(
        "Barcodes, as CSV",
        "sql",
        """
SELECT i.value_code AS barcode, r.artist, r.title, r.year
FROM identifiers i JOIN releases r ON r.id = i.release_id
WHERE i.type = 'Barcode' AND r.artist = 'Pink Floyd' ORDER BY barcode, r.id LIMIT 5
""",
        "csv",
    ),
    Example("A whole record, as JSON", "sql", "SELECT data FROM masters WHERE id = 24047 ORDER BY id", "json"),
    Example(
        "When the artists of a label lived, which MusicBrainz knows",
        "sql",
        """
SELECT DISTINCT m.name, m.begin_date AS born, m.end_date AS died, m.area
FROM release_labels l JOIN release_artists a USING (release_id)
JOIN musicbrainz.artists m ON m.discogs_id = a.artist_id
WHERE l.name = 'Blue Note' AND m.type = 'Person' ORDER BY born, m.name LIMIT 6
""",
    ),
    Example(
        "Where else an artist is described",
        "sql",
        """
SELECT l.type, l.url FROM musicbrainz.artists a JOIN musicbrainz.external_links l USING (mbid)
WHERE a.name = 'The Beatles' ORDER BY l.ordinal
""",
    ),
    Example(
        "The rarest releases, and why",
        "sql",
        """
SELECT release_id, artist, title, tier, round(rarity_score::numeric, 1) AS score, pressing_scarcity, format_rarity
FROM insights.release_rarity ORDER BY rarity_score DESC, release_id LIMIT 5
""",
    ),
    Example(
        "The members of a band, and where else they played",
        "cypher",
        """
MATCH (member:Artist)-[:MEMBER_OF]->(:Artist {name: "The Beatles"}) WITH DISTINCT member
OPTIONAL MATCH (member)-[:MEMBER_OF]->(other:Artist) WHERE other.name <> "The Beatles"
RETURN member.name AS member, collect(other.name) AS others ORDER BY member
""",
    ),
    Example(
        "Who played what on a record",
        "cypher",
        """
MATCH (a:Artist)-[c:CREDITED_ON {category: "performance"}]->(r:Release {title: "Filles De Kilimanjaro"})
RETURN r.id AS release, a.name AS artist, c.role AS role, c.tracks AS tracks ORDER BY release, artist, role
""",
    ),
    Example(
        "Credits by category, and who has most of them",
        "cypher",
        """
MATCH (a:Artist)-[c:CREDITED_ON]->(:Release)
WITH c.category AS category, a.name AS artist, count(*) AS credits ORDER BY credits DESC, artist
RETURN category, sum(credits) AS credits, head(collect(artist)) AS first ORDER BY credits DESC, category
""",
    ),
    Example(
        "Who was a member when, by MusicBrainz, with the instruments",
        "cypher",
        """
MATCH (a:Artist)-[m:MEMBER_OF {source: "musicbrainz"}]->(:Artist {name: "Pink Floyd"})
RETURN a.name AS member, m.begin AS since, m.end AS until, m.attributes AS what ORDER BY since, member, until
""",
    ),
    Example(
        "Who has worked with whom beyond their records",
        "cypher",
        """
MATCH (a:Artist)-[r {source: "musicbrainz"}]->(b:Artist) WHERE type(r) <> "MEMBER_OF"
RETURN type(r) AS relation, a.name AS who, b.name AS whom, r.begin AS since ORDER BY relation, who, whom, since LIMIT 8
""",
    ),
    Example(
        "The shortest path between two artists",
        "cypher",
        """
MATCH path = allShortestPaths(
  (:Artist {name: "John Lennon"})-[:BY|CREDITED_ON|APPEARS_ON|MEMBER_OF*..8]-(:Artist {name: "David Gilmour"}))
RETURN DISTINCT [step IN nodes(path) | coalesce(step.name, step.title)] AS steps ORDER BY steps LIMIT 3
""",
    ),
    Example(
        "The labels above a label",
        "cypher",
        """
MATCH path = (l:Label)-[:SUBLABEL_OF*]->(top:Label) WHERE NOT (top)-[:SUBLABEL_OF]->()
WITH path ORDER BY length(path) DESC, nodes(path)[0].name LIMIT 3
RETURN [each IN nodes(path) | each.name] AS chain ORDER BY chain
""",
    ),
    Example(
        "What the month changed",
        "parquet",
        """
SELECT c.id, coalesce(c.name, r.title) AS name, c.change, c.columns
FROM changes.releases c LEFT JOIN releases r USING (id) ORDER BY c.change, c.id
""",
    ),
    Example(
        "What is doubtful in it",
        "parquet",
        """
SELECT q.id, r.title, q.rule, q.severity, q.field, q.found
FROM quality.releases q JOIN releases r USING (id) ORDER BY q.rule, q.id LIMIT 8
""",
    ),
    Example(
        "Genres by decade",
        "parquet",
        """
FROM (PIVOT (SELECT unnest(genres) AS genre, year // 10 * 10 AS decade FROM releases WHERE year IS NOT NULL)
      ON decade USING count(*)) ORDER BY genre
""",
    ),
    Example(
        "The styles of each decade",
        "parquet",
        """
WITH named AS (SELECT unnest(styles) AS style, year // 10 * 10 AS decade FROM releases WHERE year IS NOT NULL),
counted AS (SELECT decade, style, count(*) AS releases FROM named GROUP BY ALL)
FROM counted QUALIFY row_number() OVER (PARTITION BY decade ORDER BY releases DESC, style) <= 2
ORDER BY decade, releases DESC, style
""",
    ),
    Example(
        "The artists in the middle of it all",
        "parquet",
        "SELECT rank, name, round(pagerank, 4) AS pagerank, degree, releases FROM insights.artist_centrality "
        "ORDER BY rank LIMIT 5",
    ),
    Example(
        "What the records lack",
        "parquet",
        """
SELECT entity, field, records, present, round(share, 3) AS share
FROM insights.data_completeness WHERE field IN ('realname', 'year', 'country', 'master_id', 'profile')
ORDER BY share, entity, field
""",
    ),
)

FLAGS = {"sql": "", "cypher": " --cypher", "parquet": " --parquet"}
FENCES = {"sql": "sql", "cypher": "cypher", "parquet": "sql"}
CHAPTERS = {
    "sql": "PostgreSQL: SQL",
    "cypher": "Neo4j: Cypher",
    "parquet": "The lake: SQL on Parquet, with no server",
}

OPENING = """# Questions and answers

Made by `python -m discogs_assets.cli.examples` where `discogs demo` has run: every answer is what the two sample months
say. Tables, columns, nodes and relationships are in [the data dictionary](../schema/README.md).

```sh
discogs query "SELECT title FROM releases WHERE year = 1969"       # PostgreSQL: the published month
discogs query --cypher "MATCH (l:Label) RETURN l.name LIMIT 5"     # Neo4j: the published month
discogs query --parquet "FROM changes.releases" --month 2026-11    # the lake: any month, by default its newest
discogs query --file question.sql --csv > answer.csv
echo "FROM tables" | discogs query --parquet --json -              # what the lake's month holds
```

A question may only read. A table shows 100 rows, or `--limit`; CSV and JSON have all, as they come. JSON is an array
with a record a line. Numbers have all their digits; NaN and infinite ones are the texts `"NaN"`, `"Infinity"` and
`"-Infinity"`. Dates, times and intervals are ISO 8601, nodes and relationships as Neo4j's HTTP API gives them, bytes
`\\x` and hexadecimal digits. In CSV an absent value is empty, and what is nested is JSON. DuckDB's answers count a
month of an interval as 30 days.

The lake's tables are called by the folders of its assets: `parquet/discogs/releases` is `discogs.releases` or
`releases`, `graph/nodes/Artist` is `nodes.Artist`, `graph/relationships/BY` is `relationships."BY"`, all else goes by
its layer: `changes.releases`, `quality.artists`. A file of yours is a table, too: `FROM 'collection.csv'`."""

BESIDE = """## In a notebook

In the folder of `.discogs`, with the servers up. Polars reads the lake as it lies there, and one in S3 by its address;
in our own PostgreSQL the role `reader` may only read. An external server is the one of `.env`."""

NOTEBOOK = """
import json
import subprocess
from pathlib import Path

import neo4j
import polars as pl
import psycopg

months = pl.scan_parquet(".discogs/lake/parquet/discogs/releases/2026-11-01/*.parquet")
print(months.filter(pl.col("year") == 1969).select("id", "artist", "title").sort("id").head(3).collect())

passwords = json.loads(Path(".discogs/credentials.json").read_text())
status = json.loads(subprocess.check_output(["discogs", "status", "--json"]))
address = {each["server"]: each["address"] for each in status}

place = address["PostgreSQL"].partition("@")[2]
with psycopg.connect(f"postgresql://reader:{passwords['postgres/reader']}@{place}") as connection:
    question = "SELECT country, count(*) AS releases FROM releases GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3"
    print(pl.read_database(question, connection))

with neo4j.GraphDatabase.driver(address["Neo4j"], auth=("neo4j", passwords["neo4j/neo4j"])) as driver:
    question = "MATCH (g:Genre) RETURN g.name AS genre, g.first_year AS since ORDER BY since, genre LIMIT 3"
    print(pl.DataFrame(driver.execute_query(question, routing_="r").records, schema=["genre", "since"], orient="row"))
"""


def page() -> str:
    """Return the page; raises the error of a store that does not answer."""
    chapters = ("\n\n".join([f"## {title}", *_shown(language)]) for language, title in CHAPTERS.items())
    return "\n\n".join([OPENING, *chapters, _notebook()]) + "\n"


def _shown(language: str) -> Iterator[str]:
    for each in EXAMPLES:
        if each.language == language:
            flags = f"{FLAGS[language]}{'' if each.form == 'table' else f' --{each.form}'}"
            asked = f"```{FENCES[language]}\n{each.text.strip()}\n```"
            yield f"### {each.about}\n\n`discogs query{flags}`\n\n{asked}\n\n{_fenced(answer(each))}"


def answer(example: Example) -> str:
    """Return the output of `discogs query` for the example."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        run(Question(example.text, example.language), example.form, None)
    return printed.getvalue()


def _notebook() -> str:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(NOTEBOOK, "notebook", "exec"), {})  # noqa: S102 - our own text, whose output the page shows
    return f"{BESIDE}\n\n```python\n{NOTEBOOK.strip()}\n```\n\n{_fenced(printed.getvalue())}"


def _fenced(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
    return f"```\n{lines}\n```"


if __name__ == "__main__":
    sys.stdout.write(page())
