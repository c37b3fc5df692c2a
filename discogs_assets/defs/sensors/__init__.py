"""Unattended operation: sensors, retention, and the supervision of runs."""
