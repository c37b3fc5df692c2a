"""Published dumps: sources, the files of a month, and our verified copies."""
