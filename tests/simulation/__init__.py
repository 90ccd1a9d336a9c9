"""Simulations of whole sessions: of the real programs, and of the machines alone."""
