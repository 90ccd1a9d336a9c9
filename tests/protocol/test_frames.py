"""Frames: a stream cut into payloads, wherever its bytes are split."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import InvalidMessage, SpeaksTLS
from chatgame.core.limits import MAX_PAYLOAD
from chatgame.protocol.frames import HEADER_SIZE, FrameReader, frame

payloads = st.binary(min_size=1, max_size=300)


def read(*pieces: bytes) -> list[bytes]:
    """Return the payloads in a stream that comes in pieces."""
    frames, found = FrameReader(), []
    for piece in pieces:
        frames.feed(piece)
        while (payload := frames.next_payload()) is not None:
            found.append(payload)
    return found


@given(st.lists(payloads, max_size=5), st.lists(st.integers(0, 2000)))
def test_payloads_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, sent))
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    assert read(*(stream[a:b] for a, b in pairwise(places))) == sent


@given(st.binary(max_size=100))
def test_any_bytes_are_frames_or_the_documented_error(stream: bytes) -> None:
    try:
        whole = read(stream)
    except InvalidMessage as error:
        with pytest.raises(type(error)):
            read(*(bytes([byte]) for byte in stream))
    else:
        assert read(*(bytes([byte]) for byte in stream)) == whole


@pytest.mark.parametrize("size", [1, MAX_PAYLOAD])
def test_frame_of_an_allowed_size_is_waited_for(size: int) -> None:
    assert read(size.to_bytes(HEADER_SIZE), bytes(size - 1)) == []
    assert read(size.to_bytes(HEADER_SIZE), bytes(size)) == [bytes(size)]


@pytest.mark.parametrize("size", [0, MAX_PAYLOAD + 1, 2**32 - 1])
def test_frame_of_any_other_size_is_refused_by_its_length_alone(size: int) -> None:
    with pytest.raises(InvalidMessage, match=f"a frame of {size} bytes"):
        read(size.to_bytes(HEADER_SIZE))


def test_tls_is_known_by_its_first_bytes() -> None:
    with pytest.raises(SpeaksTLS):
        read(b"\x16\x03\x01\x02")
