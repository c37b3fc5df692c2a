"""Tests of the package `streams.search`."""
