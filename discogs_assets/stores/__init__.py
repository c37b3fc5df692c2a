"""WHERE things live: dump archive, Parquet lake, PostgreSQL, Neo4j. With `embedded`, the only importers of drivers."""
