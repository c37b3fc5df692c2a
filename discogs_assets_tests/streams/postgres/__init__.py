"""Tests of the package `streams.postgres`."""
