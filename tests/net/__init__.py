"""Tests of how bytes travel."""
