"""Tests of the package `streams.graph`."""
