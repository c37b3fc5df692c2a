"""Asset checks and their results; the blocking ones must pass before readers see a month.

The asset that has the numbers reports them with its materialisation.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import dagster as dg

from discogs_assets.defs import keys
from discogs_assets.defs.partitions import monthly
from discogs_assets.schema import musicbrainz, quality, thresholds
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.streams.parquet import Versions

Identity = tuple[str, Versions]
"""A month and the dumps it was made from."""


def _check(name: str, asset: dg.AssetKey, doc: str, blocking: bool = False) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=asset, description=doc, blocking=blocking, partitions_def=monthly)


_blocking = partial(_check, blocking=True)


AVAILABLE = {
    entity: _check(
        "run_available", keys.dump(entity), "A run of MusicBrainz' dumps is here; without, Discogs is alone."
    )
    for entity in musicbrainz.ENTITIES
}
READ = {
    entity: _check("file_read", keys.records(entity), "The file is here and could be read to its end.")
    for entity in musicbrainz.ENTITIES
}
EVERY = (*ENTITIES, *musicbrainz.ENTITIES)
"""The entities of both sources; no check on MusicBrainz blocks."""

ACCOUNTED = {
    entity: _check(
        "records_accounted",
        keys.records(entity),
        "Records framed in the dump = parsed + quarantined.",
        blocking=entity in ENTITIES,
    )
    for entity in EVERY
}
UNIQUE = {
    entity: _check("ids_unique", keys.records(entity), "No id occurs twice.", blocking=entity in ENTITIES)
    for entity in EVERY
}
COUNTED = {
    entity: _blocking(
        "count_within_bounds",
        keys.records(entity),
        f"No more than {thresholds.BOUNDS[entity].fall:.0%} of the records of the month before are missing, or "
        f"{thresholds.SLACK}. More than {thresholds.BOUNDS[entity].growth:.0%} a month in addition are a warning.",
    )
    for entity in ENTITIES
}
QUARANTINE = {
    entity: _check("quarantine_rate", keys.records(entity), "No more unreadable records than in the month before.")
    for entity in ENTITIES
}
COMPLETE = {
    entity: _check(
        "fields_complete",
        keys.records(entity),
        f"The share of records that have a part has not fallen by {thresholds.SHARE_FALL:.0%} of all or by half.",
    )
    for entity in ENTITIES
}
RESOLVE = {
    each.type: _check(
        "references_resolve",
        keys.relationships(each.type),
        f"The share of references that lead to a record has not fallen by {thresholds.SHARE_FALL:.0%} of all; of a "
        f"whole month it is at least {thresholds.RESOLVED:.0%}.",
    )
    for each in thresholds.REFERRING
}
DECLARED = {
    entity: _check(
        "nothing_undeclared",
        keys.records(entity),
        "Every element and attribute of the dump is read by a declaration; if not, the format has grown.",
    )
    for entity in EVERY
}
SHARES = {
    entity: _check(
        "flagged_share",
        keys.quality(entity),
        "No rule flags so many records that the dump, its reading or the rule itself is in doubt: "
        + ", ".join(f"{severity.value} {share:.0%}" for severity, share in quality.DOUBTFUL.items())
        + " of all.",
    )
    for entity in ENTITIES
}
CURRENT = {
    entity: _check(
        "predecessor_is_current",
        keys.changes(entity),
        "The month compared with is still the newest older one, made from the same dump.",
    )
    for entity in ENTITIES
}
ROWS = {
    table: _check(
        "rows_match",
        key,
        "Rows of the table = records, or repeated parts of them, in Parquet.",
        blocking=table in keys.TABLES,
    )
    for table, key in keys.LOADED.items()
}
COUNTS = {
    name: _blocking("counts_match", key, "What Neo4j counts = rows of the graph tables.")
    for name, key in keys.IMPORTED.items()
}
DOCUMENTS = {
    entity: _blocking("documents_match_rows", key, "Documents of the index = rows of Parquet that it is made from.")
    for entity, key in keys.SEARCH.items()
}

_OF_LAYERS = (ACCOUNTED, UNIQUE, COUNTED, ROWS, COUNTS, DOCUMENTS)

ALL = tuple(spec for found in _OF_LAYERS for spec in found.values() if spec.blocking)
"""Every check that publishing waits for."""


def result(spec: dg.AssetCheckSpec, expected: object, found: object) -> dg.AssetCheckResult:
    """Return a result that passes if `found` equals `expected`; numbers are plotted over the months."""
    said = f"expected {_format(expected)}, found {_format(found)}"
    numbers = {"expected": _plain(expected), "found": _plain(found)}
    return build_result(spec, expected == found, said, numbers, dg.AssetCheckSeverity.ERROR)


def build_result(
    spec: dg.AssetCheckSpec,
    passed: bool,
    said: str,
    numbers: Mapping[str, Any],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
) -> dg.AssetCheckResult:
    """Return a result in words and numbers; a failure is a warning by default."""
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=severity,
        description=said,
        metadata=dict(numbers),
    )


def report_undeclared(spec: dg.AssetCheckSpec, found: Mapping[str, int]) -> dg.AssetCheckResult:
    """Return a warning with the paths that no declaration reads, and their frequencies."""
    paths = ", ".join(f"{path} {count:,} times" for path, count in sorted(found.items()))
    source = "musicbrainz" if "musicbrainz" in spec.asset_key.path else "discogs"
    said = f"not read: {paths}. Declare it in schema/{source}.py" if found else "everything is read"
    numbers = {"paths": dg.MetadataValue.json(dict(found)), "occurrences": sum(found.values())}
    return build_result(spec, not found, said, numbers)


def shares(spec: dg.AssetCheckSpec, found: Mapping[quality.QualityRule, float]) -> dg.AssetCheckResult:
    """Return a warning with the rules that flag a larger share of all records than their severity allows."""
    beyond = {rule: share for rule, share in found.items() if share > quality.DOUBTFUL.get(rule.severity, 1.0)}
    rules = ", ".join(f"{rule.name} flags {share:.1%} of all records" for rule, share in beyond.items())
    said = f"{rules}. Compare with the month before: has the dump's format changed?" if beyond else "no rule does"
    return build_result(
        spec, not beyond, said, {"rules": len(beyond), "largest_share": max(beyond.values(), default=0.0)}
    )


def current(spec: dg.AssetCheckSpec, expected: Identity | None, found: Identity | None) -> dg.AssetCheckResult:
    """Return a warning if the changes are out of date.

    That is, they were made against another month than the newest older one, or against another dump of it.
    """
    same = expected is not None and found is not None and expected[0] == found[0]
    said = f"{found[0] if found else 'nothing'}{', of which another dump has been loaded since' if same else ''}"
    now = "" if same else f", but the newest older month is {expected[0] if expected else 'none'}"
    if expected == found:
        return build_result(spec, True, "compared with the newest older month", {})
    return build_result(spec, False, f"stale: compared with {said}{now}. Materialise it again.", {})


def of_partition(result: dg.AssetCheckResult, partition: str) -> dg.AssetCheckEvaluation:
    """Return the result as an event about another partition than the step's own."""
    assert result.asset_key
    assert result.check_name
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key,
        check_name=result.check_name,
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        partition=partition,
    )


def _format(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value: object) -> int | str:
    return value if isinstance(value, int) else str(value)
