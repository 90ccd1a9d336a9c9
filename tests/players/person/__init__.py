"""Tests of what a person types and reads."""
