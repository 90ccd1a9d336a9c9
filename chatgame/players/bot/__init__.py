"""A program of ours that plays every game whose moves can be listed."""
