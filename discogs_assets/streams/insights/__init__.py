"""Answers to questions about a month from records and graph tables, a module for each.

Belongs here: computing an answer and drawing it. Does not belong here: the meaning of its columns and scores (see
`schema.insights` and `schema.rarity`), and the locations of files.
"""
