"""Monthly partitions: one definition, the same object for every asset."""

import dagster as dg

monthly = dg.MonthlyPartitionsDefinition(start_date="2008-03-01", end_offset=1)
"""Keys YYYY-MM-01, from the oldest dump on.

The current month is a partition from its first day, since its dump appears then.
"""
