"""Declarations of the data, each field once; Arrow, SQL, Cypher, XML and JSON are derived from them.

Belongs here: entities, tables, the graph model, rules, thresholds, and statements as text. Does not belong here:
anything that reads, writes or connects (see `streams` and `stores`).
"""
