"""Tests of the package `servers.neo4j`."""
