"""Tests of the package `defs.checks`."""
