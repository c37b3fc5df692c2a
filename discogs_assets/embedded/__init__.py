"""The real PostgreSQL and Neo4j as local processes. What is kept in them is the business of `stores`."""
