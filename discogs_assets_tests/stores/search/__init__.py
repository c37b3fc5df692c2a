"""Tests of the package `stores.search`."""
