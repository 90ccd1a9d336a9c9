"""One digest over several lines of text, of which only the last may hold line ends, so that no two lists collide."""

from hashlib import sha256


def digest(*lines: str) -> str:
    """SHA-256 (FIPS 180-4) over `lines` in UTF-8, with a line feed between each two; 64 hexadecimal digits."""
    return sha256("\n".join(lines).encode()).hexdigest()
