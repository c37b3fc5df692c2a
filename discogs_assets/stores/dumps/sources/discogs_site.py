"""The site data.discogs.com and others of its form: pages that list years, and pages that list a year's files."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from discogs_assets.errors import DumpMissingError, ServerError
from discogs_assets.stores.dumps.sources import html_index
from discogs_assets.stores.dumps.sources.dump_file import CHECKSUM, DISCOGS, Published, parse_name, parse_sums
from discogs_assets.stores.dumps.sources.http import Web


@dataclass(frozen=True)
class Site(Web):
    """A site of dumps."""

    LAYOUT = DISCOGS
    ABSENT = "Months are published about the 1st."

    def groups(self) -> list[str]:
        """Return the years with files, oldest first. Raises ServerError, an alarm, if the page names none."""
        found = html_index.years(self.page(""))
        if not found:
            raise self._alarm("")
        return found

    def files(self, group: str) -> list[Published]:
        """Return the year's files by day, then place."""
        query = f"?prefix={quote(f'data/{group}/', safe='')}"
        try:
            found = html_index.files(self.page(query))
        except DumpMissingError:
            found = []
        if not found and group in self.groups():
            raise self._alarm(query)
        return [file for file in found if file.group == group]

    def month(self, first: date) -> list[Published]:
        """Return the month's files, from its CHECKSUM file if the year's page cannot be read."""
        try:
            return super().month(first)
        except ServerError as alarm:
            if alarm.retry_not_before is None and (files := self._guess_files(first)):
                return files
            raise

    def query(self, file: Published) -> str:
        """Return the address of the file, relative to the site's."""
        return f"?download={quote(file.place, safe='')}"

    def _guess_files(self, first: date) -> list[Published]:
        """Return the CHECKSUM file of the month's first day and the files that it names; none if it does not exist."""
        name = f"discogs_{first:%Y%m01}_{CHECKSUM}.txt"
        sums = Published(name, first, CHECKSUM, html_index.place(name))
        try:
            names = parse_sums(self.text(sums))
        except (DumpMissingError, ServerError):
            return []
        files = [file for each in names if (file := parse_name(each, html_index.place(each)))]
        return [sums, *files] if files else []

    def _alarm(self, query: str) -> ServerError:
        return ServerError(
            f"{self.title}{query} answers with a page that lists no dumps, expected links such as "
            "?download=data%2F2026%2Fdiscogs_20261101_artists.xml.gz: its form has changed, or it is another page. "
            "Set DISCOGS_DUMPS to an S3 bucket or a folder with the files, and report it."
        )
