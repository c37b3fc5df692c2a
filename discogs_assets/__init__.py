"""The monthly Discogs dumps as Parquet, PostgreSQL tables and a Neo4j graph.

The package root holds nothing but this sentence and the version: importing it costs nothing.
"""

__version__ = "0.1.0"
