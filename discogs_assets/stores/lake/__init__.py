"""The Parquet lake: a folder or a bucket, one folder per partition."""
