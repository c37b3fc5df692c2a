"""Tests of the package `stores.postgres`."""
