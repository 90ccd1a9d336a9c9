"""What one seat does: what a typed line means, and the two coroutines that join a player, a link and a journal."""
