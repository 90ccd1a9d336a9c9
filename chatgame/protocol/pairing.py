"""Pairing: a short code that two friends know lets in the right one, and nobody else.

Both sides make a key from the code by SPAKE2 (RFC 9382), inside TLS. Each guess at the code takes one connection, and
somebody between the two, who has a certificate of their own, gets no further than a guess: what proves the key is
bound to the certificate that each side sees, and to both messages before. The client proves it first, so a guess
teaches nothing. After three wrong guesses the code is burned.
"""

import hmac
import re
from collections.abc import Callable
from hashlib import sha256
from unicodedata import category

from chatgame.core.digest import digest
from chatgame.core.errors import Refused
from chatgame.core.seats import Seat
from chatgame.protocol.words import WORDS

_CODE = r"(?a)([1-9][0-9]?) ([a-z]+) ([a-z]+)"


def any_code(below: Callable[[int], int]) -> str:
    """A code that can be read over the phone, as in 7-guitar-island, from random numbers below what one asks for."""
    return f"{1 + below(99)}-{WORDS[below(len(WORDS))]}-{WORDS[below(len(WORDS))]}"


def read_code(text: str) -> str:
    """The code that a person means by `text`: in any case, with spaces or any dashes, and perhaps a full stop behind.

    Raises:
        Refused: it does not have the form of a code.
    """
    apart = "".join(
        " " if character in "_\N{MINUS SIGN}" or category(character) == "Pd" else character for character in text
    )
    parts = re.fullmatch(_CODE, " ".join(apart.lower().rstrip(". ").split()))
    if not parts:
        raise Refused(f'"{text}" is not a code. A code is a number and two words, as in 7-guitar-island.')
    return "-".join(parts.groups())


def proof(key: bytes, prover: Seat, certificate: bytes, clients: bytes, servers: bytes) -> str:
    """What shows that `prover` has the key, for the certificate and the messages that it has seen; in hexadecimal."""
    what = digest("chatgame pairing", prover, certificate.hex(), clients.hex(), servers.hex())
    return hmac.new(key, what.encode(), sha256).hexdigest()
