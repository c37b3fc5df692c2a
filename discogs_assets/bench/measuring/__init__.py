"""Measurements of commands and processes, and the figures computed from them."""
