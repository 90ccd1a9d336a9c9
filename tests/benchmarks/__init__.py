"""How fast chatgame is, and how small, beside its peers: `python -m tests.benchmarks`."""
