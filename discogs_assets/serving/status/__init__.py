"""Status of the platform: stores, runs and checks, as one answer and as a stream of events.

Belongs here: reading the status once for all clients, and sending it. Does not belong here: reading Dagster's records
(`defs`), and the page (`explore`).
"""
