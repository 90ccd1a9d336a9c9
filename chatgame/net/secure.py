"""Connections that nobody else can read or take: TLS 1.3, with a certificate made for the session.

The certificate is signed by nobody. The code proves that it is the server's when the two meet first (see
`chatgame.protocol.pairing`), and from then on it has to stay the same. This needs the extra `chatgame[secure]`, so
this file is imported only where it is used.
"""

import hmac
import secrets
import ssl
import tempfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from chatgame.core.errors import ChatgameError, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.limits import MAX_GUESSES
from chatgame.core.seats import Seat
from chatgame.net.streams import Connection
from chatgame.protocol.messages import Bye, Message, Pair, Reason
from chatgame.protocol.pairing import any_code, proof

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError
    from spake2.ed25519_basic import NotOnCurve
except ImportError as error:
    raise ChatgameError(
        "To talk to another computer, chatgame needs its extra `secure`, which '.[all]' installs; see \"Install\" in "
        "its README. With --insecure everything is sent without encryption."
    ) from error


ELEMENT_SIZE = 33
"""In bytes, a message of SPAKE2: the side, and a point of the curve."""


def new_certificate() -> str:
    """A certificate for one session and its private key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "chatgame")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1))  # as X.509 counts, in UTC; clocks may be wrong
        .not_valid_after(datetime(9999, 12, 31))
        .sign(key, hashes.SHA256())
    )
    form, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    return (certificate.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption())).decode()


def trusting_nobody() -> ssl.SSLContext:
    """What a client begins TLS with: a server is known by itself, not by who has signed its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def recognise(connection: Connection, pin: str) -> None:
    """See that the server is the one that a client knows by `pin`.

    Raises:
        Unreachable: it is another.
    """
    if not hmac.compare_digest(pin, sha256(connection.certificate).hexdigest()):
        raise Unreachable(
            "What answers there is not the server that you talked to: its certificate is another. Nothing was sent. "
            "If your friend has begun afresh, ask for the new code, and use it with --new."
        )


async def prove(connection: Connection, code: str) -> str:
    """Show a server that we know the code, and see that it does; returns what to know it by from then on.

    Raises:
        Unreachable: it does not.
        TurnedAway: it takes no codes, or not this one.
        InvalidMessage, RemoteProtocolError, LinkLost: it did not speak on.
    """
    certificate = sha256(connection.certificate).digest()
    side = SPAKE2_A(code.encode(), idA=b"chatgame client", idB=b"chatgame server")
    ours = side.start()
    await connection.send(Pair(ours.hex()))
    theirs = bytes.fromhex(_pairing(await connection.receive()))
    key = _key(side, theirs)
    if not key:
        raise Unreachable("What answers there does not know the code. Check it, and --host.")
    await connection.send(Pair(proof(key, Seat.CLIENT, certificate, ours, theirs)))
    answer = _pairing(await connection.receive())
    if not hmac.compare_digest(answer, proof(key, Seat.SERVER, certificate, ours, theirs)):
        raise Unreachable("What answers there does not know the code. Check it, and --host.")
    return certificate.hex()


def _key(side: Any, theirs: bytes) -> bytes | None:
    """The key that both have, or None where `theirs` is no message of SPAKE2."""
    if len(theirs) != ELEMENT_SIZE:
        return None
    try:
        key: bytes = side.finish(theirs)
    except (SPAKEError, NotOnCurve, ValueError):  # spake2 has no one error for what is no point of the curve
        return None
    return key


def _pairing(message: Message) -> str:
    match message:
        case Pair(value):
            return value
        case Bye(reason=Reason.REFUSED):
            raise TurnedAway("That is not the server's code. Ask your friend to read it to you again.")
        case Bye():
            raise TurnedAway("The server expects nobody, or somebody else: its code has been used, or is burned.")
    raise RemoteProtocolError("The server did not answer to the code.")


class Guard:
    """Stands at a server's door: makes connections secure, and asks for the code.

    Attributes:
        code: the one that lets a friend in; None where nobody new is expected.

    Args:
        certificate: what the server is known by, and its private key, in PEM.
        told: gets one line for each wrong code.
        expected: whether somebody new is expected.
    """

    def __init__(self, certificate: str, told: Callable[[str], object], *, expected: bool) -> None:
        self.code = any_code(secrets.randbelow) if expected else None
        self._told = told
        self._guesses = 0
        public = x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER)
        self._seen = sha256(public).digest()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        with tempfile.TemporaryDirectory() as folder:  # the standard library reads certificates from files alone
            file = Path(folder) / "certificate.pem"
            file.touch(mode=0o600)
            file.write_text(certificate)
            self._context.load_cert_chain(file)

    async def secure(self, connection: Connection) -> None:
        """Make a connection secure.

        Raises:
            LinkLost: it cannot be.
        """
        await connection.start_tls(self._context)

    async def check(self, connection: Connection, first: Pair) -> None:
        """Ask who has begun to pair to prove that they know the code.

        Raises:
            TurnedAway: they do not; they have been told.
            InvalidMessage, RemoteProtocolError, LinkLost: they did not speak on.
        """
        code = self.code
        if not code:
            await connection.send(Bye(Reason.TAKEN))
            raise TurnedAway("it came with a code, and none is valid any more")
        side = SPAKE2_B(code.encode(), idA=b"chatgame client", idB=b"chatgame server")
        theirs, ours = bytes.fromhex(first.value), side.start()
        key = _key(side, theirs)
        if not key:
            raise RemoteProtocolError("it did not pair")
        await connection.send(Pair(ours.hex()))
        message = await connection.receive()
        if not isinstance(message, Pair):
            raise RemoteProtocolError("it did not pair")
        # From here on nothing waits, so that many at once have no more guesses than one after another.
        if code != self.code:
            await connection.send(Bye(Reason.TAKEN))
            raise TurnedAway("it came with a code, and none is valid any more")
        if not hmac.compare_digest(message.value, proof(key, Seat.CLIENT, self._seen, theirs, ours)):
            self._guesses += 1
            self._told(f"A wrong code was tried from {connection.peer} ({self._guesses} of {MAX_GUESSES}).")
            if self.burned:
                self.code = None
            await connection.send(Bye(Reason.REFUSED, "wrong code"))
            raise TurnedAway("it had a wrong code")
        await connection.send(Pair(proof(key, Seat.SERVER, self._seen, theirs, ours)))

    @property
    def burned(self) -> bool:
        """Whether too many wrong codes were tried."""
        return self._guesses == MAX_GUESSES
