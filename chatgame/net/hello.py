"""The greeting: the client says hello, and the server answers with its own hello or with a goodbye.

The server says nothing before it has heard a valid hello, so a stray learns nothing and costs little.
"""

from collections.abc import Mapping

from chatgame.core.errors import Forgotten, RemoteProtocolError, TurnedAway
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.net.streams import Connection
from chatgame.protocol.messages import PROTOCOL, Bye, Hello, Message, Reason
from chatgame.protocol.resume import Held


def hello_of(
    held: Held, games: Mapping[str, AnyRules], session: str | None = None, token: str | None = None, name: str = ""
) -> Hello:
    """What a side says that holds so much of a session's log, has these games and is called `name`."""
    versions = {game: rules.version for game, rules in games.items()}
    return Hello(PROTOCOL, held.seat, versions, session, held.number, held.digest, token, name)


async def greet_server(connection: Connection, hello: Hello) -> Hello:
    """Say hello as the client and hear the server's, which always names a session.

    Raises:
        TurnedAway: the server has no seat for us, or speaks another version.
        Forgotten: it does not know the session that we come back to.
        InvalidMessage, RemoteProtocolError: the other end is no chatgame server.
        LinkLost: the connection broke.
    """
    await connection.send(hello)
    match await connection.receive():
        case Hello(seat=Seat.SERVER) as theirs if not _understood(theirs):
            raise TurnedAway(
                f"The server speaks protocol {theirs.protocol}, and this program {PROTOCOL}. Update one of them."
            )
        case Hello(seat=Seat.SERVER, session=str()) as theirs:
            if hello.session in (None, theirs.session):
                return theirs
            raise RemoteProtocolError("The server answered for another session.")
        case Bye(reason=Reason.UNKNOWN):
            raise Forgotten(
                "The server does not go on with your unfinished conversation: it has begun afresh, or somebody came "
                "back in your place. To begin afresh too, use --new."
            )
        case Bye(reason=Reason.TAKEN):
            raise TurnedAway(
                "The table is taken: two people are talking there already, or one waits for the other to come back. "
                "Try again later."
            )
        case Bye(reason=reason, text=text):
            raise TurnedAway(f"The server turned us away ({reason}): {text}")
    raise RemoteProtocolError("The server did not say hello.")


async def hear_client(connection: Connection, first: Message | None = None) -> Hello:
    """Hear a client's hello as the server, the next message or `first`.

    Raises:
        InvalidMessage, RemoteProtocolError: the other end is no chatgame client.
        TurnedAway: it speaks another version; it has been told.
        LinkLost: the connection broke.
    """
    match first or await connection.receive():
        case Hello(seat=Seat.CLIENT) as hello:
            if not _understood(hello):
                text = f"protocol {hello.protocol} is not understood here, but {PROTOCOL}"
                await connection.send(Bye(Reason.VERSION, text))
                raise TurnedAway(text)
            return hello
    raise RemoteProtocolError("it did not say hello")


def _understood(hello: Hello) -> bool:
    return hello.protocol.partition(".")[0] == PROTOCOL.partition(".")[0]
