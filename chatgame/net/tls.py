"""What makes connections secure: TLS 1.3 with a certificate made for the session, and SPAKE2 for the code.

The certificate is signed by nobody. The code proves that it is the server's when the two meet first (see
`chatgame.protocol.pairing`), and from then on it has to stay the same. This needs the extra `chatgame[secure]`, so
this file is imported only where it is used.
"""

import ssl
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from chatgame.core.errors import ChatgameError
from chatgame.core.seats import Seat

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
    """Return a certificate for one session and its private key, in PEM."""
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


def client_context() -> ssl.SSLContext:
    """Return what a client begins TLS with. A server is known by its certificate alone, not by who has signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def server_tls(certificate: str) -> tuple[ssl.SSLContext, bytes]:
    """Return what a server answers TLS with, and the channel binding of its connections.

    `certificate` is the certificate and its private key, in PEM.
    """
    public = x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.TemporaryDirectory() as folder:  # the standard library reads certificates from files alone
        file = Path(folder) / "certificate.pem"
        file.touch(mode=0o600)
        file.write_text(certificate)
        context.load_cert_chain(file)
    return context, sha256(public).digest()


class Spake2:
    """One side of SPAKE2 over Ed25519 (RFC 9382, as the library spake2 has it), for one code.

    The role is what the side that dials wants; a key for one role is not that for another.

    Attributes:
        message: what the other side has to get.
    """

    def __init__(self, seat: Seat, code: str, role: str = Seat.CLIENT) -> None:
        side = SPAKE2_A if seat is Seat.CLIENT else SPAKE2_B
        self._side = side(code.encode(), idA=f"chatgame {role}".encode(), idB=b"chatgame server")
        self.message: bytes = self._side.start()

    def key(self, theirs: bytes) -> bytes | None:
        """Return the key that both have, or None if `theirs` is not a message of SPAKE2."""
        if len(theirs) != ELEMENT_SIZE:
            return None
        try:
            key: bytes = self._side.finish(theirs)
        except (SPAKEError, NotOnCurve, ValueError):  # spake2 has no one error for what is not a point of the curve
            return None
        return key
