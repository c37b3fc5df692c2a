"""Tests of the package `schema.backends`."""
