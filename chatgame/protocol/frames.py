"""Frames: a length of four bytes, big-endian, and then that many bytes of one encoded message.

A length is checked before anything after it is kept. So a peer can make us keep no more than one message and one
read, whatever length it announces.
"""

from chatgame.core.errors import InvalidMessage, SpeaksTLS
from chatgame.core.limits import MAX_PAYLOAD

HEADER_SIZE = 4

_TLS_HANDSHAKE = b"\x16\x03"
"""How a TLS handshake begins (RFC 8446, 5.1): with a length that no frame may have."""


def frame(payload: bytes) -> bytes:
    """Return the frame that carries `payload`."""
    return len(payload).to_bytes(HEADER_SIZE) + payload


class FrameReader:
    """Cuts the bytes of a stream into the payloads of its frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._buffer += data

    def next_payload(self) -> bytes | None:
        """Return the payload of the next frame, or None as long as it is not whole.

        Raises:
            InvalidMessage: the frame is empty, or longer than a message can be.
            SpeaksTLS: TLS came instead of a frame.
        """
        buffer = self._buffer
        if len(buffer) < HEADER_SIZE:
            return None
        size = int.from_bytes(buffer[:HEADER_SIZE])
        if not 0 < size <= MAX_PAYLOAD:
            if buffer.startswith(_TLS_HANDSHAKE):
                raise SpeaksTLS("TLS came where a frame was due")
            raise InvalidMessage(f"a frame of {size} bytes was announced, where 1 to {MAX_PAYLOAD} are allowed")
        end = HEADER_SIZE + size
        if len(buffer) < end:
            return None
        payload = bytes(buffer[HEADER_SIZE:end])
        del buffer[:end]
        return payload
