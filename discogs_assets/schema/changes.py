"""Edits of records from month to month: a flat table of each field before and after."""

from discogs_assets.schema.discogs import SOURCE
from discogs_assets.schema.flat_table import Sheet, column
from discogs_assets.schema.model import Index, Type

CHANGES = Sheet(
    SOURCE,
    "changes",
    "Edits of records in all months of the lake up to the one shown: a row for each field that differs from the month "
    "compared with, and one for each record added or removed. The first month in the lake has no rows.",
    ("entity", "id", "month", "ordinal"),
    (
        column("entity", "The entity: artists, labels, masters or releases."),
        column("id", "Id of the record.", Type.INTEGER),
        column("month", "Month with the edit, such as 2026-11.", index=Index.ORDERED),
        column("ordinal", "Number of the edit among those of the record in the month, from 1.", Type.INTEGER),
        column("change", "added, changed or removed."),
        column(
            "path",
            "Field, such as tracklist[2].title with positions from 1; the name or title of a record added or removed.",
        ),
        column("before", "Value before, null if there was none; lists and structs are JSON."),
        column("after", "Value after, null if there is none."),
        column("compared_with", "Month compared with: the newest older month in the lake, such as 2026-10."),
    ),
    order=("entity", "change", "id", "ordinal"),
)
