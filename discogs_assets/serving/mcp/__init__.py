"""The Model Context Protocol over the tools: stdio and streamable HTTP, read-only.

Belongs here: the protocol, resources and prompts. Does not belong here: what a tool asks and answers.
"""
