"""Tests of the package `stores.lake`."""
