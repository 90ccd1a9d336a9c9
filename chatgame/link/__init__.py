"""A link carries turns between two programs over a StreamReader and a StreamWriter."""
