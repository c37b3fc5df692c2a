"""Faces of the questions: the HTTP API, the explorer, and tools for language models.

Belongs here: requests, responses and their protection. Does not belong here: what a question asks of the stores.
"""
