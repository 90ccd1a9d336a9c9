"""Random bytes, guided by coverage, at what a stranger's bytes meet first: `decode` and a `Connection`.

    python -m tests.fuzz [SECONDS]        (60 by default; 0 is without end)

This needs Atheris, which is no dependency of the project and has wheels for Linux and some Pythons alone: in a
virtual environment of such a Python, type `pip install atheris -e .`. It begins with the files in `tests/corpus`. An
input that fails is kept in a temporary folder, named at the start, with its traceback on the screen.
`tests/protocol/test_fuzz.py` puts the same checks to the corpus and to what Hypothesis makes up.
"""

import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

CORPUS = Path(__file__).parent / "corpus"

LONGEST = 8192
"""In bytes: the longest input."""

WORDS = (
    *("type", "hello", "turn", "alive", "bye", "protocol", "seat", "client", "server", "games", "session", "turns"),
    *("digest", "token", "number", "kind", "text", "reason", "say", "play", "move", "commit", "reveal", "resign"),
    *("answer", "contribute", "offer", "respond", "draw", "undo", "accept", "decline"),
    *("1.0", "tictactoe", "\\\\ud800", "\\\\u0000"),
)
"""What an input is made of, so that the fuzzer need not find it out."""


def check(data: bytes) -> None:
    """See that `data` is read in the documented ways alone.

    As one payload, it is a message or `InvalidMessage`, and a message outlives being written and read again. As a
    stream, and as one of frames that carry its lines, it ends in messages and then one error, the same whether it
    comes whole or byte by byte.
    """
    from chatgame.core.errors import InvalidMessage
    from chatgame.protocol.frames import frame
    from chatgame.protocol.messages import Foreign, decode, encode

    try:
        message = decode(data)
    except InvalidMessage:
        pass
    else:
        assert message is None or isinstance(message, Foreign) or decode(encode(message)) == message
    for stream in (data, b"".join(frame(line) for line in data.split(b"\n"))):
        pieces = [stream[at : at + 1] for at in range(len(stream))]
        assert read(pieces) == read([stream])


def read(pieces: Sequence[bytes]) -> list[str]:
    """What is made of a stream that comes in these pieces: its messages, and the error at its end.

    Errors that are not documented pass through.
    """
    from chatgame.core.errors import InvalidMessage
    from chatgame.protocol.frames import FrameReader
    from chatgame.protocol.messages import decode

    frames, outcome = FrameReader(), []
    try:
        for piece in pieces:
            frames.feed(piece)
            while (payload := frames.next_payload()) is not None:
                outcome.append(repr(decode(payload)))
    except InvalidMessage as error:
        outcome.append(f"{type(error).__name__}: {error}")
    return outcome


def main(arguments: Sequence[str]) -> int:
    """Fuzz for as many seconds as are asked for; does not return then, since libFuzzer ends the process."""
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.stderr.write(
            "Atheris is not here. In a virtual environment of a Python that it has a wheel for, type: "
            "pip install atheris -e .\n"
        )
        return 1
    with atheris.instrument_imports(include=["chatgame", "json"]):
        import_module("chatgame.net.memory")
    fuzz(atheris, int(arguments[0]) if arguments else 60)
    return 0


def fuzz(atheris: ModuleType, seconds: int) -> None:
    """Let libFuzzer call `check`; all that it writes goes into a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="chatgame-fuzz-"))
    sys.stderr.write(f"What fails is kept in {folder}.\n")
    found = folder / "corpus"
    found.mkdir()
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n"\\"{word}\\""\n' for word in WORDS))
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-dict={words}", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(found), str(CORPUS)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
