"""WHERE things live: the dump archive, the Parquet lake, PostgreSQL, Neo4j. Together with `embedded`, the only importers of drivers."""
