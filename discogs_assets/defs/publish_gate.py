"""Proof that a store may show a partition, from Dagster's records of assets and blocking checks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from discogs_assets.defs import event_log, keys, metadata
from discogs_assets.defs.event_log import Checked, Materialised
from discogs_assets.errors import PublishRefusedError
from discogs_assets.schema import discogs, musicbrainz
from discogs_assets.streams import parquet

NAMED = 3
"""Number of objections that a message names."""

Proof = Mapping[dg.AssetKey, Materialised]


def prove(
    instance: dg.DagsterInstance,
    partition: str,
    assets: Iterable[dg.AssetKey],
    checks: Sequence[dg.AssetCheckSpec],
    established: Proof | None = None,
) -> Proof:
    """Return the latest materialisations of these assets and of all assets that these checks judge.

    Raises PublishRefusedError, with every objection in its note, if
    - an asset is missing,
    - a check failed, is missing, or is older than the data it judges,
    - the parts, including `established` ones, were made from different dumps, or
    - the dumps are of different uploads of the month.

    The proof rests on records, not on the order of runs: a blocking check blocks only inside its own run, but the data
    shown may come from several runs.
    """
    needed = list(dict.fromkeys([*assets, *(spec.asset_key for spec in checks)]))
    found = event_log.latest_of(instance, needed, partition)
    proof = {key: each for key, each in found.items() if each is not None}
    results = event_log.results(instance, [spec.key for spec in checks], partition)
    for key, result in results.items():
        data = proof.get(key.asset_key)
        # A failure that somebody reported for the asset, not for one materialisation, stands.
        reported = result.refuses and result.judged is None
        if data and not reported and not result.judges(data):
            results[key] = event_log.judging(instance, key, partition, data) or result
    against = [
        *(f"{key.to_user_string()} is not materialised" for key in needed if key not in proof),
        *_unproven(checks, proof, results),
        *_find_mixed({**(established or {}), **proof}),
        *_of_two_uploads(() if established else _dumps(instance, partition, proof)),
    ]
    if against:
        raise _refuse(partition[:7], against)
    return proof


def _refuse(month: str, against: Sequence[str]) -> PublishRefusedError:
    """Return an error of one line; if it omits objections, its note, kept in the run's log, lists all of them."""
    omitted = len(against) - NAMED
    more = f"; and {omitted} more reasons" if omitted > 0 else ""
    error = PublishRefusedError(
        f"{month} is not published, readers keep what they have: {'; '.join(against[:NAMED])}{more}. "
        f"Load what is missing or out of date, and publish: discogs load {month}"
    )
    if omitted > 0:
        error.add_note("\n".join([f"All {len(against)} reasons:", *against]))
    return error


def _unproven(
    checks: Sequence[dg.AssetCheckSpec], proof: Proof, results: Mapping[dg.AssetCheckKey, Checked]
) -> Iterator[str]:
    for spec in checks:
        result, judged = results.get(spec.key), proof.get(spec.asset_key)
        name = f"the check {spec.name} on {spec.asset_key.to_user_string()}"
        if result is None:
            yield f"{name} has not run"
        elif result.passed is None:
            yield f"{name} has not finished"
        elif result.refuses:
            yield f"{name} failed ({result.description})"
        elif judged is not None and not result.judges(judged):
            yield f"{name} is older than the data"


def _find_mixed(proof: Proof) -> Iterator[str]:
    """Yield objections to entities made from different dumps and to sites with different sources."""
    made_from = [metadata.read_versions(each.metadata) for each in proof.values()]
    titles = [entity.title for entity in (*discogs.ENTITIES, *musicbrainz.ENTITIES)]
    for name in (*titles, *(f"{site}{parquet.SOURCE}" for site in (discogs.SOURCE, musicbrainz.SOURCE))):
        distinct = sorted({value for versions in made_from for value in versions.get(name, [])})
        if len(distinct) > 1:
            shown = f"sha256 {', '.join(each[:12] for each in distinct)}" if name in titles else ", ".join(distinct)
            yield f"the parts were made from different {parquet.mixture(name)} ({shown})"


def _dumps(instance: dg.DagsterInstance, partition: str, proof: Proof) -> Iterator[Materialised]:
    """Yield the Discogs dumps, as downloaded, that the parts were made from."""
    for entity in discogs.ENTITIES:
        versions = [metadata.read_versions(each.metadata) for each in proof.values()]
        used = [found[entity.title] for found in versions if entity.title in found]
        taken = event_log.recent(instance, keys.dump(entity), partition) if used else []
        yield from [each for each in taken if metadata.read_versions(each.metadata).get(entity.title) in used][:1]


def _of_two_uploads(dumps: Iterable[Materialised]) -> Iterator[str]:
    """Yield an objection to dumps of different days, unless one was taken from an upload of just these days."""
    found = [dump for dump in dumps if dump.text(metadata.DAY)]
    days = sorted({dump.text(metadata.DAY) for dump in found})
    if len(days) > 1 and " ".join(days) not in {dump.text(metadata.UPLOAD) for dump in found}:
        yield f"its dumps are of different uploads ({', '.join(days)}): materialise dumps/discogs/* again"
