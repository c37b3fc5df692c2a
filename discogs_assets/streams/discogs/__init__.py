"""Discogs XML → Parquet."""
