"""A layer of the asset graph: what its assets have in common, said once.

What belongs here: partitions, group, owner, retries, and how our errors become Dagster's. What doesn't: any asset.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from discogs_assets import faults
from discogs_assets.defs import lifeline
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.platform import Platform
from discogs_assets.errors import TerminalError, TransientError

OWNERS = ["team:data"]

RETRIES = dg.RetryPolicy(max_retries=3, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For what is transient; a terminal error ends the step at once."""

NOT_BEFORE = "retry_not_before"
"""Metadata key of a failure: the moment before which no retry helps. A `Failure` without it is terminal."""

LAST = -1
"""Priority of what no other step waits for."""

Result = dg.MaterializeResult[object]
Body = Callable[[dg.AssetExecutionContext, Platform], Result]
Several = Callable[[dg.AssetExecutionContext, Platform], Iterator[Result]]


@contextmanager
def failures() -> Iterator[None]:
    """What cannot be mended by trying again ends the step without a retry; whatever else is raised may be retried.

    That is a terminal error, a full disk, and an error that names the moment before which no retry helps: it is in the
    failure's metadata. The step's process dies with its run's.
    """
    lifeline.tie()
    try:
        yield
    except Exception as error:
        found = faults.explain(error)
        moment = found.retry_not_before if isinstance(found, TransientError) else None
        if isinstance(found, TerminalError) or moment is not None:
            later = {NOT_BEFORE: dg.MetadataValue.timestamp(moment)} if moment else None
            description = f"{type(found).__name__}: {found}"
            raise dg.Failure(description=description, metadata=later, allow_retries=False) from error
        if found is None or found is error:
            raise
        raise found from error


@dataclass(frozen=True, slots=True)
class Layer:
    """The assets of one group, made by one version of one code."""

    group: str
    kinds: frozenset[str]
    code_version: str

    def asset(
        self,
        key: dg.AssetKey,
        doc: str,
        deps: Iterable[dg.AssetKey] = (),
        checks: Sequence[dg.AssetCheckSpec] = (),
        pool: str | None = None,
        priority: int = 0,
        config: type[dg.Config] | None = None,
    ) -> Callable[[Body], dg.AssetsDefinition]:
        """An asset whose body takes the step's context and the platform and returns its result.

        Of the steps of a run that are ready, those of higher priority start first. A run may give values of `config`.
        """

        def decorate(body: Body) -> dg.AssetsDefinition:
            @dg.asset(
                key=key,
                deps=list(deps),
                description=doc,
                group_name=self.group,
                kinds=set(self.kinds),
                owners=OWNERS,
                code_version=self.code_version,
                partitions_def=monthly,
                check_specs=checks,
                retry_policy=RETRIES,
                pool=pool,
                op_tags={"dagster/priority": str(priority)},
                config_schema=config.to_config_schema().as_field() if config else None,
            )
            def compute(context: dg.AssetExecutionContext, platform: Platform):  # type: ignore[no-untyped-def]
                with failures():
                    return body(context, platform)

            return compute

        return decorate

    def several(
        self, name: str, specs: Sequence[dg.AssetSpec], checks: Sequence[dg.AssetCheckSpec], pool: str
    ) -> Callable[[Several], dg.AssetsDefinition]:
        """Assets that one step makes, each of which can be asked for alone.

        What the body yields no result of is not made, with its checks, and neither is what is downstream of it.
        """

        def decorate(body: Several) -> dg.AssetsDefinition:
            @dg.multi_asset(
                name=name,
                specs=specs,
                check_specs=checks,
                can_subset=True,
                retry_policy=RETRIES,
                pool=pool,
            )
            def compute(context: dg.AssetExecutionContext, platform: Platform):  # type: ignore[no-untyped-def]
                with failures():
                    yield from body(context, platform)

            return compute

        return decorate

    def spec(
        self,
        key: dg.AssetKey,
        doc: str,
        deps: Iterable[dg.AssetKey],
        metadata: dict[str, object] | None = None,
    ) -> dg.AssetSpec:
        """One of the assets that a single step makes together, or does not make."""
        return dg.AssetSpec(
            key,
            deps=list(deps),
            description=doc,
            group_name=self.group,
            kinds=set(self.kinds),
            owners=OWNERS,
            code_version=self.code_version,
            partitions_def=monthly,
            skippable=True,
            metadata=metadata or {},
        )
