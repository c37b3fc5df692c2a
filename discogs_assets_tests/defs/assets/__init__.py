"""Tests of the package `defs.assets`."""
