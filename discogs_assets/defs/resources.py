"""The stores and servers as one Dagster resource, opened when an asset asks for them."""

from functools import cached_property
from pathlib import Path

import dagster as dg

from discogs_assets.connections import Connections
from discogs_assets.connections.graph import GraphStore
from discogs_assets.schema import discogs, musicbrainz
from discogs_assets.schema.model import Entity
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.postgres.loads import Postgres


class Platform(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Everything outside the process that assets read and write, as configured by the settings.

    Settings are read once per instance. Dagster makes an instance for each run, step process and sensor tick, so each
    of them sees the current environment.
    """

    @cached_property
    def settings(self) -> Settings:
        """Settings on first use. Raises SettingError if Dagster's records are those of another home."""
        settings = Settings()
        settings.require_instance()
        return settings

    @cached_property
    def connections(self) -> Connections:
        """Stores opened with these settings."""
        return Connections(self.settings)

    @property
    def home(self) -> Path:
        """Folder of everything we write."""
        return self.settings.home_folder

    @property
    def archive(self) -> Archive:
        """Published dumps and our verified copies."""
        return self.connections.archive

    @property
    def musicbrainz(self) -> MusicBrainz:
        """MusicBrainz exports and our verified copies."""
        return self.connections.musicbrainz

    @property
    def sources(self) -> dict[str, str]:
        """Configured sources by site; without MusicBrainz if it is left out."""
        second = {} if self.musicbrainz.off else {musicbrainz.SOURCE: self.musicbrainz.origin}
        return {discogs.SOURCE: self.archive.origin, **second}

    def origins(self, entity: Entity) -> dict[str, str]:
        """Return, by site, the sources that records of the entity are bound to.

        Discogs ids stated by MusicBrainz refer to the Discogs dumps configured with it.
        """
        return {site: named for site, named in self.sources.items() if site in {discogs.SOURCE, entity.source}}

    @property
    def lake(self) -> Lake:
        """The Parquet lake."""
        return self.connections.lake

    @property
    def graph(self) -> GraphStore:
        """Neo4j; not started, since an import needs no server."""
        return self.connections.graph

    def postgres(self) -> Postgres:
        """Return PostgreSQL; an embedded server is started."""
        return self.connections.tables.start()

    def read_published_partitions(self) -> set[str]:
        """Return the partitions that readers see: one, or two while a publication is open."""
        return self.connections.read_published_partitions()
