"""Benchmarks behind `discogs bench`: figures of this machine, each compared with a limit from the same run.

Belongs here: measurements, and the limits and rivals they are compared with. Does not belong here: anything that the
platform needs, and output to the terminal.
"""
