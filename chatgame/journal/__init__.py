"""A journal keeps the turns of a conversation, so that it survives its program."""
