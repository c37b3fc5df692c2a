"""Makes the fixtures of `fix_embedded` known to the tests beside it."""

from discogs_assets_tests.servers.fix_embedded import clean_folder, nobody, parquet, python, small_program

__all__ = ["clean_folder", "nobody", "parquet", "python", "small_program"]
