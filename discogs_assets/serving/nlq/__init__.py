"""Questions in natural language: a model of the operator's choice that calls the tools.

Belongs here: protocols of models, the loop, its limits, its routes. Does not belong here: the tools.
"""
