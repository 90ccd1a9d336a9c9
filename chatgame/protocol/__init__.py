"""What two programs say to each other: frames, messages, the greeting, pairing and coming back. No I/O."""
