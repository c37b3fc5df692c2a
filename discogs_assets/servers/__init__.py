"""The real PostgreSQL and Neo4j as local processes.

Belongs here: installing, configuring and running the servers, their roles and permissions, and Neo4j's stores.
Does not belong here: the tables and graphs kept in the servers (`schema`, `stores`).
"""
