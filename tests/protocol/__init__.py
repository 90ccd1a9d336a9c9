"""Tests of what two programs say to each other."""
