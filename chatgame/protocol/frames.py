"""Frames: a length of four bytes, big-endian, and then that many bytes of one encoded message.

A length is checked before anything after it is kept. So whatever length a peer announces, it can make us keep no more
than one message and one read.
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
        self._data = b""
        self._at = 0  # where the next frame begins

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._data = self._data[self._at :] + data
        self._at = 0

    @property
    def empty(self) -> bool:
        """Whether nothing has come behind the last frame."""
        return self._at == len(self._data)

    def next_payload(self) -> bytes | None:
        """Return the payload of the next frame, or None as long as it is not whole.

        Raises:
            InvalidMessage: the frame is empty, or longer than a message can be.
            SpeaksTLS: TLS came instead of a frame.
        """
        data, start = self._data, self._at + HEADER_SIZE
        if len(data) < start:
            return None
        size = int.from_bytes(data[self._at : start])
        if not 0 < size <= MAX_PAYLOAD:
            if data.startswith(_TLS_HANDSHAKE, self._at):
                raise SpeaksTLS("TLS came where a frame was due")
            raise InvalidMessage(f"a frame of {size} bytes was announced, where 1 to {MAX_PAYLOAD} are allowed")
        end = start + size
        if len(data) < end:
            return None
        self._at = end
        return data[start:end]
