"""Insights about artists and their collaboration, a module for each."""
