"""Tests of `schema.tables`: a process that reads the declarations loads none of the heavy libraries."""

import subprocess
import sys

MODULES = """
import importlib, pkgutil, sys
from discogs_assets import schema
for module in pkgutil.iter_modules(schema.__path__, "discogs_assets.schema."):
    importlib.import_module(module.name)
for module in ("cypher", "provisioning", "search", "sql"):
    importlib.import_module(f"discogs_assets.schema.backends.{module}")
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_declarations_sql_and_cypher_load_no_heavy_library() -> None:
    loaded = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True).stdout.split()
    assert "discogs_assets" in loaded
    assert not {"polars", "pyarrow", "numpy", "lxml", "dagster"} & {*loaded}


def test_no_backend_loads_polars_or_lxml() -> None:
    backends = "import discogs_assets.schema.backends.dictionary, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", backends], capture_output=True, text=True, check=True).stdout.split()
    assert "discogs_assets.schema.quality" in loaded
    assert not {"polars", "lxml", "dagster"} & {*loaded}
