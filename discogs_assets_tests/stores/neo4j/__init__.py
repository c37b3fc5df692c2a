"""Tests of the package `stores.neo4j`."""
