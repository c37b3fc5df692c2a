"""The site data.metabrainz.org and others of its form: a page that lists exports, and one for each with its files."""

from dataclasses import dataclass
from urllib.parse import quote

from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.stores.dumps.sources import html_index
from discogs_assets.stores.dumps.sources.dump_file import MUSICBRAINZ, Published, parse_time
from discogs_assets.stores.dumps.sources.http import Web


@dataclass(frozen=True)
class Index(Web):
    """A site of MusicBrainz exports.

    The file LATEST is not read: its export may be incomplete, and the choice is among all exports anyway.
    """

    LAYOUT = MUSICBRAINZ
    ABSENT = "Exports are published twice a week, and only the newest two are kept."
    REQUESTS = 60
    PAGE_RETRY_SECONDS = 10.0

    def groups(self) -> list[str]:
        """Return the names of the exports, oldest first. Raises ServerError, an alarm, if the page names none."""
        found = {name for name in html_index.names(self.page("")) if parse_time(name)}
        if not found:
            raise ServerError(
                f"{self.title} answers with a page that lists no exports, expected links such as 20261121-001001/: its "
                f"form has changed, or it is another page. Set {MUSICBRAINZ.setting} to where exports are, or to off."
            )
        return sorted(found)

    def files(self, group: str) -> list[Published]:
        """Return the usable files of an export; none if it no longer exists."""
        try:
            found = {f"{group}/{name}" for name in html_index.names(self.page(f"{group}/"))}
        except DumpMissingError:
            return []
        return [file for path in sorted(found) if (file := MUSICBRAINZ.parse(path))]

    def query(self, file: Published) -> str:
        """Return the address of the file, relative to the site's."""
        return quote(file.place)
