"""A whole conversation in one process: two scripted players over in-memory streams, with a game in it.

Run it with `python examples/conversation.py`. A link over a socket works in the same way: `chatgame.link.dial` and
`chatgame.link.listen` make one.
"""

import asyncio

from chatgame.core.messages import Turn
from chatgame.games import BUILT_IN
from chatgame.link.hello import answer_client, greet_server, hear_client
from chatgame.link.link import Link
from chatgame.link.memory import memory_streams
from chatgame.link.streams import Connection
from chatgame.play import converse
from chatgame.players.script import Script


async def main() -> list[Turn]:
    """Let the two talk, and return the log that both have."""
    client_streams, server_streams = memory_streams()

    async def serve() -> Link:
        connection = Connection(*server_streams)
        return answer_client(connection, await hear_client(connection), BUILT_IN)

    client, server = await asyncio.gather(greet_server(Connection(*client_streams), BUILT_IN), serve())
    log: list[Turn] = []
    await asyncio.gather(
        converse(Script(["Hello", "play tictactoe", "4", "6", "Well played"]), client, BUILT_IN, log),
        converse(Script(["How are you?", "1", "5", "9", "Thanks", "/q"]), server, BUILT_IN, []),
    )
    return log


if __name__ == "__main__":
    for turn in asyncio.run(main()):
        print(f"{turn.number}  {turn.seat}  {turn.kind}  {turn.text}")
