"""One digest over several fields, each with its length before it, so that no two lists of fields collide."""

from hashlib import sha256


def digest(*fields: bytes) -> bytes:
    """SHA-256 (FIPS 180-4) over `fields`, each behind its length as four bytes, big-endian; 32 bytes."""
    return sha256(b"".join([len(field).to_bytes(4) + field for field in fields])).digest()
