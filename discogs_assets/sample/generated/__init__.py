"""Dumps of any size, generated arithmetically, with the expected counts: `write` and `truth`."""

from discogs_assets.sample.generated.dumps import truth, write
from discogs_assets.sample.generated.plan import Plan

__all__ = ["Plan", "truth", "write"]
