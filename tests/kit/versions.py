"""The games of both ends in tests, by name and version."""

from chatgame.games import BUILT_IN

VERSIONS = {name: rules.version for name, rules in BUILT_IN.items()}
