"""The site data.metabrainz.org and others of its form: a page that lists exports, and one for each with its files."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.stores.dumps.sources import html_index, musicbrainz_exports
from discogs_assets.stores.dumps.sources.dump_file import Published
from discogs_assets.stores.dumps.sources.http import Web


@dataclass(frozen=True, slots=True)
class Index(Web, musicbrainz_exports.Runs):
    """A site of MusicBrainz exports.

    The file LATEST is not read: its export may be incomplete, and the choice is among all exports anyway.
    """

    SETTING: ClassVar[str] = musicbrainz_exports.SETTING
    EXAMPLE: ClassVar[str] = "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/"
    ABSENT: ClassVar[str] = "Runs come twice a week, and only the newest two are kept."
    REQUESTS: ClassVar[int | None] = 60
    PAGE_RETRY_SECONDS: ClassVar[float] = 10.0

    def names(self) -> list[str]:
        """Return the names of the exports, newest first. Raises ServerError, an alarm, if the page names none."""
        found = {name for name in html_index.names(self.page("")) if musicbrainz_exports.made(name)}
        if not found:
            raise ServerError(
                f"{self.title} answers with a page that lists no runs, expected links such as 20261121-001001/: its "
                f"form has changed, or it is another page. Set {self.SETTING} to where runs are, or to off."
            )
        return sorted(found, reverse=True)

    def files(self, run: str) -> list[Published]:
        """Return the usable files of an export; none if it no longer exists."""
        try:
            found = html_index.names(self.page(f"{run}/"))
        except DumpMissingError:
            return []
        files = {name: musicbrainz_exports.part(f"{run}/{name}", f"{run}/{name}") for name in found}
        return [file for file in files.values() if file]

    def query(self, file: Published) -> str:
        """Return the address of the file, relative to the site's."""
        return quote(file.place)
