"""What both ends of a conversation have agreed on in tests: its session, and its games by name and version."""

from chatgame.games import BUILT_IN

SESSION = "1" * 32
VERSIONS = {name: rules.version for name, rules in BUILT_IN.items()}
