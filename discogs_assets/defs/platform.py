"""The stores and servers as one Dagster resource, opened when an asset asks for them.

What belongs here: which settings make which store, starting a server that is needed, and which month both show. What
doesn't: using them for anything else.
"""

from pathlib import Path

import dagster as dg

from discogs_assets.embedded import loads
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.postgres import PostgresServer
from discogs_assets.schema import discogs, musicbrainz
from discogs_assets.schema.model import Entity
from discogs_assets.settings import Settings
from discogs_assets.stores import lake, ledger, neo4j, postgres
from discogs_assets.stores.archive import Archive
from discogs_assets.stores.lake import Lake
from discogs_assets.stores.musicbrainz import MusicBrainz
from discogs_assets.stores.neo4j import Graph
from discogs_assets.stores.postgres import Postgres, month_of


class Platform(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Everything outside the process that assets read and write, as the settings have it."""

    @property
    def settings(self) -> Settings:
        """The settings of this moment; SettingError if Dagster's records are those of another home."""
        settings = Settings()
        settings.require_instance()
        return settings

    @property
    def home(self) -> Path:
        """The folder of everything we write."""
        return self.settings.home_folder

    @property
    def archive(self) -> Archive:
        """Published dumps and our verified copies."""
        return Archive.of(self.settings)

    @property
    def musicbrainz(self) -> MusicBrainz:
        """Runs of MusicBrainz' dumps and our verified copies."""
        return MusicBrainz.of(self.settings)

    @property
    def sources(self) -> dict[str, str]:
        """The sources that are named, by site; none of MusicBrainz if it is left out."""
        second = {} if self.musicbrainz.off else {musicbrainz.SOURCE: self.musicbrainz.origin}
        return {discogs.SOURCE: self.archive.origin, **second}

    def origins(self, entity: Entity) -> dict[str, str]:
        """Return by site the sources that records of the entity are bound to.

        Ids of Discogs that MusicBrainz states are those of the Discogs dumps which are named beside it.
        """
        return {site: named for site, named in self.sources.items() if site in {discogs.SOURCE, entity.source}}

    @property
    def lake(self) -> Lake:
        """The Parquet lake."""
        return lake.of(self.settings)

    def postgres(self) -> Postgres:
        """PostgreSQL: the external one, or our own, started if need be."""
        found = postgres.external(self.settings) or _own(PostgresServer(self.home))
        found.prepare()
        return found

    def restore_reader(self) -> None:
        """Take back what the reader of our own PostgreSQL has changed of its role."""
        if postgres.external(self.settings) is None:
            PostgresServer(self.home).restore_reader()

    def external_neo4j(self) -> Graph | None:
        """The Neo4j that we do not run, None if there is none."""
        return neo4j.external(self.settings)

    def neo4j(self) -> Neo4jServer:
        """Our own Neo4j; not started, since an import needs no server."""
        return Neo4jServer(self.home)

    def shown(self) -> set[str]:
        """The partitions that readers see: one, or two while a publication has reached one store and not the other."""
        tables = {month_of(table) for table in self.postgres().published().values()}
        if external := self.external_neo4j():
            held = ledger.read(external)
            return tables | ({f"{held.month}-01"} if held else set())
        month = loads.served_month(self.neo4j())
        return tables | ({f"{month}-01"} if month else set())


def _own(server: PostgresServer) -> Postgres:
    """Our own PostgreSQL, started if need be."""
    return Postgres(server.start().url, disk=server.status().folder)
