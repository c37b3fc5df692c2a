"""The embedded Neo4j server, its store directories and the bulk import."""
