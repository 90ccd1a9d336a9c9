"""Tests of programs at a seat."""
