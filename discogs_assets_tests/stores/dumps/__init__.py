"""Tests of the package `stores.dumps`."""
