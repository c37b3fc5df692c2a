"""The site data.metabrainz.org, and others of its form: a page that lists runs, a page for each with its files.

What belongs here: which pages are asked for and where files are. What doesn't: requests (see `web`), the form of the
pages (see `listing`).

The file LATEST is not read: the run that it names may not be complete, and a run is chosen among all anyway.
"""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.stores.sources import listing, runs
from discogs_assets.stores.sources.published import Published
from discogs_assets.stores.sources.web import Web


@dataclass(frozen=True, slots=True)
class Index(Web, runs.Runs):
    """A site of runs."""

    SETTING: ClassVar[str] = runs.SETTING
    EXAMPLE: ClassVar[str] = "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/"
    ABSENT: ClassVar[str] = "Runs come twice a week, and only the newest two are kept."
    REQUESTS: ClassVar[int | None] = 60
    PAGE_RETRY_SECONDS: ClassVar[float] = 10.0

    def names(self) -> list[str]:
        """What the runs are called, the newest first. ServerError, an alarm, if the page names none."""
        found = {name for name in listing.names(self.page("")) if runs.made(name)}
        if not found:
            raise ServerError(
                f"{self.title} answers with a page that lists no runs, expected links such as 20261121-001001/: its "
                f"form has changed, or it is another page. Set {self.SETTING} to where runs are, or to off."
            )
        return sorted(found, reverse=True)

    def files(self, run: str) -> list[Published]:
        """The files of use of a run; none if it is not there any more."""
        try:
            found = listing.names(self.page(f"{run}/"))
        except DumpMissingError:
            return []
        files = {name: runs.part(f"{run}/{name}", f"{run}/{name}") for name in found}
        return [file for file in files.values() if file]

    def query(self, file: Published) -> str:
        """What follows the site's address where the file is asked for."""
        return quote(file.place)
