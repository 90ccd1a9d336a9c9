"""How fast and how small chatgame is, compared with its peers: `python -m tests.benchmarks`."""
