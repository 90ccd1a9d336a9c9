"""Tests of how those who watch get the turns."""
