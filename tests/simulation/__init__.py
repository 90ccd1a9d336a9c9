"""Whole sessions, simulated: of the real programs, and of the machines alone."""
