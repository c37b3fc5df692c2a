"""Sources of dumps: a site, an S3 bucket or a folder, behind one interface each for Discogs and MusicBrainz.

Belongs here: listing, reading and downloading published files. Does not belong here: the choice of the files that make
up a month.
"""

from pathlib import Path

from discogs_assets.stores.dumps.sources.directory import Directory, DirectoryRuns
from discogs_assets.stores.dumps.sources.dump_file import Source
from discogs_assets.stores.dumps.sources.musicbrainz_exports import Runs
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW

WEB = {"http", "https"}


def opened(address: str, root: Path, patience: float = WINDOW) -> Source:
    """Return the source that DISCOGS_DUMPS names. No request is made yet.

    Requests to a site are recorded in `root`. `patience` is the longest delay of a request, in seconds, that our rate
    limit may cause; 0 disables retries and long waits. Raises SettingError if the address is none of these.
    """
    scheme = _scheme(address)
    if scheme in WEB:
        from discogs_assets.stores.dumps.sources.discogs_site import Site

        return Site.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.dumps.sources.bucket import Bucket

        return Bucket.at(address, hurried=not patience)
    return Directory.at(address)


def runs_of(address: str, root: Path, patience: float = WINDOW) -> Runs:
    """Return the MusicBrainz exports that DISCOGS_MUSICBRAINZ names, on the same terms."""
    scheme = _scheme(address)
    if scheme in WEB:
        from discogs_assets.stores.dumps.sources.musicbrainz_site import Index

        return Index.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.dumps.sources.bucket import BucketRuns

        return BucketRuns.at(address, hurried=not patience)
    return DirectoryRuns.at(address)


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower() if "://" in address else ""
