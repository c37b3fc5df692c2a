"""Tools for language models: the questions, grouped into few tools with short answers.

Belongs here: names, schemas and answers of tools. Does not belong here: the protocol that carries them.
"""
