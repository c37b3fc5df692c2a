"""Layers: partitions, group, owner and retries common to their assets, and our errors as Dagster's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from discogs_assets import faults
from discogs_assets.defs import keys
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import run_monitor
from discogs_assets.errors import TerminalError, TransientError
from discogs_assets.settings import Settings

OWNERS = Settings().owners.split(",")

RETRIES = dg.RetryPolicy(max_retries=3, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Retry policy for transient errors; a terminal error ends the step at once."""

NOT_BEFORE = "retry_not_before"
"""Metadata key of a failure: the earliest time of a useful retry. A `Failure` without it is terminal."""

LAST = -1
"""Priority of steps that no other step waits for."""

Result = dg.MaterializeResult[object]
Body = Callable[[dg.AssetExecutionContext, Platform], Result]
Several = Callable[[dg.AssetExecutionContext, Platform], Iterator[Result]]


@contextmanager
def failures() -> Iterator[None]:
    """Map errors that an early retry cannot solve to `dg.Failure(allow_retries=False)`; let the rest be retried.

    These are terminal errors, a full disk, and errors that name the earliest time of a useful retry. The failure's
    metadata has that time. In addition, the step's process is made to die with the process of its run.
    """
    run_monitor.tie()
    try:
        yield
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError) as error:
        # By its retry policy, Dagster would retry the step.
        raise dg.Failure(description=run_monitor.INTERRUPTED, allow_retries=False) from error
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


def _locate(body: Callable[..., object]) -> dict[str, object]:
    """Return metadata with the file and line of an asset's body, which the UI links to."""
    code = body.__code__
    place = dg.LocalFileCodeReference(file_path=code.co_filename, line_number=code.co_firstlineno)
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


def _move_metadata(context: dg.AssetExecutionContext, result: Result) -> Result:
    """Attach the metadata of a result to its materialisation; Dagster would also store it in the step output."""
    if result.metadata:
        context.add_asset_metadata(result.metadata, result.asset_key)
    return result._replace(metadata=None)


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of assets, with one code version."""

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
        """Return a decorator that makes an asset of a body, called with the step's context and the platform.

        Among the ready steps of a run, those of higher priority start first. A run may set values of `config`.
        """

        def decorate(body: Body) -> dg.AssetsDefinition:
            @dg.asset(
                key=key,
                deps=list(deps),
                description=doc,
                group_name=self.group,
                kinds=set(self.kinds),
                owners=OWNERS,
                tags=keys.tags(key),
                metadata=_locate(body),
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
                    return _move_metadata(context, body(context, platform))

            return compute

        return decorate

    def several(
        self, name: str, specs: Sequence[dg.AssetSpec], checks: Sequence[dg.AssetCheckSpec], pool: str
    ) -> Callable[[Several], dg.AssetsDefinition]:
        """Return a decorator that makes assets of one step; each asset can be selected alone.

        An asset without a result from the body is not materialised or checked, and its downstream assets are skipped.
        """

        def decorate(body: Several) -> dg.AssetsDefinition:
            @dg.multi_asset(
                name=name,
                specs=[spec.merge_attributes(metadata=_locate(body)) for spec in specs],
                check_specs=checks,
                can_subset=True,
                retry_policy=RETRIES,
                pool=pool,
            )
            def compute(context: dg.AssetExecutionContext, platform: Platform):  # type: ignore[no-untyped-def]
                with failures():
                    for result in body(context, platform):
                        yield _move_metadata(context, result)

            return compute

        return decorate

    def spec(
        self,
        key: dg.AssetKey,
        doc: str,
        deps: Iterable[dg.AssetKey],
        metadata: dict[str, object] | None = None,
    ) -> dg.AssetSpec:
        """Return the spec of an asset that one step materialises, or skips, together with others."""
        return dg.AssetSpec(
            key,
            deps=list(deps),
            description=doc,
            group_name=self.group,
            kinds=set(self.kinds),
            owners=OWNERS,
            tags=keys.tags(key),
            code_version=self.code_version,
            partitions_def=monthly,
            skippable=True,
            metadata=metadata or {},
        )
