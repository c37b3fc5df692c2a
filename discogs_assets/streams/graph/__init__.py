"""Records → node and relationship tables, and the statements that load them over Bolt."""
