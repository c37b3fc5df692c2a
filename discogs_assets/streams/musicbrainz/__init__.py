"""MusicBrainz JSON Lines → Parquet."""
