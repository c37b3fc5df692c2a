"""WHAT the data is: pure declarations, each field once. Nothing here reads, writes or connects."""
