"""The monthly Discogs dumps as Parquet, PostgreSQL tables and a Neo4j graph.

Contains only the version, so that importing the package costs nothing.
"""

__version__ = "0.1.0"
