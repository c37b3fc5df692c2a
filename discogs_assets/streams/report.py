"""Data quality report in Markdown, with all texts of a dump escaped."""

import re
from collections.abc import Iterator

from discogs_assets.schema.model import Entity
from discogs_assets.schema.quality import QualityRule, Severity, rules
from discogs_assets.streams.quality import KEPT, Sample, Tally

HEAD = "| severity | rule | records | share | meaning | first records |\n| --- | --- | ---: | ---: | --- | --- |"

CHARACTERS = 60
"""Characters of a finding shown."""

SPECIAL = re.compile(r"([\\`*_\[\]<>!|~&:@.$])")
"""Characters with a meaning in Markdown inside a line, bare addresses included."""


def markdown(tally: Tally, month: str) -> str:
    """Return counts, shares and samples by rule, the most severe and most frequent first."""
    return "\n".join(_lines(tally, month)) + "\n"


def _lines(tally: Tally, month: str) -> Iterator[str]:
    found = [rule for rule in rules(tally.entity) if tally.counts[rule.name]]
    clean = [f"`{rule.name}`" for rule in rules(tally.entity) if rule not in found]
    yield f"# Data quality of {tally.entity.name}, {month}\n"
    yield f"{tally.flagged:,} of {tally.records:,} records are flagged ({percent(tally.flagged, tally.records)}).\n"
    if found:
        yield HEAD
        yield from (_line(tally, rule) for rule in sorted(found, key=lambda rule: _weight(tally, rule)))
        yield f"\nThe bytes of the first {KEPT:,} records of each rule are kept: {tally.kept:,} records in all.\n"
    if clean:
        yield f"Rules without flags: {', '.join(clean)}."


def _weight(tally: Tally, rule: QualityRule) -> tuple[int, int]:
    return list(Severity).index(rule.severity), -tally.counts[rule.name]


def _line(tally: Tally, rule: QualityRule) -> str:
    count = tally.counts[rule.name]
    samples = ", ".join(_sample(tally.entity, each) for each in tally.samples[rule.name])
    share = percent(count, tally.records)
    return f"| {rule.severity.value} | `{rule.name}` | {count:,} | {share} | {rule.doc} | {samples} |"


def _sample(entity: Entity, sample: Sample) -> str:
    link = f"[{sample.id}]({page(entity, sample.id)})"
    return f"{link} {escape(shorten_text(sample.found))}".rstrip()


def page(entity: Entity, number: int) -> str:
    """Return the record's address at Discogs."""
    return f"https://www.discogs.com/{entity.record}/{number}"


def percent(part: int, whole: int) -> str:
    """Return a share as a readable percentage, even if tiny: 12 %, 0.03 %, less than 0.0001 %."""
    share = 100 * part / whole if whole else 0.0
    return "< 0.0001 %" if 0 < share < 0.0001 else f"{share:.2g} %" if share < 10 else f"{share:.0f} %"


def shorten_text(text: str, characters: int = CHARACTERS) -> str:
    """Return the text as one line, cut if it is longer than `characters`."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def escape(text: str) -> str:
    """Return the text as one line of Markdown that shows it literally."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
