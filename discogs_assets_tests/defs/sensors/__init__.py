"""Tests of the package `defs.sensors`."""
