"""Records and graph tables → answers to questions about a month, a module for each."""
