"""Parquet → rows for COPY."""
