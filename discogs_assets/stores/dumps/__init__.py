"""Published dumps: sources, uploads, and our verified copies."""
