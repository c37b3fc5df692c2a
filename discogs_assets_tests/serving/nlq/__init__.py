"""Tests of `serving.nlq`."""
