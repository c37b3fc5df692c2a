"""Sources of dumps: a site, an S3 bucket or a folder, behind one interface for Discogs and MusicBrainz.

Belongs here: listing, reading and downloading published files. Does not belong here: the choice of the files that make
up a month.
"""

from pathlib import Path

from discogs_assets.stores.dumps.sources.directory import Directory
from discogs_assets.stores.dumps.sources.dump_file import DISCOGS, Layout, Source
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW


def open_source(layout: Layout, address: str, root: Path, patience: float = WINDOW) -> Source:
    """Return the source at the address. No request is made yet.

    Requests to a site are recorded in `root`. `patience` is the longest delay of a request, in seconds, that our rate
    limit may cause; 0 disables retries and long waits. Raises SettingError if the address is none of these.
    """
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if scheme in {"http", "https"}:
        from discogs_assets.stores.dumps.sources import discogs_site, musicbrainz_site

        site = discogs_site.Site if layout is DISCOGS else musicbrainz_site.Index
        return site.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.dumps.sources.bucket import Bucket

        return Bucket.at(layout, address, hurried=not patience)
    return Directory.at(layout, address)
