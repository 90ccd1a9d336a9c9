"""Fuzzing, guided by coverage, of the code that meets a stranger's bytes first: frames and `decode`.

    python -m tests.fuzz [SECONDS]        (60 by default; 0 runs until Ctrl-C)

This needs Atheris, which is not a dependency of the project and has wheels only for Linux and some Pythons: in a
virtual environment of such a Python, type `pip install atheris -e .`. It starts from the files in `tests/corpus`. An
input that fails is kept in a temporary folder, whose name is shown first, and its traceback is shown.
`tests/protocol/test_fuzz.py` runs the same checks on the corpus and on inputs from Hypothesis.
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
"""Words of the protocol, so that the fuzzer does not have to discover them."""


def check(data: bytes) -> None:
    """Check that `data` is read only in documented ways.

    As one payload it is a message or raises `InvalidMessage`, and a message that is written and read again is the
    same. As a stream, and as a stream of frames that carry its lines, it gives messages and then perhaps one error,
    the same whether it comes whole or byte by byte.
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
    """The messages of a stream that comes in these pieces, and the error at its end.

    Errors that are not documented are raised.
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
    """Fuzz for the given number of seconds; does not return, since libFuzzer ends the process."""
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.stderr.write(
            "Atheris is not installed. In a virtual environment of a Python that it has a wheel for, type: "
            "pip install atheris -e .\n"
        )
        return 1
    with atheris.instrument_imports(include=["chatgame", "json"]):
        import_module("chatgame.net.memory")
    fuzz(atheris, int(arguments[0]) if arguments else 60)
    return 0


def fuzz(atheris: ModuleType, seconds: int) -> None:
    """Let libFuzzer call `check`; everything that it writes goes into a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="chatgame-fuzz-"))
    sys.stderr.write(f"Inputs that fail are kept in {folder}.\n")
    found = folder / "corpus"
    found.mkdir()
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n"\\"{word}\\""\n' for word in WORDS))
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-dict={words}", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(found), str(CORPUS)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
