"""Tests of the package `bench.measuring`."""
