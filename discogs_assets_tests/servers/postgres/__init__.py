"""Tests of the package `servers.postgres`."""
