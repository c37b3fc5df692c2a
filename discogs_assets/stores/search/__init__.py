"""Search index: one Tantivy index per entity, and the sets of them that are published."""
