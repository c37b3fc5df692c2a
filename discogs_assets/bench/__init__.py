"""Benchmarks behind `discogs bench`: figures of this machine, each beside a limit measured in the same run.

What belongs here: what is measured and against what. What doesn't: anything the platform needs.
"""
