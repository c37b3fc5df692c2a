"""Dumps of any size, made by arithmetic, with the truth about them: `write` and `truth`."""

from discogs_assets.sample.generated.dumps import truth, write
from discogs_assets.sample.generated.plan import Plan

__all__ = ["Plan", "truth", "write"]
