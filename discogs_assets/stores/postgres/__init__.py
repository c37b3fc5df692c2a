"""PostgreSQL: connections, loads, views, and the publication record."""
