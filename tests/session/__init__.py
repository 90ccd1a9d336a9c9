"""Tests of what one seat does."""
