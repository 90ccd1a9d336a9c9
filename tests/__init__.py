"""The specification of chatgame, by example."""
