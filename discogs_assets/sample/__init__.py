"""Two small months of true, hand-written records, in the dumps' own form. No parser, no store."""
