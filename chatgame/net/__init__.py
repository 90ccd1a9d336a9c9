"""How bytes travel: what dials, what listens, and the link that outlives its connections."""
