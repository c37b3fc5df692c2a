"""Conversion of bytes to rows: generators in, generators out.

Belongs here: parsing dumps, Parquet, graph tables, rows for PostgreSQL, comparing months, data quality, insights. Does
not belong here: Dagster, the network, settings, and the locations of files and tables.
"""
