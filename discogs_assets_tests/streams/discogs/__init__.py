"""Tests of the package `streams.discogs`."""
