"""Tests of the generated dumps."""
