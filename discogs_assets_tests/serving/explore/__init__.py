"""Tests of the explorer's modules, in a real Chromium."""
