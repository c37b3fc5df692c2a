"""Dumps of any size, generated from a seed, with the expected counts: `write` and `truth`."""

from discogs_assets.sample.generator.dumps import truth, write
from discogs_assets.sample.generator.plan import Plan

__all__ = ["Plan", "truth", "write"]
