"""The declarations as Arrow types, SQL, Cypher, XML and JSON mappings, and as a data dictionary."""
