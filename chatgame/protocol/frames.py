"""Frames: a length of four bytes, big-endian, then that many bytes of one encoded message.

A length is judged before anything behind it is read, so a peer can make us keep no more than one
message's worth of bytes, whatever it announces.
"""

from chatgame.core.errors import InvalidMessage
from chatgame.core.limits import MAX_PAYLOAD

HEADER_SIZE = 4


def frame(payload: bytes) -> bytes:
    """The frame that carries `payload`."""
    return len(payload).to_bytes(HEADER_SIZE) + payload


def payload_size(header: bytes) -> int:
    """How many bytes follow a frame's four-byte header.

    Raises:
        InvalidMessage: more than a message can need, or nothing.
    """
    size = int.from_bytes(header)
    if not 0 < size <= MAX_PAYLOAD:
        raise InvalidMessage(f"a frame of {size} bytes was announced, where 1 to {MAX_PAYLOAD} are allowed")
    return size
