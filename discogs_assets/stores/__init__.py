"""Storage: the dump archive, the Parquet lake, PostgreSQL and Neo4j.

Belongs here: reading and writing stores, their locks and transactions, and, with `servers`, every import of a driver.
Does not belong here: record formats (`schema`, `streams`), server processes (`servers`), and the decision when to
publish a month.
"""
