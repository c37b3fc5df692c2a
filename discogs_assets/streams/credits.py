"""Credits split by role."""

import polars as pl

from discogs_assets.schema import roles


def split_roles(credited: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each role of a credit, in order: `role_number` from 1, `role` and its `category`.

    The column `role` of the credits is the text with all roles. A credit without a role has no row.
    """
    texts = [text for text in credited["role"].unique().drop_nulls() if text]
    parts = [(text, n, role, roles.category(role)) for text in texts for n, role in enumerate(roles.split(text), 1)]
    schema = {"text": pl.String, "role_number": pl.Int64, "role": pl.String, "category": pl.String}
    table = pl.DataFrame(parts, schema=schema, orient="row")
    found = credited.rename({"role": "text"}).join(table, on="text", how="inner", maintain_order="left_right")
    return found.drop("text")
