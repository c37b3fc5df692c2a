"""Questions about the published month, each declared once.

Belongs here: a question's parameters, statements and result. Does not belong here: HTTP, and how stores are opened.
"""
