"""Where dumps come from: a site, an S3 bucket or a folder, behind one interface for those of Discogs, one for runs.

What belongs here: finding, reading and fetching published files. What doesn't: which of them make up a month.
"""

from pathlib import Path

from discogs_assets.stores.sources.directory import Directory, DirectoryRuns
from discogs_assets.stores.sources.published import Source
from discogs_assets.stores.sources.runs import Runs
from discogs_assets.stores.sources.throttle import WINDOW

WEB = {"http", "https"}


def opened(address: str, root: Path, patience: float = WINDOW) -> Source:
    """The source that DISCOGS_DUMPS names; nothing is asked yet.

    What a site has been asked is noted in `root`. `patience` is how many seconds our own limit may hold a request up;
    without any, nothing is asked twice and no answer is waited for long. SettingError if the address is none of these.
    """
    scheme = _scheme(address)
    if scheme in WEB:
        from discogs_assets.stores.sources.site import Site

        return Site.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.sources.bucket import Bucket

        return Bucket.at(address, hurried=not patience)
    return Directory.at(address)


def runs_of(address: str, root: Path, patience: float = WINDOW) -> Runs:
    """The runs of MusicBrainz' dumps that DISCOGS_MUSICBRAINZ names, on the same terms."""
    scheme = _scheme(address)
    if scheme in WEB:
        from discogs_assets.stores.sources.index import Index

        return Index.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.sources.bucket import BucketRuns

        return BucketRuns.at(address, hurried=not patience)
    return DirectoryRuns.at(address)


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower() if "://" in address else ""
