"""Tests of the package `streams.musicbrainz`."""
