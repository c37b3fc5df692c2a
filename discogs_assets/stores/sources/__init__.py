"""Where dumps come from: a site of the form of data.discogs.com, an S3 bucket or a folder, behind one interface.

What belongs here: finding, reading and fetching published files. What doesn't: which of them make up a month.
"""

from pathlib import Path

from discogs_assets.stores.sources.directory import Directory
from discogs_assets.stores.sources.published import Source
from discogs_assets.stores.sources.throttle import WINDOW


def opened(address: str, root: Path, patience: float = WINDOW) -> Source:
    """The source that DISCOGS_DUMPS names; nothing is asked yet.

    What a site has been asked is noted in `root`. `patience` is how many seconds our own limit may hold a request up;
    without any, nothing is asked twice and no answer is waited for long. SettingError if the address is none of these.
    """
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if scheme in {"http", "https"}:
        from discogs_assets.stores.sources.site import Site

        return Site.at(address, root, patience)
    if scheme == "s3":
        from discogs_assets.stores.sources.bucket import Bucket

        return Bucket.at(address, hurried=not patience)
    return Directory.at(address)
