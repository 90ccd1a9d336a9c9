"""Tests of who sits at a seat."""
