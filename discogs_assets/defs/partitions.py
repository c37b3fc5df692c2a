"""The months: one partitions definition, the same object for every asset.

What belongs here: what a partition is. What doesn't: which dump a month has (see `stores.archive`).
"""

import dagster as dg

monthly = dg.MonthlyPartitionsDefinition(start_date="2008-03-01", end_offset=1)
"""Keys YYYY-MM-01 from the oldest dump on. The current month is one from its first day, since its dump appears then."""
