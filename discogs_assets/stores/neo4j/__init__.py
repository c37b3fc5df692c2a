"""Neo4j over Bolt: the driver, loads of an external server, and their checkpoints."""
